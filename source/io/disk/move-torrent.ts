import {dirname} from 'node:path';
import type {Bytes} from '../../base/units.js';
import {fileOwner, isOurs} from '../../policy/session/file-ownership.js';
import type {FileLayout} from '../files/file-layout.js';
import {
	copyFiles,
	type MovedPath,
	movedPaths,
	moveStopped,
	planMoves,
	renameFiles,
	stateOf,
} from '../files/move-files.js';
import {deleteFiles, removeEmptyFolders} from '../ownership/delete-files.js';
import {readMade, writeMade} from '../ownership/made-files.js';
import {FileStamps} from './file-stamps.js';
import type {MoveSteps} from './storage.js';
import type {StreamReader} from './torrent-reader.js';

/** What moving a torrent's files asks of their storage. */
export interface MoveHost {
	readonly reader: StreamReader;
	/** The files are at the new place: everybody looks for them there from now on. */
	adopt(layout: FileLayout): void;
}

/**
 * Moves a torrent's files from one layout to another: by renaming them, or by copying where that is on another file
 * system. Nobody writes to them meanwhile; who reads waits only for moments. Throws when everything is where it was.
 *
 * @param told bytes copied, of how many
 */
export async function moveTorrent(
	before: FileLayout,
	after: FileLayout,
	{reader, adopt}: MoveHost,
	told: (copied: Bytes, total: Bytes) => void,
	steps: MoveSteps | undefined,
): Promise<void> {
	// What is not the torrent's stays where it is.
	const paths = movedPaths(before, after).filter(
		([file]) => isOurs(after.owners[file]) && after.owners[file] !== fileOwner.shared,
	);
	let reading = true;
	const stopReading = async (): Promise<void> => {
		reader.hold();
		reading = false;
		await reader.idle();
	};
	try {
		const moves = await planMoves(before.dir, after.dir, paths);
		if (steps?.signal.aborted) throw moveStopped();
		await steps?.leaving(moves.map(({file}) => file));
		await stopReading();
		const isRenamed = await renameFiles(moves);
		let copied: ReadonlyMap<number, string> = new Map();
		if (!isRenamed) {
			reader.release();
			reading = true;
			const total = moves.reduce((sum, {size}) => sum + size, 0);
			copied = await copyFiles(moves, bytes => told(bytes, total), steps?.signal);
			await stopReading();
		}
		adopt(after);
		if (!isRenamed) await noteCopies(after);
		await steps?.arrived();
		if (isRenamed) await removeLeftFolders(before, after, paths);
		else await deleteCopied(before, paths, copied);
	} finally {
		if (!reading) reader.release();
	}
}

async function removeLeftFolders(
	before: FileLayout,
	after: FileLayout,
	paths: readonly MovedPath[],
): Promise<void> {
	const gone = paths.filter(([, from, to]) => from !== to || before.dir !== after.dir);
	await removeEmptyFolders(before.dir, new Set(gone.map(([, from]) => dirname(from))));
}

/** The copies are other files than those we made. */
async function noteCopies(layout: FileLayout): Promise<void> {
	const made = new Map(await readMade(layout.madePath));
	const files = [...made.keys()].filter(file => file < layout.fileCount);
	const stamps = await new FileStamps().look(layout, files);
	for (const [n, file] of files.entries()) {
		const identity = stamps[n]?.identity;
		// The times are kept: what it was left as still holds.
		if (identity !== undefined) made.set(file, {...made.get(file), identity});
	}
	await writeMade(layout.madePath, made);
}

/**
 * What cannot be deleted any more is at the new place as well: no reason to go back, and no failure. What was put
 * there, or changed, since it was copied is nobody's but the person's who did.
 */
async function deleteCopied(
	before: FileLayout,
	paths: readonly MovedPath[],
	copied: ReadonlyMap<number, string>,
): Promise<void> {
	const gone: string[] = [];
	for (const [file, from] of paths) {
		const state = copied.get(file);
		if (state !== undefined && (await stateOf(before.path(file)).catch(() => undefined)) === state)
			gone.push(from);
	}
	await deleteFiles(before.dir, gone);
}
