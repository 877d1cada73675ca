import type {FileData} from '../../api/file-data.js';
import type {FilePriority} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';
import type {StorageFailure} from '../../io/disk/storage.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Torrent} from './torrent.js';
import type {TorrentContent} from './torrent-content.js';

/** One file of a torrent, to be read as far as it is here: through the torrent's own storage, wherever that is. */
export class TorrentFile implements FileData {
	readonly length: Bytes;
	readonly first: number;
	readonly last: number;
	readonly #torrent: Torrent;
	readonly #content: TorrentContent;
	readonly #index: number;
	/** Where it begins in the torrent. */
	readonly #offset: Bytes;

	/** @param index of a file that is no padding */
	constructor(torrent: Torrent, content: TorrentContent, index: number) {
		const {offsets, lengths} = fileTable(content.metainfo);
		const [offset, length] = [offsets[index]!, lengths[index]!];
		this.#torrent = torrent;
		this.#content = content;
		this.#index = index;
		this.#offset = offset;
		this.length = length;
		[this.first, this.last] = content.map.span(offset, length);
	}

	get path(): readonly string[] {
		const {renamed, metainfo} = this.#content;
		return renamed.get(this.#index) ?? fileTable(metainfo).path(this.#index);
	}

	get priority(): FilePriority {
		return this.#content.files.priorities[this.#index] as FilePriority;
	}

	pieceAt(position: Bytes): number {
		return Math.floor((this.#offset + position) / this.#content.map.pieceLength);
	}

	pieceStart(piece: number): Bytes {
		return this.#content.map.pieceStart(piece) - this.#offset;
	}

	has(piece: number): boolean {
		return this.#content.have.has(piece);
	}

	available(position: Bytes, most: Bytes): Bytes {
		const end = Math.min(this.length, position + most);
		if (position >= end) return 0;
		let to = position;
		for (let piece = this.pieceAt(position); to < end && this.has(piece); piece++) {
			to = this.pieceStart(piece + 1);
		}
		return Math.min(to, end) - position;
	}

	async read(position: Bytes, into: Uint8Array): Promise<void> {
		if (this.isGone) throw new UserError('no-such-torrent', 'the torrent was removed');
		const failure = await this.#torrent.withStorage(
			storage =>
				new Promise<StorageFailure | undefined>(resolve =>
					storage.read(this.#offset + position, [into], resolve),
				),
		);
		if (failure === undefined) return;
		// As with what peers ask for: whoever changed the file must not be taken for the torrent.
		if (this.#torrent.active) this.#torrent.post({type: 'failure', failure});
		throw new UserError(failure.code, failure.message);
	}

	listen(listener: () => void): () => void {
		return this.#content.listeners.listen(listener);
	}

	get isGone(): boolean {
		return this.#torrent.closed;
	}
}
