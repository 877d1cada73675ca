import type {TreeNode} from './file-tree.js';
import {cursorRow, entries, shownFiles} from './lists.js';
import type {ScreenState} from './store.js';

/** The row of the file tree that has the cursor. */
export function fileUnderCursor(state: ScreenState): TreeNode | undefined {
	return shownFiles(state)[cursorRow(entries(state, 'files'), state.view.lists.files)];
}

/** Positions of the files that keys act on: the marked ones, else those under the cursor. */
export function chosenFiles(state: ScreenState): readonly number[] {
	const {marks} = state.view.lists.files;
	if (marks.size === 0) return fileUnderCursor(state)?.files ?? [];
	const positions = new Set<number>();
	const files = state.model.torrent?.files ?? [];
	for (const [position, file] of files.entries()) {
		for (let depth = 1; depth <= file.path.length; depth++) {
			if (marks.has(file.path.slice(0, depth).join('/'))) positions.add(position);
		}
	}
	return [...positions];
}
