import {setTimeout as delay} from 'node:timers/promises';
import {until} from '../../helpers/deadline.ts';

/** What was measured of one size, by name; in the order in which it is to be shown. */
export type Figures = Record<string, string>;

/** Collects what a process that measures one size has to say, and says it. */
export class Figured {
	readonly #figures: Figures = {};

	put(name: string, figure: string): void {
		this.#figures[name] = figure;
	}

	/** Wall clock and CPU seconds of `work`, this process's. */
	async timed<Value>(name: string, work: () => Promise<Value> | Value): Promise<Value> {
		const cpu = process.cpuUsage();
		const began = performance.now();
		const value = await work();
		const wall = (performance.now() - began) / 1000;
		const {user, system} = process.cpuUsage(cpu);
		this.put(name, `${seconds(wall)} (${seconds((user + system) / 1e6)})`);
		return value;
	}

	/** The share of a core that this process has while nothing is done to it for so many ms. */
	async share(name: string, time: number): Promise<void> {
		const cpu = process.cpuUsage();
		const began = performance.now();
		await delay(time);
		const {user, system} = process.cpuUsage(cpu);
		this.put(name, `${((user + system) / 10 / (performance.now() - began)).toFixed(1)} %`);
	}

	/** Resident memory now that what is of no use is gone. */
	memory(name: string): void {
		this.put(name, mebibytes(memoryNow()));
	}

	say(): void {
		process.stdout.write(`${JSON.stringify(this.#figures)}\n`);
	}
}

/** Bytes that this process has, once what is of no use is gone. */
export function memoryNow(): number {
	globalThis.gc?.();
	globalThis.gc?.();
	return process.memoryUsage().rss;
}

/** `12 ms`, `1.23 s` */
export function seconds(time: number): string {
	return time < 1 ? `${(time * 1000).toFixed(time < 0.01 ? 1 : 0)} ms` : `${time.toFixed(2)} s`;
}

/** `123 MiB` */
export function mebibytes(bytes: number): string {
	return `${Math.round(bytes / 2 ** 20)} MiB`;
}

/** Waits for what is to be: longer than any of it takes, for other work may go on beside. */
export function soon<Value>(what: string, probe: () => Value | Promise<Value>): Promise<NonNullable<Value>> {
	return until(what, 90_000, probe, 2);
}
