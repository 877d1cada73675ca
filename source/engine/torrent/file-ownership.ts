import type {Bytes} from '../../base/units.js';
import type {FileStamp, Storage, StorageFailure} from '../../io/disk/storage.js';
import {failureOf} from '../../io/disk/storage-failure.js';
import {foreignFile} from '../../io/disk-worker/open-file.js';
import {join} from '../../io/files/paths.js';
import type {PathRegistry} from '../../io/ownership/path-registry.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import {isSameStamp, type Stamp} from '../../policy/pieces/check-plan.js';
import {OwnRoom} from '../../policy/pieces/own-room.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {asFileOwner, decideOwner, fileOwner, isOurs} from '../../policy/session/file-ownership.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import type {AwaitedHashes} from '../transfer/awaited-hashes.js';
import type {FileProgress} from './file-progress.js';

/** What a person has allowed; each for one start. */
export interface Consent {
	/** What somebody else has changed is fetched again, over it. */
	readonly repair: boolean;
	/** Files that are none of the torrent's are replaced. */
	readonly overwrite: boolean;
	/** Files that are gone are taken for gone, and fetched again. */
	readonly absence: boolean;
}

export const noConsent: Consent = {repair: false, overwrite: false, absence: false};

/** What ownership asks of its torrent. */
export interface OwnershipOwner {
	readonly id: string;
	readonly metainfo: Metainfo;
	readonly dir: string;
	readonly renamed: ReadonlyMap<number, readonly string[]>;
	readonly map: PieceGeometry;
	readonly have: Bitfield;
	readonly files: FileProgress;
	/** Pieces whose hashes are not known yet. */
	readonly awaitedHashes: AwaitedHashes | undefined;
	/** Whether nothing may be written whatever is missing. */
	readonly seedOnly: boolean;
}

/** Files named in one line. */
const mostNamed = 5;
/** Files whose differences are told. */
const mostTold = 50;

/**
 * Whose the files of one torrent are. Asked after what is on the disk was looked at and before anything is written:
 * answers what is in the way, as a person would say it, and tells the storage what it may write to.
 */
export class FileOwnership {
	readonly #owner: OwnershipOwner;
	readonly #paths: Pick<PathRegistry, 'rivals'> | undefined;

	constructor(owner: OwnershipOwner, paths: Pick<PathRegistry, 'rivals'> | undefined) {
		this.#owner = owner;
		this.#paths = paths;
	}

	/** Whose each file was, for opening them again: one that is wanted only now is looked at anew. */
	before(memory: ResumeData | undefined): Uint8Array | undefined {
		const owners = memory?.owners?.slice();
		if (owners === undefined || owners.length !== fileTable(this.#owner.metainfo).count) return undefined;
		const {priorities} = this.#owner.files;
		for (const [file, owner] of owners.entries()) {
			if (owner === fileOwner.foreign && priorities[file]! > 0) owners[file] = fileOwner.unknown;
		}
		return owners;
	}

	/**
	 * What of the files counts when pieces are looked for: nothing of somebody else's that nobody wants.
	 *
	 * @param owners what `before` answered
	 */
	shown(stamps: readonly Stamp[], owners: Uint8Array | undefined): readonly Stamp[] {
		if (owners === undefined) return stamps;
		return stamps.map((stamp, file) => (owners[file] === fileOwner.foreign ? undefined : stamp));
	}

	/** What was known of the files and counts still: one that was somebody else's and is wanted now is looked at anew. */
	remembered(stamps: readonly Stamp[], owners: Uint8Array | undefined): readonly Stamp[] {
		return this.shown(stamps, owners).map((stamp, file) =>
			owners?.[file] === fileOwner.unknown ? undefined : stamp,
		);
	}

	/** Decides whose each file is, and tells the storage. Answers why the torrent cannot go on. */
	async judge(
		storage: Storage,
		stamps: ReadonlyArray<FileStamp | undefined>,
		memory: ResumeData | undefined,
		consent: Consent,
	): Promise<StorageFailure | undefined> {
		const {metainfo, map, files, have} = this.#owner;
		const made = stamps.length > 0 ? await storage.made?.(stamps) : undefined;
		const table = fileTable(metainfo);
		const owners = new Uint8Array(table.count);
		const lost = memory === undefined ? undefined : lostPieces(memory.have, have);
		const missing: number[] = [];
		const changed: number[] = [];
		let room: OwnRoom | undefined;
		const isProvable = (file: number): boolean => {
			room ??= new OwnRoom(metainfo, map);
			return room.hasPiece(file);
		};
		// Of most torrents that begin nothing is there, or was: they need not wait until ten thousand were thought about.
		const isNothing = stamps.length === 0 && memory === undefined && !storage.obstructed?.size;
		if (isNothing) owners.fill(fileOwner.absent);
		for (let file = 0; !isNothing && file < table.count; file++) {
			if (table.isPad(file)) continue;
			const now = stamps[file];
			const length = table.lengths[file]!;
			const before = memory?.stamps[file];
			const ownerBefore = asFileOwner(memory?.owners?.[file]);
			const isWanted = files.priorities[file]! > 0;
			// It was not looked at: what is had of it lies in the part file, and proves nothing.
			if (ownerBefore === fileOwner.foreign && !isWanted && now !== undefined) {
				owners[file] = fileOwner.foreign;
				continue;
			}
			const wasOurs = ownerBefore === undefined ? before !== undefined && isWanted : isOurs(ownerBefore);
			const isDifferent = now !== undefined && !isSameStamp(now, before);
			const isObstructed = storage.obstructed?.has(file) === true;
			if (now === undefined && !wasOurs && !isObstructed) {
				owners[file] = fileOwner.absent;
				continue;
			}
			const isChanged = isWanted && wasOurs && (isDifferent || isObstructed) && this.#hasAny(file, lost);
			if (isWanted && length > 0 && wasOurs && now === undefined && !isObstructed) missing.push(file);
			if (isChanged) changed.push(file);
			owners[file] = decideOwner({
				length,
				now,
				// Earlier versions kept no note of it, and made no file that nobody wanted.
				before: ownerBefore === undefined && memory?.priorities[file] === 0 ? undefined : before,
				ownerBefore,
				isRight: this.#hasAny(file, have),
				isProvable: now?.size !== length || isProvable(file),
				isAwaited: this.#isAwaited(file),
				isNoted: made?.has(file) === true,
				overwrite: consent.overwrite || (isChanged && consent.repair),
			});
		}
		const taken = await this.#share(owners);
		storage.own?.(owners);
		if (missing.length > 0 && !consent.absence) return this.#missing(missing);
		if (changed.length > 0 && !consent.repair) {
			// A file that was not whole yet is named only when no other explains what is wrong.
			const known = changed.filter(file => memory?.stamps[file] !== undefined);
			return this.#changed(known.length > 0 ? known : changed, lost!);
		}
		return taken ?? this.#obstacle(storage, stamps, owners) ?? this.#unwritten(stamps);
	}

	/** What an earlier torrent has as well may be seeded when it is right; nobody but that one writes to it. */
	async #share(owners: Uint8Array): Promise<StorageFailure | undefined> {
		const {metainfo, files} = this.#owner;
		let failure: StorageFailure | undefined;
		for (const {file, name} of (await this.#paths?.rivals(this.#owner.id)) ?? []) {
			const length = fileTable(metainfo).lengths[file]!;
			const isWhole = length > 0 && files.completed[file] === length;
			owners[file] = isWhole ? fileOwner.shared : fileOwner.foreign;
			if (files.priorities[file] === 0 || isWhole) continue;
			failure ??= {
				code: 'taken',
				message: `«${name}» has this file already: ${this.#path(file)}: choose another folder, or remove one of the two`,
			};
		}
		return failure;
	}

	#missing(missing: readonly number[]): StorageFailure {
		return failureOf({code: 'ENOENT'}, this.#names(missing));
	}

	#changed(changed: readonly number[], lost: Bitfield): StorageFailure {
		const wrong = `${lost.count} ${lost.count === 1 ? 'piece is' : 'pieces are'} wrong`;
		return {
			code: 'differs',
			message: `changed by another program: ${this.#names(changed)}: ${wrong}: resume to fetch them again`,
		};
	}

	/** What is where files are to be written. */
	#obstacle(
		storage: Storage,
		stamps: ReadonlyArray<FileStamp | undefined>,
		owners: Uint8Array,
	): StorageFailure | undefined {
		const {metainfo, files} = this.#owner;
		let first: {path: string; size: number; length: number} | undefined;
		let count = 0;
		const table = fileTable(metainfo);
		// Nothing is there at all.
		const looked = stamps.length === 0 && !storage.obstructed?.size ? 0 : table.count;
		for (let file = 0; file < looked; file++) {
			const length = table.lengths[file]!;
			if (table.isPad(file) || files.priorities[file] === 0) continue;
			if (length > 0 && files.completed[file] === length) continue;
			if (storage.obstructed?.has(file)) {
				const path = this.#path(file);
				return {
					code: 'foreign',
					message: `something else is where a file should be: ${path}: move it away, then resume`,
				};
			}
			const size = stamps[file]?.size;
			if (owners[file] !== fileOwner.foreign || size === undefined) continue;
			first ??= {path: this.#path(file), size, length};
			count++;
		}
		if (first === undefined) return undefined;
		return foreignFile(first.path, first.size, first.length, count - 1).failure;
	}

	/** Of one that is only to be seeded: what is not as the torrent says. */
	#unwritten(stamps: ReadonlyArray<FileStamp | undefined>): StorageFailure | undefined {
		const {metainfo, files, seedOnly} = this.#owner;
		if (!seedOnly) return undefined;
		const wrong = [...metainfo.files.entries()].flatMap(([file, {length, pad}]) =>
			!pad &&
			files.priorities[file]! > 0 &&
			(files.completed[file]! < length || (stamps[file]?.size ?? length) !== length)
				? [file]
				: [],
		);
		if (wrong.length === 0) return undefined;
		// A file that only shares wrong pieces with others is not told of where one of those explains them.
		const guilty = new Set(wrong.filter(file => this.#isWrongAlone(file, stamps[file])));
		const told = wrong.filter(file => guilty.has(file) || this.#hasUnexplained(file, guilty));
		const lines = told
			.slice(0, mostTold)
			.map(file => `${this.#path(file)}: ${this.#difference(file, stamps[file])}`);
		const more = told.length > mostTold ? `; and ${told.length - mostTold} more` : '';
		return {
			code: 'differs',
			message: `not the torrent's data, and not written over (--repair does that): ${lines.join('; ')}${more}`,
		};
	}

	/** What is wrong with a file that is not whole. */
	#difference(file: number, stamp: FileStamp | undefined): string {
		const {map, have} = this.#owner;
		const {offset, length} = this.#spanOf(file);
		if (stamp === undefined) return 'missing';
		if (stamp.size !== length) return `${stamp.size} bytes, to be ${length}`;
		const [first, last] = map.span(offset, length);
		let count = 0;
		for (let piece = first; piece <= last; piece++) if (!have.has(piece)) count++;
		return `${count} of ${last - first + 1} ${last === first ? 'piece' : 'pieces'} wrong`;
	}

	/** Whether a file has a wrong piece that lies in no guilty file. */
	#hasUnexplained(file: number, guilty: ReadonlySet<number>): boolean {
		const {map, have} = this.#owner;
		const {offset, length} = this.#spanOf(file);
		const [first, last] = map.span(offset, length);
		for (let piece = first; piece <= last; piece++) {
			if (have.has(piece)) continue;
			const start = map.pieceStart(piece);
			const parts = map.segments(start, map.pieceSize(piece));
			if (!parts.some(part => guilty.has(part.file))) return true;
		}
		return false;
	}

	#isWrongAlone(file: number, stamp: FileStamp | undefined): boolean {
		const {map, have} = this.#owner;
		const {offset, length} = this.#spanOf(file);
		if (stamp?.size !== length) return true;
		const [first, last] = map.span(offset, length);
		for (let piece = first; piece <= last; piece++) {
			const start = map.pieceStart(piece);
			const isInside = start >= offset && start + map.pieceSize(piece) <= offset + length;
			if (isInside && !have.has(piece)) return true;
		}
		return false;
	}

	#names(files: readonly number[]): string {
		const more = files.length - mostNamed;
		const named = files.slice(0, mostNamed).map(file => this.#path(file));
		return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
	}

	#path(file: number): string {
		const {dir, renamed, metainfo} = this.#owner;
		return join(dir, ...(renamed.get(file) ?? fileTable(metainfo).path(file)));
	}

	#spanOf(file: number): {readonly offset: Bytes; readonly length: Bytes} {
		const {offsets, lengths} = fileTable(this.#owner.metainfo);
		return {offset: offsets[file]!, length: lengths[file]!};
	}

	/** Whether any piece with bytes of a file is among these. */
	#hasAny(file: number, pieces: Bitfield | undefined): boolean {
		const {offset, length} = this.#spanOf(file);
		if (length === 0 || pieces === undefined || pieces.count === 0) return false;
		const [first, last] = this.#owner.map.span(offset, length);
		for (let piece = first; piece <= last; piece++) if (pieces.has(piece)) return true;
		return false;
	}

	/** Whether any of its pieces may be right, and nobody can tell yet. */
	#isAwaited(file: number): boolean {
		const {awaitedHashes, map} = this.#owner;
		if (awaitedHashes === undefined) return false;
		const {offset, length} = this.#spanOf(file);
		const [first, last] = map.span(offset, length);
		for (let piece = first; piece <= last; piece++) if (awaitedHashes.isUnseen(piece)) return true;
		return false;
	}
}

/** The pieces of `before` that are not there now. */
function lostPieces(before: Bitfield, now: Bitfield): Bitfield {
	const lost = new Bitfield(before.length);
	for (let piece = 0; piece < before.length; piece++)
		if (before.has(piece) && !now.has(piece)) lost.set(piece);
	return lost;
}
