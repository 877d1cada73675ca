import type {Merged} from '../../api/command.js';
import {terminalText} from '../../base/safe-text.js';
import {count} from './format.js';

/** What a torrent that was there got from being added again: `: added 2 trackers, 1 peer; set its label`. */
export function mergedInWords(merged: Merged | undefined): string {
	if (merged === undefined) return '';
	const parts = [
		...(merged.trackers > 0 ? [count(merged.trackers, 'tracker')] : []),
		...(merged.peers > 0 ? [count(merged.peers, 'peer')] : []),
		...(merged.files > 0 ? [count(merged.files, 'wanted file')] : []),
	];
	const {set = [], dir} = merged;
	const changes = [
		...(parts.length > 0 ? [`added ${parts.join(', ')}`] : []),
		...(set.length > 0 ? [`set its ${set.join(', ')}`] : []),
	];
	const what = changes.length === 0 ? ', with nothing to add' : `: ${changes.join('; ')}`;
	return dir === undefined ? what : `${what}; its data stays in ${terminalText(dir)}`;
}
