import {type ChildProcess, spawn} from 'node:child_process';
import {accessSync, constants, readFileSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import process from 'node:process';
import {within} from './deadline.ts';
import type {Workspace} from './workspace.ts';

export interface Exit {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly uid?: number;
	readonly gid?: number;
}

const keptOutput = 1_000_000;

/** A program that runs until the test ends, at the latest. */
export class Running {
	readonly name: string;
	readonly child: ChildProcess;
	readonly exited: Promise<Exit>;
	stdout = '';
	stderr = '';
	#ended: Exit | undefined;
	readonly #listeners = new Set<() => void>();

	constructor(space: Workspace, command: string, args: readonly string[], options: ProcessOptions = {}) {
		this.name = command.split('/').at(-1)!;
		this.child = spawn(command, args, {
			cwd: options.cwd ?? space.dir,
			env: {...process.env, LC_ALL: 'C.UTF-8', ...options.env},
			stdio: ['ignore', 'pipe', 'pipe'],
			...(options.uid === undefined ? {} : {uid: options.uid, gid: options.gid ?? options.uid}),
		});
		this.child.stdout!.setEncoding('utf8').on('data', chunk => {
			this.stdout = (this.stdout + chunk).slice(-keptOutput);
			this.#tell();
		});
		this.child.stderr!.setEncoding('utf8').on('data', chunk => {
			this.stderr = (this.stderr + chunk).slice(-keptOutput);
			this.#tell();
		});
		this.exited = new Promise(resolve => {
			this.child.once('error', error => {
				this.stderr += `${error}\n`;
				resolve({code: 127, signal: null});
			});
			this.child.once('close', (code, signal) => resolve({code, signal}));
		});
		this.exited.then(exit => {
			this.#ended = exit;
			this.#tell();
		});
		space.explain(() => this.tail());
		space.defer(() => this.stop());
	}

	get pid(): number {
		return this.child.pid ?? -1;
	}

	/** How it ended, undefined while it runs. */
	get ended(): Exit | undefined {
		return this.#ended;
	}

	/** The last lines it wrote. */
	tail(lines = 12): string {
		const last = (text: string) =>
			text
				.trimEnd()
				.split(/[\r\n]+/)
				.slice(-lines)
				.map(line => `\n    ${line.slice(0, 300)}`)
				.join('');
		const state = this.#ended ? `ended ${JSON.stringify(this.#ended)}` : `runs as ${this.pid}`;
		return `--- ${this.name}, ${state}${last(this.stdout)}${last(this.stderr)}`;
	}

	/** Called whenever it wrote something or ended; gives back how to stop listening. */
	onOutput(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Waits until its output (both streams) matches. Fails when it ends before, or after `ms`. */
	async output(pattern: RegExp, ms: number): Promise<RegExpExecArray> {
		let forget = () => {};
		const found = new Promise<RegExpExecArray>((resolve, reject) => {
			const look = () => {
				const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
				if (match) resolve(match);
				else if (this.#ended) reject(new Error(`${this.name} ended before it wrote ${pattern}`));
			};
			forget = this.onOutput(look);
			look();
		});
		try {
			return await within(ms, () => `${this.name} to write ${pattern}`, found);
		} finally {
			forget();
		}
	}

	/** Waits for its end. */
	end(ms: number): Promise<Exit> {
		return within(ms, () => `the end of ${this.name}`, this.exited);
	}

	/** Ends it: politely first, for good after `patience` ms. */
	async stop(signal: NodeJS.Signals = 'SIGTERM', patience = 3000): Promise<Exit> {
		if (this.#ended) return this.#ended;
		this.child.kill(signal);
		const timer = setTimeout(() => this.child.kill('SIGKILL'), patience);
		const exit = await this.exited;
		clearTimeout(timer);
		return exit;
	}

	/** Its peak resident memory so far, in bytes; 0 when it cannot be told (any more). */
	peakMemory(): number {
		try {
			const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
			return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) * 1024;
		} catch {
			return 0;
		}
	}

	#tell(): void {
		for (const listener of [...this.#listeners]) listener();
	}
}

/** Runs a program to its end. */
export async function run(
	space: Workspace,
	command: string,
	args: readonly string[],
	options: ProcessOptions & {readonly within?: number} = {},
): Promise<Running> {
	const running = new Running(space, command, args, options);
	await running.end(options.within ?? 30_000);
	return running;
}

/** Where a program is, or undefined when this machine has none of that name. */
export function findProgram(name: string): string | undefined {
	for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
		const path = join(folder, name);
		try {
			accessSync(path, constants.X_OK);
			return path;
		} catch {}
	}
	return undefined;
}

/** For a test's `skip`: the reason when one of the programs is missing, else false. */
export function missing(...names: string[]): string | false {
	const absent = names.filter(name => findProgram(name) === undefined);
	return absent.length > 0 && `${absent.join(', ')} not installed`;
}
