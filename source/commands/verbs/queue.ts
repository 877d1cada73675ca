import type {TorrentView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import {terminalText} from '../../ui/text/text.js';
import {type Context, defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {oneByOne} from '../engine-process/one-by-one.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {withEngine} from '../torrents/with-engine.js';

type Place = number | 'top' | 'up' | 'down' | 'bottom';

function readPlace(word: string): Place {
	if (/^\d{1,6}$/.test(word) && Number(word) > 0) return Number(word);
	if (word === 'top' || word === 'up' || word === 'down' || word === 'bottom') return word;
	throw new UserError(
		'bad-value',
		`queue: ${JSON.stringify(word)} is no place: a number from 1, top, up, down or bottom`,
		2,
	);
}

/** The places that torrents are to be given, in that order, so that they keep their order among each other. */
function moves(
	chosen: readonly TorrentView[],
	place: Place,
	last: number,
): Array<readonly [TorrentView, number]> {
	const order = chosen.toSorted((one, other) => one.queue - other.queue);
	switch (place) {
		case 'top':
			return order.map((torrent, at) => [torrent, at + 1]);
		case 'bottom':
			return order.map(torrent => [torrent, last]);
		case 'up':
			// Those that stand at the top already stay there.
			return order.map((torrent, at) => [torrent, Math.max(at + 1, torrent.queue - 1)]);
		case 'down':
			return order.toReversed().map((torrent, at) => [torrent, Math.min(last - at, torrent.queue + 1)]);
		default: {
			const first = Math.min(place, last + 1 - order.length);
			const placed = order.map((torrent, at) => [torrent, first + at] as const);
			// Nobody is in the way of one that comes later: whoever goes down goes from the last on, then the others.
			const down = placed.filter(([{queue}, to]) => to > queue).toReversed();
			return [...down, ...placed.filter(([{queue}, to]) => to < queue)];
		}
	}
}

function show(torrents: readonly TorrentView[], isJson: boolean, {stdout}: Context): void {
	const order = torrents.toSorted((one, other) => one.queue - other.queue);
	if (isJson)
		stdout.write(
			`${terminalJson(
				order.map(({id, name, queue, state}) => ({infoHash: id, name, queue, state})),
				2,
			)}\n`,
		);
	else
		for (const {queue, id, state, name} of order)
			stdout.write(`${queue}\t${id}\t${state}\t${terminalText(name)}\n`);
}

/** Shows the queue of the running engine, and gives torrents other places in it. */
export const command = defineCommand({
	name: 'queue',
	usage: ['queue ID ... [top|up|down|bottom]', 'queue ID ... POSITION', 'queue'],
	summary: 'Shows the queue of the running engine, or gives torrents another place in it.',
	words: [0, 1001],
	options: remoteOptions,
	notes: [
		idNote,
		'',
		'Who stands first starts first: tortui limits --active-downloads says how many download at a time. POSITION: 1 is the first place. Several torrents keep their order among each other.',
		'The queue is told as a line each, with tabs between: place, info-hash, state, name. --json: one array.',
	],
	run({input, flags}, context) {
		const word = input.at(-1);
		const place = word === undefined ? undefined : readPlace(word);
		if (place !== undefined && input.length < 2)
			throw new UserError('usage', 'missing: queue ID POSITION (see: tortui queue --help)', 2);
		return withEngine(flags, context, async engine => {
			if (place !== undefined) {
				const chosen = await findTorrents(engine, input.slice(0, -1));
				const {torrents = []} = await engine.send({type: 'session.list'});
				const move = async ([{id}, position]: readonly [TorrentView, number]) =>
					void (await engine.send({type: 'torrent.queue', id, position}));
				await oneByOne(moves(chosen, place, torrents.length), move, context);
			}
			if (place === undefined || flags.json)
				show((await engine.send({type: 'session.list'})).torrents ?? [], flags.json, context);
			return 0 as const;
		});
	},
});
