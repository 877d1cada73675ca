import {parseDuration, parseRate, parseSize} from '../base/quantities.js';
import type {Millis} from '../base/units.js';
import type {TorrentView} from './snapshot.js';
import {isInTrouble, progressOf, standingOf, torrentStates} from './torrent-standing.js';

/** A torrent as filters see it. */
export interface FilteredTorrent extends TorrentView {
	/** The announce URLs of its trackers, where somebody has asked for them. */
	readonly trackers?: readonly string[];
}

/** What a field may be compared with, and how that is typed. */
export type FieldKind = 'text' | 'state' | 'size' | 'rate' | 'time' | 'percent' | 'number' | 'flag';

/** What of a torrent a filter may ask for. Undefined is not known: no comparison but `!=` holds then. */
export type FilterField =
	| {readonly kind: 'text' | 'state'; readonly of: (view: FilteredTorrent) => readonly string[]}
	| {readonly kind: 'flag'; readonly of: (view: FilteredTorrent) => boolean}
	| {
			readonly kind: Exclude<FieldKind, 'text' | 'state' | 'flag'>;
			/** @param now in ms since 1970 */
			readonly of: (view: FilteredTorrent, now: Millis) => number | undefined;
	  };

const text = (of: (view: TorrentView) => string | undefined): FilterField => ({
	kind: 'text',
	of: view => [of(view) ?? ''],
});
const flag = (of: (view: TorrentView) => boolean | undefined): FilterField => ({
	kind: 'flag',
	of: view => of(view) === true,
});

/** `tracker.example` of `udp://tracker.example:6969/announce`. */
function hostOf(url: string): string {
	return URL.canParse(url) ? new URL(url.replace(/^udp:/, 'http:')).hostname : url;
}

/** The fields of a filter by their names; a state is one, too: whether it is in that. */
export const torrentFields: Readonly<Record<string, FilterField>> = {
	name: text(({name}) => name),
	label: text(({label}) => label),
	dir: text(({dir}) => dir),
	reason: text(({reason}) => reason?.text),
	comment: text(({comment}) => comment),
	hash: {kind: 'text', of: ({id, infoHash = id, infoHashV2}) => [id, infoHash, infoHashV2 ?? id]},
	tracker: {
		kind: 'text',
		of: ({trackers, trackerHosts = []}) =>
			trackers === undefined ? trackerHosts : trackers.flatMap(url => [url, hostOf(url)]),
	},
	state: {kind: 'state', of: ({state}) => [state]},
	size: {kind: 'size', of: ({wanted}) => wanted},
	length: {kind: 'size', of: ({length}) => length},
	left: {kind: 'size', of: ({wanted, completed}) => wanted - completed},
	completed: {kind: 'size', of: ({completed}) => completed},
	downloaded: {kind: 'size', of: ({downloaded}) => downloaded},
	uploaded: {kind: 'size', of: ({uploaded}) => uploaded},
	wasted: {kind: 'size', of: ({wasted}) => wasted},
	down: {kind: 'rate', of: ({downloadRate}) => downloadRate},
	up: {kind: 'rate', of: ({uploadRate}) => uploadRate},
	'max-download': {kind: 'rate', of: ({maxDownload}) => maxDownload},
	'max-upload': {kind: 'rate', of: ({maxUpload}) => maxUpload},
	done: {kind: 'percent', of: view => progressOf(view) * 100},
	ratio: {kind: 'number', of: ({ratio}) => ratio},
	goal: {kind: 'percent', of: ({goal}) => goal?.share && goal.share * 100},
	peers: {kind: 'number', of: ({connected}) => connected},
	seeds: {kind: 'number', of: ({seedsConnected}) => seedsConnected},
	known: {kind: 'number', of: ({known}) => known},
	availability: {kind: 'number', of: ({availability}) => availability},
	files: {kind: 'number', of: ({files}) => files},
	queue: {kind: 'number', of: ({queue}) => queue},
	eta: {kind: 'time', of: ({eta}) => eta},
	age: {kind: 'time', of: ({addedAt}, now) => (now - addedAt) / 1000},
	'done-age': {kind: 'time', of: ({completedAt}, now) => completedAt && (now - completedAt) / 1000},
	complete: flag(view => progressOf(view) === 1 && view.state !== 'checking'),
	active: flag(({downloadRate, uploadRate}) => downloadRate > 0 || uploadRate > 0),
	choosing: flag(({choosing}) => choosing),
	private: flag(view => view.private),
	sequential: flag(({sequential}) => sequential),
	'super-seeding': flag(({superSeeding}) => superSeeding),
	published: flag(({publish}) => publish),
	stalled: flag(view => standingOf(view) === 'stalled'),
	error: flag(({state}) => state === 'failed'),
	trouble: flag(isInTrouble),
	...Object.fromEntries(torrentStates.map(state => [state, flag(view => view.state === state)])),
};

/** How the values of a kind are read, and what one looks like. */
export const numberKinds: Readonly<
	Record<
		Exclude<FieldKind, 'text' | 'state' | 'flag'>,
		readonly [read: (text: string) => number | undefined, like: string]
	>
> = {
	size: [parseSize, 'a size such as 500K, 2M or 1.5G'],
	rate: [parseRate, 'a rate such as 500K or 2M'],
	time: [parseDuration, 'a time such as 90s, 10m, 2h or 7d'],
	percent: [text => plainNumber(text.replace(/%$/, '')), 'a percentage such as 50%'],
	number: [plainNumber, 'a number'],
};

function plainNumber(text: string): number | undefined {
	return /^(?:\d{1,15}(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : undefined;
}
