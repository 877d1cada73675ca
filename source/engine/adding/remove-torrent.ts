import type {RemovedFiles} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {Removal} from '../../io/disk/storage.js';
import type {PathRegistry} from '../../io/ownership/path-registry.js';
import type {StatsStore} from '../../io/state/stats-store.js';
import type {KeptTorrents} from '../../io/state/torrent-store.js';
import type {QueueManager} from '../session/queue-manager.js';
import type {SessionServices} from '../session/session-services.js';
import type {Torrent} from '../torrent/torrent.js';

/** Of files that stay when a torrent's data is deleted so many are named. */
const mostKeptTold = 100;

/** What removing a torrent asks of the session. */
export interface TorrentPlaces {
	readonly torrents: Map<string, Torrent>;
	readonly queue: QueueManager;
	readonly paths: PathRegistry;
	readonly store: Pick<KeptTorrents, 'remove'>;
	/** Undefined when no speeds are kept. */
	readonly speeds: Pick<StatsStore, 'removeTorrent'> | undefined;
	readonly log: SessionServices['log'];
}

/**
 * Forgets a torrent, and deletes its own files if they are to go. Answers which files went and which stayed; undefined
 * when none were to go.
 *
 * @param withData `made`: only the files that it has made itself, not those that were there before
 * @throws {UserError} when some of its data could not be deleted; the torrent is gone all the same
 */
export async function removeTorrent(
	{torrents, queue, paths, store, speeds, log}: TorrentPlaces,
	torrent: Torrent,
	withData: boolean | 'made',
): Promise<RemovedFiles | undefined> {
	const others = withData !== false ? await paths.shared(torrent.id) : [];
	torrents.delete(torrent.id);
	queue.left(torrent);
	await torrent.close();
	const removal =
		withData !== false
			? await torrent.removeData(new Map(others.map(({file, name}) => [file, name])), withData === 'made')
			: undefined;
	paths.release(torrent.id);
	const unforgotten = await store.remove(torrent.id);
	if (unforgotten !== undefined)
		log('error', `it may come back at the next start: ${unforgotten.message}`, torrent.id);
	await speeds?.removeTorrent(torrent.id);
	log('info', `removed ${torrent.name}${removedText(removal)}`, torrent.id);
	const failure = removal?.failure;
	if (failure !== undefined)
		throw new UserError(failure.code, `the torrent is removed, some of its data is not: ${failure.message}`);
	if (removal === undefined) return undefined;
	const {deleted, kept} = removal;
	return {deleted, kept: kept.length, keptFiles: kept.slice(0, mostKeptTold)};
}

function removedText(removal: Removal | undefined): string {
	if (removal === undefined) return '; its files stay';
	const {deleted, kept} = removal;
	if (kept.length === 0) return ' and its data';
	const [first] = kept;
	const why =
		kept.length === 1
			? `${first!.path} stays: ${first!.why}`
			: `${kept.length} files stay: ${first!.path}: ${first!.why}, ...`;
	return ` and ${deleted} of its files; ${why}`;
}
