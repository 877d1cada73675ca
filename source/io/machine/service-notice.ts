import {spawn} from 'node:child_process';
import process from 'node:process';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

/** A message that has not gone by then never will. */
const sendTime: Millis = 5000;

/** Hands a message, an assignment an argument, to the service manager; resolves, whatever came of it, when that is done. */
export type SendNotice = (assignments: readonly string[]) => Promise<void>;

/**
 * Sends by systemd-notify(1), which is where systemd is: Node.js has no datagrams over local sockets. They come from a
 * process of its own: a unit needs `NotifyAccess=all`.
 *
 * @param env holds `NOTIFY_SOCKET`
 */
export function sendByProgram(env: NodeJS.ProcessEnv): SendNotice {
	return assignments =>
		new Promise(resolve => {
			const program = spawn('systemd-notify', assignments, {env, stdio: 'ignore'});
			const timer = setTimeout(() => program.kill('SIGKILL'), sendTime);
			const over = () => {
				clearTimeout(timer);
				resolve();
			};
			program.once('error', over);
			program.once('exit', over);
		});
}

/** In ms; undefined when the service manager does not watch this process. sd_watchdog_enabled(3). */
export function watchdogTime(
	{WATCHDOG_USEC, WATCHDOG_PID}: NodeJS.ProcessEnv,
	pid: number,
): Millis | undefined {
	const microseconds = /^\d{1,16}$/.test(WATCHDOG_USEC ?? '') ? Number(WATCHDOG_USEC) : 0;
	const isMeant = WATCHDOG_PID === undefined || WATCHDOG_PID === '' || Number(WATCHDOG_PID) === pid;
	return microseconds > 0 && isMeant ? microseconds / 1000 : undefined;
}

/** What a service manager is told of this process, by the protocol of sd_notify(3). One message after the other. */
export class ServiceNotice {
	readonly #send: SendNotice;
	readonly #clock: Clock;
	readonly #monotonic: () => bigint;
	readonly #watchdog: Millis | undefined;
	#timer: Timer | undefined;
	#last: Promise<void> = Promise.resolve();
	#status = '';

	/**
	 * @param monotonic nanoseconds of the system's monotonic clock, as the service manager reads it
	 * @param watchdog ms in which a sign of life is awaited; undefined when none is
	 */
	constructor(send: SendNotice, clock: Clock, monotonic: () => bigint, watchdog: Millis | undefined) {
		this.#send = send;
		this.#clock = clock;
		this.#monotonic = monotonic;
		this.#watchdog = watchdog;
	}

	/** For this process, by its environment; undefined when no service manager started it. */
	static of(env: NodeJS.ProcessEnv, clock: Clock): ServiceNotice | undefined {
		if (!env['NOTIFY_SOCKET']) return undefined;
		return new ServiceNotice(
			sendByProgram(env),
			clock,
			process.hrtime.bigint,
			watchdogTime(env, process.pid),
		);
	}

	/** It can be reached; from now on it gives signs of life, for as long as its loop turns. */
	ready(): void {
		this.#tell('READY=1', ...(this.#status === '' ? [] : [`STATUS=${this.#status}`]));
		this.#timer?.clear();
		if (this.#watchdog !== undefined) this.#live(this.#watchdog / 2);
	}

	/** One line about how it does; nothing is sent when it is the line of before. */
	status(text: string): void {
		const line = text.replaceAll(/\s+/g, ' ');
		if (line === this.#status) return;
		this.#status = line;
		this.#tell(`STATUS=${line}`);
	}

	/** It reads its settings anew; `ready` says when that is over. */
	reloading(): void {
		this.#tell('RELOADING=1', `MONOTONIC_USEC=${this.#monotonic() / 1000n}`);
	}

	/** It is about to end, and gives no more signs of life. */
	stopping(): void {
		this.#timer?.clear();
		this.#tell('STOPPING=1');
	}

	/** Another process is the service from now on; this one may end. */
	successor(pid: number): void {
		this.#timer?.clear();
		this.#tell(`MAINPID=${pid}`);
	}

	/** Resolves when all has been told. */
	told(): Promise<void> {
		return this.#last;
	}

	#live(time: Millis): void {
		this.#timer = this.#clock.after(time, () => {
			this.#tell('WATCHDOG=1');
			this.#live(time);
		});
	}

	#tell(...assignments: string[]): void {
		this.#last = this.#last.then(() => this.#send(assignments));
	}
}
