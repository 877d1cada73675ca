import {fieldRow} from '../forms/field-rows.js';
import {argumentHint} from '../keys/candidates.js';
import {keyName} from '../keys/key-names.js';
import {type KeyRecord, keyGroups, widePlaces} from '../keys/key-record.js';
import {peerFlags} from '../present/peers.js';
import {type Row, rowWidth, spread} from '../present/row.js';
import {wrapRows} from '../present/wrapped-row.js';
import {fit, terminalText} from '../text/text.js';
import {edit, fieldText, type TextField} from '../text/text-field.js';
import {wrapped} from '../text/wrapped.js';
import type {DialogKind} from './dialog-kind.js';

/** The help: every key, found by what it does. */
export interface HelpDialog {
	readonly kind: 'help';
	readonly query: TextField;
	readonly top: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		help: HelpDialog;
	}
}

const widest = 100;

function keyRow({keys, where, help, name, takes}: KeyRecord, columns: number, ascii: boolean): Row[] {
	const only = where.filter(place => !widePlaces.has(place));
	const left: Row = [
		[`  ${fit(keys.map(key => keyName(key, ascii)).join(' '), 13)} `, 'key'],
		[help, 'text'],
		[only.length > 0 ? ` (${only.join(', ')})` : '', 'faint'],
	];
	const command = ` :${`${name} ${argumentHint(takes)}`.trimEnd()}`;
	if (rowWidth(left) + command.length <= columns) return [spread(left, [[command, 'faint']], columns)];
	if (rowWidth(left) <= columns) return [left];
	const [first = '', ...rest] = wrapped(
		`${help}${only.length > 0 ? ` (${only.join(', ')})` : ''}`,
		columns - 16,
	);
	return [[left[0]!, [first, 'text']], ...rest.map((line): Row => [[' '.repeat(16)], [line, 'text']])];
}

function keyRows(table: readonly KeyRecord[], query: string, columns: number, ascii: boolean): Row[] {
	const rows: Row[] = [];
	for (const group of keyGroups) {
		const records = table.filter(
			record =>
				record.group === group &&
				record.keys.length > 0 &&
				`${record.help} ${record.name} ${record.keys.join(' ')}`.toLowerCase().includes(query),
		);
		if (records.length === 0) continue;
		rows.push([[` ${group}`, 'title']], ...records.flatMap(record => keyRow(record, columns, ascii)), []);
	}
	return rows;
}

function flagRows(query: string): Row[] {
	const flags = peerFlags.filter(([letter, meaning]) =>
		`flags ${letter} ${meaning}`.toLowerCase().includes(query),
	);
	if (flags.length === 0) return [];
	return [
		[[' Letters in the flags of peers', 'title']],
		...flags.map(
			([letter, meaning]): Row => [
				[`  ${fit(letter, 13)} `, 'key'],
				[meaning, 'text'],
			],
		),
	];
}

function ownKeyRows(query: string, config: string | undefined): Row[] {
	const lines = [
		'Any command can have other keys. In the config file, with the names that stand at the right:',
		'  {"keys": {"pause": ["p", "ctrl-p"], "remove": []}}',
		...(config === undefined ? [] : [`The config file is ${terminalText(config)}`]),
	];
	if (!`own keys rebind config ${lines.join(' ')}`.toLowerCase().includes(query)) return [];
	return [[], [[' Your own keys', 'title']], ...lines.map((line): Row => [[`  ${line}`, 'text']])];
}

export const helpDialog: DialogKind<HelpDialog> = {
	shape: 'box',
	key(screen, dialog, key) {
		const {query, top} = dialog;
		const scroll = (rows: number) => screen.setDialog({...dialog, top: Math.max(0, top + rows)});
		if (key === 'esc' || key === 'enter' || key === 'f1') screen.setDialog(undefined);
		else if (key === 'down') scroll(1);
		else if (key === 'up') scroll(-1);
		else if (key === 'pagedown') scroll(10);
		else if (key === 'pageup') scroll(-10);
		else if ((key === '?' || key === 'q') && fieldText(query) === '') screen.setDialog(undefined);
		else {
			const next = edit(query, key);
			if (next) screen.setDialog({...dialog, query: next, top: 0});
		}
	},
	line: () => [['Help needs 30x6: Esc leaves', 'title']],
	rows({query, top}, {columns}, screen) {
		const {look, config} = screen;
		const wanted = fieldText(query).toLowerCase();
		return {
			title: 'Help',
			rows: [
				[[' find ', 'faint'], ...fieldRow(query, Math.max(8, Math.min(40, columns - 8)), true)],
				[],
				...keyRows(screen.keys(), wanted, Math.min(widest, columns) - 2, look.glyphs.ascii),
				...wrapRows([...flagRows(wanted), ...ownKeyRows(wanted, config?.path)], Math.min(widest, columns)),
			],
			foot: 'type to find   ↑↓ scroll   Esc leaves',
			columns: widest,
			top,
		};
	},
};
