import {idsOf, type SwarmHashes} from '../../protocol/metainfo/swarm-hashes.js';
import type {Torrent} from '../torrent/torrent.js';

/**
 * The torrents of a session by their ids. `get` and `has` find one by whatever hash it has, in hex: 40 digits of v1, 64
 * of v2, or the first 40 of these. BEP 52.
 */
export class TorrentIndex extends Map<string, Torrent> {
	/** By every hash, the ids of those that have it, in the order in which that came to be known. */
	readonly #holders = new Map<string, Set<string>>();
	/** By id, the hashes under which it is among them. */
	readonly #hashes = new Map<string, Set<string>>();
	#revision = 0;

	override get(hash: string): Torrent | undefined {
		const known = super.get(hash);
		if (known !== undefined) return known;
		const [id] = this.#holders.get(hash) ?? [];
		return id === undefined ? undefined : super.get(id);
	}

	override has(hash: string): boolean {
		return this.get(hash) !== undefined;
	}

	/** Goes up when a hash comes or goes. */
	get revision(): number {
		return this.#revision;
	}

	/** Every hash of a torrent that is here, in hex. */
	hashes(): Iterable<string> {
		return this.#holders.keys();
	}

	/** The one that has one of these hashes. */
	find(hashes: SwarmHashes): Torrent | undefined {
		for (const id of idsOf(hashes)) {
			const torrent = this.get(id);
			if (torrent !== undefined) return torrent;
		}
		return undefined;
	}

	/** All that have one of these hashes, each once. */
	sharing(hashes: SwarmHashes): Torrent[] {
		const ids = new Set(idsOf(hashes).flatMap(hash => [...(this.#holders.get(hash) ?? [])]));
		return [...ids].flatMap(id => super.get(id) ?? []);
	}

	override set(id: string, torrent: Torrent): this {
		super.set(id, torrent);
		this.identified(torrent);
		return this;
	}

	override delete(id: string): boolean {
		for (const hash of this.#hashes.get(id) ?? []) {
			const holders = this.#holders.get(hash);
			holders?.delete(id);
			if (holders?.size === 0) this.#holders.delete(hash);
		}
		this.#hashes.delete(id);
		this.#revision++;
		return super.delete(id);
	}

	override clear(): void {
		this.#holders.clear();
		this.#hashes.clear();
		this.#revision++;
		super.clear();
	}

	/** More hashes of a torrent are known than before. One that stands for another already keeps doing so. */
	identified({id, identity}: Torrent): void {
		if (!super.has(id)) return;
		const hashes = this.#hashes.get(id) ?? new Set();
		this.#hashes.set(id, hashes);
		this.#revision++;
		for (const hash of idsOf(identity)) {
			hashes.add(hash);
			const holders = this.#holders.get(hash) ?? new Set();
			this.#holders.set(hash, holders.add(id));
		}
	}
}
