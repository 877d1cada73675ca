import {parentPort} from 'node:worker_threads';
import {failureOf, StorageError} from '../disk/storage-failure.js';
import {FileLayout} from '../files/file-layout.js';
import {FileHandles} from './file-handles.js';
import {
	type DiskReply,
	type DiskRequest,
	type DiskTask,
	type FromWorker,
	nobody,
	type ToWorker,
	type WorkerStart,
} from './jobs.js';
import {PieceChecker} from './piece-checker.js';
import {PieceWriter} from './piece-writer.js';
import {TorrentFiles} from './torrent-files.js';

/** The thread that hashes pieces and writes them. What it hears and says is in `jobs`. */
const port = parentPort!;
const torrents = new Map<number, TorrentFiles>();
const checker = new PieceChecker();

// It is up before it is known what it is for.
port.once('message', ({memory, handles}: WorkerStart) => {
	const open = new FileHandles(handles);
	const writer = new PieceWriter(memory, torrents);
	port.on('message', (message: ToWorker) => {
		if (message instanceof Int32Array) say(writer.run(message));
		else if (message.task.type === 'flush') void flush(message).then(say);
		else say(perform(message, open));
	});
});

// Who waits for the thread to come up is told so.
say({id: nobody});

function say(message: FromWorker): void {
	port.postMessage(message);
}

async function flush({id, torrent}: DiskRequest): Promise<DiskReply> {
	try {
		await torrents.get(torrent)?.handles.flush();
		return {id};
	} catch (error) {
		return {id, failure: failureOf(error, 'the download')};
	}
}

function readLayout({layout, paths}: DiskTask & {readonly type: 'open'}): FileLayout {
	const sent = FileLayout.sent(layout, paths);
	if (sent === undefined) throw new StorageError('io', 'its files have damaged paths');
	return sent;
}

function perform({id, torrent, task}: DiskRequest, open: FileHandles): DiskReply {
	try {
		if (task.type === 'open') {
			torrents.get(torrent)?.handles.close();
			torrents.set(torrent, new TorrentFiles(readLayout(task), task.hashes, open));
			return {id};
		}

		const files = torrents.get(torrent);
		if (!files) throw new StorageError('io', 'the torrent was closed');
		switch (task.type) {
			case 'check': {
				if (task.fresh) files.handles.refresh();
				return {id, right: checker.check(files, task.pieces)};
			}

			case 'digest':
			case 'leaves':
				return {id, digests: checker.digests(files, task.piece, task.type)};

			case 'place': {
				files.partFile.place(task.wanted);
				break;
			}

			case 'create': {
				files.create(task.wanted, task.links);
				break;
			}

			case 'allocate':
				return {id, left: files.allocate(task.file, task.length)};

			case 'flush': // Goes on beside the others.
				break;

			case 'close': {
				torrents.delete(torrent);
				files.handles.noteLeft();
				files.handles.close();
				break;
			}

			case 'release': {
				files.handles.noteLeft();
				files.handles.close();
				break;
			}

			default:
				task satisfies never;
		}

		return {id};
	} catch (error) {
		return {id, failure: failureOf(error, torrents.get(torrent)?.layout.dir ?? 'the download')};
	}
}
