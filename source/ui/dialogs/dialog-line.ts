import type {TorrentView} from '../../api/snapshot.js';
import type {FullPreferences} from '../model/preferences.js';
import type {Dialog} from '../model/view.js';
import {progressOf, stateWords} from '../present/header.js';
import {type Row, rowWidth, type Span} from '../present/row.js';
import {percent} from '../text/format.js';
import {safeText} from '../text/text.js';
import {fieldRow} from './dialog-rows.js';
import {settingsList} from './settings-dialog.js';

function choices(
	title: string,
	keys: ReadonlyArray<readonly [key: string, label: string]>,
	columns: number,
): Row {
	const whole = spelled(title, keys);
	if (rowWidth(whole) <= columns + 2) return whole;
	// Which keys there are is seen, if not what each does.
	return [
		[`${keys.map(([key]) => key).join('/')} `, 'key'],
		[title, 'title'],
	];
}

function spelled(title: string, keys: ReadonlyArray<readonly [key: string, label: string]>): Row {
	return [
		[`${title}  `, 'title'],
		...keys.flatMap(([key, label]): Span[] => [
			[key, 'key'],
			[` ${label}  `, 'text'],
		]),
	];
}

/** A dialog in one row, for terminals too small for a box: what takes the keys is always seen. */
export function dialogLine(
	dialog: Exclude<Dialog, {kind: 'line' | 'sort'}>,
	columns: number,
	context: {readonly torrent: TorrentView | undefined; readonly preferences: FullPreferences},
): Row {
	switch (dialog.kind) {
		case 'help':
			return [['Help needs 40x10: Esc leaves', 'title']];
		case 'quit':
			return choices(
				'Leave?',
				[
					['d', 'detach'],
					['s', 'stop'],
					['n', 'stay'],
				],
				columns,
			);
		case 'ask':
			return choices(
				safeText(dialog.title),
				dialog.choices.map(({key, label}) => [key, label]),
				columns,
			);
		case 'form':
		case 'add': {
			if (dialog.problem !== undefined) return [[safeText(dialog.problem), 'warn']];
			const part = dialog.fields[Math.min(dialog.at, dialog.fields.length - 1)];
			if (!part) return [[dialog.kind, 'title']];
			const label: Span = [`${part.label}: `, 'accent'];
			const room = Math.max(4, columns - part.label.length - 2);
			if (part.kind === 'text') return [label, ...fieldRow(part.value, room, true)];
			return [label, [part.options[part.at] ?? '', 'text']];
		}
		case 'settings': {
			const setting = settingsList(context.preferences)[dialog.at];
			return [
				[`${setting?.label ?? 'Settings'}: `, 'accent'],
				[setting?.value ?? '', 'text'],
			];
		}
		case 'details': {
			const {torrent} = context;
			if (!torrent) return [['Details', 'title']];
			return [
				[
					`Details  ${percent(progressOf(torrent), 1, 0)} ${stateWords[torrent.state]}  ${safeText(torrent.dir)}`,
					'text',
				],
			];
		}
		case 'inspection':
			return [[`Piece ${dialog.inspection.piece}  ${safeText(dialog.inspection.state)}`, 'text']];
		default:
			return dialog satisfies never;
	}
}
