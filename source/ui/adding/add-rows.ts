import type {FoundTorrent} from '../../api/network-view.js';
import type {SessionView} from '../../api/snapshot.js';
import {isInfoHash} from '../../base/magnet-text.js';
import type {DialogRows} from '../dialogs/dialog-kind.js';
import {fieldInSight, fieldRows} from '../forms/field-rows.js';
import {folderWords} from '../forms/folder-words.js';
import {formValues} from '../forms/form.js';
import {waysInWords} from '../forms/path-completion.js';
import type {FolderLook} from '../model/folder-look.js';
import type {MagnetStart} from '../model/preferences.js';
import type {Area, Look} from '../present/context.js';
import {footRest} from '../present/dialog-foot.js';
import {type Row, rowWidth, type Span} from '../present/row.js';
import {wrapRow, wrapRows} from '../present/wrapped-row.js';
import {count, size} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import {wrapped} from '../text/wrapped.js';
import {type AddDialog, asksLater} from './add-form.js';
import {currentPreview, type KnownPreview, previewRows} from './add-preview.js';
import {treeRows, wantedRow} from './preview-tree.js';

/** What a link is, in words, while nothing more is known of it. */
function describe(link: string): string {
	if (link === '') return 'Paste a link, or type it: Enter looks what it holds.';
	if (/^magnet:/i.test(link)) return 'A magnet link: Enter asks the engine.';
	if (/^https?:\/\//i.test(link)) return 'The .torrent behind a URL: Enter fetches it.';
	if (isInfoHash(link)) return 'An info-hash: Enter asks the engine.';
	return 'A .torrent file: Enter opens it.';
}

/** What a link holds: its name and sizes, and how much of it is wanted. `dir`: the folder that is typed. */
function factRows(
	known: KnownPreview,
	dir: string,
	columns: number,
	session: SessionView | undefined,
	look: FolderLook | undefined,
): readonly Row[] {
	const {torrent} = known;
	const facts: Span[] = [
		[` ${nameText(torrent.name)}`, 'title'],
		[`  ${size(torrent.length)} in ${count(torrent.fileCount, 'file')}`, 'dim'],
	];
	if (torrent.private) facts.push([`  private`, 'dim']);
	if (torrent.already) facts.push([already, 'warn']);
	const wanted = wantedRow(known, dir, session, look);
	return [facts, [...wanted, hashSpan(known, columns - rowWidth(wanted))]];
}

const already = '  is here already: options are added to it';

/** The info-hash: all of it where it has room, else the beginning by which it is told. */
function hashSpan({torrent}: KnownPreview, room: number): Span {
	const whole = `  info-hash ${torrent.id}`;
	return [whole.length <= room ? whole : whole.slice(0, 20), 'faint'];
}

/** What the catalogue says of a torrent before anybody has looked into it. */
function foundRow({name, size: length, files, nicks}: FoundTorrent): Row {
	return [
		[` ${nameText(name)}`, 'title'],
		[`  ${size(length)} in ${count(files, 'file')}`, 'dim'],
		[`  shared by ${nicks.map(terminalText).join(', ')}`, 'dim'],
	];
}

/** What a link says of which nobody knows the files. `asks`: whether these are chosen when they are known. */
function linkRows(known: KnownPreview, asks: boolean, columns: number): readonly Row[] {
	const {name, id, trackers, already: isHere} = known.torrent;
	const facts: Span[] = [
		[` ${nameText(name)}`, 'title'],
		[trackers > 0 ? `  ${count(trackers, 'tracker')}` : '  no tracker: peers come from the DHT', 'dim'],
	];
	if (isHere) facts.push([already, 'warn']);
	const rows: Row[] = [
		facts,
		[[' Its files are known once peers tell them:', 'dim']],
		[[asks ? ' you are asked then which of them to take.' : ' what is chosen here is taken then.', 'dim']],
	];
	if (name !== id) rows.push([hashSpan(known, columns)]);
	return rows;
}

/** What of a link is ignored: as many lines as there is room for. */
function noteRows({torrent: {notes = []}}: KnownPreview, {columns, rows}: Area): readonly Row[] {
	const lines = notes.flatMap(note => wrapped(terminalText(note), columns - 4));
	const shown = lines.length > rows ? [...lines.slice(0, Math.max(1, rows - 1)), '…'] : lines;
	return shown.map(line => [[` ${line}`, 'warn']]);
}

/** What is known of folders where data may go. */
export interface FolderPlaces {
	readonly folderLook: (path: string) => FolderLook | undefined;
	/** The folder of a label, where it has one. */
	readonly labelFolder: (label: string) => string | undefined;
}

/** The dialog that adds a torrent, in at most `room` cells: its fields, and what the link holds. */
export function addRows(
	dialog: AddDialog,
	room: Area,
	session: SessionView | undefined,
	magnetStart: MagnetStart,
	look: Look,
	{folderLook, labelFolder}: FolderPlaces,
): DialogRows {
	const {glyphs} = look;
	const columns = Math.min(92, room.columns);
	const values = formValues(dialog.fields);
	const preview = currentPreview(dialog);
	const known = preview.kind === 'known' ? preview : undefined;
	const {found} = dialog;
	// A folder that nobody touched is not asked for: the label has its own.
	const own = labelFolder((values['label'] ?? '').trim());
	const typed = (values['dir'] ?? '').trim();
	const isOwn = own !== undefined && typed === session?.dir;
	const dir = isOwn ? own : typed;
	const active = known && !known.torrent.unknown ? dialog.at : Math.min(dialog.at, dialog.fields.length - 1);
	const inTree = active >= dialog.fields.length;
	const rows: Row[] = [...fieldRows(dialog.fields, active, columns, look, folderLook)];
	// Where not all has room: what has the keys, with what is told of it.
	let selected = Math.min(rows.length - 1, fieldInSight(rows, dialog.fields, active));
	if (isOwn)
		rows.push([[` the label’s folder: ${terminalText(own)}`, 'dim'], ...folderWords(folderLook(own))]);
	if (known?.torrent.unknown) {
		rows.push(...wrapRows(linkRows(known, asksLater(dialog, magnetStart), columns), columns));
		rows.push(...noteRows(known, {columns, rows: room.rows - rows.length - 3}));
	} else if (known) {
		rows.push(...wrapRows(factRows(known, dir, columns, session, folderLook(dir)), columns));
		const left = {columns, rows: room.rows - rows.length - 5};
		rows.push(...treeRows(known, left, inTree, look, dialog.fields.length));
		if (inTree) selected = rows.length - 1;
	} else if (preview.kind === 'asked') {
		if (found) rows.push([], ...wrapRow(foundRow(found), columns));
		rows.push([], [[` Looking into it ${glyphs.ellipsis}`, 'dim']]);
	} else if (preview.kind === 'refused') {
		const why = wrapped(terminalText(preview.why), columns - 4);
		rows.push([], ...why.map((line): Row => [[` ${line}`, 'bad']]));
	} else rows.push([], ...wrapRow([[` ${describe((values['link'] ?? '').trim())}`, 'dim']], columns));
	if (dialog.problem !== undefined)
		rows.push(...wrapRow([[` ${terminalText(dialog.problem)}`, 'warn']], columns));
	else if (dialog.ways && dialog.ways.length > 0)
		rows.push(...wrapRow([[` ${terminalText(waysInWords(dialog.ways))}`, 'dim']], columns));
	const foot = known
		? inTree
			? 'Enter adds   Space take   A all   N none   I invert   +- priority   Tab next   Esc leaves'
			: 'Enter adds   Tab next   Esc leaves'
		: 'Enter looks   Tab next   Esc leaves';
	// Below the last file is what the edge has no room for.
	if (inTree && known && known.row === previewRows(known).length - 1) {
		rows.push(...footRest(foot, columns));
		selected = rows.length - 1;
	}
	return {
		title: found ? 'Download what is shared' : 'Add a torrent',
		rows,
		foot,
		columns,
		selected: dialog.problem === undefined && preview.kind !== 'refused' ? selected : rows.length - 1,
	};
}
