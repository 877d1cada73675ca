import {mkdirSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {readRegularFile} from '../../io/files/regular-file.js';
import {replaceFile} from '../../io/files/replace-file.js';
import {maximumMetainfoLength} from '../../protocol/metainfo/metainfo-reader.js';

/** The .torrents of large entries that the engine does not have now: what was hashed once is not hashed again. */
export class KeptTorrents {
	readonly #folder: string;

	/** @param folder below the state folder; made when it is needed */
	constructor(folder: string) {
		this.#folder = folder;
	}

	#path(id: string): string {
		return join(this.#folder, `${id}.torrent`);
	}

	/** Undefined when there is none, or none that can be read. */
	async load(id: string): Promise<Uint8Array | undefined> {
		return readRegularFile(this.#path(id), maximumMetainfoLength).catch(() => undefined);
	}

	/** What cannot be kept is hashed again one day. */
	async save(id: string, bytes: Uint8Array): Promise<void> {
		try {
			mkdirSync(this.#folder, {recursive: true, mode: 0o700});
			await replaceFile(this.#path(id), bytes);
		} catch {
			// A full disk, say: nothing depends on it.
		}
	}

	async remove(id: string): Promise<void> {
		await rm(this.#path(id), {force: true}).catch(() => {});
	}
}
