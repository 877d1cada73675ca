import {randomBytes} from 'node:crypto';
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis, Seconds} from '../../base/units.js';

const saveTime: Millis = 1000;
const largestFile = 64 * 1024 * 1024;

/** What remotes say of a torrent that the engine has no place for. */
export interface KeptOfTorrent {
	/** All labels: the engine has the first. */
	labels?: readonly string[];
	/** What limits and goals were when they held, for when they hold again: in the protocol's units. */
	download_limit?: number;
	upload_limit?: number;
	seed_ratio_limit?: number;
	seed_idle_limit?: number;
	bandwidth_priority?: number;
}

interface Kept {
	/** Names this server to its clients, in letters and digits. */
	session: string;
	/** How often it was opened. */
	sessions: number;
	/** How long it was open, the last time too. */
	seconds: Seconds;
	/** The number that the next torrent gets. */
	next: number;
	/** Numbers by info-hash. */
	numbers: Record<string, number>;
	torrents: Record<string, KeptOfTorrent>;
	/** Settings that remotes have and the engine does not, by their names today. */
	settings: Record<string, unknown>;
}

/** What a server of remotes remembers over restarts: who it is, and which number is which torrent. */
export class RpcMemory {
	readonly #path: string | undefined;
	readonly #clock: Clock;
	readonly #failed: (why: string) => void;
	readonly #kept: Kept;
	readonly #openedAt: Millis;
	readonly #ids = new Map<number, string>();
	readonly #numbers: Map<string, number>;
	#timer: Timer | undefined;
	#saving: Promise<void> = Promise.resolve();

	private constructor(
		kept: Kept,
		{path, clock, failed}: {path: string | undefined; clock: Clock; failed: (why: string) => void},
	) {
		this.#kept = kept;
		this.#path = path;
		this.#clock = clock;
		this.#openedAt = clock.now();
		this.#failed = failed;
		this.#numbers = new Map(Object.entries(kept.numbers));
		for (const [id, number] of this.#numbers) this.#ids.set(number, id);
		this.#kept.sessions++;
		this.#saveLater();
	}

	/**
	 * @param path of its file; nothing outlives the process without one
	 * @param failed told when it cannot be written
	 */
	static async open(
		path: string | undefined,
		clock: Clock,
		failed: (why: string) => void,
	): Promise<RpcMemory> {
		let kept: Kept | undefined;
		try {
			const bytes = path === undefined ? undefined : await readFile(path);
			if (bytes !== undefined && bytes.length <= largestFile) kept = asKept(JSON.parse(bytes.toString()));
		} catch {
			// None yet, or one that was damaged: numbers begin anew, as clients expect of a restart.
		}
		return new RpcMemory(kept ?? fresh(), {path, clock, failed});
	}

	get session(): string {
		return this.#kept.session;
	}

	get sessions(): number {
		return this.#kept.sessions;
	}

	/** How long it has been open, all times together. */
	get seconds(): Seconds {
		return this.#kept.seconds + Math.floor((this.#clock.now() - this.#openedAt) / 1000);
	}

	/** The torrent's number, which it gets now if it has none. */
	numberOf(id: string): number {
		const known = this.#numbers.get(id);
		if (known !== undefined) return known;
		const number = this.#kept.next++;
		this.#numbers.set(id, number);
		this.#ids.set(number, id);
		this.#saveLater();
		return number;
	}

	isNumbered(id: string): boolean {
		return this.#numbers.has(id);
	}

	idOf(number: number): string | undefined {
		return this.#ids.get(number);
	}

	/** The torrents that have a number. */
	get known(): Iterable<string> {
		return this.#numbers.keys();
	}

	/** A torrent is gone: answers what its number was. */
	forget(id: string): number | undefined {
		const number = this.#numbers.get(id);
		if (number === undefined) return undefined;
		this.#numbers.delete(id);
		this.#ids.delete(number);
		delete this.#kept.torrents[id];
		this.#saveLater();
		return number;
	}

	torrent(id: string): Readonly<KeptOfTorrent> {
		return Object.hasOwn(this.#kept.torrents, id) ? this.#kept.torrents[id]! : {};
	}

	keep(id: string, change: KeptOfTorrent): void {
		this.#kept.torrents[id] = {...this.torrent(id), ...change};
		this.#saveLater();
	}

	setting(name: string): unknown {
		return Object.hasOwn(this.#kept.settings, name) ? this.#kept.settings[name] : undefined;
	}

	set(name: string, value: unknown): void {
		this.#kept.settings[name] = value;
		this.#saveLater();
	}

	#saveLater(): void {
		if (this.#path === undefined) return;
		this.#timer ??= this.#clock.after(saveTime, () => void this.#save());
	}

	#save(): Promise<void> {
		this.#timer?.clear();
		this.#timer = undefined;
		const path = this.#path;
		if (path === undefined) return Promise.resolve();
		this.#saving = this.#saving.then(async () => {
			const text = JSON.stringify({
				...this.#kept,
				seconds: this.seconds,
				numbers: Object.fromEntries(this.#numbers),
			});
			try {
				await mkdir(dirname(path), {recursive: true, mode: 0o700});
				await writeFile(`${path}.new`, text, {mode: 0o600});
				await rename(`${path}.new`, path);
			} catch (error) {
				this.#failed((error as Error).message);
				await rm(`${path}.new`, {force: true}).catch(() => undefined);
			}
		});
		return this.#saving;
	}

	/** Writes everything down. */
	async close(): Promise<void> {
		await this.#save();
	}
}

function fresh(): Kept {
	return {session: newSession(), sessions: 0, seconds: 0, next: 1, numbers: {}, torrents: {}, settings: {}};
}

/** Letters and digits only: some clients look for no others. */
function newSession(): string {
	return randomBytes(24).toString('hex');
}

function asKept(value: Partial<Record<keyof Kept, unknown>> | null): Kept | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const {session, sessions, seconds, next, numbers, torrents, settings} = value;
	const isRecord = (what: unknown): what is Record<string, unknown> =>
		typeof what === 'object' && what !== null && !Array.isArray(what);
	if (typeof session !== 'string' || !/^[a-z\d]{20,100}$/i.test(session)) return undefined;
	if (!isRecord(numbers) || !isRecord(torrents) || !isRecord(settings)) return undefined;
	const given = Object.values(numbers);
	if (!given.every(number => Number.isSafeInteger(number) && (number as number) > 0)) return undefined;
	if (new Set(given).size !== given.length) return undefined;
	return {
		session,
		sessions: Number.isSafeInteger(sessions) ? (sessions as number) : 0,
		seconds: Number.isSafeInteger(seconds) ? Math.max(0, seconds as number) : 0,
		next: Math.max(1, Number.isSafeInteger(next) ? (next as number) : 1, ...maximum(given as number[])),
		numbers: numbers as Record<string, number>,
		torrents: Object.fromEntries(
			Object.entries(torrents).filter(([, kept]) => isRecord(kept)),
		) as Kept['torrents'],
		settings,
	};
}

function maximum(numbers: readonly number[]): number[] {
	return numbers.length === 0 ? [] : [numbers.reduce((one, other) => Math.max(one, other)) + 1];
}
