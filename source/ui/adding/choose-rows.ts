import type {SessionView} from '../../api/snapshot.js';
import type {DialogRows} from '../dialogs/dialog-kind.js';
import {fieldInSight, fieldRows} from '../forms/field-rows.js';
import {formValues} from '../forms/form.js';
import {waysInWords} from '../forms/path-completion.js';
import type {FolderLook} from '../model/folder-look.js';
import type {Area, Look} from '../present/context.js';
import {footRest} from '../present/dialog-foot.js';
import type {Row} from '../present/row.js';
import {wrapRow} from '../present/wrapped-row.js';
import {count, size} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import {previewRows} from './add-preview.js';
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
	const named = wrapRow(
		[
			[` ${nameText(torrent.name)}`, 'title'],
			[`  ${size(torrent.length)} in ${count(torrent.fileCount, 'file')}`, 'dim'],
			[torrent.private ? '  private' : '', 'dim'],
		],
		columns,
	);
	const form = fieldRows(fields, at, columns, look, folderLook);
	const rows: Row[] = [...named, ...form];
	const tree = treeRows(preview, {columns, rows: room.rows - rows.length - 5}, inTree, look, fields.length);
	rows.push(...tree, ...wrapRow(wantedRow(preview, dir, session, folderLook(dir)), columns));
	if (problem !== undefined) rows.push(...wrapRow([[` ${terminalText(problem)}`, 'warn']], columns));
	else if (ways && ways.length > 0)
		rows.push(...wrapRow([[` ${terminalText(waysInWords(ways))}`, 'dim']], columns));
	const foot = inTree
		? 'Enter starts   Space take   A all   N none   I invert   * rule   +- priority   Esc later'
		: 'Enter starts   Tab next   Esc later';
	// Below the last file is what the edge has no room for.
	if (inTree && preview.row === previewRows(preview).length - 1) rows.push(...footRest(foot, columns));
	return {
		title: 'Which files?',
		rows,
		foot,
		columns,
		// Where not all has room: what is wrong, else what has the keys.
		selected:
			problem === undefined && !inTree ? named.length + fieldInSight(form, fields, at) : rows.length - 1,
	};
}
