import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {TerminalInput} from './filtered-input.js';
import type {StreamListener, TerminalOutput} from './frame-stream.js';
import {askBackground, enterScreen, keepTitle, leaveScreen, mouseOn} from './modes.js';

/** The part of a process that the screen needs: to put the terminal back when it is told to end or to stop. */
export interface ScreenProcess {
	readonly pid: number;
	on(event: string, listener: () => void): unknown;
	off(event: string, listener: () => void): unknown;
	kill(pid: number, signal: string): unknown;
}

/** What the guard tells the screen. */
export interface GuardEvents {
	/** A signal asks the process to end. */
	readonly terminated: () => void;
	/** Nobody can be at the terminal any more; `why` in words, where it is known. */
	readonly gone: (why: string) => void;
	readonly resized: () => void;
	/** Whether the terminal is to tell of the mouse. */
	readonly mouse?: () => boolean;
	/** Sent when the terminal is put back, before all else. */
	readonly farewell?: string;
}

/** The terminal has so long to take what puts it back. */
const goodbyeTime: Millis = 1000;

/**
 * Changes the terminal for the screen and puts it back as it was, however the screen ends or stops: left, told to end
 * by a signal, stopped by Ctrl-Z, or with its process. A screen reader's terminal is left as it is.
 */
export class TerminalGuard {
	readonly #stdout: TerminalOutput;
	readonly #stdin: TerminalInput;
	readonly #host: ScreenProcess;
	readonly #frames: {mute(muted: boolean): void};
	readonly #spoken: boolean;
	readonly #onHost: ReadonlyArray<readonly [event: string, listener: () => void]>;
	readonly #resized: () => void;
	readonly #gone: StreamListener;
	readonly #mouse: () => boolean;
	readonly #farewell: string;
	#entered = false;
	#asks = false;
	#suspended = false;
	#released = false;

	/** `frames`: what draws, which is silent while the terminal is somebody else's. */
	constructor(
		stdout: TerminalOutput,
		stdin: TerminalInput,
		host: ScreenProcess,
		frames: {mute(muted: boolean): void},
		spoken: boolean,
		{terminated, gone, resized, mouse = () => false, farewell = ''}: GuardEvents,
	) {
		this.#stdout = stdout;
		this.#stdin = stdin;
		this.#host = host;
		this.#frames = frames;
		this.#spoken = spoken;
		this.#resized = resized;
		this.#mouse = mouse;
		this.#farewell = farewell;
		this.#gone = (error?: unknown) => gone(error instanceof Error ? error.message : '');
		this.#onHost = [
			['exit', () => this.#restore()],
			['SIGTERM', terminated],
			['SIGINT', terminated],
			['SIGHUP', () => gone('')],
			['SIGTSTP', this.suspend],
			['SIGCONT', () => this.#resume()],
		];
	}

	/** Whether the terminal is the screen's now. */
	get isEntered(): boolean {
		return this.#entered;
	}

	/** Listens to signals and to the terminal. */
	watch(): void {
		// Written while the terminal is not ready, a frame would hold up keys and commands.
		blocking(this.#stdout, false);
		for (const [event, listener] of this.#onHost) this.#host.on(event, listener);
		this.#stdout.on('resize', this.#resized);
		this.#stdout.on('error', this.#gone);
		this.#stdin.on('error', this.#gone);
		this.#stdin.on('end', this.#gone);
	}

	/** Takes the terminal. `asks`: it is asked for its background, which it answers as input. */
	enter(asks: boolean): void {
		this.#asks = asks;
		// What the terminal answers must not be shown by it; keys that come now wait to be read.
		this.#stdin.setRawMode?.(true);
		this.#stdout.write(this.#begin + (asks ? askBackground : ''));
		this.#entered = true;
	}

	/** Gives the terminal to the shell and stops the process, as Ctrl-Z does. */
	readonly suspend = (): void => {
		if (this.#suspended || this.#released) return;
		this.#suspended = true;
		this.#frames.mute(true);
		this.#stdout.write(this.#leave);
		this.#stdin.setRawMode?.(false);
		this.#host.off('SIGTSTP', this.suspend);
		// The whole group stops, as Ctrl-Z does it for programs that leave the terminal alone.
		this.#host.kill(0, 'SIGTSTP');
	};

	/** Neither stops nor goes on any more: the screen is being left. */
	stop(): void {
		this.#released = true;
	}

	/** Puts the terminal back for good; resolves when it has taken that, or has not for a second. */
	async release(clock: Clock): Promise<void> {
		this.#stdin.setRawMode?.(false);
		for (const [event, listener] of this.#onHost) this.#host.off(event, listener);
		this.#stdout.off('resize', this.#resized);
		this.#stdin.off('error', this.#gone);
		this.#stdin.off('end', this.#gone);
		if (this.#entered) {
			await new Promise<void>(resolve => {
				const late = clock.after(goodbyeTime, resolve);
				this.#stdout.write(this.#leave, () => {
					late.clear();
					resolve();
				});
				this.#entered = false;
			});
		}
		this.#stdout.off('error', this.#gone);
		blocking(this.#stdout, true);
	}

	get #begin(): string {
		return this.#spoken ? '' : keepTitle + this.#modes;
	}

	get #modes(): string {
		return enterScreen + (this.#mouse() ? mouseOn : '');
	}

	get #leave(): string {
		return this.#spoken ? '' : this.#farewell + leaveScreen;
	}

	#restore(): void {
		if (this.#entered) this.#stdout.write(this.#leave);
	}

	#resume(): void {
		if (this.#released) return;
		if (this.#suspended) this.#host.on('SIGTSTP', this.suspend);
		// Stopped by a signal that cannot be caught, it left its modes behind, and the shell has set its own since;
		// Node sets none that it believes to be set.
		else this.#stdin.setRawMode?.(false);
		this.#stdin.setRawMode?.(true);
		// The title was kept when the terminal was first taken, and came back if it was given to the shell.
		// It may be another terminal that looks on now, or one of other colours.
		const ask = this.#asks ? askBackground : '';
		if (!this.#spoken) this.#stdout.write((this.#suspended ? this.#begin : this.#modes) + ask);
		this.#suspended = false;
		if (!this.#spoken) this.#frames.mute(false);
	}
}

/** Whether writing waits until the terminal has taken everything, where a stream lets one choose. */
function blocking(stdout: TerminalOutput, wait: boolean): void {
	const {_handle: handle} = stdout as {_handle?: {setBlocking?: (wait: boolean) => void}};
	handle?.setBlocking?.(wait);
}
