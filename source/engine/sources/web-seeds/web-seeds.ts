import type {Millis} from '../../../base/units.js';
import type {WebSeedFacts} from '../../../policy/session/stall-reason.js';
import {WebSeed, type WebSeedGrounds, type WebSeedOwner} from './web-seed.js';
import type {WebSeedList} from './web-seed-list.js';

/** Servers of one torrent that are asked at a time; the others are in reserve. */
const mostAtOnce = 4;
/** What a server has to send for longer is taken back when something is due. */
const longForDue: Millis = 1000;

/** What the web seeds ask of their torrent. */
export interface WebSeedsOwner extends WebSeedOwner {
	/** Whether anything may be asked for, whatever limits there are. */
	readonly mayAsk: boolean;
	/** Every wanted piece is had. */
	readonly needsNothing: boolean;
	/** A server is to be known to whoever finds out who sends wrong data. */
	met(webSeed: WebSeed): void;
	nextId(): number;
}

/** The web seeds of a torrent: who is asked, and who waits. Each is as good as a peer that has everything. BEP 19. */
export class WebSeeds {
	readonly #list: WebSeedList;
	readonly #owner: WebSeedsOwner;
	readonly #grounds: WebSeedGrounds | undefined;
	readonly #seeds = new Map<string, WebSeed>();
	#revision = 0;

	/** @param grounds undefined where nothing is asked of web servers */
	constructor(list: WebSeedList, owner: WebSeedsOwner, grounds: WebSeedGrounds | undefined) {
		this.#list = list;
		this.#owner = owner;
		this.#grounds = grounds;
	}

	/** Those that were looked at, whatever they do. */
	get all(): Iterable<WebSeed> {
		return this.#seeds.values();
	}

	/** Whether there is none. */
	get isEmpty(): boolean {
		return this.#seeds.size === 0;
	}

	/** How many of those that are asked have everything. */
	get whole(): number {
		let whole = 0;
		for (const {pieces} of this.active()) if (pieces === undefined) whole++;
		return whole;
	}

	/** Those that are asked. Most torrents have none: no generator is made for them. */
	active(): Iterable<WebSeed> {
		return this.isEmpty ? [] : this.#active();
	}

	*#active(): Iterable<WebSeed> {
		for (const seed of this.#seeds.values()) if (!seed.isClosed) yield seed;
	}

	get(url: string): WebSeed | undefined {
		return this.#seeds.get(url);
	}

	/** Begins with whoever is of use, and lets go of whoever is not. */
	review(now: Millis): void {
		if (this.#grounds === undefined || (this.#list.urls.length === 0 && this.#seeds.size === 0)) return;
		this.#follow(this.#grounds);
		const {mayAsk, needsNothing, rateLimits} = this.#owner;
		const isOn = mayAsk && !needsNothing && rateLimits.maxDownload !== 0;
		let room = isOn ? mostAtOnce : 0;
		for (const seed of this.#seeds.values()) {
			if (room > 0 && seed.isReady(now) && this.#owner.downloader.interesting(seed)) {
				seed.begin(now);
				if (!seed.isClosed) room--;
			} else seed.rest();
		}
	}

	/** There may be others than before. */
	#follow(grounds: WebSeedGrounds): void {
		if (this.#revision === this.#list.revision) return;
		this.#revision = this.#list.revision;
		const urls = new Set(this.#list.urls);
		for (const [url, seed] of this.#seeds) {
			if (urls.has(url)) continue;
			seed.end();
			this.#seeds.delete(url);
		}
		for (const url of urls) {
			const known = this.#seeds.get(url);
			const isTrusted = this.#list.isNamed(url);
			if (known !== undefined && known.isTrusted === isTrusted) continue;
			known?.end();
			const seed = new WebSeed({id: this.#owner.nextId(), url, isTrusted}, this.#owner, grounds);
			this.#seeds.set(url, seed);
			this.#owner.met(seed);
		}
	}

	/** Once a second, while the torrent runs. */
	tick(now: Millis): void {
		this.review(now);
		for (const seed of this.active()) seed.tick(now);
	}

	/** Something is due: who has long to send what is not is asked for that instead. */
	hurry(): void {
		const {downloader} = this.#owner;
		const due = downloader.deadlines.first;
		if (due === undefined) return;
		const partial = downloader.partials.get(due.piece);
		if (partial !== undefined && partial.free === 0) return;
		for (const seed of this.active()) {
			const has = seed.pieces === undefined || seed.pieces.has(due.piece);
			if (has && seed.outstanding * seed.blockTime > longForDue) downloader.cancelAll(seed);
		}
	}

	/** What they have to do with a torrent that stands still. @param wall the time since 1970 of one of our clock */
	stallFacts(wall: (at: Millis) => Millis): WebSeedFacts | undefined {
		if (this.#seeds.size === 0) return undefined;
		let asked = 0;
		let trouble: string | undefined;
		let nextAt = Infinity;
		for (const {name, state} of this.#seeds.values()) {
			if (state.name === 'active') asked++;
			if (state.name !== 'waiting' && state.name !== 'off') continue;
			trouble ??= `${name}: ${state.why}`;
			if (state.name === 'waiting') nextAt = Math.min(nextAt, state.until);
		}
		return {asked, trouble, nextAt: nextAt === Infinity ? undefined : wall(nextAt)};
	}

	/** There are other ways to others than before: who could not be reached may be now. */
	networkChanged(now: Millis): void {
		for (const seed of this.#seeds.values()) seed.forgive();
		this.review(now);
	}

	/** Tokens came: peers have had theirs. */
	resupply(now: Millis): void {
		for (const seed of this.active()) seed.resupply(now);
	}
}
