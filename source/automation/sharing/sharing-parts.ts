import type {Clock} from '../../base/ports.js';
import type {FolderLog} from '../folder-log.js';
import type {FolderSet} from './folder-set.js';
import type {KeptTorrents} from './kept-torrents.js';
import type {ShareJournal} from './share-journal.js';
import type {SharingEngine} from './sharing-engine.js';

/** What everything that shares folders has in common. */
export interface SharingParts {
	readonly clock: Clock;
	readonly engine: SharingEngine;
	readonly folders: FolderSet;
	readonly journal: ShareJournal;
	readonly kept: KeptTorrents;
	readonly log: FolderLog;
}
