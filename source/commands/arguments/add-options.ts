import {resolve} from 'node:path';
import type {AddOptions} from '../../api/command.js';
import type {Flags} from './command.js';
import type {torrentOptions} from './flags.js';
import {furtherGoal} from './seed-goal-values.js';

/** What `AddOptions` calls the options whose names differ there. */
const names: Readonly<Record<string, string>> = {peer: 'peers', tracker: 'trackers', webSeed: 'webSeeds'};

/**
 * The options of the command line as the engine takes them, each torrent's own.
 *
 * @param given which of them were typed; the others come from the config file and do not change a torrent that is there
 */
export function addOptions(
	flags: Flags<typeof torrentOptions> & {readonly trackers?: boolean},
	given?: ReadonlySet<string>,
): AddOptions {
	if (given === undefined) return allOptions(flags);
	// What the config file says of goals holds for all torrents of an engine, which reads it itself.
	const options = allOptions(flags, given);
	const typed = new Set([...given].map(name => names[name] ?? name));
	const usual = Object.keys(options).filter(
		name => !typed.has(name) && name !== 'trackersOff' && name !== 'goal',
	);
	return usual.length > 0 ? {...options, usual} : options;
}

function allOptions(
	flags: Flags<typeof torrentOptions> & {readonly trackers?: boolean},
	typed?: ReadonlySet<string>,
): AddOptions {
	const {dir, peer, tracker, select, sequential, maxPeers, seedRatio, seedTime, check, trackers, overwrite} =
		flags;
	const {publish, webSeed} = flags;
	const goal = furtherGoal(flags, typed);
	const says = (key: string) => typed === undefined || typed.has(key);
	return {
		dir: resolve(dir ?? '.'),
		...(peer.length > 0 && {peers: peer}),
		...(tracker.length > 0 && {trackers: tracker}),
		...(webSeed.length > 0 && {webSeeds: webSeed}),
		// One as text: an engine of an earlier version knows no list.
		...(select.length > 0 && {select: select.length === 1 ? select[0]! : select}),
		...(sequential && {sequential}),
		...(maxPeers !== undefined && {maxPeers}),
		...(seedRatio !== undefined && says('seedRatio') && {seedRatio}),
		...(seedTime !== undefined && says('seedTime') && {seedTime}),
		...(Object.keys(goal).length > 0 && {goal}),
		...(check !== undefined && {check}),
		...(overwrite && {overwrite}),
		...(publish && {publish}),
		...(trackers === false && {trackersOff: true}),
	};
}
