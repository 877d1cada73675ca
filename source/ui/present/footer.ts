import {keyName} from '../keys/key-names.js';
import type {KeyRecord, Situation} from '../keys/key-record.js';
import {recordsHere} from '../keys/keymap.js';
import {isTyping} from '../model/network-place.js';
import {cellWidth} from '../text/text.js';
import {edit, field} from '../text/text-field.js';
import type {Look} from './context.js';
import type {Hit} from './hit.js';
import {fitRow, type Row, type Span} from './row.js';

/** A key of the footer: how it is written, and what it is said to do. */
interface FooterKey {
	readonly record: KeyRecord;
	readonly key: string;
	readonly name: string;
	readonly label: string;
}

/** What a key is said to do now; empty where it does nothing. */
function labelOf(record: KeyRecord, situation: Situation): string {
	const offer = record.when(situation);
	return typeof offer === 'string' ? '' : offer.label;
}

/** The keys of a record that mean it now: while something is typed, letters are letters. */
function keysNow({keys}: KeyRecord, {state}: Situation): readonly string[] {
	return isTyping(state().view) ? keys.filter(key => edit(field(), key) === undefined) : keys;
}

/** Help and leaving, which stand in the footer whatever else it says. */
export function lastKeys(table: readonly KeyRecord[], situation: Situation, look: Look): Row {
	const row: Span[] = [];
	for (const record of table) {
		const [key] = keysNow(record, situation);
		if (!record.lasting || key === undefined) continue;
		const hit: Hit = {kind: 'key', key};
		row.push(
			[keyName(key, look.glyphs.ascii), 'key', false, hit],
			[` ${labelOf(record, situation)}  `, 'dim', false, hit],
		);
	}
	return row;
}

/** The keys that the footer could show here and now, the most useful ones first. */
function candidates(table: readonly KeyRecord[], situation: Situation, look: Look): readonly FooterKey[] {
	const here = recordsHere(table, situation.state().view);
	const found: FooterKey[] = [];
	for (const record of here) {
		if (record.footer === undefined) continue;
		// A key belongs to the nearest record that has it.
		const key = keysNow(record, situation).find(
			each => here.find(other => other.keys.includes(each)) === record,
		);
		const label = key === undefined ? '' : labelOf(record, situation);
		if (key === undefined || label === '') continue;
		found.push({record, key, name: record.footerKeys ?? keyName(key, look.glyphs.ascii), label});
	}
	return found.sort((a, b) => (a.record.footer ?? 0) - (b.record.footer ?? 0));
}

/** The keys that work here and now, as many as fit, the most useful ones first. */
export function footerRow(
	table: readonly KeyRecord[],
	situation: Situation,
	columns: number,
	look: Look,
): Row {
	const gap = columns >= 100 ? 3 : 2;
	const widthOf = ({name, label}: FooterKey) => cellWidth(name) + 1 + cellWidth(label) + gap;
	const found = candidates(table, situation, look);
	// Help and leaving always stand there, at the end, where they are looked for.
	const last = found.filter(({record}) => record.lasting);
	const kept: FooterKey[] = [];
	let used = 1 + last.reduce((sum, candidate) => sum + widthOf(candidate), 0);
	for (const candidate of found) {
		if (last.includes(candidate) || used + widthOf(candidate) > columns + gap) continue;
		used += widthOf(candidate);
		kept.push(candidate);
	}
	const row: Span[] = [[' ']];
	for (const [at, {key, name, label}] of [...kept, ...last].entries()) {
		const hit: Hit = {kind: 'key', key};
		row.push(
			[`${at > 0 ? ' '.repeat(gap) : ''}${name}`, 'key', false, hit],
			[` ${label}`, 'dim', false, hit],
		);
	}
	return fitRow(row, columns);
}
