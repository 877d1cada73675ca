import {mkdir, readdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {ProtocolError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';
import {readMetainfoAside} from '../../io/metainfo/thread.js';

/** One of them. */
export const longestTorrent: Bytes = 1 << 20;
/** All together. */
const room: Bytes = 2 * 1024 ** 3;
const names = /^(?:[\da-f]{40}|[\da-f]{64})\.torrent$/;

/** The .torrents that publishers have given, in a folder of their own: at most 2 GiB, each checked against its hash. */
export class CatalogueTorrents {
	readonly #dir: string;
	readonly #room: Bytes;
	readonly #sizes = new Map<string, Bytes>();
	#size: Bytes = 0;

	/** @param dir absolute; made when something is kept */
	constructor(dir: string, most = room) {
		this.#dir = dir;
		this.#room = most;
	}

	/** Finds those that are there. @param isWanted whether one is still shared; the others are deleted */
	async open(isWanted: (infoHash: string) => boolean): Promise<void> {
		const entries = await readdir(this.#dir).catch(() => []);
		for (const name of entries) {
			if (name.endsWith('.torrent.tmp')) await this.#delete(name);
			if (!names.test(name)) continue;
			const infoHash = name.slice(0, -'.torrent'.length);
			if (!isWanted(infoHash)) await this.#delete(name);
			else this.#note(infoHash, (await stat(join(this.#dir, name)).catch(() => ({size: 0}))).size);
		}
	}

	get size(): Bytes {
		return this.#size;
	}

	has(infoHash: string): boolean {
		return this.#sizes.has(infoHash);
	}

	/** The bytes of one; undefined when there is none. */
	async read(infoHash: string): Promise<Uint8Array | undefined> {
		if (!this.has(infoHash)) return undefined;
		try {
			return await readFile(this.#path(infoHash));
		} catch {
			this.#forget(infoHash);
			return undefined;
		}
	}

	/**
	 * Keeps one. Answers whether there was room for it.
	 *
	 * @throws {ProtocolError} when it is no .torrent, or that of another torrent
	 */
	async keep(infoHash: string, bytes: Uint8Array): Promise<boolean> {
		const metainfo = await readMetainfoAside(bytes);
		if (metainfo.infoHash !== infoHash && metainfo.infoHashV2 !== infoHash)
			throw new ProtocolError('other-torrent', 'this is the .torrent of another torrent');
		if (this.#size - (this.#sizes.get(infoHash) ?? 0) + bytes.length > this.#room) return false;
		this.#note(infoHash, bytes.length);
		try {
			await mkdir(this.#dir, {recursive: true, mode: 0o700});
			const draft = `${this.#path(infoHash)}.tmp`;
			await writeFile(draft, bytes, {mode: 0o600});
			await rename(draft, this.#path(infoHash));
			return true;
		} catch {
			this.#forget(infoHash);
			return false;
		}
	}

	/** Deletes one that nobody shares any more. */
	async remove(infoHash: string): Promise<void> {
		if (!this.has(infoHash)) return;
		this.#forget(infoHash);
		await this.#delete(`${infoHash}.torrent`);
	}

	#note(infoHash: string, size: Bytes): void {
		this.#forget(infoHash);
		this.#sizes.set(infoHash, size);
		this.#size += size;
	}

	#forget(infoHash: string): void {
		this.#size -= this.#sizes.get(infoHash) ?? 0;
		this.#sizes.delete(infoHash);
	}

	async #delete(name: string): Promise<void> {
		await rm(join(this.#dir, name), {force: true}).catch(() => {});
	}

	#path(infoHash: string): string {
		return join(this.#dir, `${infoHash}.torrent`);
	}
}
