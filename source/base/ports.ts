import type {Millis} from './units.js';

/** A timer that was set; clearing it twice is harmless. */
export interface Timer {
	clear(): void;
}

/** Time as the engine sees it; tests hand in one they turn by hand. */
export interface Clock {
	/** Monotonic milliseconds since an arbitrary start. */
	now(): Millis;
	/** Milliseconds since 1970; may jump. For people and files, never for intervals. */
	wall(): Millis;
	/** Calls `callback` once, no earlier than `delay` ms from now. Never keeps the process alive by itself. */
	after(delay: Millis, callback: () => void): Timer;
	/** Calls `callback` once what is being done now is over, without time passing: things are gathered until then. */
	soon(callback: () => void): void;
}

/** Chance as the engine sees it; tests hand in a seeded one. */
export interface Random {
	/** 0 <= x < 1 */
	next(): number;
	/** Fresh bytes, unpredictable in production. */
	bytes(length: number): Uint8Array<ArrayBuffer>;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** How much levels matter: the more the higher. */
export const levelRanks: Readonly<Record<LogLevel, number>> = {debug: 0, info: 1, warn: 2, error: 3};

/** Where things that happened are told: `torrent` is the id of the torrent a line is about, `name` what it is called. */
export type Log = (level: LogLevel, text: string, torrent?: string, name?: string) => void;
