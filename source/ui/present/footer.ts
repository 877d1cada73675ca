import {type KeyContext, type KeyRecord, keyName, recordsHere} from '../keymap.js';
import {cellWidth} from '../text.js';
import type {Look} from './context.js';
import {fitRow, type Row, type Span} from './row.js';

/** The keys that work here and now, as many as fit, the most useful ones first. */
export function footerRow(
	table: readonly KeyRecord[],
	context: KeyContext,
	columns: number,
	look: Look,
): Row {
	const here = recordsHere(table, context);
	// A key belongs to the nearest record that has it.
	const owned = (record: KeyRecord) =>
		record.keys.find(key => here.find(other => other.keys.includes(key)) === record);
	const candidates = here
		.filter(record => record.footer !== undefined && record.disabled?.(context) === undefined)
		.flatMap(record => {
			const key = owned(record);
			if (key === undefined) return [];
			const label = typeof record.label === 'function' ? record.label(context) : record.label;
			return [{rank: record.footer ?? 99, record, key, label}];
		})
		.filter(({label, record}) => label !== '' && !(record.command === 'back' && context.screen === 'session'))
		.filter(({record}) => record.command !== 'fold' || context.folder)
		.sort((a, b) => a.rank - b.rank);
	const gap = columns >= 100 ? 3 : 2;
	const kept: typeof candidates = [];
	let used = 1;
	for (const candidate of candidates) {
		const name = candidate.record.command === 'file-less' ? '+/-' : keyName(candidate.key, look.glyphs.ascii);
		const width = cellWidth(name) + 1 + cellWidth(candidate.label) + gap;
		if (used + width > columns) continue;
		used += width;
		kept.push(candidate);
	}
	// Help and leaving stand at the end, where they are looked for.
	const last = (command: string) => (command === 'help' ? 1 : command === 'quit' ? 2 : 0);
	kept.sort((a, b) => last(a.record.command) - last(b.record.command) || a.rank - b.rank);
	const row: Span[] = [[' ']];
	for (const {record, key, label} of kept) {
		const name = record.command === 'file-less' ? '+/-' : keyName(key, look.glyphs.ascii);
		row.push([name, 'key'], [` ${label}${' '.repeat(gap)}`, 'dim']);
	}
	return fitRow(row, columns);
}
