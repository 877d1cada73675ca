import {type ChildProcess, spawn} from 'node:child_process';
import type {Readable} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';
import type {Clock} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';

/** Lines of its output that are told; more are counted. */
const mostLines = 20;
const longestLine = 300;
/** Between being asked to end and having to. */
const graceTime: Millis = 5000;
/** What it said last may come after its end; whoever it left behind may speak for ever. */
const lastWords: Millis = 200;
/** Beyond what is told it is read no faster: 64 KiB each. */
const readTime: Millis = 5;

/** What a program is started with. */
export interface ProgramRun {
	/** The program and its arguments: no shell reads them. */
	readonly words: readonly string[];
	readonly env: NodeJS.ProcessEnv;
	readonly timeout: Millis;
	readonly clock: Clock;
	/** Ends it before its time. */
	readonly signal: AbortSignal;
	/** Told lines of what it prints, as they come, cut to 300 characters: at most 20 of them. */
	said(line: string): void;
}

/** How a program ended. */
export type ProgramEnd =
	| {readonly name: 'ended'; readonly status: number; readonly unsaid: Bytes}
	| {readonly name: 'killed'; readonly signal: string; readonly unsaid: Bytes}
	/** It was ended since it took too long, or since the engine ends. */
	| {readonly name: 'late' | 'stopped'; readonly unsaid: Bytes}
	/** It could not be started: why, in words. */
	| {readonly name: 'refused'; readonly why: string};

/** Takes lines out of what is printed, and counts what is not told. */
class Output {
	unsaid: Bytes = 0;
	#lines = 0;
	readonly #said: (line: string) => void;

	constructor(said: (line: string) => void) {
		this.#said = said;
	}

	get isFull(): boolean {
		return this.#lines >= mostLines;
	}

	/** Lines of one stream. */
	stream(): {readonly take: (bytes: Buffer) => void; readonly end: () => void} {
		let rest = '';
		const decoder = new StringDecoder('utf8');
		const line = (text: string, bytes: Bytes): void => {
			if (text.trim() === '') return;
			if (this.isFull) this.unsaid += bytes;
			else {
				this.#lines++;
				this.#said(withoutColours(text).slice(0, longestLine));
			}
		};
		return {
			take: bytes => {
				if (this.isFull) {
					this.unsaid += bytes.length;
					return;
				}
				const lines = (rest + decoder.write(bytes)).split(/\r\n|\n|\r/);
				rest = lines.pop()!;
				for (const text of lines) line(text, Buffer.byteLength(text) + 1);
				if (rest.length <= longestLine * 4) return;
				// A line that never ends is one of its length.
				this.unsaid += rest.length - longestLine;
				rest = rest.slice(0, longestLine);
				if (this.isFull) rest = '';
			},
			end: () => {
				line(rest, Buffer.byteLength(rest));
				rest = '';
			},
		};
	}
}

/** What is between an escape and its letter would be left over. */
function withoutColours(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about these
	return text.replace(/\u001b\[[0-9;:?]*[ -/]*[@-~]/g, '');
}

/** Reads all that comes; slowly when nobody wants it any more, so that it costs nothing. */
function drain(stream: Readable, output: Output, clock: Clock): void {
	const lines = output.stream();
	stream.on('data', (bytes: Buffer) => {
		lines.take(bytes);
		if (!output.isFull) return;
		stream.pause();
		clock.after(readTime, () => stream.resume());
	});
	stream.on('end', lines.end);
	// It may be gone at any time.
	stream.on('error', () => {});
}

/** Ends it with all it has started. */
function end({pid}: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
	if (pid === undefined) return;
	try {
		process.kill(-pid, signal);
	} catch {
		// All of them have ended.
	}
}

/** The process may end before this does. */
function unref(handle: ChildProcess | Readable | null): void {
	// A pipe is a socket, which the type does not say.
	(handle as {unref?(): void} | null)?.unref?.();
}

function whyNot(program: string, {code, message}: NodeJS.ErrnoException): string {
	switch (code) {
		case 'ENOENT':
			return `no such program: ${program}`;
		case 'EACCES':
			return `not executable: ${program}: try chmod +x`;
		case 'E2BIG':
			return `${program} cannot be told so much: its names are too long`;
		default:
			return `${program} cannot be started: ${code ?? message}`;
	}
}

/**
 * Runs a program in a process group of its own and answers when it ends. What it left behind lives on, unless it took too
 * long: then the group is asked to end, and has to 5 s later.
 */
export function runProgram({words, env, timeout, clock, signal, said}: ProgramRun): Promise<ProgramEnd> {
	const [program = '', ...args] = words;
	const output = new Output(said);
	return new Promise(resolve => {
		const refused = (error: unknown): void =>
			resolve({name: 'refused', why: whyNot(program, error as NodeJS.ErrnoException)});
		let child: ChildProcess;
		try {
			child = spawn(program, args, {cwd: '/', env, detached: true, stdio: ['ignore', 'pipe', 'pipe']});
		} catch (error) {
			return refused(error);
		}
		let why: 'late' | 'stopped' | undefined;
		const stop = (reason: 'late' | 'stopped') => (): void => {
			if (why !== undefined) return;
			why = reason;
			end(child, 'SIGTERM');
			// The engine does not wait for one that takes its time.
			if (reason === 'stopped') for (const each of [child, child.stdout, child.stderr]) unref(each);
			clock.after(graceTime, () => end(child, 'SIGKILL'));
		};
		const late = clock.after(timeout, stop('late'));
		const stopped = stop('stopped');
		signal.addEventListener('abort', stopped);
		const over = (): void => {
			late.clear();
			signal.removeEventListener('abort', stopped);
		};
		child.once('error', error => {
			over();
			refused(error);
		});
		for (const stream of [child.stdout!, child.stderr!]) drain(stream, output, clock);
		child.once('exit', (status, killed) => {
			over();
			const settle = (): void => {
				child.stdout?.destroy();
				child.stderr?.destroy();
				const {unsaid} = output;
				if (why !== undefined) resolve({name: why, unsaid});
				else if (killed !== null) resolve({name: 'killed', signal: killed, unsaid});
				else resolve({name: 'ended', status: status ?? 0, unsaid});
			};
			const timer = clock.after(lastWords, settle);
			child.once('close', () => {
				timer.clear();
				settle();
			});
		});
		if (signal.aborted) stopped();
	});
}
