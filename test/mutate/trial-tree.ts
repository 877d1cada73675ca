import {spawn, spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import process from 'node:process';
import {type Mutation, mutated} from './mutations.ts';

/** What came of running tests: none failed, one did, or they did not end. */
export type Outcome = 'passed' | 'failed' | 'late';

/** A copy of the tree in a temporary folder, to make faults in. */
export class TrialTree {
	readonly root: string;
	readonly #temporary: string;
	/** Ends the tests that run now. */
	#end: () => void = () => {};

	constructor() {
		this.root = mkdtempSync(join(tmpdir(), 'tortui-mutate-'));
		this.#temporary = join(this.root, '.tmp');
		mkdirSync(this.#temporary);
		for (const name of ['source', 'test', 'package.json', 'tsconfig.json'])
			cpSync(name, join(this.root, name), {recursive: true});
		symlinkSync(resolve('node_modules'), join(this.root, 'node_modules'));
	}

	/** Runs test files with the fault in `file`, for `limit` ms at the most. */
	async try(file: string, mutation: Mutation, tests: readonly string[], limit: number): Promise<Outcome> {
		const path = join(this.root, file);
		const source = readFileSync(path, 'utf8');
		writeFileSync(path, mutated(source, mutation));
		try {
			return await this.run(tests, limit);
		} finally {
			writeFileSync(path, source);
		}
	}

	/** Runs test files in one process, until one test fails or `limit` ms have passed. */
	run(tests: readonly string[], limit: number): Promise<Outcome> {
		const child = spawn(
			process.execPath,
			[
				...['--import=tsx', '--test', '--test-isolation=none', `--test-timeout=${limit}`],
				...['--test-reporter=./test/mutate/first-failure.js', '--test-reporter-destination=stdout'],
				...tests,
			],
			{
				cwd: this.root,
				stdio: 'ignore',
				detached: true,
				env: {...process.env, NODE_ENV: 'production', FORCE_COLOR: '0', TMPDIR: this.#temporary},
			},
		);
		const end = (): void => {
			try {
				process.kill(-child.pid!, 'SIGKILL');
			} catch {} // It is gone already.
		};
		this.#end = end;
		return new Promise(done => {
			let late = false;
			const timer = setTimeout(() => {
				late = true;
				end();
			}, limit);
			child.on('close', code => {
				clearTimeout(timer);
				this.#end = () => {};
				// Programs that a test left behind.
				end();
				done(late ? 'late' : code === 0 ? 'passed' : 'failed');
			});
		});
	}

	/** Ends what runs in it, and deletes it. */
	remove(): void {
		this.#end();
		for (const disk of this.#mounted()) spawnSync('umount', ['-l', disk]);
		rmSync(this.root, {recursive: true, force: true, maxRetries: 5});
	}

	/** Small disks that tests which were cut short had mounted in it. */
	#mounted(): string[] {
		try {
			const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
			return mounts.map(line => line.split(' ')[1] ?? '').filter(path => path.startsWith(`${this.root}/`));
		} catch {
			return []; // Only Linux tells, and only there are any.
		}
	}
}
