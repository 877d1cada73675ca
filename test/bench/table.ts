/** Lines of a table for a terminal: the first column to the left, the others to the right. */
export function tableLines(
	header: readonly string[],
	rows: ReadonlyArray<readonly string[]>,
): readonly string[] {
	const all = [header, ...rows];
	const widths = header.map((_, column) => Math.max(...all.map(row => (row[column] ?? '').length)));
	return all.map(row =>
		widths
			.map((width, column) => {
				const cell = row[column] ?? '';
				return column === 0 ? cell.padEnd(width) : cell.padStart(width);
			})
			.join('  ')
			.trimEnd(),
	);
}
