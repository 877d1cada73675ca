import type {Writable} from 'node:stream';
import type {EngineClient} from '../../api/engine-client.js';
import type {Update, Watch} from '../../api/snapshot.js';
import type {Clock} from '../../base/ports.js';
import {type HttpAnswer, HttpRefusal, type HttpRequest, type HttpRoute} from '../http/http-route.js';
import {watchOf, writeEvents} from './event-stream.js';
import {glance} from './glance.js';
import {metricsText, metricsType} from './metrics-text.js';

const mostStreams = 50;
const usualCells = 1000;
const usualLines = 100;

type TorrentWatch = NonNullable<Watch['torrent']>;
type TorrentUpdate = NonNullable<Update['torrent']>;

/** What can be asked about one torrent, by the last part of the path: what is looked at, and what of it is answered. */
const parts: Readonly<
	Record<
		string,
		readonly [
			watch: (query: URLSearchParams) => Omit<TorrentWatch, 'id'>,
			answer: (update: TorrentUpdate) => unknown,
		]
	>
> = {
	'': [() => ({overview: true}), ({overview}) => overview],
	peers: [() => ({peers: true}), ({peers}) => peers],
	trackers: [() => ({trackers: true}), ({trackers, sources, webSeeds}) => ({trackers, sources, webSeeds})],
	files: [
		() => ({files: true}),
		({files = [], progress}) =>
			files.map((file, at) => ({
				...file,
				completed: progress?.completed[at],
				priority: progress?.priority[at],
			})),
	],
	pieces: [query => ({pieces: count(query, 'cells', usualCells)}), ({pieces}) => pieces],
};

function count(query: URLSearchParams, name: string, usual: number): number {
	const said = query.get(name);
	const value = said === null ? usual : Number(said);
	if (!Number.isInteger(value) || value < 1 || value > 10_000)
		throw new HttpRefusal(400, `${name} is a number from 1 to 10,000`);
	return value;
}

function json(value: unknown): HttpAnswer {
	return {status: 200, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value ?? null)}\n`};
}

/** What a snapshot route needs. */
export interface SnapshotRouteSettings {
	/** As whoever asks may see it. */
	readonly engine: (request: HttpRequest) => EngineClient;
	readonly clock: Clock;
	/** How many web screens are open. */
	readonly visitors: () => number;
}

/** The engine for scripts: its snapshots as JSON below `/api/`, as a stream of events, and as metrics. Nothing can be changed. */
export class SnapshotRoute implements HttpRoute {
	readonly #engineFor: SnapshotRouteSettings['engine'];
	readonly #clock: Clock;
	readonly #visitors: () => number;
	#streams = 0;

	constructor({engine, clock, visitors}: SnapshotRouteSettings) {
		this.#engineFor = engine;
		this.#clock = clock;
		this.#visitors = visitors;
	}

	handles(path: string): boolean {
		return path.startsWith('/api/') || path === '/metrics';
	}

	answer(request: HttpRequest): HttpAnswer | Promise<HttpAnswer> {
		const {method, path, query} = request;
		if (method !== 'GET' && method !== 'HEAD')
			throw new HttpRefusal(405, 'it can only be read', {Allow: 'GET, HEAD'});
		const engine = this.#engineFor(request);
		if (path === '/metrics') return this.#metrics(engine, query);
		const [what = '', id, part = '', ...more] = path.slice('/api/'.length).split('/');
		if (more.length === 0 && id !== undefined && what === 'torrents')
			return this.#torrent(engine, id, part, query);
		if (id !== undefined) throw nothing();
		switch (what) {
			case 'session':
				return this.#section(engine, {session: true}, ({session}) => session);
			case 'torrents':
				return this.#section(engine, {torrents: true}, ({torrents}) => torrents);
			case 'folders':
				return this.#section(engine, {folders: true}, ({folders}) => folders);
			case 'feeds':
				return this.#section(engine, {feeds: true}, ({feeds}) => feeds);
			case 'peers':
				return this.#section(engine, {everyPeer: true}, ({everyPeer}) => everyPeer);
			case 'trackers':
				return this.#section(engine, {everyTracker: true}, ({everyTracker}) => everyTracker);
			case 'network':
				return this.#section(engine, {network: true}, ({network}) => network);
			case 'log':
				return this.#section(engine, {log: count(query, 'lines', usualLines)}, ({log}) => log);
			case 'events':
				return this.#events(engine, query);
			default:
				throw nothing();
		}
	}

	async #section(
		engine: EngineClient,
		watch: Omit<Watch, 'interval'>,
		answer: (update: Update) => unknown,
	): Promise<HttpAnswer> {
		return json(answer(await glance(engine, watch, this.#clock)));
	}

	async #torrent(
		engine: EngineClient,
		id: string,
		part: string,
		query: URLSearchParams,
	): Promise<HttpAnswer> {
		if (!Object.hasOwn(parts, part)) throw nothing();
		const [watch, answer] = parts[part]!;
		const {torrent} = await glance(engine, {torrent: {id, ...watch(query)}}, this.#clock);
		if (torrent === undefined || torrent.gone) throw new HttpRefusal(404, 'there is no such torrent');
		return json(answer(torrent));
	}

	#events(engine: EngineClient, query: URLSearchParams): HttpAnswer {
		const watch = watchOf(query);
		if (this.#streams >= mostStreams) throw new HttpRefusal(503, 'too many read events already');
		return {
			status: 200,
			type: 'text/event-stream; charset=utf-8',
			headers: {'X-Accel-Buffering': 'no'},
			stream: (sink: Writable) => {
				this.#streams++;
				sink.once('close', () => this.#streams--);
				writeEvents(engine, watch, sink, this.#clock);
			},
		};
	}

	async #metrics(engine: EngineClient, query: URLSearchParams): Promise<HttpAnswer> {
		const {session, torrents = []} = await glance(engine, {session: true, torrents: true}, this.#clock);
		if (session === undefined) throw new HttpRefusal(503, 'the engine does not answer');
		const body = metricsText(session, torrents, this.#visitors(), query.has('torrents'));
		return {status: 200, type: metricsType, body};
	}
}

function nothing(): HttpRefusal {
	return new HttpRefusal(
		404,
		'there are /api/session, torrents, torrents/ID, torrents/ID/files (peers, trackers, pieces), peers, trackers, folders, network, log and events',
	);
}
