import {UserError} from '../../base/errors.js';
import type {KeptTorrents} from '../../io/state/torrent-store.js';
import {isNamed} from '../../protocol/metainfo/swarm-hashes.js';
import {wrapInfo} from '../../protocol/metainfo/wrap-info.js';
import {requireContent} from '../commands/command-host.js';
import type {Torrent} from '../torrent/torrent.js';
import {readMetainfo} from './torrent-links.js';

/**
 * The .torrent of a torrent: as it was added, with all that it said, or made of what peers gave, and the trackers and web seeds it has.
 * Rejects with a `UserError` while nobody knows what it holds.
 */
export async function exportMetainfo(
	torrent: Torrent,
	store: Pick<KeptTorrents, 'find'>,
): Promise<Uint8Array> {
	const {metainfo} = requireContent(torrent);
	const kept = (await store.find(torrent.id))?.metainfo;
	if (kept !== undefined && (await isOf(kept, torrent.id))) return kept;
	return wrapInfo(metainfo.info, torrent.sources.trackers.list.tiers, torrent.webSeeds);
}

/** What lies on the disk may be damaged. */
async function isOf(bytes: Uint8Array, id: string): Promise<boolean> {
	try {
		return isNamed(await readMetainfo(bytes), id);
	} catch (error) {
		if (error instanceof UserError) return false;
		throw error;
	}
}
