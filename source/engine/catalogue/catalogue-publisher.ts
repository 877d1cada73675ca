import type {LogLevel} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';
import {longestRequest, mostEntries, type Publication} from '../../protocol/catalogue/publication.js';
import {type CatalogueClient, CatalogueRefusal} from './catalogue-client.js';

/** What is to be in a catalogue. */
export interface Shared {
	/** The same object for as long as it says the same. */
	readonly publication: Publication;
	/** Its .torrent without trackers; undefined when it has none to give. */
	metainfo(): Promise<Uint8Array | undefined>;
}

/** Brackets and commas of a request. */
const roomOfRequest: Bytes = longestRequest - 4096;
/** What the tracker does not know yet is tried again soon, what there is no room for later. */
const soon: Millis = 15_000;
const later: Millis = 600_000;
/** How often it is asked whether it still has what it was given. */
const recheckTime: Millis = 60_000;
const withdrawnAtOnce = 20;
const givenAtOnce = 4;
const largestTorrent: Bytes = 1 << 20;
const backOff = {least: 5000, most: 600_000} as const;

/** Keeps in one catalogue what is to be there: told in batches, told again when it was lost, taken back when it is to go. */
export class CataloguePublisher {
	readonly #client: CatalogueClient;
	readonly #log: (level: LogLevel, text: string) => void;
	/** What is there, and what was told of it. */
	readonly #there = new Map<string, Publication>();
	/** What was refused, why, and when it is tried again. */
	readonly #refused = new Map<string, {readonly why: string; readonly until: Millis}>();
	/** Whose .torrents need not be given any more. */
	readonly #given = new Set<string>();
	#quietUntil: Millis = Number.NEGATIVE_INFINITY;
	#recheckAt: Millis = Number.POSITIVE_INFINITY;
	#failures = 0;
	#trouble: string | undefined;
	#work: Promise<void> | undefined;
	#nick: string | undefined;
	#hasLeft = false;
	/** Whether what an earlier run may have left there was looked for. */
	#isCleared = false;

	constructor(client: CatalogueClient, log: (level: LogLevel, text: string) => void) {
		this.#client = client;
		this.#log = log;
	}

	/** Entries that are there. */
	get count(): number {
		return this.#there.size;
	}

	/** Why what is to be there is not, in words. */
	get trouble(): string | undefined {
		return this.#trouble;
	}

	has(infoHash: string): boolean {
		return this.#there.has(infoHash);
	}

	/** Why one of them is not there, in words; undefined when that is not known. */
	whyNot(infoHash: string): string | undefined {
		return this.#refused.get(infoHash)?.why ?? this.#trouble;
	}

	/**
	 * Does what is to be done next, one thing after the other, while nothing else is under way.
	 *
	 * @param alone nobody else publishes with the same key: what is there at first was left by a run that could not say goodbye
	 */
	tick(now: Millis, wanted: ReadonlyMap<string, Shared>, alone: boolean): void {
		const [first] = wanted.values();
		const nick = first?.publication.nick;
		// Another name is tried at once.
		if (nick !== this.#nick) this.#quietUntil = Number.NEGATIVE_INFINITY;
		this.#nick = nick;
		if (this.#work !== undefined || this.#hasLeft || now < this.#quietUntil) return;
		const work = alone && !this.#isCleared ? this.#clear() : this.#next(now, wanted);
		if (work === undefined) return;
		this.#work = work
			.then(
				() => {
					this.#failures = 0;
					this.#trouble = undefined;
				},
				error => this.#failed(error as Error, now),
			)
			.finally(() => {
				this.#work = undefined;
			});
	}

	#next(now: Millis, wanted: ReadonlyMap<string, Shared>): Promise<void> | undefined {
		const gone = [...this.#there.keys()].filter(infoHash => !wanted.has(infoHash)).slice(0, withdrawnAtOnce);
		if (gone.length > 0) return this.#withdraw(gone);
		const batch = this.#batch(now, wanted);
		if (batch.length > 0) return this.#publish(batch, now);
		if (now >= this.#recheckAt) return this.#recheck(now);
		const owed: Array<readonly [string, Shared]> = [];
		for (const entry of wanted) {
			if (this.#there.has(entry[0]) && !this.#given.has(entry[0])) owed.push(entry);
			if (owed.length === givenAtOnce) break;
		}
		return owed.length > 0 ? this.#give(owed) : undefined;
	}

	#batch(now: Millis, wanted: ReadonlyMap<string, Shared>): Publication[] {
		const batch: Publication[] = [];
		let length = 0;
		for (const [infoHash, {publication}] of wanted) {
			if (this.#there.get(infoHash) === publication) continue;
			if ((this.#refused.get(infoHash)?.until ?? now) > now) continue;
			length += new TextEncoder().encode(JSON.stringify(publication)).length + 1;
			if (batch.length === mostEntries || length > roomOfRequest) break;
			batch.push(publication);
		}
		return batch;
	}

	async #publish(batch: readonly Publication[], now: Millis): Promise<void> {
		const {refused} = await this.#client.publish(batch);
		const why = new Map(refused.map(entry => [entry.infoHash, entry.why]));
		for (const publication of batch) {
			const {infoHash} = publication;
			const reason = why.get(infoHash);
			if (reason === undefined) {
				this.#there.set(infoHash, publication);
				this.#refused.delete(infoHash);
			} else {
				this.#there.delete(infoHash);
				const isEarly = reason === 'not-announced';
				const words = isEarly ? 'the tracker does not know it yet' : 'the catalogue has no room for it';
				this.#refused.set(infoHash, {why: words, until: now + (isEarly ? soon : later)});
			}
		}
		this.#recheckAt = now + recheckTime;
	}

	async #clear(): Promise<void> {
		if ((await this.#client.ownEntries()) > 0) await this.#client.goodbye();
		this.#isCleared = true;
	}

	async #withdraw(infoHashes: readonly string[]): Promise<void> {
		for (const infoHash of infoHashes) {
			await this.#client.withdraw(infoHash);
			this.#there.delete(infoHash);
			this.#given.delete(infoHash);
		}
	}

	async #recheck(now: Millis): Promise<void> {
		this.#recheckAt = now + recheckTime;
		const count = await this.#client.ownEntries();
		if (count >= this.#there.size) return;
		this.#log(
			'info',
			`has ${count} of ${this.#there.size} torrents that it was told: it is told all of them again`,
		);
		this.#there.clear();
		this.#given.clear();
	}

	async #give(owed: ReadonlyArray<readonly [string, Shared]>): Promise<void> {
		for (const [infoHash, {metainfo}] of owed) {
			// Whatever comes of it: without it others ask peers.
			this.#given.add(infoHash);
			const bytes = await metainfo().catch(() => undefined);
			if (bytes === undefined || bytes.length > largestTorrent) continue;
			try {
				await this.#client.giveTorrent(infoHash, bytes);
			} catch (error) {
				if (!(error instanceof CatalogueRefusal) || error.status === 429 || error.status === 503) {
					this.#given.delete(infoHash);
					throw error;
				}
				this.#log('debug', `takes no .torrent of ${infoHash}: ${error.message}`);
			}
		}
	}

	#failed(error: Error, now: Millis): void {
		this.#failures++;
		const isNick = error instanceof CatalogueRefusal && error.status === 409;
		const trouble = isNick
			? `${this.#nick} is somebody else’s nickname there: choose another`
			: `it does not take what you share: ${error.message}`;
		if (trouble !== this.#trouble) this.#log('warn', trouble);
		this.#trouble = trouble;
		this.#quietUntil = now + Math.min(backOff.least * 2 ** Math.min(this.#failures - 1, 10), backOff.most);
	}

	/** Takes everything back, as well as that goes. @param alone nobody else publishes with the same key */
	async leave(alone: boolean): Promise<void> {
		this.#hasLeft = true;
		await this.#work;
		if (this.#there.size === 0) return;
		const infoHashes = [...this.#there.keys()];
		this.#there.clear();
		if (alone) await this.#client.goodbye();
		else await Promise.all(infoHashes.map(infoHash => this.#client.withdraw(infoHash)));
	}
}
