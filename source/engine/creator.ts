import {lstat} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import {ProtocolError, UserError} from '../base/errors.js';
import {type Bytes, blockLength, type Seconds} from '../base/units.js';
import {hashFunctions} from '../io/hash-functions.js';
import type {Metainfo} from '../protocol/metainfo.js';
import {maximumMetainfoLength, parseMetainfo} from '../protocol/metainfo-reader.js';
import {findFiles, type SourceFile, type SourceTree, unreadable} from './creator-files.js';
import {batchLength, ChangedFile, type Extent, type HashJob, hashBatches} from './creator-hash.js';
import type {HashReport} from './creator-worker.js';
import {type LaidFile, layOutFiles, writeMetainfo} from './creator-writer.js';
import {parseGlob} from './glob.js';

/** What to make a torrent of, and what to say in it. */
export interface CreateOptions {
	/** A file or folder. */
	readonly path: string;
	readonly version?: Metainfo['version'];
	/** A power of two from 16 KiB to 128 MiB; chosen for 1,000 to 2,000 pieces when left out. */
	readonly pieceLength?: Bytes | undefined;
	/** Tiers of announce URLs. BEP 12. */
	readonly trackers?: readonly (readonly string[])[];
	readonly webSeeds?: readonly string[];
	readonly private?: boolean;
	readonly source?: string | undefined;
	readonly comment?: string | undefined;
	readonly createdBy?: string | undefined;
	/** Since 1970; left out: none is written. */
	readonly creationDate?: Seconds | undefined;
	readonly includeHidden?: boolean;
	/** Patterns of what to leave out: see `parseGlob`. */
	readonly exclude?: readonly string[];
	/** Told now and then while hashing. */
	readonly onProgress?: ((hashed: Bytes, length: Bytes) => void) | undefined;
	/** Stops the hashing; the promise rejects with the signal's reason. */
	readonly signal?: AbortSignal | undefined;
}

export interface CreatedTorrent {
	/** The .torrent file. */
	readonly bytes: Uint8Array;
	readonly metainfo: Metainfo;
}

const leastPieceLength: Bytes = blockLength;
const mostChosenPieceLength: Bytes = 16_777_216;
const mostPieceLength: Bytes = 134_217_728;
const mostPieces = 2_097_152;
const wantedPieces = 2_000;
/** What is hashed sooner than a thread could start. */
const smallLength: Bytes = 2_097_152;

/** The piece length for a torrent of `length` bytes: 1,000 to 2,000 pieces where 16 KiB to 16 MiB allow. */
export function choosePieceLength(length: Bytes): Bytes {
	let pieceLength = leastPieceLength;
	while (length / pieceLength > wantedPieces && pieceLength < mostChosenPieceLength) pieceLength *= 2;
	return pieceLength;
}

/**
 * Makes a torrent of a file or folder: finds the files, hashes them in other threads, and writes the metainfo. The same
 * content and options give the same bytes. BEP 3, 12, 19, 27, 47, 52.
 *
 * @throws {UserError} when something cannot be read or shared, or changed meanwhile
 */
export async function createTorrent(options: CreateOptions): Promise<CreatedTorrent> {
	const version = options.version ?? 'hybrid';
	const tree = await findFiles(options.path, {
		includeHidden: options.includeHidden ?? false,
		exclude: (options.exclude ?? []).map(parseGlob),
	});
	const content = tree.files.reduce((sum, file) => sum + file.length, 0);
	if (content === 0) throw nothingIn(options.path, tree);
	const pieceLength = checkPieceLength(options.pieceLength ?? choosePieceLength(content));
	const {files, length} = layOutFiles(tree.files, version === '1' ? undefined : pieceLength);
	const pieceCount = Math.ceil(length / pieceLength);
	if (pieceCount > mostPieces) {
		throw new UserError(
			'too-many-pieces',
			`${pieceCount} pieces are too many: choose a larger piece length`,
			2,
		);
	}

	const job: HashJob = {
		extents: toExtents(files),
		length,
		pieceLength,
		sha1: version === '2' ? undefined : new SharedArrayBuffer(pieceCount * 20),
		sha256: version === '1' ? undefined : new SharedArrayBuffer(pieceCount * 32),
		control: new SharedArrayBuffer(8),
	};
	await runJob(job, options);
	await checkUnchanged(tree.files);
	const bytes = writeMetainfo({
		options,
		version,
		tree,
		files,
		pieceLength,
		sha1: job.sha1,
		sha256: job.sha256,
	});
	if (bytes.length > maximumMetainfoLength) {
		throw new UserError(
			'too-large',
			'the torrent file would be larger than 10 MB: choose a larger piece length',
			2,
		);
	}

	return {bytes, metainfo: readBack(bytes, tree)};
}

function nothingIn(path: string, tree: SourceTree): UserError {
	if (tree.single) return new UserError('empty', `${path} is empty: there is nothing to share`);
	return tree.files.length === 0
		? new UserError(
				'empty',
				`${path} holds no files that could be shared (hidden ones need --include-hidden)`,
			)
		: new UserError('empty', `all files in ${path} are empty: there is nothing to share`);
}

function checkPieceLength(pieceLength: Bytes): Bytes {
	const inRange = pieceLength >= leastPieceLength && pieceLength <= mostPieceLength;
	if (!inRange || !Number.isInteger(Math.log2(pieceLength))) {
		const rule = 'a power of two from 16K to 128M';
		throw new UserError('bad-piece-length', `the piece length ${pieceLength} is not ${rule}`, 2);
	}

	return pieceLength;
}

function toExtents(files: readonly LaidFile[]): Extent[] {
	return files
		.filter(({length}) => length > 0)
		.map(({file, offset, length}) => ({source: file?.source, offset, length}));
}

function changed(source: string): UserError {
	return new UserError(
		'changed',
		`${source} changed while it was hashed: try again when nothing writes to it`,
	);
}

function failed(
	source: string,
	error: {readonly code?: string | undefined; readonly message: string},
): UserError {
	return error.code === undefined || error.code === 'ENOENT' ? changed(source) : unreadable(source, error);
}

async function runJob(job: HashJob, {onProgress, signal}: CreateOptions): Promise<void> {
	signal?.throwIfAborted();
	let hashed = 0;
	const progress = (bytes: Bytes): void => {
		hashed += bytes;
		onProgress?.(hashed, job.length);
	};

	if (job.length <= smallLength) {
		try {
			hashBatches(job, progress);
		} catch (error) {
			throw error instanceof ChangedFile ? failed(error.source, error.cause as NodeJS.ErrnoException) : error;
		}

		return;
	}

	const batches = Math.ceil(job.length / batchLength(job.pieceLength));
	const stop = (): void => {
		new Int32Array(job.control)[1] = 1;
	};

	signal?.addEventListener('abort', stop);
	try {
		const threads = Array.from({length: Math.min(batches, Math.max(2, availableParallelism()), 8)}, () =>
			runThread(job, progress).catch((error: unknown) => {
				stop();
				throw error;
			}),
		);
		// All have to be over before anybody is told: none may go on reading.
		const outcomes = await Promise.allSettled(threads);
		for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
	} finally {
		signal?.removeEventListener('abort', stop);
	}

	signal?.throwIfAborted();
}

function runThread(job: HashJob, progress: (bytes: Bytes) => void): Promise<void> {
	return new Promise((resolve, reject) => {
		const worker = new Worker(new URL('./creator-worker.js', import.meta.url), {workerData: job});
		worker.on('message', (report: HashReport) => {
			if (report.type === 'hashed') progress(report.bytes);
			else reject(failed(report.source, {code: report.code, message: report.text}));
		});
		worker.on('error', reject);
		worker.on('exit', () => resolve());
	});
}

async function checkUnchanged(files: readonly SourceFile[]): Promise<void> {
	for (const {source, symlink, length, mtime} of files) {
		if (symlink) continue;
		const stats = await lstat(source).catch(() => undefined);
		if (stats?.size !== length || stats.mtimeMs !== mtime) throw changed(source);
	}
}

/** Reads what was written as others will, and makes sure that they will write the same names. */
function readBack(bytes: Uint8Array, tree: SourceTree): Metainfo {
	let metainfo: Metainfo;
	try {
		metainfo = parseMetainfo(bytes, hashFunctions);
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		throw new UserError('cannot-share', `no torrent can be made of this: ${error.message}`);
	}

	const files = metainfo.files.filter(file => !file.pad);
	for (const [index, {path, source, symlink}] of tree.files.entries()) {
		const expected = tree.single ? path : [tree.name, ...path];
		const file = files[index]!;
		if (file.path.join('/') !== expected.join('/')) {
			throw new UserError(
				'bad-name',
				`${source}: others would have to write it as ${JSON.stringify(file.path.join('/'))} (rename it, or leave it out)`,
			);
		}

		if (symlink && !file.symlink) {
			throw new UserError(
				'bad-link',
				`${source} is a link to what is not in the torrent (leave it out with --exclude)`,
			);
		}
	}

	return metainfo;
}
