import {type KeyContext, type KeyRecord, keyName, recordsHere} from '../keys/keymap.js';
import {cellWidth} from '../text/text.js';
import type {Look} from './context.js';
import {fitRow, type Row, type Span} from './row.js';

/** Help and leaving, which stand in the footer whatever else it says. */
export function lastKeys(table: readonly KeyRecord[], context: KeyContext, look: Look): Row {
	const row: Span[] = [];
	for (const record of table) {
		const [key] = record.keys;
		if ((record.command !== 'help' && record.command !== 'quit') || key === undefined) continue;
		const label = typeof record.label === 'function' ? record.label(context) : record.label;
		row.push([keyName(key, look.glyphs.ascii), 'key'], [` ${label}  `, 'dim']);
	}
	return row;
}

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
		.filter(({label}) => label !== '')
		.filter(({record}) => record.command !== 'fold' || context.folder)
		.sort((a, b) => a.rank - b.rank);
	const gap = columns >= 100 ? 3 : 2;
	const nameOf = ({record, key}: (typeof candidates)[number]) =>
		record.command === 'file-less' ? '+/-' : keyName(key, look.glyphs.ascii);
	const widthOf = (candidate: (typeof candidates)[number]) =>
		cellWidth(nameOf(candidate)) + 1 + cellWidth(candidate.label) + gap;
	// Help and leaving always stand there, at the end, where they are looked for.
	const last = candidates.filter(({record}) => record.command === 'help' || record.command === 'quit');
	const kept: typeof candidates = [];
	let used = 1 + last.reduce((sum, candidate) => sum + widthOf(candidate), 0);
	for (const candidate of candidates) {
		if (last.includes(candidate) || used + widthOf(candidate) > columns + gap) continue;
		used += widthOf(candidate);
		kept.push(candidate);
	}
	const row: Span[] = [[' ']];
	for (const candidate of [...kept, ...last]) {
		row.push([nameOf(candidate), 'key'], [` ${candidate.label}${' '.repeat(gap)}`, 'dim']);
	}
	return fitRow(row, columns);
}
