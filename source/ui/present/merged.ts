import type {Merged} from '../../api/command.js';
import {count} from '../format.js';

/** What a torrent that was there got from being added again: `: 2 trackers, 1 peer, 3 wanted files added`. */
export function mergedInWords(merged: Merged | undefined): string {
	if (merged === undefined) return '';
	const parts = [
		...(merged.trackers > 0 ? [count(merged.trackers, 'tracker')] : []),
		...(merged.peers > 0 ? [count(merged.peers, 'peer')] : []),
		...(merged.files > 0 ? [count(merged.files, 'wanted file')] : []),
	];
	return parts.length === 0 ? ', with nothing to add' : `: added ${parts.join(', ')}`;
}
