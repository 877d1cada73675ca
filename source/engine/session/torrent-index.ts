import {idsOf, type SwarmHashes} from '../../protocol/metainfo/swarm-hashes.js';
import type {Torrent} from '../torrent/torrent.js';

/**
 * The torrents of a session by their ids. `get` and `has` find one by whatever hash it has, in hex: 40 digits of v1, 64
 * of v2, or the first 40 of these. BEP 52.
 */
export class TorrentIndex extends Map<string, Torrent> {
	/** Ids by every hash that is none. */
	readonly #ids = new Map<string, string>();

	override get(hash: string): Torrent | undefined {
		const known = super.get(hash);
		if (known !== undefined) return known;
		const id = this.#ids.get(hash);
		return id === undefined ? undefined : super.get(id);
	}

	override has(hash: string): boolean {
		return this.get(hash) !== undefined;
	}

	/** The one that has one of these hashes. */
	find(hashes: SwarmHashes): Torrent | undefined {
		for (const id of idsOf(hashes)) {
			const torrent = this.get(id);
			if (torrent !== undefined) return torrent;
		}
		return undefined;
	}

	override set(id: string, torrent: Torrent): this {
		super.set(id, torrent);
		this.identified(torrent);
		return this;
	}

	override delete(id: string): boolean {
		for (const [hash, of] of this.#ids) if (of === id) this.#ids.delete(hash);
		return super.delete(id);
	}

	override clear(): void {
		this.#ids.clear();
		super.clear();
	}

	/** More hashes of a torrent are known than before. One that stands for another already keeps doing so. */
	identified({id, identity}: Torrent): void {
		if (!super.has(id)) return;
		for (const hash of idsOf(identity)) {
			const holder = this.#ids.get(hash);
			if (hash !== id && (holder === undefined || !super.has(holder))) this.#ids.set(hash, id);
		}
	}
}
