import {createHash} from 'node:crypto';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {InfoHash} from '../../source/base/units.js';
import {BlockPool} from '../../source/io/disk/block-pool.js';
import {DiskService} from '../../source/io/disk/disk-service.js';
import type {Removal, Storage, StorageEvents, StorageFailure} from '../../source/io/disk/storage.js';
import type {PieceHashMemory} from '../../source/policy/hashes/file-tree.js';
import {geometryOf} from '../../source/policy/pieces/piece-geometry.js';
import {blockHashes, merkleRoot, pieceHash} from '../../source/protocol/metainfo/merkle.js';
import type {Metainfo, MetainfoFile} from '../../source/protocol/metainfo/metainfo.js';

export const blockLength = 16_384;

/** A file as a test says it: its path, its length, and what else is special. */
export type FileSpec = readonly [path: string, length: number, special?: Partial<MetainfoFile>];

/** A v1 torrent with made-up bytes: the same for the same seed; pad files are zeros. */
export function makeTorrent(
	specs: readonly FileSpec[],
	pieceLength: number,
	seed = 1,
): {metainfo: Metainfo; data: Buffer} {
	let offset = 0;
	const files = specs.map(([path, length, special]): MetainfoFile => {
		const file = {path: path.split('/'), length, offset, pad: false, executable: false, ...special};
		offset += length;
		return file;
	});
	const data = noise(offset, seed);
	for (const file of files) if (file.pad) data.fill(0, file.offset, file.offset + file.length);
	const pieceCount = Math.ceil(offset / pieceLength);
	const hashes = Array.from({length: pieceCount}, (_, piece) =>
		createHash('sha1')
			.update(data.subarray(piece * pieceLength, (piece + 1) * pieceLength))
			.digest(),
	);
	return {metainfo: describe(files, pieceLength, offset, Buffer.concat(hashes)), data};
}

/**
 * A v2 or hybrid torrent with made-up bytes: each file begins a piece. A hybrid has pad files between, and after the last
 * one where `tail` says so.
 */
export function makeMerkleTorrent(
	specs: readonly FileSpec[],
	pieceLength: number,
	version: '2' | 'hybrid',
	{seed = 1, tail = false, layers = true}: {seed?: number; tail?: boolean; layers?: boolean} = {},
): {metainfo: Metainfo; data: Buffer} {
	const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
	const padded: FileSpec[] = [];
	for (const [n, [path, length, special]] of specs.entries()) {
		padded.push([path, length, special]);
		const past = length % pieceLength;
		const isLast = specs.slice(n + 1).every(([, after]) => after === 0);
		if (past > 0 && (!isLast || tail))
			padded.push([`t/.pad/${pieceLength - past}`, pieceLength - past, {pad: true}]);
	}
	const {metainfo, data} = makeTorrent(padded, pieceLength, seed);
	const pieceLayers = new Map<string, Uint8Array>();
	const files = metainfo.files.map((file): MetainfoFile => {
		if (file.pad || file.length === 0) return file;
		const bytes = data.subarray(file.offset, file.offset + file.length);
		const blocks = blockHashes(bytes, sha256);
		const piecesRoot = merkleRoot(blocks, 1, sha256);
		if (file.length > pieceLength) {
			const layer = Array.from({length: Math.ceil(file.length / pieceLength)}, (_, piece) => {
				const part = bytes.subarray(piece * pieceLength, (piece + 1) * pieceLength);
				return pieceHash(blockHashes(part, sha256), pieceLength, false, sha256);
			});
			if (layers) pieceLayers.set(Buffer.from(piecesRoot).toString('hex'), Buffer.concat(layer));
		}
		return {...file, piecesRoot};
	});
	const infoHashV2 = 'cd'.repeat(32) as InfoHash;
	const whole: Metainfo = {...metainfo, version, infoHashV2, files, pieceLayers};
	return {metainfo: version === '2' ? {...whole, infoHash: undefined, pieceHashes: undefined} : whole, data};
}

export function describe(
	files: readonly MetainfoFile[],
	pieceLength: number,
	length: number,
	pieceHashes: Uint8Array | undefined,
): Metainfo {
	return {
		version: pieceHashes ? '1' : '2',
		infoHash: 'ab'.repeat(20) as InfoHash,
		infoHashV2: undefined,
		info: new Uint8Array(),
		name: 'test',
		pieceLength,
		pieceCount: Math.ceil(length / pieceLength),
		length,
		pieceHashes,
		pieceLayers: undefined,
		files,
		private: false,
		trackers: [],
		webSeeds: [],
		nodes: [],
		comment: undefined,
		createdBy: undefined,
		creationDate: undefined,
		source: undefined,
	};
}

/** Bytes that look like chance and are the same for the same seed; zeros for seed 0. */
export function noise(length: number, seed: number): Buffer {
	const bytes = Buffer.alloc(length);
	if (seed === 0) return bytes;
	let state = seed * 2_654_435_761 || 1;
	for (let n = 0; n < length; n++) {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		bytes[n] = state;
	}

	return bytes;
}

/** What a storage told of a piece. */
export type Outcome =
	| {readonly type: 'stored'}
	| {readonly type: 'wrong'; readonly digests: Uint8Array}
	| {readonly type: 'failed'; readonly failure: StorageFailure};

/** A disk in a folder of its own, which is deleted at the end. */
export class TestDisk {
	readonly root = mkdtempSync(join(tmpdir(), 'tortui-disk-'));
	readonly dir = join(this.root, 'downloads');
	readonly stateDir = join(this.root, 'state');
	readonly pool: BlockPool;
	readonly service: DiskService;
	#torrents = 0;

	constructor(slots = 256, workers = 1) {
		this.pool = new BlockPool(slots);
		this.service = new DiskService(this.pool, {stateDir: this.stateDir, workers});
	}

	open(
		torrent: {metainfo: Metainfo; data: Buffer},
		options: {
			wanted?: readonly number[];
			id?: string;
			dir?: string;
			hashes?: PieceHashMemory;
			isWhole?: boolean;
		} = {},
	): TestTorrent {
		const id = options.id ?? `torrent${this.#torrents++}`;
		const wanted = Uint8Array.from(options.wanted ?? torrent.metainfo.files.map(() => 1));
		const {dir = this.dir, hashes, isWhole = false} = options;
		return new TestTorrent(this, torrent, wanted, id, dir, hashes, isWhole);
	}

	part(id: string): string {
		return join(this.stateDir, 'parts', `${id}.part`);
	}

	/** Every path below the download folder, folders ending in `/`. */
	tree(): string[] {
		if (!existsSync(this.dir)) return [];
		return readdirSync(this.dir, {recursive: true, encoding: 'utf8'})
			.map(path =>
				statSync(join(this.dir, path), {throwIfNoEntry: false})?.isDirectory() ? `${path}/` : path,
			)
			.sort();
	}

	async close(): Promise<void> {
		await this.service.close();
		rmSync(this.root, {recursive: true, force: true});
	}
}

/** A torrent on a test disk, whose storage can be waited for. */
export class TestTorrent {
	readonly storage: Storage;
	readonly data: Buffer;
	readonly metainfo: Metainfo;
	readonly #disk: TestDisk;
	readonly #dir: string;
	readonly #waiting = new Map<number, (outcome: Outcome) => void>();

	constructor(
		disk: TestDisk,
		{metainfo, data}: {metainfo: Metainfo; data: Buffer},
		wanted: Uint8Array,
		id: string,
		dir: string,
		hashes?: PieceHashMemory,
		isWhole = false,
	) {
		this.#disk = disk;
		this.#dir = dir;
		this.metainfo = metainfo;
		this.data = data;
		const tell = (piece: number, outcome: Outcome): void => {
			const told = this.#waiting.get(piece);
			this.#waiting.delete(piece);
			told?.(outcome);
		};

		const events: StorageEvents = {
			stored: piece => tell(piece, {type: 'stored'}),
			wrong: (piece, digests) => tell(piece, {type: 'wrong', digests}),
			failed: (piece, failure) => tell(piece, {type: 'failed', failure}),
		};
		const map = geometryOf(metainfo);
		this.storage = disk.service.open({metainfo, map, dir, wanted, id, hashes, isWhole}, events);
	}

	piece(piece: number): Buffer {
		const {pieceLength} = this.metainfo;
		const size = geometryOf(this.metainfo).pieceSize(piece);
		return this.data.subarray(piece * pieceLength, piece * pieceLength + size);
	}

	/** Puts a piece's blocks into the pool, those in `skip` left out (-1). */
	fill(bytes: Uint8Array, skip: readonly number[] = []): number[] {
		return Array.from({length: Math.ceil(bytes.length / blockLength)}, (_, block) => {
			if (skip.includes(block)) return -1;
			const slot = this.#disk.pool.take();
			if (slot < 0) throw new Error('no slot left');
			const view = bytes.subarray(block * blockLength, (block + 1) * blockLength);
			this.#disk.pool.bytes.set(view, slot * blockLength);
			return slot;
		});
	}

	store(
		piece: number,
		bytes: Uint8Array = this.piece(piece),
		skip: readonly number[] = [],
	): Promise<Outcome> {
		return new Promise(resolve => {
			this.#waiting.set(piece, resolve);
			this.storage.storePiece(piece, this.fill(bytes, skip));
		});
	}

	/** Stores the pieces one may ask for, all by default, and expects all to be right. */
	async storeAll(pieces: Iterable<number> = Array(this.metainfo.pieceCount).keys()): Promise<void> {
		for (const outcome of await Promise.all([...pieces].map(piece => this.store(piece)))) {
			if (outcome.type !== 'stored') throw new Error(JSON.stringify(outcome));
		}
	}

	read(position: number, lengths: readonly number[]): Promise<Buffer | StorageFailure> {
		const views = lengths.map(length => Buffer.alloc(length, 0xee));
		return new Promise(resolve => {
			this.storage.read(position, views, failure => resolve(failure ?? Buffer.concat(views)));
		});
	}

	/** One character a piece, `x` right and `.` wrong; those not told are blanks. */
	async check(pieces: Iterable<number> = Array(this.metainfo.pieceCount).keys()): Promise<string> {
		const told: string[] = Array(this.metainfo.pieceCount).fill(' ');
		await this.storage.check([...pieces], (piece, right) => {
			told[piece] = right ? 'x' : '.';
		}).done;
		return told.join('');
	}

	/** Deletes what is the torrent's own, as it is now. */
	async remove(): Promise<Removal> {
		const stamps = await this.storage.stamps();
		return this.storage.remove({stamps, keep: () => undefined});
	}

	path(file: number): string {
		return join(this.#dir, ...this.metainfo.files[file]!.path);
	}

	/** What the file has on disk; undefined when there is none. */
	onDisk(file: number): Buffer | undefined {
		return existsSync(this.path(file)) ? readFileSync(this.path(file)) : undefined;
	}

	/** What it ought to have. */
	expected(file: number): Buffer {
		const {offset, length} = this.metainfo.files[file]!;
		return this.data.subarray(offset, offset + length);
	}
}
