import type {SessionView} from '../../api/snapshot.js';
import {AddressRanges} from '../../base/address-ranges.js';
import {UserError} from '../../base/errors.js';
import type {Clock, LogLevel} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {BlocklistFiles} from '../../io/blocklist/blocklist-files.js';
import type {ReadBlocklist} from '../../io/blocklist/read-blocklist.js';
import type {AddressFilter} from '../../io/net/address-filter.js';
import type {HttpClient} from '../../io/net/http/http-client.js';
import type {SessionService} from './session-service.js';

/** How often it is looked whether the file is another. */
const lookTime: Millis = 5000;
/** Lists are made anew once a day. */
const fetchTime: Millis = 24 * 60 * 60_000;
/** A list that could not be fetched is tried again so soon, and then later each time. */
const tryTime: Millis = 60_000;
const longestTryTime: Millis = 60 * 60_000;
/** A server that says nothing for so long has no list. */
const silence: Millis = 30_000;
/** Nobody is met for so long at most while a list is on its way, however little of it comes at a time. */
const patience: Millis = 30_000;

/** What following a blocklist stands on. */
export interface BlocklistSetup {
	/** The absolute path of a file, or an http(s) URL. */
	readonly source: string;
	readonly filter: Pick<AddressFilter, 'use'>;
	readonly files: BlocklistFiles;
	readonly http: HttpClient;
	readonly clock: Clock;
	/** Why nothing is sent at all; undefined while it is. */
	readonly cutOff: () => string | undefined;
	readonly log: (level: LogLevel, text: string) => void;
}

/**
 * Keeps addresses of a blocklist away: of a file, read anew when it is another, or of a URL, fetched once a day and kept for
 * the next start. One that cannot be read changes nothing: the one of before holds, and it is said. Where there is none of
 * before nobody is met until it is here, or cannot be had, or is half a minute on its way.
 */
export class Blocklist implements SessionService {
	readonly #setup: BlocklistSetup;
	readonly #isUrl: boolean;
	#ranges: AddressRanges | undefined;
	/** In ms since 1970. */
	#readAt: Millis | undefined;
	#trouble: string | undefined;
	/** The file as it was when it was read, or tried to be. */
	#mark: string | undefined;
	/** As it was at the last look: who has not written all of it yet is waited for. */
	#seen: string | undefined;
	#lookedAt: Millis = -Infinity;
	#fetchAt: Millis = -Infinity;
	#failures = 0;
	#running: Promise<void> | undefined;
	/** It is not known yet whom to keep away. */
	#isAwaited: boolean;
	/** The fetch that is under way, and when something of it came last. */
	#fetching: AbortController | undefined;
	#heardAt: Millis = 0;
	/** When there was a way for the first fetch. */
	#awaitedSince: Millis | undefined;

	constructor(setup: BlocklistSetup) {
		this.#setup = setup;
		this.#isUrl = /^https?:\/\//i.test(setup.source);
		this.#isAwaited = this.#isUrl;
	}

	/** Nobody is met before what is here of the list has been read. */
	async start(): Promise<void> {
		const {files, source, clock, log} = this.#setup;
		if (!this.#isUrl) return this.#once(async () => this.#readFile(await files.mark(source)));
		const kept = await files.kept();
		if (kept !== undefined) await this.#once(() => this.#read(kept));
		// It is fetched with the first tick, when there is a way.
		this.#fetchAt = clock.now();
		if (this.awaited !== undefined) log('info', this.awaited);
	}

	/** Why nobody is to be met yet, in words; undefined when that is known. */
	get awaited(): string | undefined {
		if (!this.#isAwaited) return undefined;
		return `the blocklist ${this.#name} is fetched first: nobody is met before it is here`;
	}

	/** Once a second. */
	tick(now: Millis): void {
		const {cutOff, log} = this.#setup;
		if (now - this.#heardAt >= silence)
			this.#fetching?.abort(new Error(`the server says nothing for ${silence / 1000} s`));
		if (this.#isAwaited && this.#awaitedSince !== undefined && now - this.#awaitedSince >= patience) {
			this.#isAwaited = false;
			// Of one that says nothing at all it is told below that it has none.
			if (this.#heardAt > this.#awaitedSince)
				log('warn', `the blocklist ${this.#name} is slow to come: nobody is kept away until it is here`);
		}
		if (this.#running !== undefined) return;
		if (this.#isUrl) {
			if (now >= this.#fetchAt && cutOff() === undefined) void this.#once(() => this.#fetch());
		} else if (now - this.#lookedAt >= lookTime) {
			this.#lookedAt = now;
			void this.#once(() => this.#look());
		}
	}

	/** Reads or fetches it now. Rejects with a `UserError` when it cannot be had; the one of before holds then. */
	async update(): Promise<void> {
		const {files, source} = this.#setup;
		await this.#running;
		await this.#once(
			this.#isUrl ? () => this.#fetch() : async () => this.#readFile(await files.mark(source)),
		);
		if (this.#trouble !== undefined) throw new UserError('no-blocklist', this.#trouble);
	}

	/** How many hold. */
	get ranges(): number {
		return this.#ranges?.size ?? 0;
	}

	view(): Partial<SessionView> {
		return {
			blocklist: {
				from: this.#name,
				ranges: this.ranges,
				...(this.#readAt !== undefined && {readAt: this.#readAt}),
				...(this.#trouble !== undefined && {trouble: this.#trouble}),
			},
		};
	}

	/** Without what is a secret of its owner. */
	get #name(): string {
		const {source} = this.#setup;
		if (!this.#isUrl || !URL.canParse(source)) return source;
		const {origin, pathname, search} = new URL(source);
		return `${origin}${pathname}${search === '' ? '' : '?…'}`;
	}

	#once(task: () => Promise<void>): Promise<void> {
		const running = task().finally(() => {
			if (this.#running === running) this.#running = undefined;
		});
		this.#running = running;
		return running;
	}

	async #look(): Promise<void> {
		const mark = await this.#setup.files.mark(this.#setup.source);
		const isStill = mark === this.#seen;
		this.#seen = mark;
		if (isStill && mark !== this.#mark) await this.#readFile(mark);
	}

	async #readFile(mark: string): Promise<void> {
		this.#mark = mark;
		this.#seen = mark;
		await this.#read(this.#setup.source);
	}

	async #fetch(): Promise<void> {
		const {files, http, source, clock} = this.#setup;
		const fetching = new AbortController();
		const heard = () => {
			this.#heardAt = clock.now();
		};
		heard();
		this.#awaitedSince ??= clock.now();
		this.#fetching = fetching;
		try {
			const fetched = await files.fetch(source, http, heard, fetching.signal);
			this.#fetching = undefined;
			await this.#read(fetched);
			if (this.#trouble === undefined) await files.keep();
		} catch (error) {
			this.#failed((error as Error).message);
		}
		this.#fetching = undefined;
		this.#isAwaited = false;
		this.#failures = this.#trouble === undefined ? 0 : this.#failures + 1;
		const wait =
			this.#failures === 0 ? fetchTime : Math.min(longestTryTime, tryTime * 2 ** (this.#failures - 1));
		this.#fetchAt = clock.now() + wait;
	}

	async #read(path: string): Promise<void> {
		try {
			this.#take(await this.#setup.files.read(path));
		} catch (error) {
			this.#failed((error as Error).message);
		}
	}

	#take({table, good, broken, firstBroken, isCut}: ReadBlocklist): void {
		const {filter, log, clock} = this.#setup;
		this.#ranges = new AddressRanges(table);
		this.#readAt = clock.wall();
		this.#trouble = undefined;
		this.#isAwaited = false;
		filter.use(this.#ranges);
		const lines =
			broken === 0
				? ''
				: `; of its ${good + broken} lines ${broken} ${broken === 1 ? 'is none' : 'are none'} that names addresses, the first is line ${firstBroken}`;
		const cut = isCut ? '; it has more than can be kept, and the others are left out' : '';
		log(
			broken > 0 || isCut ? 'warn' : 'info',
			`blocklist ${this.#name}: ${rangesInWords(this.#ranges.size)} of addresses${lines}${cut}`,
		);
	}

	#failed(why: string): void {
		const holds =
			this.#ranges === undefined
				? 'nobody is kept away'
				: `the ${rangesInWords(this.#ranges.size)} of before ${this.#ranges.size === 1 ? 'holds' : 'hold'}`;
		const trouble = `the blocklist ${this.#name} cannot be read: ${why}; ${holds}`;
		if (trouble !== this.#trouble) this.#setup.log('warn', trouble);
		this.#trouble = trouble;
	}
}

function rangesInWords(count: number): string {
	return count === 1 ? '1 range' : `${count} ranges`;
}
