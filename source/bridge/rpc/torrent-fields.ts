import type {TorrentView} from '../../api/snapshot.js';
import type {DetailName, TorrentDetails, TorrentFigures} from '../../api/torrent-details.js';
import {
	fileStatsOf,
	filesOf,
	mimeTypeOf,
	type NumberedTracker,
	peersOf,
	priorityOf,
	secondsOf,
	trackerListOf,
	trackerStatsOf,
	trackersOf,
} from './detail-fields.js';
import type {RpcTorrent} from './rpc-torrents.js';

/** What fields are told by, besides the torrent itself. */
export interface FieldGround {
	/** The engine's folder for its state. */
	readonly stateDir: string;
	/** A torrent's trackers with their numbers, in their order. */
	numbered(details: TorrentDetails): NumberedTracker[];
	/** Whether the client speaks as before 4.1, where two things are told in other ways. */
	readonly isOlder: boolean;
	/** What holds for all torrents, where one has no goal of its own: 0 for none. */
	readonly usualRatio: number;
	readonly usualIdleMinutes: number;
}

/** One field of a torrent. */
interface Field {
	/** What it needs to know beside the view. */
	readonly needs?: DetailName;
	/** It holds objects, whose names are spelt in two ways, too. */
	readonly isDeep?: true;
	value(torrent: FieldTorrent, ground: FieldGround): unknown;
}

/** A torrent of which everything is there that was said to be needed. */
interface FieldTorrent extends RpcTorrent {
	readonly details: TorrentDetails;
	readonly figures: TorrentFigures;
}

const noFigures: TorrentFigures = {
	had: 0,
	activeTime: 0,
	seedingTime: 0,
	stalled: false,
	ownGoal: {},
	peersFrom: {},
};

/** The same with nothing in it where it was not asked for. */
export function fieldTorrent(torrent: RpcTorrent): FieldTorrent {
	const details = torrent.details ?? {id: torrent.view.id};
	return {...torrent, details, figures: details.figures ?? noFigures};
}

/** A torrent is called what it is called on the disk: remotes rename all of it by this name. */
export function rpcName({name, root}: TorrentView): string {
	return root ?? name;
}

/** 0 stopped, 1 waits to be checked, 2 is checked, 3 waits to download, 4 downloads, 5 waits to seed, 6 seeds. */
export function statusOf({state, checked, completed, wanted}: TorrentView): number {
	switch (state) {
		case 'checking':
			return checked === undefined ? 1 : 2;
		case 'queued':
			return wanted > 0 && completed >= wanted ? 5 : 3;
		case 'metadata':
		case 'downloading':
			return 4;
		case 'seeding':
			return 6;
		case 'finished':
		case 'pausing':
		case 'paused':
		case 'failed':
			return 0;
		default:
			return state satisfies never;
	}
}

/** 3 something is wrong here, 2 a tracker refuses it, 0 nothing. */
function errorOf({view, figures}: FieldTorrent): {readonly code: number; readonly text: string} {
	if (view.state === 'failed') return {code: 3, text: view.reason?.text ?? 'it has failed'};
	if (figures.refusal !== undefined) return {code: 2, text: figures.refusal};
	return {code: 0, text: ''};
}

/** What was wrong; what came twice, or too late, is wasted, too, and was right. */
function corruptOf({wasted, hashFailures = 0, pieceLength}: TorrentView): number {
	return Math.min(wasted, hashFailures * pieceLength);
}

/** What will be had in the end: what is wanted, and what is had of the rest. */
function sizeWhenDone({view: {wanted, completed}, figures: {had}}: FieldTorrent): number {
	return had + wanted - completed;
}

const notAvailable = -1;
const unknown = -2;

function ratioOf({view: {uploaded, downloaded}, figures: {had}}: FieldTorrent): number {
	const received = downloaded || had;
	if (received > 0) return uploaded / received;
	return uploaded > 0 ? unknown : notAvailable;
}

function etaOf({eta, state, completed, wanted}: TorrentView): number {
	if (eta !== undefined) return eta;
	const isDownloading = state === 'metadata' || (state === 'downloading' && completed < wanted);
	return isDownloading ? unknown : notAvailable;
}

/** 0 as all have it, 1 its own, 2 without end. */
function modeOf(own: number | 'none' | undefined): number {
	return own === undefined ? 0 : own === 'none' ? 2 : 1;
}

/** kB/s as the protocol counts them: by 1,000; a limit is never told as none. */
export function kilobytes(rate: number | undefined, other = 0): number {
	return rate === undefined ? other : Math.max(1, Math.round(rate / 1000));
}

/** All labels: those that the engine does not know count only while it has the first of them. */
function labelsOf({view: {label}, kept: {labels}}: RpcTorrent): readonly string[] {
	if (label === undefined) return [];
	return labels?.[0] === label ? labels : [label];
}

const figures = (value: Field['value']): Field => ({needs: 'figures', value});

/** Every field that can be asked for, by its name today. */
const fields: Readonly<Record<string, Field>> = {
	activity_date: figures(({view, figures: {movedAt}}) => secondsOf(movedAt ?? view.completedAt)),
	added_date: {value: ({view}) => secondsOf(view.addedAt)},
	availability: {needs: 'pieces', value: ({details}) => details.pieces?.availability ?? []},
	bandwidth_priority: {value: ({kept}) => kept.bandwidth_priority ?? 0},
	bytes_completed: {needs: 'files', value: ({details}) => details.progress?.completed ?? []},
	comment: {value: ({view}) => view.comment ?? ''},
	corrupt_ever: {value: ({view}) => corruptOf(view)},
	creator: {value: ({view}) => view.createdBy ?? ''},
	date_created: {value: ({view}) => view.creationDate ?? 0},
	desired_available: {
		needs: 'pieces',
		value: ({view, details}) =>
			view.seedsConnected > 0 ? view.wanted - view.completed : (details.pieces?.within ?? 0),
	},
	done_date: {value: ({view}) => secondsOf(view.completedAt)},
	download_dir: {value: ({view}) => view.dir},
	download_limit: {value: ({view, kept}) => kilobytes(view.maxDownload, kept.download_limit ?? 100)},
	download_limited: {value: ({view}) => view.maxDownload !== undefined},
	downloaded_ever: {value: ({view}) => view.downloaded},
	edit_date: {value: ({view}) => secondsOf(view.addedAt)},
	error: figures(torrent => errorOf(torrent).code),
	error_string: figures(torrent => errorOf(torrent).text),
	eta: {value: ({view}) => etaOf(view)},
	eta_idle: {value: () => notAvailable},
	file_count: {value: ({view}) => view.files},
	file_stats: {needs: 'files', isDeep: true, value: ({details}) => fileStatsOf(details)},
	files: {needs: 'files', isDeep: true, value: ({details, view}) => filesOf(details, view.pieceLength)},
	group: {value: () => ''},
	hash_string: {value: ({view}) => view.id},
	have_unchecked: {value: () => 0},
	have_valid: figures(({figures: {had}}) => had),
	honors_session_limits: {value: () => true},
	id: {value: ({number}) => number},
	is_finished: {value: ({view}) => view.state === 'finished'},
	is_private: {value: ({view}) => view.private},
	is_stalled: figures(({figures: {stalled}}) => stalled),
	labels: {value: torrent => labelsOf(torrent)},
	left_until_done: {value: ({view}) => view.wanted - view.completed},
	magnet_link: {value: ({view}) => view.magnet},
	manual_announce_time: {value: () => 0},
	max_connected_peers: {value: ({view}) => view.maxPeers ?? 0},
	metadata_percent_complete: {value: ({view}) => (view.pieces > 0 ? 1 : 0)},
	name: {value: ({view}) => rpcName(view)},
	peer_limit: {value: ({view}) => view.maxPeers ?? 0},
	peers: {needs: 'peers', isDeep: true, value: ({details}) => peersOf(details)},
	peers_connected: {value: ({view}) => view.connected},
	peers_from: {
		needs: 'figures',
		isDeep: true,
		value: ({figures: {peersFrom: from}}) => ({
			from_cache: (from['resume'] ?? 0) + (from['manual'] ?? 0),
			from_dht: from['dht'] ?? 0,
			from_incoming: from['incoming'] ?? 0,
			from_lpd: from['lsd'] ?? 0,
			from_ltep: 0,
			from_pex: from['pex'] ?? 0,
			from_tracker: from['tracker'] ?? 0,
		}),
	},
	peers_getting_from_us: {value: ({view}) => view.receiving ?? 0},
	peers_sending_to_us: {value: ({view}) => view.sending ?? 0},
	percent_complete: figures(({view, figures: {had}}) => (view.length > 0 ? had / view.length : 0)),
	percent_done: figures(torrent => {
		const size = sizeWhenDone(torrent);
		return size > 0 ? torrent.figures.had / size : torrent.view.length > 0 ? 1 : 0;
	}),
	piece_count: {value: ({view}) => view.pieces},
	piece_size: {value: ({view}) => view.pieceLength},
	pieces: {needs: 'pieces', value: ({details}) => details.pieces?.have ?? ''},
	primary_mime_type: {needs: 'files', value: ({details}) => mimeTypeOf(details)},
	priorities: {needs: 'files', value: ({details}) => (details.progress?.priority ?? []).map(priorityOf)},
	queue_position: {value: ({view}) => Math.max(0, view.queue - 1)},
	rate_download: {value: ({view}) => Math.round(view.downloadRate)},
	rate_upload: {value: ({view}) => Math.round(view.uploadRate)},
	recheck_progress: {value: ({view}) => view.checked ?? 0},
	seconds_downloading: figures(({figures: {activeTime, seedingTime}}) => activeTime - seedingTime),
	seconds_seeding: figures(({figures: {seedingTime}}) => seedingTime),
	seed_idle_limit: figures(({figures: {ownGoal}, kept}, {usualIdleMinutes}) =>
		typeof ownGoal.idle === 'number'
			? Math.round(ownGoal.idle / 60)
			: (kept.seed_idle_limit ?? usualIdleMinutes),
	),
	seed_idle_mode: figures(({figures: {ownGoal}}) => modeOf(ownGoal.idle)),
	seed_ratio_limit: figures(({figures: {ownGoal}, kept}, {usualRatio}) =>
		typeof ownGoal.ratio === 'number' ? ownGoal.ratio : (kept.seed_ratio_limit ?? usualRatio),
	),
	seed_ratio_mode: figures(({figures: {ownGoal}}) => modeOf(ownGoal.ratio)),
	sequential_download: {value: ({view}) => view.sequential},
	sequential_download_from_piece: {value: () => 0},
	size_when_done: figures(torrent => sizeWhenDone(torrent)),
	source: figures(({figures: {source}}) => source ?? ''),
	start_date: figures(({figures: {startedAt}}) => secondsOf(startedAt)),
	status: {value: ({view}) => statusOf(view)},
	torrent_file: {value: ({view}, {stateDir}) => `${stateDir}/resume/${view.id}.torrent`},
	total_size: {value: ({view}) => view.length},
	tracker_list: {needs: 'trackers', value: ({details}, {numbered}) => trackerListOf(numbered(details))},
	tracker_stats: {
		needs: 'trackers',
		isDeep: true,
		value: ({details}, {numbered}) => trackerStatsOf(numbered(details)),
	},
	trackers: {
		needs: 'trackers',
		isDeep: true,
		value: ({details}, {numbered}) => trackersOf(numbered(details)),
	},
	upload_limit: {value: ({view, kept}) => kilobytes(view.maxUpload, kept.upload_limit ?? 100)},
	upload_limited: {value: ({view}) => view.maxUpload !== undefined},
	upload_ratio: figures(torrent => ratioOf(torrent)),
	uploaded_ever: {value: ({view}) => view.uploaded},
	wanted: {
		needs: 'files',
		value: ({details}, {isOlder}) =>
			(details.progress?.priority ?? []).map(priority => (isOlder ? Number(priority > 0) : priority > 0)),
	},
	webseeds: {value: ({view}) => view.webSeeds ?? []},
	webseeds_ex: {
		needs: 'trackers',
		isDeep: true,
		value: ({details}) =>
			(details.webSeeds ?? []).map(({url, downloadRate}) => ({
				url,
				is_downloading: downloadRate > 0,
				download_bytes_per_second: downloadRate,
			})),
	},
	webseeds_sending_to_us: {value: ({view}) => view.webSeedsSending ?? 0},
};

/** The field of this name today; undefined when there is none. */
export function torrentField(name: string): Field | undefined {
	return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** The names of all fields today. */
export const torrentFieldNames: readonly string[] = Object.keys(fields);
