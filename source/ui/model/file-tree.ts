import {selectFiles} from '../../api/file-rules.js';
import type {FilePriority, FileProgressView, FileView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';
import {nameText} from '../text/text.js';

/** A folder or file in the tree. `files` are positions in the list of `FileView`s, not file indices. */
export interface TreeNode {
	/** The path, joined by `/`: unique, and stable while files change. */
	readonly key: string;
	readonly name: string;
	readonly depth: number;
	readonly folder: boolean;
	readonly files: readonly number[];
	readonly length: Bytes;
	readonly children: readonly TreeNode[];
}

interface Branch {
	readonly folders: Map<string, Branch>;
	readonly files: number[];
}

function build(branch: Branch, path: string, depth: number, files: readonly FileView[]): TreeNode[] {
	const nodes: TreeNode[] = [];
	for (const [name, inner] of branch.folders) {
		const key = path === '' ? name : `${path}/${name}`;
		const children = build(inner, key, depth + 1, files);
		nodes.push({
			key,
			name: nameText(name),
			depth,
			folder: true,
			files: children.flatMap(child => child.files),
			length: children.reduce((sum, child) => sum + child.length, 0),
			children,
		});
	}
	for (const position of branch.files) {
		const file = files[position] as FileView;
		const name = file.path.at(-1) ?? '';
		nodes.push({
			key: path === '' ? name : `${path}/${name}`,
			name: nameText(name),
			depth,
			folder: false,
			files: [position],
			length: file.length,
			children: [],
		});
	}
	return nodes;
}

/** The tree of a torrent's files, folders before files, otherwise in the torrent's order; without a root that all share. */
export function fileTree(files: readonly FileView[]): readonly TreeNode[] {
	const root: Branch = {folders: new Map(), files: []};
	for (const [position, file] of files.entries()) {
		let branch = root;
		for (const name of file.path.slice(0, -1)) {
			let inner = branch.folders.get(name);
			if (!inner) {
				inner = {folders: new Map(), files: []};
				branch.folders.set(name, inner);
			}
			branch = inner;
		}
		branch.files.push(position);
	}
	// A torrent of several files lies in one folder of its own name: that one says nothing here.
	const only = root.folders.size === 1 && root.files.length === 0 ? [...root.folders][0] : undefined;
	return only ? build(only[1], only[0], 0, files) : build(root, '', 0, files);
}

/** Bytes of a node that are here. */
export function completedOf(node: TreeNode, progress: FileProgressView | undefined): Bytes {
	let sum = 0;
	for (const position of node.files) sum += progress?.completed[position] ?? 0;
	return sum;
}

/** The priority all files of a node share; undefined when they differ. */
export function priorityOf(node: TreeNode, progress: FileProgressView | undefined): FilePriority | undefined {
	const first = progress?.priority[node.files[0] ?? 0] ?? 2;
	for (const position of node.files) if ((progress?.priority[position] ?? 2) !== first) return undefined;
	return first;
}

function comparator(
	sort: string,
	progress: FileProgressView | undefined,
): ((a: TreeNode, b: TreeNode) => number) | undefined {
	switch (sort) {
		case 'name':
			return (a, b) => a.name.localeCompare(b.name, undefined, {numeric: true});
		case 'size':
			return (a, b) => a.length - b.length;
		case 'done':
			return (a, b) =>
				completedOf(a, progress) / Math.max(1, a.length) - completedOf(b, progress) / Math.max(1, b.length);
		case 'priority':
			return (a, b) => (priorityOf(a, progress) ?? 2) - (priorityOf(b, progress) ?? 2);
		default:
			return undefined;
	}
}

/** The rows of a tree that are to be seen: not in a folded folder, and with the filter in their path. */
export function treeRows(
	tree: readonly TreeNode[],
	progress: FileProgressView | undefined,
	options: {
		readonly folded: ReadonlySet<string>;
		readonly filter: string;
		readonly sort: string;
		readonly reverse: boolean;
	},
): readonly TreeNode[] {
	const rows: TreeNode[] = [];
	const wanted = options.filter.toLowerCase();
	const compare = comparator(options.sort, progress);
	const holds = (node: TreeNode): boolean =>
		wanted === '' || node.key.toLowerCase().includes(wanted) || node.children.some(holds);
	const walk = (nodes: readonly TreeNode[]) => {
		const ordered = compare
			? [...nodes].sort((a, b) => (options.reverse ? compare(b, a) : compare(a, b)))
			: options.reverse
				? [...nodes].reverse()
				: nodes;
		for (const node of ordered) {
			if (!holds(node)) continue;
			rows.push(node);
			if (node.folder && (wanted !== '' || !options.folded.has(node.key))) walk(node.children);
		}
	};
	walk(tree);
	return rows;
}

/** Which of the files, by their position, a rule picks, or why it picks none; the rules are those of `--select`. */
export function matchRule(
	rule: string,
	files: readonly FileView[],
): {readonly positions: readonly number[]} | {readonly problem: string} {
	try {
		const selected = selectFiles(rule, files);
		return {positions: selected.flatMap((isSelected, position) => (isSelected ? [position] : []))};
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return {problem: error.message};
	}
}
