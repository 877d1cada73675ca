import type {KeptTorrents} from '../../io/state/torrent-store.js';
import type {QueueManager} from '../session/queue-manager.js';
import type {SessionServices} from '../session/session-services.js';
import type {SessionSettings} from '../session/session-settings.js';
import type {TorrentIndex} from '../session/torrent-index.js';
import type {AdoptedTorrents} from './adopted-torrents.js';
import type {TorrentTwins} from './torrent-twins.js';

/** What adding and restoring torrents asks of the session. */
export interface AddingSetup {
	readonly services: SessionServices;
	readonly torrents: TorrentIndex;
	/** Makes them, and takes them in. */
	readonly adopted: AdoptedTorrents;
	readonly queue: QueueManager;
	/** Makes one of two torrents that are the same. */
	readonly twins: TorrentTwins;
	readonly store: KeptTorrents;
	/** Whether what is added comes back in the next session: then it is on the disk before it is added. */
	readonly lasting: boolean;
	/** Where data goes that is added without a folder, and how many connections it gets. */
	readonly settings: Readonly<SessionSettings>;
	/** Whether trackers are asked. */
	readonly trackers: boolean;
	/** Something about a torrent is not what it was. */
	changed(): void;
}
