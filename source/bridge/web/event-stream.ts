import type {Writable} from 'node:stream';
import type {EngineClient} from '../../api/engine-client.js';
import type {Update, Watch} from '../../api/snapshot.js';
import {asWatch} from '../../api/watch-guard.js';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {HttpRefusal} from '../http/http-route.js';

/** Something is said so often, so that proxies do not take the line for dead. */
const breath: Millis = 25_000;
const usualInterval: Millis = 1000;
const usualLines = 50;

/**
 * What a query asks to be told of: `session`, `torrents`, `folders`, `feeds`, `network`, `peers`, `trackers`, `log` (of that many lines, or 50),
 * `torrent=ID`, every `interval` ms; the session and all torrents when it names nothing.
 *
 * @throws {HttpRefusal} for numbers that are none
 */
export function watchOf(query: URLSearchParams): Watch {
	const count = (name: string, usual: number) => {
		const said = query.get(name);
		return said === null || said === '' ? usual : Number(said);
	};
	const id = query.get('torrent');
	const named: Omit<Watch, 'interval'> = {
		...(query.has('session') && {session: true}),
		...(query.has('torrents') && {torrents: true}),
		...(query.has('folders') && {folders: true}),
		...(query.has('feeds') && {feeds: true}),
		...(query.has('network') && {network: true}),
		...(query.has('peers') && {everyPeer: true}),
		...(query.has('trackers') && {everyTracker: true}),
		...(query.has('log') && {log: count('log', usualLines)}),
		...(id !== null && {torrent: {id, overview: true, peers: true, trackers: true, files: true}}),
	};
	const watch = asWatch({
		...(Object.keys(named).length === 0 ? {session: true, torrents: true} : named),
		interval: count('interval', usualInterval),
	});
	if (watch === undefined) throw new HttpRefusal(400, 'interval and log are numbers');
	return watch;
}

/**
 * Writes what an engine says as server-sent events, until nobody reads them or the engine is gone: each is an `Update` as
 * JSON, the first one whole. Who reads slowly gets fewer, with all that changed meanwhile.
 */
export function writeEvents(engine: EngineClient, watch: Watch, sink: Writable, clock: Clock): void {
	let isFull = false;
	let hasMissed = false;
	let isOver = false;
	let timer: Timer | undefined;
	const write = (text: string) => {
		isFull = !sink.write(text);
	};
	const breathe = () => {
		timer = clock.after(breath, () => {
			if (!isFull) write(':\n\n');
			breathe();
		});
	};
	const take = (update: Update) => {
		if (isFull) hasMissed = true;
		else if (!isOver) write(`id: ${update.revision}\nevent: update\ndata: ${JSON.stringify(update)}\n\n`);
	};
	sink.on('drain', () => {
		isFull = false;
		if (!hasMissed) return;
		hasMissed = false;
		// What is watched anew is told whole.
		watching.change(watch);
	});
	write('retry: 2000\n\n');
	breathe();
	const watching = engine.watch(watch, take);
	const end = () => {
		if (isOver) return;
		isOver = true;
		timer?.clear();
		watching.stop();
	};
	sink.on('error', end);
	sink.on('close', end);
	void engine.closed.then(() => {
		end();
		sink.end();
	});
}
