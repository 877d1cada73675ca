import type {SessionView, TorrentView} from '../../api/snapshot.js';
import {keyName} from '../keys/key-names.js';
import {type KeyRecord, keyGroups} from '../keys/key-record.js';
import {orders} from '../model/lists.js';
import type {FullPreferences} from '../model/preferences.js';
import type {Dialog, FormField} from '../model/view.js';
import type {Look} from '../present/context.js';
import {peerFlags} from '../present/peers.js';
import {type Row, rowWidth, type Span, spread} from '../present/row.js';
import {count, dayAndTime, duration, percent, rateWithUnit, ratio, size} from '../text/format.js';
import {cellWidth, fit, fitMiddle, safeText} from '../text/text.js';
import {fieldText, type TextField} from '../text/text-field.js';
import {formValues} from './form.js';
import {settingsList} from './settings-dialog.js';

/** A dialog as it is drawn: a title, rows, what the bottom edge says. `columns` is what the rows would like to have. */
export interface DialogRows {
	readonly title: string;
	readonly rows: readonly Row[];
	readonly foot: string;
	readonly columns: number;
	/** The row of the cursor, which is kept in sight. */
	readonly selected?: number;
}

/** A character of a field as it is drawn: what is not seen, or would turn a line round, has a sign of its own. */
function drawn(part: string): string {
	return safeText(part) || '\u00B7';
}

/** A field with its cursor, in `columns` cells; the part round the cursor is shown. */
export function fieldRow(value: TextField, columns: number, active: boolean): Row {
	const parts = value.parts.map(drawn);
	const before = parts.slice(0, value.at);
	while (cellWidth(before.join('')) > columns - 2) before.shift();
	const left = before.join('');
	const under = active ? (parts[value.at] ?? ' ') : (parts[value.at] ?? '');
	const after = parts.slice(value.at + 1).join('');
	const room = columns - cellWidth(left) - cellWidth(under);
	return [
		[left, 'text'],
		[under, 'text', active],
		[fit(after, room), 'text'],
	];
}

/** The fields of a form, one a row; the one that has the keys says what it takes. */
export function fieldRows(
	fields: readonly FormField[],
	at: number,
	columns: number,
	look: Look,
): readonly Row[] {
	const {glyphs} = look;
	const labels = Math.max(...fields.map(({label}) => cellWidth(label)));
	const rows: Row[] = [];
	for (const [index, part] of fields.entries()) {
		const active = index === at;
		const lead: Span[] = [
			[active ? glyphs.cursor : ' ', 'accent'],
			[` ${fit(part.label, labels, 'right')}  `, active ? 'accent' : 'dim'],
		];
		const room = columns - labels - 5;
		if (part.kind === 'text') rows.push([...lead, ...fieldRow(part.value, room, active)]);
		else {
			const options: Span[] = part.options.flatMap((option, choice): Span[] => [
				[choice === part.at ? glyphs.on : glyphs.off, choice === part.at ? 'accent' : 'faint'],
				[` ${option}   `, choice === part.at ? 'text' : 'faint'],
			]);
			rows.push([...lead, ...options]);
		}
		if (part.hint !== undefined && active) rows.push([[' '.repeat(labels + 4)], [part.hint, 'faint']]);
	}
	return rows;
}

function formRows(dialog: Extract<Dialog, {kind: 'form'}>, columns: number, look: Look): DialogRows {
	const rows: Row[] = [...fieldRows(dialog.fields, dialog.at, columns, look)];
	const preview = dialog.preview?.(formValues(dialog.fields)) ?? [];
	if (preview.length > 0) rows.push([], ...preview.map((line): Row => [[`  ${safeText(line)}`, 'dim']]));
	if (dialog.problem !== undefined) rows.push([], [[`  ${safeText(dialog.problem)}`, 'warn']]);
	return {
		title: safeText(dialog.title),
		rows,
		foot: 'Enter does it   Tab next   Esc leaves',
		columns: 76,
		// Where not all has room: what is wrong, else the field that has the keys.
		selected: dialog.problem === undefined ? Math.min(rows.length - 1, dialog.at + 1) : rows.length - 1,
	};
}

function helpRows(
	dialog: Extract<Dialog, {kind: 'help'}>,
	table: readonly KeyRecord[],
	config: string | undefined,
	columns: number,
	look: Look,
): DialogRows {
	const width = Math.min(100, columns) - 2;
	const query = fieldText(dialog.query).toLowerCase();
	const rows: Row[] = [[[' find ', 'faint'], ...fieldRow(dialog.query, 40, true)], []];
	for (const group of keyGroups) {
		const records = table.filter(record => {
			if (record.group !== group || record.keys.length === 0) return false;
			return (
				query === '' || `${record.help} ${record.name} ${record.keys.join(' ')}`.toLowerCase().includes(query)
			);
		});
		if (records.length === 0) continue;
		rows.push([[` ${group}`, 'title']]);
		for (const record of records) {
			const keys = record.keys.map(key => keyName(key, look.glyphs.ascii)).join(' ');
			const only = record.where.filter(place => !['torrent', 'anywhere', 'list', 'session'].includes(place));
			const left: Row = [
				[`  ${fit(keys, 13)} `, 'key'],
				[record.help, 'text'],
				[only.length > 0 ? ` (${only.join(', ')})` : '', 'faint'],
			];
			const name = ` :${record.name}`;
			rows.push(rowWidth(left) + name.length <= width ? spread(left, [[name, 'faint']], width) : left);
		}
		rows.push([]);
	}
	const flags = peerFlags.filter(
		([letter, meaning]) => query === '' || `flags ${letter} ${meaning}`.toLowerCase().includes(query),
	);
	if (flags.length > 0) {
		rows.push([[' Letters in the flags of peers', 'title']]);
		for (const [letter, meaning] of flags)
			rows.push([
				[`  ${fit(letter, 13)} `, 'key'],
				[meaning, 'text'],
			]);
	}
	const own = [
		'Any command can have other keys. In the config file, with the names that stand at the right:',
		'  {"keys": {"pause": ["p", "ctrl-p"], "remove": []}}',
		...(config === undefined ? [] : [`The config file is ${safeText(config)}`]),
	];
	if (query === '' || `own keys rebind config ${own.join(' ')}`.toLowerCase().includes(query)) {
		rows.push([], [[' Your own keys', 'title']], ...own.map((line): Row => [[`  ${line}`, 'text']]));
	}
	return {title: 'Help', rows, foot: 'type to find   ↑↓ scroll   Esc leaves', columns: 100};
}

/** A line that is cut in its middle where it has no room. */
function shortened(line: string, columns: number): string {
	return cellWidth(line) > columns ? fitMiddle(line, columns) : line;
}

/** All that is known of a torrent, as names and values. */
export function detailPairs(
	torrent: TorrentView,
	session: SessionView | undefined,
	look: Look,
): ReadonlyArray<readonly [string, string]> {
	const pairs: Array<readonly [string, string] | undefined> = [
		['name', safeText(torrent.name)],
		['folder', safeText(torrent.dir)],
		['size', `${size(torrent.length)} in ${count(torrent.files, 'file')}, ${torrent.filesWanted} wanted`],
		['pieces', `${torrent.piecesHave} of ${torrent.pieces}, ${size(torrent.pieceLength)} each`],
		[
			'done',
			`${percent(torrent.completed, torrent.wanted)}, ${size(torrent.completed)} of ${size(torrent.wanted)}`,
		],
		['downloaded', `${size(torrent.downloaded)}, wasted ${size(torrent.wasted)}`],
		['uploaded', `${size(torrent.uploaded)}, ratio ${ratio(torrent.ratio)}`],
		[
			'rates',
			`down ${rateWithUnit(torrent.downloadRate)}, up ${rateWithUnit(torrent.uploadRate)}, ETA ${duration(torrent.eta)}`,
		],
		[
			'peers',
			`${torrent.connected} connected, ${torrent.seedsConnected} of them seeds, ${torrent.known} known`,
		],
		[
			'limits',
			`down ${torrent.maxDownload === undefined ? 'none' : rateWithUnit(torrent.maxDownload)}, up ${torrent.maxUpload === undefined ? 'none' : rateWithUnit(torrent.maxUpload)}`,
		],
		torrent.label ? ['label', safeText(torrent.label)] : undefined,
		['added', dayAndTime(torrent.addedAt, look.timezone)],
		torrent.completedAt === undefined
			? undefined
			: ['completed', dayAndTime(torrent.completedAt, look.timezone)],
		torrent.creationDate === undefined
			? undefined
			: [
					'made',
					`${dayAndTime(torrent.creationDate * 1000, look.timezone)}${torrent.createdBy ? ` by ${safeText(torrent.createdBy)}` : ''}`,
				],
		torrent.comment ? ['comment', safeText(torrent.comment)] : undefined,
		['info-hash', torrent.id],
		torrent.infoHashV2 ? ['v2', torrent.infoHashV2] : undefined,
		session
			? ['engine', `tortui ${session.version}, process ${session.pid}, up ${duration(session.uptime)}`]
			: undefined,
	];
	return pairs.filter(pair => pair !== undefined);
}

/** A dialog's rows, for `columns` at most. Lines and tables that are drawn elsewhere answer nothing. */
export function dialogRows(
	dialog: Dialog,
	columns: number,
	context: {
		readonly table: readonly KeyRecord[];
		readonly torrent: TorrentView | undefined;
		readonly session: SessionView | undefined;
		readonly preferences: FullPreferences;
		readonly detachable: boolean;
		/** Where the config file is. */
		readonly config: string | undefined;
	},
	look: Look,
): DialogRows | undefined {
	switch (dialog.kind) {
		case 'form':
			return formRows(dialog, Math.min(76, columns), look);
		case 'help':
			return helpRows(dialog, context.table, context.config, columns, look);
		case 'quit':
			if (!context.detachable) {
				return {
					title: 'Leave',
					rows: [
						[[' Downloads are at work, and end with the screen.', 'text']],
						[],
						[
							['  d ', 'key'],
							['detach', 'title'],
							[columns < 50 ? '' : '   nothing goes on here: the same as stop', 'dim'],
						],
						[
							['  s ', 'key'],
							['stop', 'title'],
							[columns < 50 ? '' : '     end them now', 'dim'],
						],
						[
							['  n ', 'key'],
							['stay', 'title'],
							[columns < 50 ? '' : '     go on looking', 'dim'],
						],
					],
					foot: 'd  s  n',
					columns: 52,
				};
			}
			return {
				title: 'Leave tortui',
				rows: [
					[[' Downloads are at work.', 'text']],
					[],
					[
						['  d ', 'key'],
						['detach', 'title'],
						[columns < 50 ? '' : '   they go on; `tortui attach` comes back', 'dim'],
					],
					[
						['  s ', 'key'],
						['stop', 'title'],
						[columns < 50 ? '' : '     end them now; what is here is kept', 'dim'],
					],
					[
						['  n ', 'key'],
						['stay', 'title'],
						[columns < 50 ? '' : '     go on looking', 'dim'],
					],
				],
				foot: 'd  s  n',
				columns: 52,
			};
		case 'ask':
			return {
				title: safeText(dialog.title),
				rows: [
					// A path's end says as much as its beginning.
					...dialog.lines.map((line): Row => [[` ${shortened(safeText(line), columns)}`, 'text']]),
					[],
					...dialog.choices.map(
						({key, label}): Row => [
							[`  ${key} `, 'key'],
							[label, 'text'],
						],
					),
				],
				foot: 'Esc leaves',
				// What may be chosen is seen, whatever else has no room.
				selected: dialog.lines.length + dialog.choices.length,
				columns: Math.max(40, ...dialog.lines.map(line => cellWidth(line) + 3)),
			};
		case 'settings': {
			const items = settingsList(context.preferences, context.session);
			return {
				title: 'Settings',
				rows: [
					...items.map(
						({label, value, about}, index): Row => [
							[index === dialog.at ? `${look.glyphs.cursor} ` : '  ', 'accent'],
							[fit(label, 15), index === dialog.at ? 'title' : 'text'],
							[fit(value, 13), 'accent'],
							[about, 'faint'],
						],
					),
					[],
					[
						[
							context.config === undefined
								? '  What is chosen here lasts as long as this screen.'
								: `  kept in ${safeText(context.config)}`,
							'faint',
						],
					],
				],
				foot: '←→ change   ↑↓ choose   Esc leaves',
				columns: 74,
				selected: dialog.at,
			};
		}
		case 'inspection': {
			const {inspection} = dialog;
			const last = inspection.piece + inspection.pieces - 1;
			const rows: Row[] = [
				[
					[' state    ', 'faint'],
					[safeText(inspection.state), 'title'],
				],
				[
					[' length   ', 'faint'],
					[size(inspection.length), 'text'],
				],
				[
					[' blocks   ', 'faint'],
					[`${inspection.blocksHave} of ${inspection.blocks} here`, 'text'],
				],
				[
					[' holders  ', 'faint'],
					[count(inspection.holders, 'connected peer'), inspection.holders < 2 ? 'rare' : 'text'],
				],
				...inspection.requestedFrom.slice(0, 4).map(
					(peer, index): Row => [
						[index === 0 ? ' asked of ' : '          ', 'faint'],
						[safeText(peer), 'flight'],
					],
				),
				...inspection.files.slice(0, 6).map(
					(file, index): Row => [
						[index === 0 ? ' files    ' : '          ', 'faint'],
						[safeText(file), 'text'],
					],
				),
			];
			if (inspection.files.length > 6)
				rows.push([[`          and ${inspection.files.length - 6} more`, 'faint']]);
			return {
				title:
					inspection.pieces > 1
						? `Pieces ${inspection.piece}-${last}, the first`
						: `Piece ${inspection.piece}`,
				rows,
				foot: '←→↑↓ next cell   Esc leaves',
				columns: 60,
			};
		}
		default:
			return undefined;
	}
}

/** What stands in the footer's place while a line is typed or an order chosen. */
export function lineRow(dialog: Dialog, columns: number): Row | undefined {
	if (dialog.kind === 'line') {
		const prompt = dialog.prompt === 'filter' ? ' filter: ' : ` ${dialog.prompt}`;
		return [[prompt, 'accent'], ...fieldRow(dialog.value, columns - cellWidth(prompt), true)];
	}
	if (dialog.kind === 'sort') {
		const row: Span[] = [[' sort by ', 'dim']];
		for (const {letter, label} of orders[dialog.list]) row.push([letter, 'key'], [` ${label}  `, 'text']);
		row.push(['upper case turns it round', 'faint']);
		return row;
	}
	return undefined;
}
