import type {EngineClient} from '../../api/engine-client.js';
import type {TorrentView} from '../../api/snapshot.js';
import type {DetailName, TorrentDetails} from '../../api/torrent-details.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {RpcError} from './rpc-error.js';
import type {KeptOfTorrent, RpcMemory} from './rpc-memory.js';

/** What has changed so short a while ago is active: 60 s. */
const recentTime: Millis = 60_000;
/** Whoever asks for those that are active asks again within this time, or for all. */
const forgetTime: Millis = 600_000;
const mostRemoved = 10_000;

/** A torrent with all that is known of it here. */
export interface RpcTorrent {
	readonly number: number;
	readonly view: TorrentView;
	readonly details: TorrentDetails | undefined;
	readonly kept: Readonly<KeptOfTorrent>;
}

/** The engine's torrents by the numbers that remotes call them. */
export class RpcTorrents {
	readonly #engine: EngineClient;
	readonly #memory: RpcMemory;
	readonly #clock: Clock;
	/** By info-hash: what was last seen of each, and when that was news. Kept while somebody asks for it. */
	#seen = new Map<string, {print: string; at: Millis}>();
	#askedAt: Millis = Number.NEGATIVE_INFINITY;
	/** Numbers of those that went, and when. */
	#removed: Array<readonly [number: number, at: Millis]> = [];

	constructor(engine: EngineClient, memory: RpcMemory, clock: Clock) {
		this.#engine = engine;
		this.#memory = memory;
		this.#clock = clock;
	}

	/** All, in the order of their numbers. */
	async all(details: readonly DetailName[] = []): Promise<RpcTorrent[]> {
		const torrents = await this.#list(undefined, details);
		const here = new Set(torrents.map(({view}) => view.id));
		for (const id of [...this.#memory.known]) if (!here.has(id)) this.gone(id);
		return torrents.sort((one, other) => one.number - other.number);
	}

	/**
	 * Those that an `ids` means: a number, a hash, a list of both, or `recently-active`; all when left out. What is not
	 * there is left out.
	 */
	async chosen(ids: unknown, details: readonly DetailName[] = []): Promise<RpcTorrent[]> {
		if (ids === undefined) return this.all(details);
		if (isRecent(ids)) return this.#recent(details);
		const entries = Array.isArray(ids) ? ids : [ids];
		const wanted = new Set<string>();
		for (const entry of entries) {
			const id = this.#idOf(entry);
			if (id !== undefined) wanted.add(id);
		}
		if (wanted.size === 0) return [];
		const found = await this.#list([...wanted], details);
		if (found.length === wanted.size) return found;
		// A number is of a torrent that is gone, or a hash is the other one of a torrent that has two.
		const all = await this.all(details);
		return all.filter(
			({view}) => wanted.has(view.id) || wanted.has(view.infoHash ?? '') || wanted.has(view.infoHashV2 ?? ''),
		);
	}

	/** One that is there: by its info-hash. */
	async one(id: string): Promise<RpcTorrent | undefined> {
		return (await this.#list([id], []))[0];
	}

	/** It was removed. */
	gone(id: string): void {
		const number = this.#memory.forget(id);
		this.#seen.delete(id);
		if (number === undefined) return;
		this.#removed.push([number, this.#clock.now()]);
		if (this.#removed.length > mostRemoved) this.#removed.shift();
	}

	/** The numbers of those that went a short while ago. */
	removed(): number[] {
		const now = this.#clock.now();
		this.#removed = this.#removed.filter(([, at]) => now - at <= recentTime);
		return this.#removed.map(([number]) => number);
	}

	#idOf(entry: unknown): string | undefined {
		if (typeof entry === 'number') return Number.isSafeInteger(entry) ? this.#memory.idOf(entry) : undefined;
		if (typeof entry !== 'string') throw new RpcError('params', 'ids: must be numbers or hashes');
		if (/^(?:[\da-f]{40}|[\da-f]{64})$/i.test(entry)) return entry.toLowerCase();
		return /^\d{1,9}$/.test(entry) ? this.#memory.idOf(Number(entry)) : undefined;
	}

	async #list(ids: readonly string[] | undefined, details: readonly DetailName[]): Promise<RpcTorrent[]> {
		const reply = await this.#engine.send({
			type: 'session.list',
			reasons: false,
			...(ids !== undefined && {ids}),
			...(details.length > 0 && {details}),
		});
		const torrents = (reply.torrents ?? []).map((view, index) => ({view, details: reply.details?.[index]}));
		const isNew = torrents.some(({view}) => !this.#memory.isNumbered(view.id));
		// New ones get their numbers in the order in which they came.
		if (isNew)
			for (const {view} of torrents.toSorted((one, other) => one.view.addedAt - other.view.addedAt))
				this.#memory.numberOf(view.id);
		return torrents.map(({view, details: more}) => ({
			number: this.#memory.numberOf(view.id),
			view,
			details: more,
			kept: this.#memory.torrent(view.id),
		}));
	}

	async #recent(details: readonly DetailName[]): Promise<RpcTorrent[]> {
		const now = this.#clock.now();
		if (now - this.#askedAt > forgetTime) this.#seen = new Map();
		this.#askedAt = now;
		const all = await this.all(details);
		return all.filter(({view}) => {
			const print = printOf(view);
			const known = this.#seen.get(view.id);
			if (known?.print === print) return now - known.at <= recentTime;
			this.#seen.set(view.id, {print, at: now});
			return true;
		});
	}
}

/** Whether those are meant that have changed a short while ago. */
export function isRecent(ids: unknown): boolean {
	return ids === 'recently-active' || ids === 'recently_active';
}

/** Another one whenever something of a torrent is, that its list shows. */
function printOf(view: TorrentView): string {
	const {
		state,
		completed,
		wanted,
		downloaded,
		uploaded,
		connected,
		sending,
		receiving,
		name,
		root,
		dir,
		label,
	} = view;
	const {downloadRate, uploadRate, checked, queue, maxDownload, maxUpload, maxPeers, sequential, goal} = view;
	return [
		[state, completed, wanted, downloaded, uploaded, connected, sending, receiving, name, root, dir, label],
		[downloadRate, uploadRate, checked, queue, maxDownload, maxUpload, maxPeers, sequential, goal?.state],
	].join('|');
}
