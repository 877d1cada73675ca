import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import {ProtocolError, UserError} from '../base/errors.js';
import {type Bytes, blockLength} from '../base/units.js';
import {nextTurn} from '../io/machine/next-turn.js';
import {readMetainfoHere} from '../io/metainfo/read-metainfo.js';
import {isPadName} from '../protocol/metainfo/file-list.js';
import type {Metainfo} from '../protocol/metainfo/metainfo.js';
import {maximumMetainfoLength} from '../protocol/metainfo/metainfo-reader.js';
import {nameToBytes} from '../protocol/metainfo/name-bytes.js';
import {sanitizePathElement} from '../protocol/metainfo/sanitize-path.js';
import type {CreateOptions} from './create-options.js';
import {byWholePath} from './file-order.js';
import {BatchHasher, batchLength, ChangedFile, type Extent, type HashJob} from './hash-pieces.js';
import type {HashReport} from './hash-worker.js';
import {findFiles, isUnchanged, type SourceFile, type SourceTree, shown, unreadable} from './source-files.js';
import {type LaidFile, layOutFiles, leastMetainfoLength, writeMetainfo} from './write-metainfo.js';

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
/** More threads than this wait for the disk. */
const mostThreads = 64;
/** So many entries of files all threads together keep. */
const mostListed = 2_000_000;
/** What is hashed sooner than threads could start and be told of it. */
const smallLength: Bytes = 33_554_432;
/** So many batches are hashed before others have a turn: 10 to 20 ms. */
const turnBatches = 4;
/** So many files are looked at again before others have a turn. */
const turnFiles = 500;

/** The piece length for a torrent of `length` bytes: 1,000 to 2,000 pieces where 16 KiB to 16 MiB allow. */
export function choosePieceLength(length: Bytes): Bytes {
	return fittingPieceLength(pieceLength => length / pieceLength, wantedPieces, mostChosenPieceLength);
}

/** The smallest piece length up to `most` with no more than `pieces` pieces. */
function fittingPieceLength(count: (pieceLength: Bytes) => number, pieces: number, most: Bytes): Bytes {
	let pieceLength = leastPieceLength;
	while (count(pieceLength) > pieces && pieceLength < most) pieceLength *= 2;
	return pieceLength;
}

/**
 * Makes a torrent of a file or folder: finds the files, hashes them in other threads, and writes the metainfo. The same
 * content and options give the same bytes. BEP 3, 12, 19, 27, 47, 52.
 *
 * @throws {UserError} when something cannot be read or shared, or changed meanwhile
 */
export async function createTorrent(options: CreateOptions): Promise<CreatedTorrent> {
	const version = options.version ?? '1';
	if (options.pieceLength !== undefined) checkPieceLength(options.pieceLength);
	const found = await findFiles(options.path, {
		includeHidden: options.includeHidden ?? false,
		exclude: options.exclude ?? [],
		followLinks: options.followLinks ?? false,
		output: options.output,
		signal: options.signal,
	});
	for (const what of found.skipped) options.onSkipped?.(what);
	const content = found.files.reduce((sum, file) => sum + file.length, 0);
	if (content === 0) throw nothingIn(options.path, found);
	checkNames(found);
	const tree = {...found, files: arrange(found.files, version, options.executable ?? true)};
	const pieceLength = pieceLengthFor(content, tree.files, version, options);
	const {files, length} = layOutFiles(tree.files, version === '1' ? undefined : pieceLength);
	const pieceCount = Math.ceil(length / pieceLength);
	if (pieceCount > mostPieces) {
		throw new UserError(
			'too-many-pieces',
			`${pieceCount} pieces are too many: choose a larger piece length`,
			2,
		);
	}
	// Hashing may take an hour: what is too much is told before, and exactly behind it.
	checkLength(leastMetainfoLength(version, files, pieceLength), version, pieceCount, tree);

	const job: HashJob = {
		extents: toExtents(files),
		length,
		pieceLength,
		sha1: version === '2' ? undefined : new SharedArrayBuffer(pieceCount * 20),
		sha256: version === '1' ? undefined : new SharedArrayBuffer(pieceCount * 32),
		control: new SharedArrayBuffer(8),
	};
	// In v2 alone there is no padding to be hashed.
	const toHash = version === '2' ? content : length;
	options.onFound?.(toHash);
	await runJob(job, toHash, options);
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
	checkLength(bytes.length, version, pieceCount, tree);
	return {bytes, metainfo: readBack(bytes, tree)};
}

function arrange(
	files: readonly SourceFile[],
	version: Metainfo['version'],
	executable: boolean,
): readonly SourceFile[] {
	const told = executable ? files : files.map(file => ({...file, executable: false}));
	return version === '1' ? byWholePath(told) : told;
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

function checkLength(
	length: Bytes,
	version: Metainfo['version'],
	pieceCount: number,
	{files}: SourceTree,
): void {
	if (length <= maximumMetainfoLength) return;
	const hashes = pieceCount * ((version === '2' ? 0 : 20) + (version === '1' ? 0 : 32));
	const [what, advice] =
		hashes > length / 2
			? [`${pieceCount} pieces`, 'choose a larger piece length']
			: [`the names of ${files.length} files`, 'share them in several torrents'];
	throw new UserError('too-large', `with ${what} the .torrent would be larger than 10 MB: ${advice}`, 2);
}

function pieceLengthFor(
	content: Bytes,
	files: readonly SourceFile[],
	version: Metainfo['version'],
	{pieceLength, targetPieces}: CreateOptions,
): Bytes {
	if (pieceLength !== undefined) return pieceLength;
	const most = targetPieces === undefined ? mostChosenPieceLength : mostPieceLength;
	const wanted = targetPieces ?? wantedPieces;
	if (version === '1') return fittingPieceLength(length => content / length, wanted, most);
	// Each file has pieces of its own: longer ones than most files are would be padding more than anything else.
	const lengths = files.map(({length}) => length).filter(length => length > 0);
	const count = (length: Bytes) => lengths.reduce((sum, each) => sum + Math.ceil(each / length), 0);
	// No number of pieces is below that of the files.
	const room = targetPieces === undefined || lengths.length >= wanted ? wanted / 2 : 0;
	const bound = Math.max(wanted, lengths.length + room);
	return fittingPieceLength(count, bound, most);
}

function checkPieceLength(pieceLength: Bytes): void {
	const inRange = pieceLength >= leastPieceLength && pieceLength <= mostPieceLength;
	if (!inRange || !Number.isInteger(Math.log2(pieceLength))) {
		const rule = 'a power of two from 16K to 128M';
		throw new UserError('bad-piece-length', `the piece length ${pieceLength} is not ${rule}`, 2);
	}
}

function toExtents(files: readonly LaidFile[]): Extent[] {
	return files
		.filter(({length}) => length > 0)
		.map(({file, offset, length}) => ({source: file?.source, offset, length}));
}

function changed(source: string): UserError {
	return new UserError(
		'changed',
		`${shown(source)} changed while it was hashed: try again when nothing writes to it`,
	);
}

function failed(
	source: string,
	error: {readonly code?: string | undefined; readonly message: string},
): UserError {
	return error.code === undefined || ['ENOENT', 'ENOTDIR', 'ELOOP', 'EAGAIN'].includes(error.code)
		? changed(source)
		: unreadable(source, error);
}

async function runJob(job: HashJob, toHash: Bytes, {onProgress, signal, calm}: CreateOptions): Promise<void> {
	signal?.throwIfAborted();
	let hashed = 0;
	const progress = (bytes: Bytes): void => {
		hashed += bytes;
		onProgress?.(hashed, toHash);
	};

	if (toHash <= smallLength) return hashHere(job, progress, signal);
	const batches = Math.ceil(job.length / batchLength(job.pieceLength));
	// Each is handed the whole list of files.
	const most = Math.max(2, Math.min(mostThreads, Math.floor(mostListed / job.extents.length)));
	const stop = (): void => {
		new Int32Array(job.control)[1] = 1;
	};

	signal?.addEventListener('abort', stop);
	try {
		const threads = Array.from(
			{length: calm ? 1 : Math.min(batches, Math.max(2, availableParallelism()), most)},
			() =>
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

async function hashHere(
	job: HashJob,
	progress: (bytes: Bytes) => void,
	signal: AbortSignal | undefined,
): Promise<void> {
	const hasher = new BatchHasher(job);
	try {
		let batches = 0;
		for (let bytes = hasher.next(); bytes > 0; bytes = hasher.next()) {
			progress(bytes);
			if (++batches % turnBatches === 0) await nextTurn();
			signal?.throwIfAborted();
		}
	} catch (error) {
		throw error instanceof ChangedFile ? failed(error.source, error.cause as NodeJS.ErrnoException) : error;
	} finally {
		hasher.close();
	}
}

function runThread(job: HashJob, progress: (bytes: Bytes) => void): Promise<void> {
	return new Promise((resolve, reject) => {
		const worker = new Worker(new URL('./hash-worker.js', import.meta.url), {workerData: job});
		worker.on('message', (report: HashReport) => {
			if (report.type === 'hashed') progress(report.bytes);
			else reject(failed(report.source, {code: report.code, message: report.text}));
		});
		worker.on('error', reject);
		worker.on('exit', () => resolve());
	});
}

async function checkUnchanged(files: readonly SourceFile[]): Promise<void> {
	for (const [index, file] of files.entries()) {
		if (file.symlink) continue;
		if (index % turnFiles === turnFiles - 1) await nextTurn();
		if (!isUnchanged(file)) throw changed(file.source);
	}
}

/** Reads what was written as others will, and makes sure that they will have the same files. */
function readBack(bytes: Uint8Array, tree: SourceTree): Metainfo {
	let metainfo: Metainfo;
	try {
		metainfo = readMetainfoHere(bytes);
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		throw new UserError('cannot-share', `no torrent can be made of this: ${error.message}`);
	}

	const files = metainfo.files.filter(({pad}) => !pad);
	for (const [index, file] of tree.files.entries()) {
		const {length, symlink} = files[index]!;
		if (length !== file.length || (file.symlink && !symlink)) {
			throw new UserError(
				'cannot-share',
				`${shown(file.source)} would be another file for others (rename it, or leave it out with --exclude)`,
			);
		}
	}

	return metainfo;
}

/** What clients that know no attributes take for padding would be lost. */
function checkNames({files}: SourceTree): void {
	for (const {path, source} of files) {
		const name = path.at(-1)!;
		// What is not seen in it counts for nothing.
		if (!isPadName(/^[ -~]*$/.test(name) ? name : sanitizePathElement(nameToBytes(name)))) continue;
		throw new UserError(
			'bad-name',
			`${shown(source)}: others take a file of such a name for padding (rename it, or leave it out with --exclude)`,
		);
	}
}
