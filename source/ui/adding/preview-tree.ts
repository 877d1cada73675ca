import type {SessionView} from '../../api/snapshot.js';
import type {Column} from '../columns/column.js';
import {type FileFacts, fileColumns} from '../columns/file-columns.js';
import {tableRows, windowTop} from '../columns/table.js';
import {folderWords} from '../forms/folder-words.js';
import {priorityOf, type TreeNode} from '../model/file-tree.js';
import type {FolderLook} from '../model/folder-look.js';
import type {Area, Look} from '../present/context.js';
import {fitRow, type Row, type Span, withHit} from '../present/row.js';
import {count, size} from '../text/format.js';
import {type KnownPreview, previewRows, wantedOf} from './add-preview.js';

/** How much of a torrent is wanted as things are chosen, and what room there is for it. `dir`: the folder that is typed. */
export function wantedRow(
	{torrent, priorities}: KnownPreview,
	dir: string,
	session: SessionView | undefined,
	look: FolderLook | undefined,
): Row {
	const wanted = wantedOf(torrent, priorities);
	const amount: Span[] = [[` wanted ${size(wanted.length)} in ${count(wanted.files, 'file')}`, 'dim']];
	const free = session && dir === session.dir ? session.freeSpace : undefined;
	const known = look ?? (free === undefined ? undefined : {free});
	return [...amount, ...folderWords(known, wanted.length)];
}

/** Whether files are taken, all or some of those in a folder. */
const takeColumn: Column<TreeNode, FileFacts> = {
	id: 'take',
	title: '',
	width: 1,
	rank: 1,
	cell(node, {progress, look: {glyphs}}) {
		const priority = priorityOf(node, progress);
		return priority === undefined ? glyphs.busy : priority === 0 ? glyphs.off : glyphs.on;
	},
	tone: (node, {progress}) => (priorityOf(node, progress) === 0 ? 'faint' : 'good'),
};

/** The number that a rule knows a file by: `1,3-5`. */
const numberColumn: Column<TreeNode, FileFacts> = {
	id: 'number',
	title: '#',
	width: columns => (columns >= 60 ? 4 : 3),
	align: 'right',
	rank: 3,
	cell: ({folder, files}) => (folder ? '' : String((files[0] ?? 0) + 1)),
	tone: 'faint',
};

const previewColumns = [
	takeColumn,
	numberColumn,
	...fileColumns.filter(({id}) => ['path', 'priority', 'size'].includes(id)),
];

/** The tree of a preview's files, in at most `rows` rows. `at`: its number among the parts of its dialog. */
export function treeRows(
	known: KnownPreview,
	{columns, rows}: Area,
	focused: boolean,
	look: Look,
	at: number,
): readonly Row[] {
	const {torrent, priorities} = known;
	const height = Math.max(3, Math.min(14, rows));
	const nodes = previewRows(known);
	// What is out of sight is told of in a row of its own.
	const isTold = nodes.length > height && height > 3;
	const shown = isTold ? height - 1 : Math.min(height, nodes.length);
	const row = focused ? known.row : 0;
	const top = windowTop(nodes.length, shown, row, Math.max(0, row - Math.floor(height / 2)));
	const listed = tableRows(previewColumns, nodes, {
		facts: {columns, look, progress: {completed: [], priority: priorities}, folded: known.folded},
		columns,
		rows: shown,
		header: false,
		gap: 2,
		cursor: focused ? known.row : -1,
		active: focused,
		top,
		hit: option => ({kind: 'part', at, option}),
		sort: '',
		reverse: false,
		empty: 'no files',
	});
	const result = listed.map(({row, hit}) => withHit(fitRow(row, columns), hit));
	const below = nodes.length - top - shown;
	if (isTold)
		result.push([
			[
				`  ${[top > 0 ? `${top} more above` : '', below > 0 ? `${below} more below` : ''].filter(Boolean).join(', ')}`,
				'faint',
			],
		]);
	if (torrent.fileCount > torrent.files.length)
		result.push([
			[`  and ${torrent.fileCount - torrent.files.length} more: choose them by the rule`, 'faint'],
		]);
	return result;
}
