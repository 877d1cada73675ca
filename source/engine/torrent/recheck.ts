import type {CheckMode} from '../../api/command.js';
import type {LogLevel} from '../../base/ports.js';
import type {Checking, Storage, StorageFailure} from '../../io/disk/storage.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import {type CheckPlan, planCheck, type Stamp} from '../../policy/pieces/check-plan.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {SessionServices} from '../session/session-services.js';
import type {AwaitedHashes} from '../transfer/awaited-hashes.js';
import type {Downloader} from '../transfer/downloader.js';
import type {FileProgress} from './file-progress.js';

/** How far hashing has come, in pieces, and what follows on it. */
export interface CheckProgress {
	readonly name: 'checking';
	total: number;
	done: number;
	/** What the torrent does then. */
	next: 'active' | 'paused' | 'queued';
	/** Hashing is done: its files are being given their room on the disk. */
	allocating: boolean;
	stop: () => void;
}

/** What checking asks of its torrent. */
export interface RecheckOwner {
	readonly map: PieceGeometry;
	readonly metainfo: Metainfo;
	readonly have: Bitfield;
	readonly files: FileProgress;
	readonly downloader: Downloader;
	/** Undefined while nobody has needed it. */
	readonly downloading: Downloader | undefined;
	readonly awaitedHashes: AwaitedHashes | undefined;
	log(level: LogLevel, text: string): void;
}

/** Finds out which pieces of a torrent are on disk, from what was known of them or by hashing. */
export class Recheck {
	readonly #owner: RecheckOwner;
	readonly #services: SessionServices;

	constructor(owner: RecheckOwner, services: SessionServices) {
		this.#owner = owner;
		this.#services = services;
	}

	/**
	 * Begins anew with what can be trusted; answers what is left to hash.
	 *
	 * @param isTold whether it was said already that files have changed
	 */
	begin(
		stamps: readonly Stamp[],
		memory: ResumeData | undefined,
		mode: CheckMode,
		isTold: boolean,
	): CheckPlan {
		const {map, metainfo, downloading} = this.#owner;
		const plan = planCheck(map, fileTable(metainfo), stamps, memory, mode);
		downloading?.unfinished.forgetAll();
		this.#reset();
		this.#foundAll(plan.trusted);
		if (plan.changed && !isTold)
			this.#owner.log('warn', 'files on disk are not as they were left: hashing them');
		// Those whose hash is not known are looked at when it is.
		const check = this.#owner.awaitedHashes?.sift(plan.check) ?? plan.check;
		return {...plan, check};
	}

	#reset(): void {
		const {map, have, downloading, files} = this.#owner;
		for (let piece = 0; have.count > 0 && piece < map.pieceCount; piece++) {
			if (!have.clear(piece)) continue;
			downloading?.lost(piece);
		}
		files.clear();
	}

	/** Takes the pieces for had that were when they were last looked at; before anything is begun. */
	recall(have: Bitfield): void {
		this.#reset();
		this.#foundAll(have);
	}

	#foundAll(pieces: Bitfield): void {
		const {pieceCount} = this.#owner.map;
		for (let piece = 0; pieces.count > 0 && piece < pieceCount; piece++)
			if (pieces.has(piece)) this.#found(piece);
	}

	#found(piece: number): void {
		const {have, downloading, files} = this.#owner;
		if (!have.set(piece)) return;
		downloading?.found(piece);
		files.tally(piece, 1);
	}

	/**
	 * Hashes pieces on disk when it is this torrent's turn, for as long as `goesOn`. Answers what kept it from coming to
	 * its end.
	 */
	async hash(
		storage: Storage,
		pieces: ArrayLike<number>,
		progress: CheckProgress,
		goesOn: () => boolean,
	): Promise<StorageFailure | 'stopped' | undefined> {
		this.#owner.log('debug', `${pieces.length} pieces are hashed`);
		// One after the other: several at once would only make the disk seek.
		const done = await this.#services.checkTurn();
		if (!goesOn()) {
			done();
			return 'stopped';
		}
		const checking: Checking = storage.check(pieces, (piece, right) => {
			if (!goesOn()) return;
			progress.done++;
			if (right) this.#found(piece);
		});
		progress.stop = () => checking.stop();
		const failure = await checking.done;
		progress.stop = () => {};
		done();
		return goesOn() ? failure : 'stopped';
	}

	/** Takes up the blocks of pieces that were not whole; only when nothing else has changed. */
	restorePartials(memory: ResumeData, trusted: Bitfield): void {
		const {map, have} = this.#owner;
		if (trusted.count !== memory.have.count) return;
		for (const {piece, blocks} of memory.partials) {
			if (!map.isPiece(piece) || have.has(piece)) continue;
			const {downloader} = this.#owner;
			downloader.unfinished.restore(piece, blocks);
			const partial = downloader.partials.get(piece);
			if (partial === undefined || partial.received < partial.blocks || downloader.picker.isHeld(piece))
				continue;
			downloader.submitForHash(partial);
		}
	}
}
