import {cellWidth} from '../text/text.js';
import type {Row} from './row.js';
import {wrapRow} from './wrapped-row.js';

/** Cells that the bottom edge of a dialog has for words, whose rows have so many: beside corners, an edge and spaces. */
export function footRoom(columns: number): number {
	return columns - 2;
}

/** What the bottom edge says, in so many cells: what stands first and last goes last. */
export function fittedFoot(foot: string, room: number): string {
	const parts = foot.split(/ {3}/);
	while (parts.length > 1 && cellWidth(parts.join('   ')) > room) parts.splice(parts.length > 2 ? -2 : 0, 1);
	return parts.join('   ');
}

/** What the bottom edge has no room for, as rows for the end of a list that is so wide; none where it has. */
export function footRest(foot: string, columns: number): readonly Row[] {
	const said = new Set(fittedFoot(foot, footRoom(columns)).split(/ {3}/));
	const rest = foot.split(/ {3}/).filter(part => !said.has(part));
	return rest.length === 0 ? [] : [[], ...wrapRow([[` ${rest.join(', ')}`, 'faint']], columns)];
}
