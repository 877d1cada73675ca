import type {PeerView, TrackerView} from '../../api/snapshot.js';
import type {TorrentDetails} from '../../api/torrent-details.js';
import type {Millis, Seconds} from '../../base/units.js';

/** Parts of a torrent that are lists, as Transmission's RPC tells them: with today's names. */

/** Milliseconds since 1970 as seconds; 0 for never. */
export function secondsOf(time: Millis | undefined): Seconds {
	return time === undefined ? 0 : Math.floor(time / 1000);
}

/** Each file with what is had of it. @param pieceLength of the torrent */
export function filesOf({files = [], progress, offsets = []}: TorrentDetails, pieceLength: number): object[] {
	return files.map(({path, length}, index) => {
		const begin = Math.floor((offsets[index] ?? 0) / (pieceLength || 1));
		const end = Math.floor(((offsets[index] ?? 0) + Math.max(0, length - 1)) / (pieceLength || 1)) + 1;
		return {
			bytes_completed: progress?.completed[index] ?? 0,
			length,
			name: path.join('/'),
			begin_piece: begin,
			end_piece: end,
		};
	});
}

/** What can change of each file. */
export function fileStatsOf({progress}: TorrentDetails): object[] {
	return (progress?.priority ?? []).map((priority, index) => ({
		bytes_completed: progress?.completed[index] ?? 0,
		wanted: priority > 0,
		priority: priorityOf(priority),
	}));
}

/** -1 low, 0 normal, 1 high. What is skipped has a priority, too. */
export function priorityOf(priority: number): number {
	return priority === 0 ? 0 : Math.max(-1, Math.min(1, priority - 2));
}

/** Each peer that is connected. */
export function peersOf({peers = []}: TorrentDetails): object[] {
	return peers.map(peer => {
		const colon = peer.address.lastIndexOf(':');
		const {flags} = peer;
		return {
			address: peer.address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
			bytes_to_client: peer.downloaded,
			bytes_to_peer: peer.uploaded,
			client_is_choked: !/[DK]/.test(flags),
			client_is_interested: /[Dd]/.test(flags),
			client_name: peer.client,
			flag_str: flagsOf(peer),
			is_downloading_from: flags.includes('D') && peer.requested > 0,
			is_encrypted: peer.encrypted,
			is_incoming: flags.includes('I'),
			is_uploading_to: flags.includes('U') && (peer.queued > 0 || peer.uploadRate > 0),
			is_utp: peer.transport === 'utp',
			peer_id: '',
			peer_is_choked: !/[U?]/.test(flags),
			peer_is_interested: /[Uu]/.test(flags),
			port: Number(peer.address.slice(colon + 1)),
			progress: Math.min(1, peer.progress),
			rate_to_client: Math.round(peer.downloadRate),
			rate_to_peer: Math.round(peer.uploadRate),
		};
	});
}

/** Its letters: as ours, but for T, which is uTP there. */
function flagsOf({flags, transport}: PeerView): string {
	const own = flags.replace(/[^ODdUuK?EHXI]/g, '');
	return transport === 'utp' ? `T${own}` : own;
}

/** A tracker with the number that remotes call it. */
export interface NumberedTracker {
	readonly number: number;
	readonly tracker: TrackerView;
}

/** What can be asked of a tracker besides peers, where its URL tells that; empty when it does not. BEP 48. */
function scrapeUrl(url: string): string {
	if (url.startsWith('udp:')) return url;
	const slash = url.lastIndexOf('/');
	return url.startsWith('announce', slash + 1)
		? `${url.slice(0, slash + 1)}scrape${url.slice(slash + 9)}`
		: '';
}

function hostOf(url: string): {readonly place: string; readonly site: string} {
	const parsed = URL.canParse(url) ? new URL(url) : undefined;
	if (parsed === undefined) return {place: '', site: ''};
	const port = parsed.port || (parsed.protocol === 'https:' ? '443' : '80');
	const name = parsed.hostname;
	const isAddress = /^[\d.]+$|^\[/.test(name);
	const parts = name.split('.');
	return {place: `${name}:${port}`, site: isAddress ? name : (parts.at(-2) ?? name)};
}

/** Each tracker. Tiers count from 0 here. */
export function trackersOf(trackers: readonly NumberedTracker[]): object[] {
	return trackers.map(({number, tracker: {url, tier}}) => ({
		announce: url,
		id: number,
		scrape: scrapeUrl(url),
		sitename: hostOf(url).site,
		tier: tier - 1,
	}));
}

/** The URLs, a line each, an empty line between tiers. */
export function trackerListOf(trackers: readonly NumberedTracker[]): string {
	let text = '';
	for (const [index, {tracker}] of trackers.entries()) {
		const before = trackers[index - 1]?.tracker;
		if (before !== undefined && before.tier !== tracker.tier) text += '\n';
		text += `${tracker.url}\n`;
	}
	return text.trimEnd();
}

/** 0 it is not asked, 1 it will be, 2 it is about to be, 3 it is. */
function announceState({state, nextAt}: TrackerView): number {
	if (state === 'announcing') return 3;
	return nextAt === undefined ? 0 : 1;
}

/** What each tracker said, in all the fields that there are. What nobody knows is -1. */
export function trackerStatsOf(trackers: readonly NumberedTracker[]): object[] {
	return trackers.map(({number, tracker}) => {
		const {url, state, seeders, leechers, completed, peers, nextAt, askedAt, answeredAt, trouble} = tracker;
		const {place, site} = hostOf(url);
		const hasFailed = trouble !== undefined;
		const hasCounted = seeders !== undefined || leechers !== undefined || completed !== undefined;
		const heard = secondsOf(answeredAt);
		const asked = secondsOf(askedAt);
		return {
			announce: url,
			announce_state: announceState(tracker),
			download_count: completed ?? -1,
			downloader_count: -1,
			has_announced: askedAt !== undefined,
			has_scraped: hasCounted,
			host: place,
			id: number,
			is_backup: state === 'idle' && askedAt === undefined,
			last_announce_peer_count: peers ?? 0,
			last_announce_result: hasFailed ? tracker.status : answeredAt === undefined ? '' : 'Success',
			last_announce_start_time: asked,
			last_announce_succeeded: !hasFailed && answeredAt !== undefined,
			last_announce_time: hasFailed ? asked : heard,
			last_announce_timed_out: trouble === 'silent',
			last_scrape_result: '',
			last_scrape_start_time: 0,
			last_scrape_succeeded: hasCounted,
			last_scrape_time: hasCounted ? heard : 0,
			last_scrape_timed_out: false,
			leecher_count: leechers ?? -1,
			next_announce_time: secondsOf(nextAt),
			next_scrape_time: 0,
			scrape: scrapeUrl(url),
			scrape_state: 0,
			seeder_count: seeders ?? -1,
			sitename: site,
			tier: tracker.tier - 1,
		};
	});
}

const mimeTypes: Readonly<Record<string, string>> = {
	aac: 'audio/aac',
	avi: 'video/x-msvideo',
	epub: 'application/epub+zip',
	flac: 'audio/flac',
	gz: 'application/gzip',
	iso: 'application/x-iso9660-image',
	jpg: 'image/jpeg',
	m4a: 'audio/mp4',
	m4v: 'video/mp4',
	mkv: 'video/x-matroska',
	mov: 'video/quicktime',
	mp3: 'audio/mpeg',
	mp4: 'video/mp4',
	mpg: 'video/mpeg',
	ogg: 'audio/ogg',
	opus: 'audio/ogg',
	pdf: 'application/pdf',
	png: 'image/png',
	rar: 'application/vnd.rar',
	ts: 'video/mp2t',
	txt: 'text/plain',
	wav: 'audio/wav',
	webm: 'video/webm',
	xz: 'application/x-xz',
	zip: 'application/zip',
};

/** What most of a torrent is, by how its files are called. */
export function mimeTypeOf({files = []}: TorrentDetails): string {
	const sizes = new Map<string, number>();
	for (const {path, length} of files) {
		const type = mimeTypes[/\.([a-z\d]+)$/i.exec(path.at(-1) ?? '')?.[1]?.toLowerCase() ?? ''] ?? unknownType;
		sizes.set(type, (sizes.get(type) ?? 0) + length);
	}
	const [largest] = [...sizes].sort(([, one], [, other]) => other - one);
	return largest?.[0] ?? unknownType;
}

const unknownType = 'application/octet-stream';
