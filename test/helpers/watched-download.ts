import {readFileSync} from 'node:fs';
import {until} from './deadline.ts';
import {rawSeeder} from './raw-peer.ts';
import {openTestSession, type TestSession} from './sessions.ts';
import {makeTorrent, writeFolder} from './torrents.ts';
import type {Workspace} from './workspace.ts';

/** A download that has just begun, and what its only source has given so far. */
export interface WatchedDownload {
	readonly ours: TestSession;
	readonly id: string;
	/** The piece of each block, in the order in which they were given. */
	readonly given: readonly number[];
}

/**
 * Begins a download from a source that notes which pieces it gives.
 *
 * @param maxDownload bytes per second
 */
export async function watchedDownload(
	space: Workspace,
	entries: Parameters<typeof writeFolder>[2],
	pieceLength: number,
	maxDownload: number,
): Promise<WatchedDownload> {
	const torrent = makeTorrent(writeFolder(space.folder('theirs'), 'set', entries), pieceLength);
	const path = torrent.write(space.path('set.torrent'));
	const given: number[] = [];
	const seeder = await rawSeeder(space, torrent, {
		alter(block, piece) {
			given.push(piece);
			return block;
		},
	});
	const ours = await openTestSession(space, 'ours', {maxDownload});
	const {id = ''} = await ours.send({
		type: 'torrent.add',
		metainfo: readFileSync(path).toString('base64'),
		options: {peers: [seeder.address]},
	});
	await until('some blocks', 10_000, () => (given.length > 20 ? true : undefined));
	return {ours, id, given};
}
