import type {AddOptions, Merged, Reply} from '../../api/command.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {SeedGoal} from '../../base/seed-goal.js';
import type {QueueManager} from '../session/queue-manager.js';
import type {SessionServices} from '../session/session-services.js';
import {byPriority, selectedFiles} from '../torrent/initial-selection.js';
import type {Torrent} from '../torrent/torrent.js';
import {applySettings, nameWebSeeds} from './add-options.js';

/** What another .torrent or link of a torrent comes with. */
export interface MoreOfTorrent {
	/** The trackers it names. */
	readonly tiers: ReadonlyArray<readonly string[]>;
	/** The web seeds it names. */
	readonly webSeeds: readonly string[];
	readonly options: AddOptions;
	/** Of the peers in the options and the link. */
	readonly addresses: readonly PeerAddress[];
}

/**
 * Adds to a torrent that is here whatever it has more when it is added once more, and answers what that was. Nothing is
 * taken away from it.
 *
 * @throws {UserError} when the selection is not understood, and nothing has changed then
 */
export function mergeTorrent(
	torrent: Torrent,
	more: MoreOfTorrent,
	session: {
		/** Whether trackers are asked. */
		readonly trackers: boolean;
		readonly queue: QueueManager;
		readonly services: Pick<SessionServices, 'log'>;
	},
): Reply {
	const {trackers, queue, services} = session;
	const {tiers, webSeeds, options, addresses} = more;
	const meant = meantOptions(options);
	const usual = new Set(options.usual);
	const trackersOff = !trackers || options.trackersOff === true;
	const merged = mergeInto(torrent, tiers, meant, usual.has('peers') ? [] : addresses, trackersOff);
	torrent.post({type: 'addWebSeeds', urls: webSeeds});
	const set = settingsChanged(torrent, meant);
	applySettings(torrent, meant);
	// Whoever adds it once more and asks for no choice wants it as it is.
	const isChosen = torrent.asksForChoice && options.choose !== true;
	if (isChosen) torrent.post({type: 'choose'});
	if (meant.overwrite || meant.repair || (isChosen && torrent.settings.wanted)) queue.start(torrent, 'quick');
	queue.plan();
	const {trackers: urls, peers, files} = merged;
	if (urls + peers + files > 0)
		services.log(
			'info',
			`added again: ${urls} trackers, ${peers} peers, ${files} wanted files more`,
			torrent.id,
		);
	const elsewhere = meant.dir !== undefined && meant.dir !== torrent.dir;
	return {
		id: torrent.id,
		already: true,
		merged: {...merged, ...(set.length > 0 && {set}), ...(elsewhere && {dir: torrent.dir})},
	};
}

/** What the options make another one of a torrent that is here, in words; without what `mergeInto` counts. */
function settingsChanged(torrent: Torrent, options: AddOptions): string[] {
	const {label, seedRatio, seedTime, goal: wish = {}, sequential, maxDownload, maxUpload, publish} = options;
	const {goal, rateLimits, settings} = torrent;
	const differs = <Value>(wish: Value | undefined, now: Value | undefined) =>
		wish !== undefined && wish !== now;
	const changes: ReadonlyArray<readonly [string, boolean]> = [
		['label', differs(label, settings.label)],
		[
			'seeding goal',
			differs(seedRatio, goal.ratio) ||
				differs(seedTime, goal.time) ||
				Object.entries(wish).some(([part, value]) => differs(value, goal.own[part as keyof SeedGoal])),
		],
		['publishing', differs(publish, settings.publish)],
		['order', differs(sequential, settings.sequential)],
		[
			'speed limits',
			differs(maxDownload, rateLimits.download.rate) || differs(maxUpload, rateLimits.upload.rate),
		],
	];
	return changes.flatMap(([name, isChanged]) => (isChanged ? [name] : []));
}

/** The options that were meant for this torrent, without what its adder usually wants of new ones. */
function meantOptions(options: AddOptions): AddOptions {
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
function mergeInto(
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
	nameWebSeeds(torrent, options);
	if (addresses.length > 0) torrent.post({type: 'peers', addresses: [...addresses], source: 'manual'});
	return {trackers, peers: addresses.length, files: more.length};
}
