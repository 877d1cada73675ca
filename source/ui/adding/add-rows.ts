import type {SessionView} from '../../api/snapshot.js';
import {fileColumns} from '../columns/file-columns.js';
import {tableRows, windowTop} from '../columns/table.js';
import type {DialogRows} from '../dialogs/dialog-kind.js';
import {fieldRows} from '../forms/field-rows.js';
import {formValues} from '../forms/form.js';
import type {Area, Look} from '../present/context.js';
import type {Row, Span} from '../present/row.js';
import {count, size} from '../text/format.js';
import {safeText} from '../text/text.js';
import type {AddDialog} from './add-form.js';
import {currentPreview, type KnownPreview, previewRows, wantedOf} from './add-preview.js';

/** What a link is, in words, while nothing more is known of it. */
function describe(link: string): string {
	if (link === '') return 'Paste a link, or type it: Enter looks what it holds.';
	if (/^magnet:/i.test(link)) return 'A magnet link: Enter asks the engine.';
	if (/^https?:\/\//i.test(link)) return 'The .torrent behind a URL: Enter fetches it.';
	if (/^(?:[0-9a-f]{40}|[0-9a-f]{64}|[a-z2-7]{32})$/i.test(link))
		return 'An info-hash: Enter asks the engine.';
	return 'A .torrent file: Enter opens it.';
}

/** What a link holds: its name and sizes, and how much of it is wanted. `dir`: the folder that is typed. */
function factRows(
	known: KnownPreview,
	dir: string,
	columns: number,
	session: SessionView | undefined,
): readonly Row[] {
	const {torrent, priorities} = known;
	const wanted = wantedOf(torrent, priorities);
	const facts: Span[] = [
		[` ${safeText(torrent.name)}`, 'title'],
		[`  ${size(torrent.length)} in ${count(torrent.fileCount, 'file')}`, 'dim'],
	];
	if (torrent.private) facts.push([`  private`, 'dim']);
	if (torrent.already) facts.push(['  is here already: options are added to it', 'warn']);
	const amount: Span[] = [[` wanted ${size(wanted.length)} in ${count(wanted.files, 'file')}`, 'dim']];
	const free = session && dir === session.dir ? session.freeSpace : undefined;
	if (free !== undefined) amount.push([`  free ${size(free)}`, free < wanted.length ? 'bad' : 'dim']);
	amount.push([`  info-hash ${torrent.id.slice(0, columns >= 80 ? 40 : 8)}`, 'faint']);
	return [facts, amount];
}

const previewColumns = fileColumns.filter(({id}) => ['path', 'priority', 'size'].includes(id));

/** The tree of files, in at most `rows` rows. */
function treeRows(known: KnownPreview, {columns, rows}: Area, focused: boolean, look: Look): readonly Row[] {
	const {torrent, priorities} = known;
	const height = Math.max(3, Math.min(14, rows));
	const nodes = previewRows(known);
	const shown = Math.min(height, nodes.length);
	const listed = tableRows(previewColumns, nodes, {
		facts: {columns, look, progress: {completed: [], priority: priorities}, folded: known.folded},
		columns,
		rows: shown,
		header: false,
		gap: 2,
		cursor: focused ? known.row : -1,
		active: focused,
		top: windowTop(
			nodes.length,
			shown,
			focused ? known.row : 0,
			Math.max(0, known.row - Math.floor(height / 2)),
		),
		sort: '',
		reverse: false,
		empty: 'no files',
	});
	const result = listed.map(({row}) => row);
	if (torrent.fileCount > torrent.files.length)
		result.push([
			[`  and ${torrent.fileCount - torrent.files.length} more: choose them by the rule`, 'faint'],
		]);
	return result;
}

/** The dialog that adds a torrent, in at most `room` cells: its fields, and what the link holds. */
export function addRows(
	dialog: AddDialog,
	room: Area,
	session: SessionView | undefined,
	look: Look,
): DialogRows {
	const {glyphs} = look;
	const columns = Math.min(92, room.columns);
	const values = formValues(dialog.fields);
	const preview = currentPreview(dialog);
	const known = preview.kind === 'known' ? preview : undefined;
	const active = known ? dialog.at : Math.min(dialog.at, dialog.fields.length - 1);
	const inTree = active >= dialog.fields.length;
	const rows: Row[] = [...fieldRows(dialog.fields, active, columns, look)];
	if (known) {
		rows.push(...factRows(known, (values['dir'] ?? '').trim(), columns, session));
		rows.push(...treeRows(known, {columns, rows: room.rows - rows.length - 5}, inTree, look));
	} else if (preview.kind === 'asked') rows.push([], [[` Looking into it ${glyphs.ellipsis}`, 'dim']]);
	else if (preview.kind === 'refused') rows.push([], [[` ${safeText(preview.why)}`, 'bad']]);
	else rows.push([], [[` ${describe((values['link'] ?? '').trim())}`, 'dim']]);
	if (dialog.problem !== undefined) rows.push([[` ${safeText(dialog.problem)}`, 'warn']]);
	return {
		title: 'Add a torrent',
		rows,
		foot: known
			? inTree
				? 'Enter adds   Space want   +- priority   Tab next   Esc leaves'
				: 'Enter adds   Tab next   Esc leaves'
			: 'Enter looks   Tab next   Esc leaves',
		columns,
	};
}
