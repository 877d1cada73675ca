import {renderToString} from 'ink';
import {createElement} from 'react';
import {Table} from './ink-table.js';

/** The lines of ink-table's frame around rows, for standard output. `width`: cells it has room for. */
export function tableText(
	rows: ReadonlyArray<Readonly<Record<string, string>>>,
	columns: readonly string[],
	width: number,
): string[] {
	const table = createElement(Table<Record<string, string>>, {data: [...rows], columns: [...columns]});
	return renderToString(table, {columns: width}).split('\n');
}
