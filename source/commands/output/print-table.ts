import {stripVTControlCharacters} from 'node:util';
import {isSingleCells} from '../../ui/text/text.js';
import {isShortOfMemory} from '../engine-process/memory.js';

/** A row by column title. */
export type TableRow = Readonly<Record<string, string>>;

/** More rows than this are printed without a frame: drawing one takes about a millisecond a row. */
const maximumFramed = 40;

/**
 * A table for standard output, as lines. Framed by ink-table when it is short; columns below their titles when it is
 * long, or holds characters whose width ink-table does not know. All rows have the same columns.
 *
 * @param indent cells before the frame
 */
export async function printTable(
	rows: readonly TableRow[],
	columns: readonly string[],
	indent = 0,
): Promise<string[]> {
	const margin = ' '.repeat(indent);
	const texts = rows.flatMap(row => Object.values(row));
	if (rows.length === 0 || rows.length > maximumFramed || !texts.every(isSingleCells)) {
		return unframed(rows, columns, margin);
	}

	const text = await import('../../ui/widgets/table-text.js').catch(error => {
		// What draws the frame asks for 10 GiB of address space on Node.js 20.
		if (!isShortOfMemory(error)) throw error;
	});
	if (!text) return unframed(rows, columns, margin);
	const width = columns.reduce(
		(sum, column) => sum + 3 + rows.reduce((most, row) => Math.max(most, row[column]!.length), column.length),
		1,
	);
	// One rule below the titles is enough; the ones between all rows double the height.
	return text
		.tableText(rows, columns, width)
		.filter((line, index) => index < 3 || !stripVTControlCharacters(line).startsWith('├'))
		.map(line => `${margin}${line}`);
}

/** Columns below their titles. */
function unframed(rows: readonly TableRow[], columns: readonly string[], margin: string): string[] {
	const widths = columns.map(column =>
		rows.reduce((most, row) => Math.max(most, row[column]!.length), column.length),
	);
	const titles = Object.fromEntries(columns.map(column => [column, column]));
	return [titles, ...rows].map(row => {
		const cells = columns.map((column, index) => {
			const last = index === columns.length - 1;
			return last ? row[column]! : row[column]!.padEnd(widths[index]!);
		});
		return `${margin}${cells.join('  ')}`;
	});
}
