import type {FilePriority} from '../../api/snapshot.js';
import {chosenFiles} from '../model/chosen-files.js';
import {completedOf, priorityOf, type TreeNode} from '../model/file-tree.js';
import type {View} from '../model/view.js';
import {fileFacts} from '../present/facts.js';
import {priorityNamed, priorityWords} from '../present/files.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {setList} from './lists.js';

/** Tells all that is known of a file, or of a folder. */
export function lookAtFile(screen: ScreenContext, node: TreeNode): void {
	const {torrent} = screen.state().model;
	screen.setDialog({
		kind: 'facts',
		title: node.folder ? 'Folder' : 'File',
		facts: fileFacts(node, torrent?.files ?? [], torrent?.progress),
		command: 'file-look',
	});
}

/** What is wanted now can be had back. */
function remember(screen: ScreenContext): void {
	const {torrent} = screen.state().model;
	if (torrent?.progress)
		screen.setView({filesBefore: {id: torrent.id, priority: [...torrent.progress.priority]}});
}

/** Wants of the files what was wanted before the last change; once more takes that back. */
export function restorePriorities(
	screen: ScreenContext,
	{id, priority}: NonNullable<View['filesBefore']>,
): void {
	const {torrent} = screen.state().model;
	if (torrent?.id !== id || !torrent.files) return;
	const now = torrent.progress?.priority ?? [];
	const {files} = torrent;
	const differs = (position: number) => now[position] !== priority[position];
	// Where nothing differs the engine has not yet told what the last change made: all of it is said again.
	const isTold = priority.some((_, position) => files[position] !== undefined && differs(position));
	const changes = new Map<FilePriority, number[]>();
	for (const [position, before] of priority.entries()) {
		const file = files[position];
		if (file === undefined || (isTold && !differs(position))) continue;
		const same = changes.get(before);
		if (same) same.push(file.index);
		else changes.set(before, [file.index]);
	}
	if (isTold) remember(screen);
	// First what is wanted: nothing is complete in between.
	for (const [to, indices] of [...changes].sort(([one], [other]) => other - one))
		screen.send(
			{type: 'files.priority', id, files: indices, priority: to},
			isTold ? 'Its files are as they were: u turns that.' : 'Its files are as they were.',
		);
}

/** Gives a priority to files, by their positions; those that have it are left alone. */
export function setPriority(
	screen: ScreenContext,
	positions: readonly number[],
	priority: FilePriority,
): void {
	const {torrent} = screen.state().model;
	if (!torrent?.files || positions.length === 0) return;
	const files: number[] = [];
	for (const position of positions) {
		const file = torrent.files[position];
		if (file && torrent.progress?.priority[position] !== priority) files.push(file.index);
	}
	if (files.length === 0) return;
	remember(screen);
	screen.send(
		{type: 'files.priority', id: torrent.id, files, priority},
		positions.length > 1 ? `${positions.length} files: ${priorityWords[priority]}` : undefined,
	);
}

/** Wants these files, and skips all others; those that are wanted keep their priority. */
export function wantOnly(screen: ScreenContext, positions: readonly number[]): void {
	const {torrent} = screen.state().model;
	if (!torrent?.files) return;
	const chosen = new Set(positions);
	const priority = torrent.progress?.priority;
	const skipped: number[] = [];
	const wanted: number[] = [];
	for (const [position, {index}] of torrent.files.entries()) {
		const isWanted = (priority?.[position] ?? 2) > 0;
		if (chosen.has(position) && !isWanted) wanted.push(index);
		if (!chosen.has(position) && isWanted) skipped.push(index);
	}
	const done = `${chosen.size} of ${torrent.files.length} files are wanted: u takes it back.`;
	remember(screen);
	// First what is wanted: nothing is complete in between.
	if (wanted.length > 0)
		screen.send({type: 'files.priority', id: torrent.id, files: wanted, priority: 2}, done);
	if (skipped.length > 0)
		screen.send({type: 'files.priority', id: torrent.id, files: skipped, priority: 0}, done);
	setList(screen, 'files', {marks: new Set()});
}

/** Raises or lowers the priority of files, which all have the same one then. */
export function stepPriority(screen: ScreenContext, positions: readonly number[], by: 1 | -1): void {
	const priority = screen.state().model.torrent?.progress?.priority;
	// A group that is not of one mind starts from its highest member.
	const highest = Math.max(...positions.map(position => priority?.[position] ?? 2), 0);
	setPriority(screen, positions, Math.max(0, Math.min(4, highest + by)) as FilePriority);
}

/** Gives the priority of this name to the files that keys act on. */
export function setPriorityByName(screen: ScreenContext, name: string): void {
	const priority = priorityNamed(name);
	if (priority === undefined) screen.say(`A priority is one of ${priorityWords.join(', ')}.`, 'warn');
	else setPriority(screen, chosenFiles(screen.state()), priority);
}

/** Folds or unfolds a folder, as the key asks; from a file, left goes to its folder. */
export function fold(screen: ScreenContext, node: TreeNode, key: string): void {
	const folded = new Set(screen.state().view.folded);
	const closing = key === 'left' || key === 'h';
	if (node.folder && closing !== folded.has(node.key)) {
		if (!folded.delete(node.key)) folded.add(node.key);
		screen.setView({folded});
	} else if (node.folder && key === 'enter') {
		folded.delete(node.key);
		screen.setView({folded});
	} else if (closing && node.key.includes('/')) {
		setList(screen, 'files', {key: node.key.slice(0, node.key.lastIndexOf('/'))});
	}
}

/** Folds all folders. */
export function foldAll(screen: ScreenContext): void {
	const folded = new Set<string>();
	for (const {path} of screen.state().model.torrent?.files ?? []) {
		for (let depth = 1; depth < path.length; depth++) folded.add(path.slice(0, depth).join('/'));
	}
	screen.setView({folded});
}

/** Opens a finished file, or a folder of finished files, with its program. */
export function openFile(screen: ScreenContext, node: TreeNode): void {
	const {torrent} = screen.state().model;
	if (!torrent?.overview) return;
	if (!screen.openFile) screen.say('Files cannot be opened from here: there is no desktop.', 'warn');
	else if (priorityOf(node, torrent.progress) === 0) screen.say('This file is skipped.', 'warn');
	else if (completedOf(node, torrent.progress) < node.length) screen.say('This is not finished yet.', 'warn');
	else screen.openFile(`${torrent.overview.dir}/${node.key}`);
}
