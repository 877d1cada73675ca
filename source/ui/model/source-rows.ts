import type {SessionView, SourceView, TorrentState, TrackerView, WebSeedView} from '../../api/snapshot.js';
import {terminalText} from '../../base/safe-text.js';
import {rateWithUnit} from '../text/format.js';
import {remembered} from './remembered.js';
import type {ScreenState} from './store.js';

type Kind = Exclude<TrackerView['kind'], 'tracker' | 'web'>;
type Dht = SessionView['dht'];

const none: readonly never[] = [];
const kinds: ReadonlySet<string> = new Set<Kind>(['dht', 'pex', 'lsd']);

/** States in which a torrent looks for peers. */
const looking: ReadonlySet<TorrentState> = new Set(['metadata', 'downloading', 'seeding']);

function dhtWords(nodes: number, dht: Dht): string {
	if (nodes > 0) return `${nodes} ${nodes === 1 ? 'node' : 'nodes'}`;
	return dht?.state === 'starting' || dht === undefined ? 'no node yet' : dht.state;
}

function wordsFor(kind: Kind, peers: number, nodes: number, dht: Dht): string {
	if (kind === 'dht') return dhtWords(nodes, dht);
	return peers > 0 ? 'working' : 'nobody yet';
}

/** A source of peers that is no tracker, as a row among them. @param isLooking whether its torrent looks for peers */
export function sourceRow(
	{peers, off, nextAt, swarm}: SourceView,
	kind: Kind,
	isLooking: boolean,
	nodes: number,
	dht: Dht,
): TrackerView {
	const row = {tier: 0, kind, url: '', peers, ...(nextAt !== undefined && {nextAt})} as const;
	if (off !== undefined) return {...row, state: 'off', status: terminalText(off)};
	if (!isLooking) return {...row, state: 'idle', status: 'stopped'};
	// A look-up that is planned has a time; one that runs has none.
	const asks = kind === 'dht' && nextAt === undefined;
	const state = asks ? 'announcing' : peers > 0 || (kind === 'dht' && nodes > 0) ? 'working' : 'idle';
	return {
		...row,
		state,
		status: wordsFor(kind, peers, nodes, dht),
		...(swarm !== undefined && {seeders: swarm.seeds, leechers: swarm.peers}),
	};
}

/** A web seed, as a row among trackers. */
export function webSeedRow({url, state, status, downloadRate, nextAt}: WebSeedView): TrackerView {
	return {
		tier: 0,
		kind: 'web',
		url,
		state,
		status: downloadRate > 0 ? `${rateWithUnit(downloadRate)}, ${status}` : status,
		...(nextAt !== undefined && {nextAt}),
	};
}

const rows = remembered(
	(
		trackers: readonly TrackerView[],
		webSeeds: readonly WebSeedView[],
		sources: readonly SourceView[],
		state: TorrentState | undefined,
		choosing: boolean | undefined,
		nodes: number,
		dhtState: NonNullable<Dht>['state'] | undefined,
	): readonly TrackerView[] => {
		// Who waits for a choice of its files goes on looking, unless that is since the engine's start.
		const isWaiting = choosing === true && sources.some(({nextAt}) => nextAt !== undefined);
		const isLooking = isWaiting || (state !== undefined && looking.has(state));
		const dht = dhtState && {state: dhtState};
		return [
			...trackers,
			...webSeeds.map(webSeedRow),
			...sources
				.filter(({kind}) => kinds.has(kind))
				.map(source => sourceRow(source, source.kind as Kind, isLooking, nodes, dht)),
		];
	},
);

/**
 * Where the peers and the data of the torrent that is shown come from: its trackers, its web seeds, then the DHT, PEX and
 * the local network.
 */
export function trackersAndSources({model: {torrent, session}}: ScreenState): readonly TrackerView[] {
	return rows(
		torrent?.trackers ?? none,
		torrent?.webSeeds ?? none,
		torrent?.sources ?? none,
		torrent?.overview?.state,
		torrent?.overview?.choosing,
		session?.dhtNodes ?? 0,
		session?.dht?.state,
	);
}
