import type {SessionView, TorrentState, TorrentView} from '../../api/snapshot.js';
import {torrentStates} from '../../api/torrent-standing.js';

/** One measure in the text format of Prometheus. */
interface Metric {
	readonly name: string;
	readonly type: 'counter' | 'gauge';
	readonly help: string;
	readonly samples: ReadonlyArray<readonly [labels: Readonly<Record<string, string>>, value: number]>;
}

/** The type of an answer with `metricsText`. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

function numberText(value: number): string {
	if (Number.isNaN(value)) return 'NaN';
	return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
}

function labelText(labels: Readonly<Record<string, string>>): string {
	const parts = Object.entries(labels).map(
		([name, value]) => `${name}="${value.toWellFormed().replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`,
	);
	return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function text({name, type, help, samples}: Metric): string {
	const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${numberText(value)}`);
	return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
}

function one(name: string, type: Metric['type'], help: string, value: number | undefined): Metric[] {
	return value === undefined ? [] : [{name, type, help, samples: [[{}, value]]}];
}

function sessionMetrics(session: SessionView): Metric[] {
	const {portState, dht} = session;
	return [
		{
			name: 'tortui_info',
			type: 'gauge',
			help: 'The program that runs.',
			samples: [[{version: session.version, name: session.name}, 1]],
		},
		...one('tortui_uptime_seconds', 'gauge', 'Time since the engine started.', session.uptime),
		...one(
			'tortui_received_bytes_total',
			'counter',
			'Payload received, over all sessions.',
			session.downloaded,
		),
		...one('tortui_sent_bytes_total', 'counter', 'Payload sent, over all sessions.', session.uploaded),
		...one('tortui_receive_bytes_per_second', 'gauge', 'Payload received now.', session.downloadRate),
		...one('tortui_send_bytes_per_second', 'gauge', 'Payload sent now.', session.uploadRate),
		...one('tortui_peers_connected', 'gauge', 'Peers that are connected.', session.connected),
		...(dht === undefined
			? []
			: one('tortui_dht_nodes', 'gauge', 'Nodes in the routing tables of the DHT.', session.dhtNodes)),
		...one('tortui_free_space_bytes', 'gauge', 'Free where downloads go by default.', session.freeSpace),
		{
			name: 'tortui_port_open',
			type: 'gauge',
			help: 'Whether somebody has reached the listen port: 1 yes, 0 somebody tried and could not; absent while unknown.',
			samples: portState === 'unknown' ? [] : [[{port: String(session.port)}, portState === 'open' ? 1 : 0]],
		},
		...one('tortui_slow_mode', 'gauge', 'Whether slow mode holds.', session.slowMode ? 1 : 0),
	];
}

function torrentMetrics(torrents: readonly TorrentView[]): Metric[] {
	const counts = new Map<TorrentState, number>(torrentStates.map(state => [state, 0]));
	for (const {state} of torrents) counts.set(state, (counts.get(state) ?? 0) + 1);
	const sum = (of: (torrent: TorrentView) => number) =>
		torrents.reduce((total, torrent) => total + of(torrent), 0);
	return [
		{
			name: 'tortui_torrents',
			type: 'gauge',
			help: 'Torrents by their state.',
			samples: [...counts].map(([state, count]) => [{state}, count]),
		},
		...one(
			'tortui_wanted_bytes',
			'gauge',
			'What is wanted of all torrents.',
			sum(({wanted}) => wanted),
		),
		...one(
			'tortui_completed_bytes',
			'gauge',
			'What of that is verified and on disk.',
			sum(({completed}) => completed),
		),
		...one(
			'tortui_wasted_bytes_total',
			'counter',
			'Received and thrown away, of the torrents that are here.',
			sum(({wasted}) => wasted),
		),
	];
}

/** A measure of each torrent, labelled with its id and name. */
const each: ReadonlyArray<
	readonly [name: string, type: Metric['type'], help: string, of: (torrent: TorrentView) => number]
> = [
	['tortui_torrent_wanted_bytes', 'gauge', 'What is wanted of it.', ({wanted}) => wanted],
	['tortui_torrent_completed_bytes', 'gauge', 'What of that is here.', ({completed}) => completed],
	['tortui_torrent_received_bytes_total', 'counter', 'Payload received.', ({downloaded}) => downloaded],
	['tortui_torrent_sent_bytes_total', 'counter', 'Payload sent.', ({uploaded}) => uploaded],
	['tortui_torrent_receive_bytes_per_second', 'gauge', 'Received now.', ({downloadRate}) => downloadRate],
	['tortui_torrent_send_bytes_per_second', 'gauge', 'Sent now.', ({uploadRate}) => uploadRate],
	['tortui_torrent_peers_connected', 'gauge', 'Peers that are connected.', ({connected}) => connected],
	['tortui_torrent_ratio', 'gauge', 'Sent by received.', ({ratio}) => ratio],
];

/**
 * The engine in the text format of Prometheus: metrics in base units, counters that end in `_total`. `visitors` is how many
 * look at the web screen now; with `single`, measures of each torrent too, which make as many series as there are torrents.
 */
export function metricsText(
	session: SessionView,
	torrents: readonly TorrentView[],
	visitors: number,
	single: boolean,
): string {
	const metrics = [
		...sessionMetrics(session),
		...torrentMetrics(torrents),
		...one('tortui_web_visitors', 'gauge', 'Web screens that are open.', visitors),
		...(single
			? each.map(
					([name, type, help, of]): Metric => ({
						name,
						type,
						help,
						samples: torrents.map(torrent => [{id: torrent.id, name: torrent.name}, of(torrent)]),
					}),
				)
			: []),
	];
	return `${metrics
		.filter(({samples}) => samples.length > 0)
		.map(text)
		.join('\n')}\n`;
}
