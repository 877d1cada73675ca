import type {EngineClient} from '../../api/engine-client.js';
import type {FilePriority} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';
import {lookAtTorrent} from './look.js';

/** A file of a torrent of the running engine, and how far it is. */
export interface ListedFile {
	/** From 1, as `tortui info` and `--select` count. */
	readonly number: number;
	/** As the engine counts. */
	readonly index: number;
	readonly path: readonly string[];
	readonly length: Bytes;
	readonly completed: Bytes;
	readonly priority: FilePriority;
}

/** The files of a torrent. Rejects with a `UserError` while only a link of it is known. */
export async function listedFiles(engine: EngineClient, id: string): Promise<ListedFile[]> {
	const {files, progress} = await lookAtTorrent(engine, id, {files: true});
	if (files === undefined || files.length === 0)
		throw new UserError('no-metadata', 'nobody has said yet what it holds: wait for a peer that does');
	return files.map(({index, path, length}, at) => ({
		number: at + 1,
		index,
		path,
		length,
		completed: progress?.completed[at] ?? 0,
		priority: progress?.priority[at] ?? 2,
	}));
}
