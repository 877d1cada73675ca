import type {SessionView} from '../../api/snapshot.js';
import type {DialogRows} from '../dialogs/dialog-kind.js';
import {fieldRows} from '../forms/field-rows.js';
import {formValues} from '../forms/form.js';
import {waysInWords} from '../forms/path-completion.js';
import type {FolderLook} from '../model/folder-look.js';
import type {Area, Look} from '../present/context.js';
import type {Row} from '../present/row.js';
import {count, size} from '../text/format.js';
import {fit, terminalText} from '../text/text.js';
import type {ChooseDialog} from './choose-form.js';
import {treeRows, wantedRow} from './preview-tree.js';

/** The question which files are to be fetched, in at most `room` cells: its fields, the tree, and what is chosen. */
export function chooseRows(
	{fields, at, problem, preview, ways}: ChooseDialog,
	room: Area,
	session: SessionView | undefined,
	look: Look,
	folderLook: (path: string) => FolderLook | undefined,
): DialogRows {
	const columns = Math.min(92, room.columns);
	const {torrent} = preview;
	const inTree = at >= fields.length;
	const dir = (formValues(fields)['dir'] ?? '').trim();
	// The name has a row of its own: in the edge it has no room on a small terminal.
	const rows: Row[] = [
		[
			[` ${terminalText(torrent.name)}`, 'title'],
			[`  ${size(torrent.length)} in ${count(torrent.fileCount, 'file')}`, 'dim'],
			[torrent.private ? '  private' : '', 'dim'],
		],
		...fieldRows(fields, at, columns, look, folderLook),
	];
	const tree = treeRows(preview, {columns, rows: room.rows - rows.length - 5}, inTree, look, fields.length);
	rows.push(...tree, wantedRow(preview, dir, session, folderLook(dir)));
	if (problem !== undefined) rows.push([[` ${terminalText(problem)}`, 'warn']]);
	else if (ways && ways.length > 0)
		rows.push([[` ${fit(terminalText(waysInWords(ways)), columns - 2)}`, 'dim']]);
	return {
		title: 'Which files?',
		rows,
		foot: inTree
			? 'Enter starts   Space take   A all   N none   I invert   * rule   +- priority   Esc later'
			: 'Enter starts   Tab next   Esc later',
		columns,
		// Where not all has room: what is wrong, else what has the keys.
		selected: problem === undefined && !inTree ? at + 1 : rows.length - 1,
	};
}
