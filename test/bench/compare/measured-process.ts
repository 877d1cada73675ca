import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, openSync, readFileSync, statSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';

const ticksASecond = 100;
const all = new Set<ChildProcess>();

/** Ends every program that was started here and still runs, at once. */
export function endAll(): void {
	for (const child of all) child.kill('SIGKILL');
	all.clear();
}

/** How a program is started, and what shows that it has everything. */
export interface Launch {
	readonly command: string;
	readonly args: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	/** A file that appears then; else a line `DONE`, or a JSON line of the event `complete`. */
	readonly mark?: string | undefined;
	/** What else is to be done once it was started. */
	after?(): Promise<void>;
}

/** A program whose CPU and memory are told by Linux, and are not known elsewhere. */
export class MeasuredProcess {
	readonly startedAt = performance.now();
	readonly #child: ChildProcess;
	readonly #mark: string | undefined;
	readonly #log: string;
	#rest = '';
	#doneAt: number | undefined;
	#readyAt: number | undefined;
	#firstAt: number | undefined;
	#cpu: number | undefined;
	#memory: number | undefined;

	/** @param log the file for what it says on stderr */
	constructor({command, args, env, mark}: Launch, cwd: string, log: string) {
		this.#mark = mark;
		this.#log = log;
		this.#child = spawn(command, args, {
			cwd,
			env: {...process.env, LC_ALL: 'C.UTF-8', TERM: process.env['TERM'] ?? 'xterm', ...env},
			stdio: ['pipe', 'pipe', openSync(log, 'a')],
		});
		all.add(this.#child);
		this.#child.once('error', () => all.delete(this.#child));
		this.#child.once('exit', () => all.delete(this.#child));
		this.#child.stdin!.on('error', () => {});
		this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => this.#read(text));
	}

	#read(text: string): void {
		const lines = (this.#rest + text).split('\n');
		this.#rest = lines.pop()!.slice(-10_000);
		for (const line of lines) {
			const isComplete = line.startsWith('{') && /"event":\s*"complete"/.test(line);
			if (line.startsWith('READY') || isComplete) this.#readyAt ??= performance.now();
			if (line.startsWith('FIRST')) this.#firstAt ??= performance.now();
			if (line.startsWith('DONE') || isComplete) this.#doneAt ??= performance.now();
		}
	}

	/** Tells one that reads addresses whom to dial. */
	dial(host: string, port: number): void {
		this.#child.stdin!.write(`${host} ${port}\n`);
	}

	get ready(): boolean {
		return this.#readyAt !== undefined;
	}

	/** When data began to flow, by `performance.now()`, of one that says so. */
	get firstAt(): number | undefined {
		return this.#firstAt;
	}

	get ended(): boolean {
		return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined;
	}

	/** The end of what it said on stderr, in a line. */
	get complaint(): string {
		return readFileSync(this.#log, 'utf8').trim().split('\n').at(-1)?.slice(0, 200) ?? '';
	}

	/** Seconds of CPU, user and system, of all its threads; undefined where nobody tells. */
	get cpu(): number | undefined {
		const stat = this.#proc('stat')?.split(') ').at(-1)?.split(' ');
		if (stat !== undefined) this.#cpu = (Number(stat[11]) + Number(stat[12])) / ticksASecond;
		return this.#cpu;
	}

	/** The most bytes that were its own so far, mapped files left out, as far as somebody looked. */
	get memory(): number | undefined {
		const own = /RssAnon:\s+(\d+)/.exec(this.#proc('status') ?? '')?.[1];
		if (own !== undefined) this.#memory = Math.max(this.#memory ?? 0, Number(own) * 1024);
		return this.#memory;
	}

	/** Waits until `happened` answers something; undefined when the time is up or the program has ended without it. */
	async wait<Value>(limit: number, happened: () => Value | undefined): Promise<Value | undefined> {
		const end = performance.now() + limit;
		for (let round = 0; performance.now() < end && !this.ended; round++) {
			const value = happened();
			if (value !== undefined) return value;
			if (round % 10 === 0) {
				void this.memory;
				void this.cpu;
			}
			await delay(4);
		}
		await delay(50);
		return happened();
	}

	/** When it had everything, by `performance.now()`, as far as is known now. */
	get doneAt(): number | undefined {
		if (this.#mark !== undefined && existsSync(this.#mark))
			this.#doneAt ??= Math.min(performance.now(), statSync(this.#mark).mtimeMs - performance.timeOrigin);
		return this.#doneAt;
	}

	/** The same, once it has; undefined when the time is up or the program has ended without it. */
	complete(limit: number): Promise<number | undefined> {
		return this.wait(limit, () => this.doneAt);
	}

	async end(): Promise<void> {
		if (this.ended) return;
		const exited = once(this.#child, 'exit');
		this.#child.kill('SIGKILL');
		await exited;
	}

	#proc(name: string): string | undefined {
		try {
			return readFileSync(`/proc/${this.#child.pid}/${name}`, 'utf8');
		} catch {
			return undefined;
		}
	}
}
