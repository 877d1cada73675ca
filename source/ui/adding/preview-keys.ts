import type {FilePriority} from '../../api/snapshot.js';
import {priorityOf, type TreeNode} from '../model/file-tree.js';
import type {ClickKind} from '../present/hit.js';
import {type KnownPreview, previewRows} from './add-preview.js';

const normal: FilePriority = 2;

/** The preview with another priority for the files of a node. */
function setPriority(
	known: KnownPreview,
	node: TreeNode | undefined,
	next: (before: FilePriority | undefined) => number,
): KnownPreview | undefined {
	if (!node) return undefined;
	const before = priorityOf(node, {completed: [], priority: known.priorities});
	const chosen = Math.max(0, Math.min(4, next(before))) as FilePriority;
	const inside = new Set(node.files);
	return {...known, priorities: known.priorities.map((old, at) => (inside.has(at) ? chosen : old))};
}

function setFolded(known: KnownPreview, {key}: TreeNode, isFolded: boolean): KnownPreview {
	const folded = new Set(known.folded);
	if (isFolded) folded.add(key);
	else folded.delete(key);
	return {...known, folded};
}

/** The preview after a key in its tree of files; undefined when the key means nothing there. */
export function previewKey(known: KnownPreview, key: string): KnownPreview | undefined {
	const rows = previewRows(known);
	const node = rows[known.row];
	const go = (row: number): KnownPreview => ({
		...known,
		typed: undefined,
		row: Math.max(0, Math.min(rows.length - 1, row)),
	});
	switch (key) {
		case 'up':
		case 'k':
			return go(known.row - 1);
		case 'down':
		case 'j':
			return go(known.row + 1);
		case 'pageup':
			return go(known.row - 10);
		case 'pagedown':
			return go(known.row + 10);
		case 'home':
		case 'g':
			return go(0);
		case 'end':
		case 'G':
			return go(rows.length - 1);
		case 'left':
		case 'h':
			if (node?.folder && !known.folded.has(node.key)) return setFolded(known, node, true);
			return go(rows.findIndex(({key: other}) => other === node?.key.slice(0, node.key.lastIndexOf('/'))));
		case 'right':
		case 'l':
			return node?.folder ? setFolded(known, node, false) : undefined;
		case 'A':
		case 'a':
			return takeAll(known);
		case 'N':
		case 'n':
			return setAll(known, () => 0);
		case 'I':
		case 'i':
			return setAll(known, before => (before === 0 ? normal : 0));
		case 'space':
			return setPriority(known, node, before => (before === 0 ? normal : 0));
		case '+':
		case '=':
			return setPriority(known, node, (before = normal) => before + 1);
		case '-':
			return setPriority(known, node, (before = normal) => before - 1);
		default:
			return /^\d$/.test(key) ? goToNumber(known, rows, key) : undefined;
	}
}

/** Takes all files; none when all are taken. */
function takeAll(known: KnownPreview): KnownPreview {
	const isAll = known.priorities.every(priority => priority > 0);
	return setAll(known, before => (isAll ? 0 : before || normal));
}

/** The preview with another priority for every file. */
function setAll(known: KnownPreview, next: (before: FilePriority) => FilePriority): KnownPreview {
	return {...known, priorities: known.priorities.map(next)};
}

/** The preview with its cursor on the file of a number, as far as it is typed: 1, then 12. */
function goToNumber(known: KnownPreview, rows: readonly TreeNode[], digit: string): KnownPreview | undefined {
	const at = (typed: string) =>
		rows.findIndex(({folder, files}) => !folder && (files[0] ?? -1) + 1 === Number(typed));
	const longer = `${known.typed ?? ''}${digit}`;
	const [typed, row] = at(longer) >= 0 ? [longer, at(longer)] : [digit, at(digit)];
	return row < 0 ? undefined : {...known, row, typed};
}

/** The preview after a click on a row of its tree: clicked twice, or for a mark, its files are taken or left. */
export function previewClick(known: KnownPreview, row: number, how: ClickKind): KnownPreview {
	const there = {...known, row};
	return how === 'once' ? there : (previewKey(there, 'space') ?? there);
}
