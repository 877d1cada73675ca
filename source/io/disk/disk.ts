import type {Bytes} from '../../base/units.js';
import type {PieceHashMemory} from '../../policy/hashes/file-tree.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {StreamPart} from './keep-parts.js';
import type {Storage, StorageEvents, StorageFailure} from './storage.js';

/** What a storage is opened for. */
export interface TorrentOnDisk {
	readonly metainfo: Metainfo;
	readonly map: PieceGeometry;
	/** Absolute; made when the first file is. */
	readonly dir: string;
	/** One entry a file, 1 where it is wanted. */
	readonly wanted: Uint8Array;
	/** What is known of its v2 hashes; others learn more while it is open. By default what the metainfo says. BEP 52. */
	readonly hashes?: PieceHashMemory | undefined;
	/** The torrent's id, which names its part file. */
	readonly id: string;
	/** Files that have another path than the torrent says. */
	readonly renamed?: ReadonlyMap<number, readonly string[]>;
	/** One `fileOwner` a file, as it was last; what is left out counts as not there. */
	readonly owners?: Uint8Array | undefined;
	/** All of it is there, as far as is known: it is likely to be read only. */
	readonly isWhole?: boolean;
}

/** Where torrents keep their data: files here, memory in simulations. */
export interface Disk {
	open(torrent: TorrentOnDisk, events: StorageEvents): Storage;
	/** Whether there is anything called `name` in the folder. */
	exists(dir: string, name: string): Promise<boolean>;
	/** Keeps bytes of files of a torrent that are not wanted, before it is opened first; undefined where nothing is kept. */
	keepParts?(id: string, parts: readonly StreamPart[]): Promise<StorageFailure | undefined>;
	/** Bytes that may still be written at this path; undefined when nobody can tell. */
	freeSpace(path: string): Promise<Bytes | undefined>;
	/** Finishes what was begun and lets go of everything. */
	close(): Promise<void>;
}
