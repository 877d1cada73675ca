import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {TestContext} from 'node:test';

/**
 * A folder for one test, and a list of what has to be undone. Everything is undone when the test ends, however it
 * ends, last thing first; the folder goes at the very end.
 */
export class Workspace {
	readonly test: TestContext;
	readonly dir: string;
	readonly #undo: Array<() => unknown> = [];
	readonly #tails: Array<() => string> = [];

	constructor(test: TestContext, root = tmpdir()) {
		this.test = test;
		this.dir = mkdtempSync(join(root, 'tortui-test-'));
		test.after(() => this.#close());
	}

	/** A path in the workspace's folder. */
	path(...names: string[]): string {
		return join(this.dir, ...names);
	}

	/** An empty folder in the workspace. */
	folder(...names: string[]): string {
		const path = this.path(...names);
		// As with the usual umask, whatever it is here: what others can write to is no state folder.
		mkdirSync(path, {recursive: true, mode: 0o755});
		return path;
	}

	defer(undo: () => unknown): void {
		this.#undo.push(undo);
	}

	/** Text that is printed when the test has failed: the end of a program's log, say. */
	explain(tail: () => string): void {
		this.#tails.push(tail);
	}

	async #close(): Promise<void> {
		// Node 24 tells it; the types do not know yet.
		const {passed} = this.test as TestContext & {readonly passed?: boolean};
		if (!passed) for (const tail of this.#tails) console.log(tail());
		for (const undo of this.#undo.reverse()) {
			try {
				await undo();
			} catch (error) {
				console.log(`clean-up: ${error}`);
			}
		}
		rmSync(this.dir, {recursive: true, force: true, maxRetries: 5});
	}
}
