import type {Bytes} from '../../base/units.js';
import type {TorrentOnDisk} from './disk-service.js';
import type {Storage, StorageEvents} from './storage.js';

/** Where torrents keep their data: files here, memory in simulations. */
export interface Disk {
	open(torrent: TorrentOnDisk, events: StorageEvents): Storage;
	/** Whether there is anything called `name` in the folder. */
	exists(dir: string, name: string): Promise<boolean>;
	/** Bytes that may still be written at this path; undefined when nobody can tell. */
	freeSpace(path: string): Promise<Bytes | undefined>;
	/** Finishes what was begun and lets go of everything. */
	close(): Promise<void>;
}
