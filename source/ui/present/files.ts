import type {FilePriority, FileProgressView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import {completedOf, priorityOf, type TreeNode} from '../model/file-tree.js';
import {percent, size} from '../text/format.js';
import {fit} from '../text/text.js';
import {thinBar} from './bar.js';
import type {Look} from './context.js';
import type {Column} from './table.js';

/** What priorities are called. */
export const priorityWords: readonly [string, string, string, string, string] = [
	'skip',
	'low',
	'normal',
	'high',
	'first',
];

/** The priority that is called so. */
export function priorityNamed(word: string): FilePriority | undefined {
	const at = priorityWords.indexOf(word);
	return at < 0 ? undefined : (at as FilePriority);
}

const shortWords: typeof priorityWords = ['skip', 'low', 'norm', 'high', '1st'];

const priorityTones: readonly [Tone, Tone, Tone, Tone, Tone] = ['faint', 'dim', 'faint', 'flight', 'lit'];

/** The columns of the files pane. */
export function fileColumns(
	columns: number,
	progress: FileProgressView | undefined,
	folded: ReadonlySet<string>,
	look: Look,
): ReadonlyArray<Column<TreeNode>> {
	const {glyphs} = look;
	const narrow = columns < 60;
	const skipped = (node: TreeNode) => priorityOf(node, progress) === 0;
	return [
		{
			id: 'path',
			title: 'name',
			width: 14,
			flexible: true,
			rank: 0,
			cell: (node, width) => {
				const sign = node.folder ? (folded.has(node.key) ? glyphs.folded : glyphs.unfolded) : ' ';
				const indent = (narrow ? ' ' : '  ').repeat(Math.min(node.depth, 8));
				return fit(`${indent}${sign} ${node.name}${node.folder ? '/' : ''}`, width, 'left', glyphs.ellipsis);
			},
			tone: node => (skipped(node) ? 'faint' : node.folder ? 'title' : 'text'),
		},
		{
			id: 'priority',
			title: 'prio',
			width: narrow ? 4 : 6,
			rank: 2,
			cell: node => {
				const priority = priorityOf(node, progress);
				const words = narrow ? shortWords : priorityWords;
				return priority === undefined ? (narrow ? 'mix' : 'mixed') : words[priority as FilePriority];
			},
			tone: node => priorityTones[priorityOf(node, progress) ?? 2],
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
			width: 10,
			rank: 4,
			cell: node => {
				const done = completedOf(node, progress);
				return skipped(node)
					? ' '.repeat(10)
					: thinBar(
							node.length === 0 ? 1 : done / node.length,
							10,
							glyphs,
							done >= node.length ? 'good' : 'have',
						);
			},
		},
		{
			id: 'done',
			title: 'done',
			width: 5,
			align: 'right',
			rank: 0,
			cell: node => {
				const done = completedOf(node, progress);
				return skipped(node) && done < node.length ? glyphs.dash : percent(done, node.length, 0);
			},
			tone: node => (completedOf(node, progress) >= node.length ? 'good' : skipped(node) ? 'faint' : 'dim'),
		},
	];
}

/** What the pane's title says at its right end. */
export function filesTitle(wanted: number, total: number, marked: number): string {
	if (marked > 0) return `${marked} marked`;
	return wanted === total ? `${total}` : `${wanted} of ${total} wanted`;
}
