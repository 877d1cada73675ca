import type {AddOptions, Merged} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {PeerAddress} from '../../base/peer-address.js';
import {safeText} from '../../base/safe-text.js';
import {trackerUrlFault} from '../sources/tracker-url.js';
import {byPriority, selectedFiles} from '../torrent/initial-selection.js';
import type {Torrent} from '../torrent/torrent.js';

/** What the options make another one of a torrent that is here, in words; without what `mergeInto` counts. */
export function settingsChanged(torrent: Torrent, options: AddOptions): string[] {
	const {label, seedRatio, seedTime, sequential, maxDownload, maxUpload} = options;
	const {goal, rateLimits, settings} = torrent;
	const differs = <Value>(wish: Value | undefined, now: Value | undefined) =>
		wish !== undefined && wish !== now;
	const changes: ReadonlyArray<readonly [string, boolean]> = [
		['label', differs(label, settings.label)],
		['seeding goal', differs(seedRatio, goal.ratio) || differs(seedTime, goal.time)],
		['order', differs(sequential, settings.sequential)],
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

/**
 * Gives a torrent that is here what another .torrent or link of it, and the options it was added with, have more of: trackers,
 * peers, wanted files. Nothing is taken away: what was wanted stays wanted.
 *
 * @param tiers the trackers it names
 * @param addresses of the peers in the options
 * @throws {UserError} when the selection is not understood, and nothing has changed then
 */
export function mergeInto(
	torrent: Torrent,
	tiers: ReadonlyArray<readonly string[]>,
	options: AddOptions,
	addresses: readonly PeerAddress[],
	trackersOff: boolean,
): Merged {
	const {content} = torrent;
	const {select, priorities = []} = options;
	const selected =
		select === undefined || content === undefined ? [] : selectedFiles(content.metainfo, select);
	const more = selected.filter(index => content?.files.priorities[index] === 0);
	if (content === undefined && (select !== undefined || priorities.length > 0))
		torrent.post({type: 'select', choices: {select, priorities}});
	if (more.length > 0) torrent.post({type: 'prioritise', files: more, priority: 2});
	for (const [priority, chosen] of byPriority(content === undefined ? [] : priorities))
		torrent.post({type: 'prioritise', files: chosen, priority});
	let trackers = 0;
	const done = (count: number): void => {
		trackers += count;
	};
	if (!trackersOff) torrent.post({type: 'addTiers', tiers, done});
	for (const url of options.trackers ?? []) torrent.post({type: 'addTracker', url, done});
	if (addresses.length > 0) torrent.post({type: 'peers', addresses: [...addresses], source: 'manual'});
	return {trackers, peers: addresses.length, files: more.length};
}
