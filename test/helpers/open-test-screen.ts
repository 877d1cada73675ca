import type {Clock, Timer} from '../../source/base/ports.ts';
import type {Preferences} from '../../source/ui/model/preferences.ts';
import {openScreen} from '../../source/ui/screen/screen.ts';
import type {Leaving} from '../../source/ui/screen/screen-context.ts';
import type {ScreenOptions} from '../../source/ui/screen/screen-options.ts';
import type {ScreenProcess} from '../../source/ui/terminal/terminal-guard.ts';
import {FakeEngine, type FakeOptions} from './fake-engine.ts';
import {TestTerminal} from './screen-terminal.ts';

/** A clock turned by hand. */
export class HandClock implements Clock {
	#now = 0;
	#timers: Array<{at: number; callback: () => void}> = [];

	now(): number {
		return this.#now;
	}

	wall(): number {
		return Date.UTC(2026, 10, 20, 14, 0, 0) + this.#now;
	}

	after(delay: number, callback: () => void): Timer {
		const timer = {at: this.#now + delay, callback};
		this.#timers.push(timer);
		return {
			clear: () => {
				this.#timers = this.#timers.filter(other => other !== timer);
			},
		};
	}

	soon(callback: () => void): void {
		this.after(0, callback);
	}

	turn(milliseconds: number): void {
		this.#now += milliseconds;
		const due = this.#timers.filter(timer => timer.at <= this.#now).sort((a, b) => a.at - b.at);
		this.#timers = this.#timers.filter(timer => timer.at > this.#now);
		for (const timer of due) timer.callback();
	}
}

/** A process that can be sent signals without anybody dying. */
export class TestProcess implements ScreenProcess {
	readonly pid = 4242;
	readonly killed: string[] = [];
	readonly #listeners = new Map<string, Set<() => void>>();

	on(event: string, listener: () => void): void {
		const set = this.#listeners.get(event) ?? new Set();
		set.add(listener);
		this.#listeners.set(event, set);
	}

	off(event: string, listener: () => void): void {
		this.#listeners.get(event)?.delete(listener);
	}

	kill(_pid: number, signal: string): void {
		this.killed.push(signal);
	}

	signal(name: string): void {
		for (const listener of this.#listeners.get(name) ?? []) listener();
	}

	get listening(): number {
		return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
	}
}

/** A screen on a fake engine in a test's terminal. */
export interface OpenScreen {
	readonly terminal: TestTerminal;
	readonly engine: FakeEngine;
	readonly clock: HandClock;
	readonly process: TestProcess;
	readonly saved: Preferences[];
	/** Resolves when the screen was left. */
	readonly left: Promise<Leaving>;
	/** Lets the engine work, and what it says reach the screen. */
	advance(seconds: number): Promise<void>;
	/** Leaves, however things stand. */
	close(): Promise<void>;
}

/** Opens a screen of `columns` by `rows` cells and waits for its first picture. */
export async function openTestScreen(
	columns: number,
	rows: number,
	options: FakeOptions &
		Partial<ScreenOptions> & {readonly list?: boolean; readonly stored?: Preferences} = {},
): Promise<OpenScreen> {
	const terminal = new TestTerminal(columns, rows);
	const engine = new FakeEngine(options);
	const clock = new HandClock();
	terminal.elapse = milliseconds => clock.turn(milliseconds);
	const host = new TestProcess();
	const saved: Preferences[] = [];
	const left = openScreen(engine, {
		torrent: options.list ? undefined : engine.id,
		stdout: terminal.stdout as never,
		stdin: terminal.stdin as never,
		ascii: false,
		color: 'never',
		version: '1.0.0',
		fullPath: path => path.replace(/^~/, '/people/me'),
		env: {ssh: false, term: 'xterm-256color', timezone: 0},
		prefs: {load: () => options.stored, save: preferences => saved.push(preferences)},
		...options,
		clock,
		process: host,
	});
	await terminal.settled();
	await terminal.settled();
	return {
		terminal,
		engine,
		clock,
		process: host,
		saved,
		left,
		async advance(seconds) {
			engine.advance(seconds);
			clock.turn(seconds * 1000);
			await terminal.settled();
		},
		async close() {
			engine.lose('the test is over');
			await left;
		},
	};
}
