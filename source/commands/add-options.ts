import {resolve} from 'node:path';
import type {AddOptions} from '../api/command.js';
import type {Flags} from './command.js';
import type {torrentOptions} from './flags.js';

/** The options of the command line as the engine takes them, each torrent's own. */
export function addOptions(flags: Flags<typeof torrentOptions> & {readonly trackers?: boolean}): AddOptions {
	const {dir, peer, tracker, select, sequential, maxPeers, seedRatio, seedTime, check, trackers, overwrite} =
		flags;
	return {
		dir: resolve(dir ?? '.'),
		...(peer.length > 0 && {peers: peer}),
		...(tracker.length > 0 && {trackers: tracker}),
		// One as text: an engine of an earlier version knows no list.
		...(select.length > 0 && {select: select.length === 1 ? select[0]! : select}),
		...(sequential && {sequential}),
		...(maxPeers !== undefined && {maxPeers}),
		...(seedRatio !== undefined && {seedRatio}),
		...(seedTime !== undefined && {seedTime}),
		...(check !== undefined && {check}),
		...(overwrite && {overwrite}),
		...(trackers === false && {trackersOff: true}),
	};
}
