import type {FilePriority, FileProgressView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import {completedOf, priorityOf, type TreeNode} from '../model/file-tree.js';
import {remembered} from '../model/remembered.js';
import {thinBar} from '../present/bar.js';
import {priorityWords} from '../present/files.js';
import {percent, size} from '../text/format.js';
import {fit} from '../text/text.js';
import type {Column, ListFacts} from './column.js';

/** What the columns of files are drawn by. */
export interface FileFacts extends ListFacts {
	readonly progress: FileProgressView | undefined;
	/** Keys of the folders that are folded. */
	readonly folded: ReadonlySet<string>;
}

const shortWords: typeof priorityWords = ['skip', 'low', 'norm', 'high', '1st'];
const priorityTones: readonly [Tone, Tone, Tone, Tone, Tone] = ['faint', 'dim', 'faint', 'flight', 'lit'];

/** Below so many columns everything is said shorter. */
const narrow = 60;
const barWidth = 10;

function isSkipped(node: TreeNode, {progress}: FileFacts): boolean {
	return priorityOf(node, progress) === 0;
}

/** Whether the priority of any file is another than normal. */
const isAnySpecial = remembered(
	(progress: FileProgressView | undefined): boolean =>
		progress?.priority.some(priority => priority !== 2) ?? false,
);

/** The columns of the tree of files. */
export const fileColumns: ReadonlyArray<Column<TreeNode, FileFacts>> = [
	{
		id: 'path',
		title: 'name',
		width: 14,
		flexible: true,
		rank: 0,
		cell: (node, {columns, folded, look: {glyphs}}, width) => {
			const sign = node.folder ? (folded.has(node.key) ? glyphs.folded : glyphs.unfolded) : ' ';
			const indent = (columns < narrow ? ' ' : '  ').repeat(Math.min(node.depth, 8));
			return fit(`${indent}${sign} ${node.name}${node.folder ? '/' : ''}`, width, 'left', glyphs.ellipsis);
		},
		tone: (node, facts) => (isSkipped(node, facts) ? 'faint' : node.folder ? 'title' : 'text'),
	},
	{
		id: 'priority',
		// On every row it would say that nothing is special, and cut the names for it.
		when: ({progress}) => isAnySpecial(progress),
		title: 'prio',
		width: columns => (columns < narrow ? 4 : 6),
		rank: 2,
		cell: (node, {columns, progress}) => {
			const priority = priorityOf(node, progress);
			const isNarrow = columns < narrow;
			if (priority === undefined) return isNarrow ? 'mix' : 'mixed';
			return (isNarrow ? shortWords : priorityWords)[priority as FilePriority];
		},
		tone: (node, {progress}) => priorityTones[priorityOf(node, progress) ?? 2],
	},
	{
		id: 'size',
		title: 'size',
		width: 6,
		align: 'right',
		rank: 1,
		cell: node => size(node.length),
		tone: 'dim',
	},
	{
		id: 'bar',
		title: '',
		label: 'progress bar',
		width: barWidth,
		rank: 4,
		cell: (node, facts) => {
			if (isSkipped(node, facts)) return ' '.repeat(barWidth);
			const done = completedOf(node, facts.progress);
			const part = node.length === 0 ? 1 : done / node.length;
			return thinBar(part, barWidth, facts.look.glyphs, done >= node.length ? 'good' : 'have');
		},
	},
	{
		id: 'done',
		title: 'done',
		width: 5,
		align: 'right',
		rank: 0,
		cell: (node, facts) => {
			const done = completedOf(node, facts.progress);
			if (isSkipped(node, facts) && done < node.length) return facts.look.glyphs.dash;
			return percent(done, node.length, 0);
		},
		tone: (node, facts) => {
			if (completedOf(node, facts.progress) >= node.length) return 'good';
			return isSkipped(node, facts) ? 'faint' : 'dim';
		},
	},
];
