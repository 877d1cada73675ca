import type {FilePriority} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import type {Storage} from '../../io/disk/storage.js';
import {headPieces, piecePriorities as prioritiesOfPieces} from '../../policy/pieces/file-priorities.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {PiecePriorities, PieceRange} from '../../policy/pieces/piece-priorities.js';
import {isFile} from '../../protocol/metainfo/file-columns.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {Downloader} from '../transfer/downloader.js';
import type {FileProgress} from './file-progress.js';
import type {TorrentEvent} from './torrent-event.js';

/** What choosing files asks of, and tells, their torrent. */
export interface FileChoiceOwner {
	readonly metainfo: Metainfo;
	readonly map: PieceGeometry;
	readonly files: FileProgress;
	/** Priorities of single pieces. */
	readonly piecePriorities: PiecePriorities;
	readonly downloader: Downloader;
	/** Undefined while nobody has needed it. */
	readonly downloading: Downloader | undefined;
	readonly storage: Storage | undefined;
	readonly active: boolean;
	readonly have: Bitfield;
	/** Whether files take up all their room before anything comes. */
	readonly allocatesFully: boolean;
	/** Whom everything that happens is told. */
	readonly torrent: {post(event: TorrentEvent): void};
}

/** With more pieces changed at a time it is cheaper to look at all. */
const fewPieces = 256;
/** What a skipped piece becomes when it is due all the same. */
const lowest = 1;

/**
 * Which files of a torrent people want, and which first; what follows for its pieces and on the disk. A priority
 * chosen for a piece goes before those of its files until it is taken back.
 */
export class FileSelection {
	readonly #owner: FileChoiceOwner;

	constructor(owner: FileChoiceOwner) {
		this.#owner = owner;
	}

	/** What was chosen in an earlier session: one priority a file, or none at all. */
	take(priorities: readonly FilePriority[]): void {
		if (priorities.length > 0) this.#owner.files.setPriorities(priorities);
		this.apply();
	}

	/** @throws {UserError} `no-such-file`, and nothing has changed then */
	choose(chosen: readonly number[], priority: FilePriority): void {
		const {metainfo, files} = this.#owner;
		const table = fileTable(metainfo);
		for (const index of chosen) {
			if (!isFile(table, index)) throw new UserError('no-such-file', `there is no file ${index}`);
		}
		const before = files.wantedFiles;
		files.setPriority(chosen, priority);
		this.apply();
		const wanted = files.wantedFiles;
		if (wanted.some((value, index) => value !== before[index])) this.#layOut(wanted);
	}

	/**
	 * @param ranges without overlaps
	 * @param priority null for that of the files again
	 */
	choosePieces(ranges: readonly PieceRange[], priority: FilePriority | null): void {
		const {piecePriorities, files, downloader} = this.#owner;
		for (const range of ranges) piecePriorities.set(range, priority ?? undefined);
		files.reviewPieces();
		const count = ranges.reduce((sum, [first, last]) => sum + last + 1 - first, 0);
		if (count > fewPieces) return this.apply();
		for (const [first, last] of ranges) {
			for (let piece = first; piece <= last; piece++)
				downloader.setPriority(piece, files.piecePriority(piece));
		}
	}

	/** Wants those of the pieces that are skipped, last of all but for their being due. Answers whether there were any. */
	unskip(ranges: readonly PieceRange[]): boolean {
		const {downloader, have} = this.#owner;
		const skipped: PieceRange[] = [];
		for (const [first, last] of ranges) {
			for (let piece = first; piece <= last; piece++)
				if (downloader.picker.priority(piece) === 0 && !have.has(piece)) skipped.push([piece, piece]);
		}
		if (skipped.length === 0) return false;
		this.choosePieces(skipped, lowest);
		return true;
	}

	/** Files that are wanted now take over what the part file holds of them, and the other way round. */
	#layOut(wanted: Uint8Array): void {
		const owner = this.#owner;
		void owner.storage?.setWanted(wanted).then(async failure => {
			const {storage} = owner;
			const other =
				failure ??
				(await storage?.createEmptyFiles()) ??
				(owner.allocatesFully ? await storage?.allocate() : undefined);
			if (other !== undefined && owner.active) owner.torrent.post({type: 'failure', failure: other});
		});
	}

	/** Has pieces downloaded in the order that follows from the files'. */
	apply(): void {
		const {map, metainfo, files, piecePriorities, downloading} = this.#owner;
		// When it is made it begins with this.
		if (downloading === undefined) return;
		const table = fileTable(metainfo);
		const priorities = prioritiesOfPieces(map, table, files.priorities);
		piecePriorities.over(priorities);
		downloading.setPriorities(priorities);
		downloading.picker.setHeads(headPieces(map, table, files.priorities));
	}
}
