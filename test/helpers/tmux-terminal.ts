import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import process from 'node:process';
import {until} from './deadline.ts';
import {build, cli, node} from './tortui.ts';
import type {Workspace} from './workspace.ts';

/** What a program may leave behind in a terminal. */
export interface TerminalState {
	/** tmux's own flags: cursor, alternate screen, mouse, wrapping, insert, keypad. */
	readonly flags: string;
	/** `stty -a`: echo, line editing, signals … */
	readonly line: string;
}

let terminals = 0;

/** A real terminal, kept by tmux, with a shell in it that knows `tortui` as a command. */
export class Terminal {
	readonly #socket: string;
	readonly #space: Workspace;
	readonly #number = ++terminals;
	#columns: number;
	#states = 0;

	private constructor(space: Workspace, columns: number) {
		this.#space = space;
		this.#columns = columns;
		this.#socket = space.path(`tmux-${this.#number}`);
	}

	static async open(space: Workspace, columns: number, rows: number): Promise<Terminal> {
		build();
		const terminal = new Terminal(space, columns);
		const bin = space.path('bin');
		mkdirSync(bin, {recursive: true});
		writeFileSync(`${bin}/tortui`, `#!/bin/sh\nexec '${node}' '${cli}' "$@"\n`);
		chmodSync(`${bin}/tortui`, 0o755);
		const env = {
			PATH: `${bin}:${process.env['PATH']}`,
			TORTUI_HOME: space.path('state'),
			LC_ALL: 'C.UTF-8',
			XDG_CONFIG_HOME: process.env['XDG_CONFIG_HOME'] ?? space.path('no-config'),
		};
		// Given by the shell's own settings, because tmux and the shell it starts this one with change the environment.
		const settings = space.path(`bashrc-${terminal.#number}`);
		writeFileSync(
			settings,
			[
				"PS1='[$?] ready> '",
				'unset HISTFILE PROMPT_COMMAND SSH_CONNECTION NO_COLOR FORCE_COLOR NODE_ENV CI',
				...Object.entries(env).map(([name, value]) => `export ${name}='${value}'`),
				'',
			].join('\n'),
		);
		const shell = `exec bash --noprofile --rcfile ${settings} -i`;
		terminal.#tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, shell);
		space.defer(() => terminal.close());
		space.explain(() => `--- the terminal\n${terminal.#snapshot()}`);
		await terminal.prompt();
		return terminal;
	}

	/** Presses keys, by tmux's names: `Enter`, `Space`, `C-c`, or a character each. */
	press(...keys: readonly string[]): void {
		this.#tmux('send-keys', ...keys);
	}

	/** Sends bytes as a terminal does for what is no key, a mouse say. */
	send(text: string): void {
		this.#tmux('send-keys', '-H', ...[...Buffer.from(text)].map(byte => byte.toString(16)));
	}

	/** Types a text, and Enter. */
	enter(text: string): void {
		this.#tmux('send-keys', '-l', text);
		this.press('Enter');
	}

	/** The lines that are shown now, white space at their ends left out. */
	lines(): string[] {
		return this.#tmux('capture-pane', '-p').replace(/\n$/, '').split('\n');
	}

	text(): string {
		return this.lines().join('\n');
	}

	/** Waits until what is shown satisfies, and gives it back. */
	async sees(what: RegExp | ((text: string) => boolean), ms = 10_000): Promise<string> {
		const fits = typeof what === 'function' ? what : (text: string) => what.test(text);
		return until(`the terminal to show ${what}`, ms, () => {
			const text = this.text();
			return fits(text) ? text : undefined;
		});
	}

	resize(columns: number, rows: number): void {
		this.#columns = columns;
		this.#tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
	}

	get columns(): number {
		return this.#columns;
	}

	/** Waits for the shell, and answers the exit status of what ran in it. */
	async prompt(ms = 10_000): Promise<number> {
		const text = await this.sees(text => /^\[\d+\] ready>$/.test(text.trimEnd().split('\n').at(-1)!), ms);
		return Number(/\[(\d+)\] ready>$/.exec(text.trimEnd())![1]);
	}

	/** Asks the shell and tmux how the terminal is; the shell must be at its prompt. */
	async state(): Promise<TerminalState> {
		const file = this.#space.path(`stty-${this.#number}-${++this.#states}`);
		this.enter(`stty -a > ${file}; echo > ${file}.done`);
		const line = await until('stty', 5000, () => {
			try {
				readFileSync(`${file}.done`);
				return readFileSync(file, 'utf8');
			} catch {
				return undefined;
			}
		});
		await this.prompt();
		return {line: line.replace(/rows \d+; columns \d+;/, ''), flags: this.flags()};
	}

	flags(): string {
		const names = [
			'cursor_flag',
			'alternate_on',
			'insert_flag',
			'wrap_flag',
			'origin_flag',
			'keypad_flag',
			'keypad_cursor_flag',
			'mouse_any_flag',
			'mouse_button_flag',
			'mouse_standard_flag',
			'mouse_sgr_flag',
		];
		return this.#tmux('display-message', '-p', names.map(name => `${name}=#{${name}}`).join(' ')).trim();
	}

	/** The process id of what the shell runs in the foreground, if anything. */
	foreground(): number | undefined {
		const shell = this.#tmux('display-message', '-p', '#{pane_pid}').trim();
		const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim();
		return children === '' ? undefined : Number(children.split(' ')[0]);
	}

	/** Takes the terminal away from whatever runs in it, as a lost connection does. */
	close(): void {
		try {
			this.#tmux('kill-server');
		} catch {} // It is gone already.
	}

	#snapshot(): string {
		try {
			return this.lines()
				.map(line => `    |${line}`)
				.join('\n');
		} catch {
			return '    it is closed';
		}
	}

	#tmux(...args: readonly string[]): string {
		return execFileSync('tmux', ['-u', '-f', '/dev/null', '-S', this.#socket, ...args], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'pipe'],
			env: {...process.env, TMUX: '', LC_ALL: 'C.UTF-8'},
		});
	}
}
