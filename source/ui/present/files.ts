import type {FilePriority} from '../../api/snapshot.js';

/** What priorities are called. */
export const priorityWords: readonly [string, string, string, string, string] = [
	'skip',
	'low',
	'normal',
	'high',
	'first',
];

/** The priority that is called so. */
export function priorityNamed(word: string): FilePriority | undefined {
	const at = priorityWords.indexOf(word);
	return at < 0 ? undefined : (at as FilePriority);
}

/** What the pane's title says at its right end. */
export function filesTitle(wanted: number, total: number, marked: number): string {
	if (marked > 0) return `${marked} marked`;
	if (total === 0) return '';
	return wanted === total ? `${total}` : `${wanted} of ${total} wanted`;
}
