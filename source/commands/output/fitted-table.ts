import {fit} from '../../ui/text/text.js';
import {printTable} from './print-table.js';

const leastName = 16;

/** A table no wider than `width` cells: those columns go that may, then the widest texts are cut. */
export async function fitted(
	rows: ReadonlyArray<Readonly<Record<string, string>>>,
	columns: readonly string[],
	{
		width,
		numeric,
		flexible,
		firstToGo,
	}: {
		readonly width: number;
		readonly numeric: ReadonlySet<string>;
		readonly flexible: string;
		readonly firstToGo: readonly string[];
	},
): Promise<string[]> {
	const widths = new Map(
		columns.map(column => [column, Math.max(column.length, ...rows.map(row => row[column]!.length))]),
	);
	let shown = columns;
	// A frame takes three cells a column and one more.
	const room = () =>
		width - shown.reduce((sum, column) => sum + 3 + (column === flexible ? 0 : (widths.get(column) ?? 0)), 1);
	for (const column of firstToGo) if (room() < leastName) shown = shown.filter(other => other !== column);
	const cells = Math.min(widths.get(flexible) ?? 0, Math.max(leastName, room()));
	return printTable(
		rows.map(row =>
			Object.fromEntries(
				shown.map(column => {
					const text = row[column] ?? '';
					if (column === flexible) return [column, fit(text, cells).trimEnd()];
					return [column, numeric.has(column) ? text.padStart(widths.get(column) ?? 0) : text];
				}),
			),
		),
		shown,
	);
}
