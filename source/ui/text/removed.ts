import type {RemovedFiles} from '../../api/command.js';
import {terminalText} from '../../base/safe-text.js';
import {count} from './format.js';

/** What deleting the data of torrents came to, in one line: what stays, and why the first of it does. */
export function removedInWords(names: string, removed: readonly RemovedFiles[]): string {
	const deleted = removed.reduce((sum, one) => sum + one.deleted, 0);
	const kept = removed.reduce((sum, one) => sum + one.kept, 0);
	const done = `${count(deleted, 'file')} deleted`;
	if (kept === 0) return `${names}: ${done}.`;
	const [first] = removed.flatMap(({keptFiles}) => keptFiles);
	const why = first === undefined ? '' : `: ${terminalText(first.path)} (${terminalText(first.why)})`;
	return `${names}: ${done}, ${count(kept, 'file')} ${kept === 1 ? 'stays' : 'stay'}${why}`;
}
