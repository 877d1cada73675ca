import type {CheckMode} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {InfoHash} from '../../base/units.js';
import type {Removal, Storage, StorageFailure} from '../../io/disk/storage.js';
import {undoMove} from '../../io/files/undo-move.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import type {HashTrees} from '../../policy/hashes/hash-trees.js';
import {withoutPartFile} from '../../policy/pieces/check-plan.js';
import {fileOwner, isOurs} from '../../policy/session/file-ownership.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {SessionServices} from '../session/session-services.js';
import {type Consent, FileOwnership, type OwnershipOwner} from './file-ownership.js';
import {type CheckProgress, Recheck, type RecheckOwner} from './recheck.js';
import type {ResumeState} from './resume-state.js';
import type {TorrentEvent} from './torrent-event.js';
import type {TorrentNames} from './torrent-names.js';

/** What opening files asks of, and tells, their torrent. */
export interface FilesOnDiskOwner extends RecheckOwner, OwnershipOwner {
	readonly id: InfoHash;
	/** What is known of the v2 hashes; undefined where there are none. */
	readonly hashes: HashTrees | undefined;
	/** Files that have another path than the torrent says. */
	readonly renamed: Map<number, readonly string[]>;
	readonly names: TorrentNames;
	readonly resumeState: ResumeState;
	/** Every wanted piece is had. */
	readonly needsNothing: boolean;
	readonly allocatesFully: boolean;
	/** Whom everything that happens is told. */
	readonly torrent: {post(event: TorrentEvent): void};
}

/** How files are to be opened. */
export interface OpenOptions {
	readonly mode: CheckMode;
	/** What a person allows it to do with what is there. */
	readonly consent: Consent;
	/** Whether it was said already that files have changed. */
	readonly isTold: boolean;
	/** Kept up to date; what follows on the check is read from it when that is done. */
	readonly progress: CheckProgress;
	/** How many pieces are to be hashed is known now. */
	readonly began: () => void;
	/** Whether the run it is opened for goes on still. */
	readonly goesOn: () => boolean;
}

/** What opening came to. */
export type Opened =
	| {readonly name: 'stopped'}
	| {readonly name: 'failed'; readonly failure: StorageFailure}
	/** Something is in the way of writing, and nothing is to be written for now. */
	| {readonly name: 'obstructed'; readonly storage: Storage}
	/** `memory`: what was known before and counts still. */
	| {
			readonly name: 'open';
			readonly storage: Storage;
			readonly memory: ResumeData | undefined;
			/** Whether other files are wanted than when it was opened last, or some are not wanted. */
			readonly isNews: boolean;
	  };

const stopped = {name: 'stopped'} as const;

/**
 * The files of a torrent: finds them, looks what is in them, opens and closes them, and deletes them when it is removed.
 */
export class FilesOnDisk {
	/** Undefined while its files are nobody's. */
	storage: Storage | undefined;
	#closing: Storage | undefined;
	readonly #owner: FilesOnDiskOwner;
	readonly #services: SessionServices;
	readonly #check: Recheck;
	readonly #ownership: FileOwnership;

	constructor(owner: FilesOnDiskOwner, services: SessionServices) {
		this.#owner = owner;
		this.#services = services;
		this.#check = new Recheck(owner, services);
		this.#ownership = new FileOwnership(owner, services.paths);
	}

	/** What an earlier session knew of its pieces stands until somebody looks at the files. */
	recall(have: Bitfield): void {
		this.#check.recall(have);
	}

	/**
	 * The names of its files are found, and those that a move which was cut short left elsewhere come back, before
	 * anybody opens them. Answers why not.
	 */
	async undoMove(): Promise<StorageFailure | undefined> {
		const {resumeState, metainfo, dir, renamed, names} = this.#owner;
		const nameless = await names.find();
		if (nameless !== undefined) return nameless;
		const there = resumeState.cutShort;
		if (there === undefined) return undefined;
		// Versions that did not note the names on the disk noted only what was renamed by hand.
		const other = {dir: there.dir, renamed: new Map([...names.former, ...there.renamed])};
		const failure = await undoMove(metainfo, {dir, renamed}, other, there.files);
		if (failure !== undefined) return failure;
		resumeState.otherPlace = undefined;
		resumeState.revision++;
		this.#owner.log(
			'warn',
			`the move ${there.goal ? 'to' : 'from'} ${there.dir} was cut short: everything is in ${dir}`,
		);
		return undefined;
	}

	/** Opens the files, and finds out which pieces are in them and whose they are. */
	async open({mode, consent, isTold, progress, began, goesOn}: OpenOptions): Promise<Opened> {
		const {files, metainfo, map, resumeState} = this.#owner;
		const {known} = resumeState;
		const wanted = files.wantedFiles;
		const before = known?.priorities.length === wanted.length ? known.priorities : undefined;
		const owners = this.#ownership.before(known);
		const storage = this.#openStorage(
			before === undefined ? wanted : Uint8Array.from(before, priority => (priority > 0 ? 1 : 0)),
			owners,
		);
		this.storage = storage;
		const stamps = (await this.#isFresh()) ? [] : await storage.stamps();
		if (!goesOn()) return stopped;
		const shown = this.#ownership.shown(stamps, owners);
		const recalled = known && {...known, stamps: this.#ownership.remembered(known.stamps, owners)};
		const isWhole = recalled === undefined || storage.hasPart === undefined || (await storage.hasPart());
		if (!goesOn()) return stopped;
		const trusted = isWhole ? recalled : withoutPartFile(map, fileTable(metainfo), shown, recalled);
		const memory = known && trusted && {...known, have: trusted.have};
		const plan = this.#check.begin(shown, trusted, mode, isTold);
		if (plan.check.length > 0) {
			progress.total = plan.check.length;
			began();
			const obstacle = await this.#check.hash(storage, plan.check, progress, goesOn);
			if (obstacle === 'stopped') return stopped;
			if (obstacle !== undefined) return {name: 'failed', failure: obstacle};
		}
		// Until it is known whose the files are what was known of them before is the better account, and is kept.
		const obstacle = await this.#ownership.judge(storage, stamps, memory, consent);
		if (!goesOn()) return stopped;
		if (obstacle !== undefined && progress.next === 'active') return {name: 'failed', failure: obstacle};
		if (obstacle !== undefined) {
			// Nothing is written, so nothing is in the way; what was known of the files before is kept for the next start.
			this.#owner.log('warn', obstacle.message);
			resumeState.counted = this.#owner.have;
			return {name: 'obstructed', storage};
		}
		if (mode === 'quick' && memory !== undefined) this.#check.restorePartials(memory, plan.trusted);
		resumeState.begin(storage, stamps);
		return {name: 'open', storage, memory, isNews: before !== undefined || wanted.includes(0)};
	}

	/** A torrent without data needs no look at every one of its files: its first announce need not wait for that. */
	async #isFresh(): Promise<boolean> {
		const {resumeState, renamed, metainfo, dir} = this.#owner;
		if (resumeState.known !== undefined) return false;
		const root = renamed.get(0)?.[0] ?? fileTable(metainfo).path(0)[0]!;
		return !(await this.#services.disk.exists(dir, root));
	}

	/**
	 * Makes the files that are wanted ready to be written to; answers why that cannot be.
	 *
	 * @param isNews as `open` answered
	 */
	async prepare(
		storage: Storage,
		isNews: boolean,
		{progress, goesOn}: OpenOptions,
	): Promise<StorageFailure | undefined> {
		const {files, needsNothing, allocatesFully} = this.#owner;
		// Files that are wanted only now take over what the part file holds of them.
		const failure =
			(isNews ? await storage.setWanted(files.wantedFiles) : undefined) ??
			(await this.#createEmptyFiles(storage));
		if (!goesOn() || failure !== undefined) return failure;
		if (!allocatesFully || needsNothing) return undefined;
		progress.allocating = true;
		const full = await storage.allocate();
		progress.allocating = false;
		return full;
	}

	/** What is complete is seeded also from where nothing can be made. */
	async #createEmptyFiles(storage: Storage): Promise<StorageFailure | undefined> {
		const failure = await storage.createEmptyFiles();
		if (failure === undefined || !this.#owner.needsNothing) return failure;
		this.#owner.log('warn', `an empty file is not there: ${failure.message}`);
		return undefined;
	}

	#openStorage(wanted: Uint8Array, owners?: Uint8Array): Storage {
		const {metainfo, map, dir, id, renamed, hashes, resumeState} = this.#owner;
		const isWhole = resumeState.known?.have.full === true;
		return this.#services.disk.open(
			{metainfo, map, dir, wanted, id, renamed, owners, hashes: hashes?.memory, isWhole},
			{
				stored: piece => this.#owner.torrent.post({type: 'stored', piece}),
				wrong: (piece, digests) => this.#owner.torrent.post({type: 'wrong', piece, digests}),
				failed: (piece, failure) => this.#owner.torrent.post({type: 'unstored', piece, failure}),
			},
		);
	}

	/** They are open, and nothing new is to be done with them. */
	get isClosing(): boolean {
		return this.storage !== undefined && this.storage === this.#closing;
	}

	/** Closes the files when everything is in them and what is known of them is noted down. */
	async close(wasActive: boolean): Promise<void> {
		const {storage} = this;
		if (storage === undefined) return;
		this.#closing = storage;
		const {downloading, resumeState} = this.#owner;
		if (wasActive) await downloading?.unfinished.save(storage);
		// Pieces on their way to the disk arrive there before anything is noted down.
		if (storage.waiting > 0) await resumeState.flush(storage);
		await resumeState.now();
		await storage.close();
		// Whoever has the files at the moment, to move them say, goes on having them.
		if (this.storage === storage) this.storage = undefined;
	}

	/** Does something with the files; rejects with a `UserError` when they cannot be opened. */
	async use<Value>(task: (storage: Storage) => Promise<Value>): Promise<Value> {
		if (this.storage !== undefined) return task(this.storage);
		const failure = await this.undoMove();
		if (failure !== undefined) throw new UserError(failure.code, failure.message);
		const storage = this.#openStorage(this.#owner.files.wantedFiles, this.#ownersNow());
		const before = await storage.stamps();
		const value = await task(storage);
		const after = await storage.stamps();
		await storage.close();
		this.#owner.resumeState.restamp(before, after);
		return value;
	}

	/** Whose the files are of a torrent that does not run, by what is known of them. */
	#ownersNow(): Uint8Array {
		const {resumeState, metainfo} = this.#owner;
		const {known} = resumeState;
		if (known?.owners !== undefined) return known.owners;
		// An earlier version kept no note of it: what it had pieces of it had looked at, and made what was wanted.
		return Uint8Array.from(fileTable(metainfo).lengths, (_, file) => {
			if (known?.stamps[file] === undefined || known.have.count === 0) return fileOwner.absent;
			return known.priorities[file] === 0 ? fileOwner.foreign : fileOwner.made;
		});
	}

	/**
	 * Deletes those of the files that are the torrent's own; only for one that is closed.
	 *
	 * @param others the names of torrents that have a file, too, by its number
	 * @param onlyMade what was there before stays, though all of it is the torrent's: no person asked for it to go
	 */
	async remove(others: ReadonlyMap<number, string>, onlyMade: boolean): Promise<Removal> {
		const back = await this.undoMove();
		const {resumeState, files, seedOnly} = this.#owner;
		const {known} = resumeState;
		// With very many files each of these takes its time: others have their turn between them.
		await this.#nextTurn();
		const owners = this.#ownersNow();
		await this.#nextTurn();
		const storage = this.#openStorage(files.wantedFiles, owners);
		const removal = await storage.remove({
			stamps: known?.stamps ?? [],
			keep: file => {
				const other = others.get(file);
				if (other !== undefined) return `«${other}» has it too`;
				if (owners[file] === fileOwner.made) return undefined;
				// It was there before, so it goes only with the whole of it being the torrent's, and wanted; never from where a
				// person keeps what is only seeded, such as a shared folder.
				const isWhole = known !== undefined && this.#isWhole(file, known.have);
				const stays = onlyMade || seedOnly || files.priorities[file] === 0 || !isWhole;
				return stays ? 'it was there before' : undefined;
			},
		});
		await storage.close();
		return {...removal, failure: back ?? removal.failure};
	}

	#nextTurn(): Promise<void> {
		return new Promise(resolve => this.#services.clock.soon(resolve));
	}

	#isWhole(file: number, have: Bitfield): boolean {
		const {metainfo, map} = this.#owner;
		const {offsets, lengths} = fileTable(metainfo);
		if (lengths[file] === 0) return false;
		const [first, last] = map.span(offsets[file]!, lengths[file]!);
		for (let piece = first; piece <= last; piece++) if (!have.has(piece)) return false;
		return true;
	}

	/** Whether every wanted file that was there is there, for as long as `goesOn`. */
	async areBack(goesOn: () => boolean): Promise<boolean> {
		const {resumeState, metainfo, files, dir, renamed} = this.#owner;
		for (const [file, {path, length, pad}] of metainfo.files.entries()) {
			if (pad || length === 0 || files.priorities[file] === 0) continue;
			const {known} = resumeState;
			if (known?.stamps[file] === undefined && !isOurs(known?.owners?.[file])) continue;
			if (!(await this.#services.disk.exists(dir, (renamed.get(file) ?? path).join('/')))) return false;
			if (!goesOn()) return false;
		}
		return true;
	}
}
