import {UserError} from '../../base/errors.js';
import type {KeptTorrents} from '../../io/state/torrent-store.js';
import {maximumMetainfoLength} from '../../protocol/metainfo/metainfo-reader.js';
import {isNamed} from '../../protocol/metainfo/swarm-hashes.js';
import {withPieceLayers, wrapInfo} from '../../protocol/metainfo/wrap-info.js';
import {requireContent} from '../commands/command-host.js';
import type {Torrent} from '../torrent/torrent.js';
import {readMetainfo} from './torrent-links.js';

/**
 * The .torrent of a torrent: as it was added, with all that it said, or made of what peers gave, and the trackers and web
 * seeds it has; in either case with the v2 hashes that are known of whole files.
 * Rejects with a `UserError` while nobody knows what it holds.
 */
export async function exportMetainfo(
	torrent: Torrent,
	store: Pick<KeptTorrents, 'find'>,
): Promise<Uint8Array> {
	const {metainfo, hashes} = requireContent(torrent);
	const kept = (await store.find(torrent.id))?.metainfo;
	const {tiers} = torrent.sources.trackers.list;
	const bytes =
		kept !== undefined && (await isOf(kept, torrent.id))
			? kept
			: wrapInfo(metainfo.info, tiers, torrent.webSeeds);
	const layers = hashes?.layers();
	// A .torrent that lacks hashes of v2 is one that others can only make use of with peers.
	if (layers === undefined || layers.size === 0 || layers.size === metainfo.pieceLayers?.size) return bytes;
	const whole = withPieceLayers(bytes, layers);
	return whole.length > maximumMetainfoLength ? bytes : whole;
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
