import type {Storage, StorageFailure} from '../../io/disk/storage.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';

/** What comparing the halves of a hybrid asks of, and tells, its torrent. */
export interface HybridOwner {
	readonly metainfo: Pick<Metainfo, 'version'>;
	readonly have: Bitfield;
	readonly storage: Storage | undefined;
	readonly torrent: {post(event: {readonly type: 'failure'; readonly failure: StorageFailure}): void};
}

/**
 * Looks whether pieces of a hybrid that were verified by v1 alone are right by v2, too, now that their v2 hashes have
 * come: whoever asks for them by v2 would ban us otherwise. BEP 52, "Upgrade Path".
 */
export async function compareHalves(owner: HybridOwner, pieces: readonly number[]): Promise<void> {
	const {metainfo, have, storage, torrent} = owner;
	if (metainfo.version !== 'hybrid' || storage === undefined) return;
	const had = pieces.filter(piece => have.has(piece)).sort((a, b) => a - b);
	if (had.length === 0) return;
	const failure = await storage.check(had, () => {}).done;
	// Whatever else there is comes to light when the piece is asked for.
	if (failure?.code === 'contradictory') torrent.post({type: 'failure', failure});
}
