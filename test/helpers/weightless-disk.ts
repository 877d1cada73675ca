import type {BlockPool} from '../../source/io/disk/block-pool.ts';
import type {Disk, TorrentOnDisk} from '../../source/io/disk/disk.ts';
import type {Storage, StorageEvents} from '../../source/io/disk/storage.ts';

/**
 * A disk that costs nothing, for measuring everything else: whatever is stored is right, and forgotten; whatever is
 * read is what happens to be in memory. With `full` it has every file already.
 */
export function weightlessDisk(pool: BlockPool, full: boolean): Disk {
	return {
		open: (torrent, events) => weightlessStorage(pool, torrent, events, full),
		exists: async () => full,
		freeSpace: async () => undefined,
		close: async () => {},
	};
}

function weightlessStorage(
	pool: BlockPool,
	torrent: TorrentOnDisk,
	events: StorageEvents,
	full: boolean,
): Storage {
	let written = 0;
	const give = (slots: ArrayLike<number>): void => {
		for (let n = 0; n < slots.length; n++) if (slots[n]! >= 0) pool.give(slots[n]!);
	};
	const fine = async () => undefined;
	return {
		storePiece(piece, slots) {
			written += torrent.metainfo.pieceLength;
			give(slots);
			setImmediate(() => events.stored(piece));
		},
		async storeBlocks(_piece, _blocks, slots) {
			give(slots);
			return undefined;
		},
		read: (_position, _views, done) => setImmediate(done, undefined),
		check(pieces, told) {
			for (let n = 0; n < pieces.length; n++) told(pieces[n]!, full);
			return {done: Promise.resolve(undefined), stop() {}};
		},
		blockDigests: fine,
		expect() {},
		setWanted: fine,
		createEmptyFiles: fine,
		stamps: async () =>
			torrent.metainfo.files.map(({length}) => (full ? {size: length, mtime: 0} : undefined)),
		allocate: fine,
		createLinks: fine,
		flush: fine,
		get written() {
			return written;
		},
		waiting: 0,
		close: async () => {},
		remove: async () => ({deleted: 0, kept: [], failure: undefined}),
		move: fine,
		rename: fine,
	};
}
