import type {TestContext} from 'node:test';
import {Workspace} from '../helpers/workspace.ts';

/** Measures something in a workspace, which is undone afterwards as a test's is; `root` as for a workspace. */
export async function inWorkspace(
	measure: (space: Workspace) => Promise<void>,
	root?: string,
): Promise<void> {
	const undo: Array<() => unknown> = [];
	const context = {after: (task: () => unknown) => void undo.push(task), passed: true};
	const space = new Workspace(context as unknown as TestContext, root);
	try {
		await measure(space);
	} finally {
		for (const task of undo) await task();
	}
}
