import type {SessionView} from '../../api/snapshot.js';
import {fileColumns} from '../columns/file-columns.js';
import {tableRows, windowTop} from '../columns/table.js';
import type {Area, Look} from '../present/context.js';
import {fitRow, type Row, type Span, withHit} from '../present/row.js';
import {count, size} from '../text/format.js';
import {type KnownPreview, previewRows, wantedOf} from './add-preview.js';

/** How much of a torrent is wanted as things are chosen, and what room there is for it. `dir`: the folder that is typed. */
export function wantedRow(
	{torrent, priorities}: KnownPreview,
	dir: string,
	session: SessionView | undefined,
): Row {
	const wanted = wantedOf(torrent, priorities);
	const amount: Span[] = [[` wanted ${size(wanted.length)} in ${count(wanted.files, 'file')}`, 'dim']];
	const free = session && dir === session.dir ? session.freeSpace : undefined;
	if (free !== undefined) amount.push([`  free ${size(free)}`, free < wanted.length ? 'bad' : 'dim']);
	return amount;
}

const previewColumns = fileColumns.filter(({id}) => ['path', 'priority', 'size'].includes(id));

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
		hit: option => ({kind: 'part', at, option}),
		sort: '',
		reverse: false,
		empty: 'no files',
	});
	const result = listed.map(({row, hit}) => withHit(fitRow(row, columns), hit));
	if (torrent.fileCount > torrent.files.length)
		result.push([
			[`  and ${torrent.fileCount - torrent.files.length} more: choose them by the rule`, 'faint'],
		]);
	return result;
}
