import {fromHex, toHex} from '../../base/hex.js';
import {type Sha1, torrentMark} from '../../protocol/transport/mse-keys.js';
import type {TorrentIndex} from './torrent-index.js';

/** Digits of a hash by which peers ask for a torrent. */
const keyDigits = 40;

/** Finds the torrent that somebody asks for who hides which: by a mark of each hash it has. */
export class TorrentMarks {
	readonly #torrents: Pick<TorrentIndex, 'hashes' | 'revision'>;
	readonly #sha1: Sha1;
	/** The mark of each hash, both in hex, and the other way round. */
	readonly #marks = new Map<string, string>();
	readonly #hashes = new Map<string, string>();
	#revision = -1;

	constructor(torrents: Pick<TorrentIndex, 'hashes' | 'revision'>, sha1: Sha1) {
		this.#torrents = torrents;
		this.#sha1 = sha1;
	}

	/** The 20 bytes of the torrent with this mark; undefined when there is none. */
	find(mark: Uint8Array): Uint8Array | undefined {
		if (this.#revision !== this.#torrents.revision) this.#follow();
		const hash = this.#hashes.get(toHex(mark));
		return hash === undefined ? undefined : fromHex(hash);
	}

	/** Only hashes that are new are hashed. */
	#follow(): void {
		this.#revision = this.#torrents.revision;
		const known = new Set<string>();
		for (const hash of this.#torrents.hashes()) {
			if (hash.length !== keyDigits) continue;
			known.add(hash);
			if (this.#marks.has(hash)) continue;
			const mark = toHex(torrentMark(this.#sha1, fromHex(hash)!));
			this.#marks.set(hash, mark);
			this.#hashes.set(mark, hash);
		}
		if (this.#marks.size === known.size) return;
		for (const [hash, mark] of this.#marks) {
			if (known.has(hash)) continue;
			this.#marks.delete(hash);
			this.#hashes.delete(mark);
		}
	}
}
