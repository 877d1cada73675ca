import type {AddOptions, Merged} from '../../api/command.js';
import {selectFiles} from '../../api/file-rules.js';
import {UserError} from '../../base/errors.js';
import type {PeerAddress} from '../../base/peer-address.js';
import {safeText} from '../../base/safe-text.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {trackerUrlFault} from '../sources/tracker-url.js';
import type {Torrent} from '../torrent/torrent.js';
import {byPriority} from './priority-groups.js';

/** What the options make another one of a torrent that is here, in words; without what `mergeInto` counts. */
export function settingsChanged(torrent: Torrent, options: AddOptions): string[] {
	const {label, seedRatio, seedTime, sequential, maxDownload, maxUpload} = options;
	const {goal, rateLimits} = torrent;
	const differs = <Value>(wish: Value | undefined, now: Value | undefined) =>
		wish !== undefined && wish !== now;
	const changes: ReadonlyArray<readonly [string, boolean]> = [
		['label', differs(label, torrent.label)],
		['seeding goal', differs(seedRatio, goal.ratio) || differs(seedTime, goal.time)],
		['order', differs(sequential, torrent.sequential)],
		[
			'speed limits',
			differs(maxDownload, rateLimits.download.rate) || differs(maxUpload, rateLimits.upload.rate),
		],
	];
	return changes.flatMap(([name, isChanged]) => (isChanged ? [name] : []));
}

/** Throws a `UserError` for a tracker that can be none, so that nothing is half done when it is told. */
export function requireTrackers(urls: readonly string[]): void {
	for (const url of urls) {
		const fault = trackerUrlFault(url.trim());
		if (fault) throw new UserError('bad-tracker', `not a tracker: ${safeText(url)}: ${fault}`);
	}
}

/** The options that were meant for this torrent, without what its adder usually wants of new ones. */
export function meantOptions(options: AddOptions): AddOptions {
	const usual = new Set<string>(options.usual);
	return Object.fromEntries(Object.entries(options).filter(([name]) => !usual.has(name)));
}

/** Positions of a torrent's visible files that a selection picks. Throws a `UserError` when it is not understood. */
export function selectedFiles(metainfo: Metainfo, select: NonNullable<AddOptions['select']>): number[] {
	const visible = [...metainfo.files.keys()].filter(index => !metainfo.files[index]!.pad);
	const chosen = selectFiles(
		select,
		visible.map(index => metainfo.files[index]!),
	);
	return visible.filter((_, at) => chosen[at]);
}

/**
 * Gives a torrent that is here what another .torrent of it, and the options it was added with, have more of: trackers,
 * peers, wanted files. Nothing is taken away: what was wanted stays wanted.
 *
 * @param addresses of the peers in the options
 * @throws {UserError} when the selection is not understood, and nothing has changed then
 */
export function mergeInto(
	torrent: Torrent,
	metainfo: Metainfo,
	options: AddOptions,
	addresses: readonly PeerAddress[],
	trackersOff: boolean,
): Merged {
	const {content} = torrent;
	const {list: own} = torrent.sources.trackers;
	const selected = options.select === undefined ? [] : selectedFiles(metainfo, options.select);
	const more = selected.filter(index => content?.files.priorities[index] === 0);
	if (more.length > 0) torrent.post({type: 'prioritise', files: more, priority: 2});
	for (const [priority, chosen] of byPriority(options.priorities ?? []))
		torrent.post({type: 'prioritise', files: chosen, priority});
	let trackers = trackersOff ? 0 : own.merge(metainfo.trackers);
	for (const url of options.trackers ?? []) if (own.add(url)) trackers++;
	if (addresses.length > 0) torrent.post({type: 'peers', addresses: [...addresses], source: 'manual'});
	return {trackers, peers: addresses.length, files: more.length};
}
