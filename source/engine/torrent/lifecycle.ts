import {setImmediate as nextTurn} from 'node:timers/promises';
import type {CheckMode} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {LogLevel} from '../../base/ports.js';
import type {InfoHash, Millis} from '../../base/units.js';
import type {Removal, Storage, StorageFailure} from '../../io/disk/storage.js';
import {bringBack} from '../../io/files/undo-move.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import {withoutPartFile} from '../../policy/pieces/check-plan.js';
import {fileOwner, isOurs} from '../../policy/session/file-ownership.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {Swarm} from '../peers/swarm.js';
import type {SessionServices} from '../session/session-services.js';
import type {SourceSet} from '../sources/source-set.js';
import type {Downloader} from '../transfer/downloader.js';
import type {PieceCompletion} from '../transfer/piece-completion.js';
import type {SuperSeeding} from '../transfer/super-seeding.js';
import {type Consent, FileOwnership, noConsent} from './file-ownership.js';
import type {FileProgress} from './file-progress.js';
import {type CheckProgress, Recheck, type RecheckOwner} from './recheck.js';
import type {ResumeState} from './resume-state.js';
import type {TorrentEvent} from './torrent-event.js';
import type {TorrentNames} from './torrent-names.js';
import type {TransferStats} from './transfer-stats.js';

/** What a torrent is doing. */
export type TorrentActivity =
	| {readonly name: 'idle'}
	| CheckProgress
	| {readonly name: 'active'}
	| {readonly name: 'pausing'}
	| {readonly name: 'paused'}
	/** It is to run, and waits for others. */
	| {readonly name: 'queued'}
	| {readonly name: 'failed'; readonly failure: StorageFailure}
	| {readonly name: 'closed'};

/** How long trackers, and the disk, have to take our leave. */
const farewell: Millis = 5000;

/** What running asks of, and tells, its torrent. */
export interface LifecycleOwner extends RecheckOwner {
	readonly id: InfoHash;
	readonly metainfo: Metainfo;
	readonly dir: string;
	/** Files that have another path than the torrent says, below `dir`. */
	readonly renamed: ReadonlyMap<number, readonly string[]>;
	readonly files: FileProgress;
	readonly downloader: Downloader;
	readonly swarm: Swarm;
	readonly sources: SourceSet;
	readonly superSeeding: SuperSeeding;
	readonly completion: PieceCompletion;
	readonly memory: ResumeState;
	readonly names: TorrentNames;
	readonly stats: TransferStats;
	readonly seedOnly: boolean;
	/** Whether it is to run: what a person said last. */
	readonly wanted: boolean;
	post(event: TorrentEvent): void;
	/** It does something else now. */
	activityChanged(): void;
	applyLimits(now: Millis): void;
	log(level: LogLevel, text: string): void;
}

/** Starts a torrent and stops it, in order, and keeps what it is doing and where its data is. */
export class TorrentLifecycle {
	/** Undefined while its files are nobody's. */
	storage: Storage | undefined;
	/** While its files are given their room on the disk. */
	allocating = false;
	readonly #owner: LifecycleOwner;
	readonly #services: SessionServices;
	readonly #check: Recheck;
	#activity: TorrentActivity = {name: 'idle'};
	/** What follows on a check. */
	#afterCheck: 'active' | 'paused' | 'queued' = 'active';
	/** Counts starts and stops, so that what an earlier run began cannot touch a later one. */
	#run = 0;
	#stopping: Promise<void> = Promise.resolve();
	readonly #ownership: FileOwnership;
	/** What a person allowed the next start to do. */
	#consent: Consent = noConsent;
	/** When files that are gone were looked for last. */
	#soughtAt: Millis = 0;
	#seeking = false;
	/** It was said that files have changed. */
	#isTold = false;

	constructor(owner: LifecycleOwner, services: SessionServices) {
		this.#owner = owner;
		this.#services = services;
		this.#check = new Recheck(owner, services);
		this.#ownership = new FileOwnership(owner, services.paths);
	}

	/** What it is doing. `closed` is the last, whatever comes to its end later. */
	get activity(): TorrentActivity {
		return this.#activity;
	}

	/** It is looked at, and does not run or wait for others meanwhile. */
	get onlyChecks(): boolean {
		return this.#activity.name === 'checking' && this.#afterCheck !== 'active';
	}

	#become(activity: TorrentActivity): void {
		if (this.#activity.name === 'closed') return;
		this.#activity = activity;
		this.#owner.activityChanged();
	}

	#becomeChecking(total: number): CheckProgress {
		const progress: CheckProgress = {name: 'checking', total, done: 0, stop: () => {}};
		this.#become(progress);
		return progress;
	}

	/** A person allows the next start to do more than it would. */
	allow(consent: Partial<Consent>): void {
		this.#consent = {...this.#consent, ...consent};
	}

	/** What a person is told to do when it has failed for this reason, and does: it is allowed. */
	allowAsTold(): void {
		const {activity} = this;
		if (activity.name === 'failed' && activity.failure.code === 'differs') this.allow({repair: true});
	}

	/** It has not run yet, and is not to. */
	rest(): void {
		if (this.#activity.name !== 'closed') this.#activity = {name: 'paused'};
	}

	/** It has not run yet, and cannot. */
	hold(failure: StorageFailure): void {
		if (this.#activity.name !== 'closed') this.#activity = {name: 'failed', failure};
	}

	/** What an earlier session knew of its pieces stands until somebody looks at the files. */
	recall(have: Bitfield): void {
		this.#check.recall(have);
	}

	start(check: CheckMode): void {
		const {name} = this.activity;
		if (name === 'checking') this.#afterCheck = 'active';
		if (name === 'active' || name === 'checking' || name === 'closed') return;
		this.#begin(check, 'active');
	}

	#begin(check: CheckMode, afterCheck: 'active' | 'paused' | 'queued'): void {
		this.#afterCheck = afterCheck;
		const run = ++this.#run;
		this.#owner.memory.doubt();
		this.#becomeChecking(0);
		const back = this.#stopping.then(() => this.#bringBack());
		const begin = async (): Promise<void> => {
			const failure = await back;
			if (run !== this.#run) return;
			if (failure !== undefined) return this.fail(failure);
			await this.#open(run, check);
		};
		void begin();
		this.#stopping = back.then(() => {});
	}

	/**
	 * The names of its files are found, and those that a move which was cut short left elsewhere come back, before
	 * anybody opens them. Answers why not.
	 */
	async #bringBack(): Promise<StorageFailure | undefined> {
		const {memory, metainfo, dir, renamed, names} = this.#owner;
		const nameless = await names.find();
		if (nameless !== undefined) return nameless;
		const there = memory.cutShort;
		if (there === undefined) return undefined;
		// Versions that did not note the names on the disk noted only what was renamed by hand.
		const other = {dir: there.dir, renamed: new Map([...names.former, ...there.renamed])};
		const failure = await bringBack(metainfo, {dir, renamed}, other, there.files);
		if (failure !== undefined) return failure;
		memory.otherPlace = undefined;
		memory.revision++;
		this.#owner.log(
			'warn',
			`the move ${there.goal ? 'to' : 'from'} ${there.dir} was cut short: everything is in ${dir}`,
		);
		return undefined;
	}

	async #open(run: number, mode: CheckMode): Promise<void> {
		const {files, renamed, metainfo, dir} = this.#owner;
		const {known} = this.#owner.memory;
		const wanted = files.wantedFiles;
		const before = known?.priorities.length === wanted.length ? known.priorities : undefined;
		const owners = this.#ownership.before(known);
		const storage = this.#openStorage(
			before === undefined ? wanted : Uint8Array.from(before, priority => (priority > 0 ? 1 : 0)),
			owners,
		);
		this.storage = storage;
		// A torrent without data needs no look at every one of its files: its first announce need not wait for that.
		const root = renamed.get(0)?.[0] ?? metainfo.files[0]?.path[0] ?? metainfo.name;
		const fresh = known === undefined && !(await this.#services.disk.exists(dir, root));
		const stamps = fresh ? [] : await storage.stamps();
		if (run !== this.#run) return;
		const shown = this.#ownership.shown(stamps, owners);
		const recalled = known && {...known, stamps: this.#ownership.remembered(known.stamps, owners)};
		const isWhole = recalled === undefined || storage.hasPart === undefined || (await storage.hasPart());
		if (run !== this.#run) return;
		const {map} = this.#owner;
		const trusted = isWhole ? recalled : withoutPartFile(map, metainfo.files, shown, recalled);
		const memory = known && trusted && {...known, have: trusted.have};
		const plan = this.#check.begin(shown, trusted, mode, this.#isTold);
		this.#isTold = false;
		if (plan.check.length > 0) {
			const progress = this.#becomeChecking(plan.check.length);
			const obstacle = await this.#check.hash(storage, plan.check, progress, () => run === this.#run);
			if (obstacle === 'stopped') return;
			if (obstacle !== undefined) return this.fail(obstacle);
		}
		// Until it is known whose the files are what was known of them before is the better account, and is kept.
		const obstacle = await this.#ownership.judge(storage, stamps, memory, this.#consent);
		if (run !== this.#run) return;
		if (obstacle !== undefined && this.#afterCheck !== 'active') {
			// Nothing is written, so nothing is in the way; what was known of the files before is kept for the next start.
			this.#owner.log('warn', obstacle.message);
			this.#owner.memory.counted = this.#owner.have;
			return this.#settle(storage, run, this.#afterCheck);
		}
		if (obstacle !== undefined) return this.fail(obstacle);
		this.#consent = noConsent;
		if (mode === 'quick' && memory !== undefined) this.#check.restorePartials(memory, plan.trusted);
		this.#owner.memory.begin(storage, stamps);
		if (this.#afterCheck !== 'active') return this.#settle(storage, run, this.#afterCheck);
		// Files that are wanted only now take over what the part file holds of them.
		const isNews = before !== undefined || wanted.includes(0);
		const failure =
			(isNews ? await storage.setWanted(wanted) : undefined) ?? (await this.#createEmptyFiles(storage));
		if (run !== this.#run) return;
		const other = failure ?? (await this.#allocate(storage));
		if (run !== this.#run) return;
		if (other !== undefined) return this.fail(other);
		this.#activate(memory);
	}

	/** What is complete is seeded also from where nothing can be made. */
	async #createEmptyFiles(storage: Storage): Promise<StorageFailure | undefined> {
		const failure = await storage.createEmptyFiles();
		if (failure === undefined || this.#owner.downloader.needed.count > 0) return failure;
		this.#owner.log('warn', `an empty file is not there: ${failure.message}`);
		return undefined;
	}

	/** What was counted is kept, and the files are nobody's again. */
	async #settle(storage: Storage, run: number, then: 'paused' | 'queued'): Promise<void> {
		this.#become({name: 'pausing'});
		this.#stopping = allDone(this.#stopping, this.#letGo(storage, false));
		await this.#stopping;
		if (run === this.#run) this.#become({name: then});
	}

	async #allocate(storage: Storage): Promise<StorageFailure | undefined> {
		if (this.#services.allocatesFully !== true || this.#owner.downloader.needed.count === 0) return undefined;
		this.allocating = true;
		const failure = await storage.allocate();
		this.allocating = false;
		return failure;
	}

	#openStorage(wanted: Uint8Array, owners?: Uint8Array): Storage {
		const {metainfo, map, dir, id, renamed} = this.#owner;
		return this.#services.disk.open(
			{metainfo, map, dir, wanted, id, renamed, owners},
			{
				stored: piece => this.#owner.post({type: 'stored', piece}),
				wrong: (piece, digests) => this.#owner.post({type: 'wrong', piece, digests}),
				failed: (piece, failure) => this.#owner.post({type: 'unstored', piece, failure}),
			},
		);
	}

	#activate(memory: ResumeData | undefined): void {
		const {completion, stats, superSeeding, swarm, sources} = this.#owner;
		completion.begin();
		this.#become({name: 'active'});
		stats.movedAt = this.#services.clock.now();
		superSeeding.review();
		this.#owner.applyLimits(this.#services.clock.now());
		sources.start(memory?.peers ?? []);
		swarm.resume(this.#services.clock.now());
		completion.begun();
	}

	pause(): void {
		const {name} = this.activity;
		if (name === 'paused') return;
		if (name === 'queued' || name === 'idle') {
			this.#run++;
			return this.#become({name: 'paused'});
		}
		void this.#halt('paused');
	}

	/** Others go first. */
	queue(): void {
		const {name} = this.activity;
		if (name === 'queued') return;
		if (name === 'active' || name === 'checking') return void this.#halt('queued');
		this.#run++;
		this.#become({name: 'queued'});
	}

	/** Stops it for good. Resolves when all is done, in 5 s at the most: a disk that hangs is not waited for. */
	async close(): Promise<void> {
		const {name} = this.activity;
		const isStopped = name === 'paused' || name === 'queued' || name === 'pausing';
		const stopped = isStopped ? this.#stopping : this.#halt('closed');
		const late = new Promise<void>(resolve => {
			const timer = this.#services.clock.after(farewell, resolve);
			void stopped.then(() => timer.clear());
		});
		await Promise.race([stopped, late]);
		this.#become({name: 'closed'});
	}

	/** Lets go of everybody and everything, in order; what is on its way to the disk arrives there. */
	async #halt(then: 'paused' | 'queued' | 'closed'): Promise<void> {
		const {superSeeding, swarm} = this.#owner;
		const run = ++this.#run;
		if (this.activity.name === 'checking') this.activity.stop();
		const wasActive = this.activity.name === 'active';
		this.#become({name: 'pausing'});
		superSeeding.review();
		swarm.closeAll(then === 'closed' ? 'leaving' : 'paused');
		const {storage} = this;
		// Whoever has the files at the moment, to move them say, goes on having them.
		this.#stopping = allDone(this.#stopping, this.#letGo(storage, wasActive));
		await this.#stopping;
		if (run === this.#run && then !== 'closed') this.#become({name: then});
	}

	async #letGo(storage: Storage | undefined, wasActive: boolean): Promise<void> {
		const {sources, downloader, memory} = this.#owner;
		const told = sources.stop();
		if (storage !== undefined) {
			if (wasActive) await downloader.unfinished.save(storage);
			// Pieces on their way to the disk arrive there before anything is noted down.
			if (storage.waiting > 0) await memory.flush(storage);
			await memory.now();
			await storage.close();
			if (this.storage === storage) this.storage = undefined;
		}
		await told;
	}

	/** The disk does not do what it should: it stops, and says so. */
	fail(failure: StorageFailure): void {
		if (failure.code === 'changed') return this.#recheck(failure);
		if (this.activity.name === 'failed' || this.activity.name === 'closed') return;
		const {superSeeding, swarm, downloader, memory} = this.#owner;
		this.#owner.log('error', failure.message);
		const run = ++this.#run;
		this.#consent = noConsent;
		if (isAboutFiles(failure)) memory.doubt();
		this.#soughtAt = this.#services.clock.now();
		if (this.activity.name === 'checking') this.activity.stop();
		this.#become({name: 'failed', failure});
		superSeeding.review();
		swarm.closeAll('stopped by a disk failure');
		const {storage} = this;
		const letGo = async (): Promise<void> => {
			downloader.unfinished.forgetAll();
			await this.#letGo(storage, false);
			if (run === this.#run) memory.revision++;
		};
		this.#stopping = allDone(this.#stopping, letGo());
	}

	/** Somebody else wrote to the files: nobody gets anything of them before those that are not as they were are hashed. */
	#recheck({message}: StorageFailure): void {
		if (this.activity.name !== 'active') return;
		this.#owner.log('warn', `${message}: looking at it again`);
		this.#isTold = true;
		this.#owner.memory.doubt();
		const again = async (): Promise<void> => {
			await this.#halt('paused');
			// Unless it was stopped by hand meanwhile.
			if (this.activity.name === 'paused' && this.#owner.wanted) this.start('quick');
		};
		void again();
	}

	/** Hashes everything anew. Whoever ran goes on then; who was paused, or waited, does so again. */
	verify(): void {
		const then = this.#whatItDid();
		const again = async (): Promise<void> => {
			const {activity} = this;
			if (activity.name === 'failed' && activity.failure.code === 'missing') this.allow({absence: true});
			if (activity.name === 'active' || activity.name === 'checking') await this.#halt('paused');
			if (this.activity.name === 'closed') return;
			this.#owner.downloader.unfinished.forgetAll();
			if (this.activity.name === 'checking') this.#afterCheck = then;
			else this.#begin('full', then);
		};
		void again();
	}

	#whatItDid(): 'active' | 'paused' | 'queued' {
		const {name} = this.activity;
		if (name === 'queued') return 'queued';
		if (name === 'checking') return this.#afterCheck;
		return name === 'paused' || !this.#owner.wanted ? 'paused' : 'active';
	}

	/**
	 * For the time of a task nobody else opens the torrent's files: a start waits for it. Rejects with a `UserError` when
	 * they cannot be opened.
	 */
	async withStorage<Value>(task: (storage: Storage) => Promise<Value>): Promise<Value> {
		if (this.storage !== undefined) return task(this.storage);
		const work = this.#stopping.then(async () => {
			if (this.storage !== undefined) return task(this.storage);
			const failure = await this.#bringBack();
			if (failure !== undefined) throw new UserError(failure.code, failure.message);
			const {memory} = this.#owner;
			const storage = this.#openStorage(this.#owner.files.wantedFiles, await this.#ownersNow());
			const before = await storage.stamps();
			const value = await task(storage);
			const after = await storage.stamps();
			await storage.close();
			memory.restamp(before, after);
			return value;
		});
		this.#stopping = work.then(
			() => {},
			() => {},
		);
		return work;
	}

	/** Whose the files are of a torrent that does not run, by what is known of them. */
	async #ownersNow(): Promise<Uint8Array> {
		const {memory, metainfo} = this.#owner;
		const known = memory.known;
		if (known?.owners !== undefined) return known.owners;
		// An earlier version kept no note of it: what it had pieces of it had looked at, and made what was wanted.
		return Uint8Array.from(metainfo.files, (_, file) => {
			if (known?.stamps[file] === undefined || known.have.count === 0) return fileOwner.absent;
			return known.priorities[file] === 0 ? fileOwner.foreign : fileOwner.made;
		});
	}

	/**
	 * Deletes those of the torrent's files that are its own; only for one that is closed.
	 *
	 * @param others the names of torrents that have a file, too, by its number
	 */
	async removeData(others: ReadonlyMap<number, string>): Promise<Removal> {
		const back = await this.#bringBack();
		const {memory, files} = this.#owner;
		const stamps = memory.known?.stamps ?? [];
		// With very many files each of these takes its time: others have their turn between them.
		await nextTurn();
		const owners = await this.#ownersNow();
		await nextTurn();
		const storage = this.#openStorage(files.wantedFiles, owners);
		const removal = await storage.remove({
			stamps,
			keep: file => {
				const other = others.get(file);
				if (other !== undefined) return `«${other}» has it too`;
				if (owners[file] === fileOwner.made) return undefined;
				// It was there before, so it goes only with the whole of it being the torrent's, and wanted.
				const isWhole = memory.known !== undefined && isWholeFile(this.#owner, memory.known.have, file);
				return files.priorities[file] === 0 || !isWhole ? 'it was there before' : undefined;
			},
		});
		await storage.close();
		return {...removal, failure: back ?? removal.failure};
	}

	/** Once a second: files that were gone may be back. */
	tick(now: Millis): void {
		const {activity} = this;
		if (activity.name !== 'failed' || activity.failure.code !== 'missing' || !this.#owner.wanted) return;
		if (this.#seeking || now - this.#soughtAt < seekTime) return;
		this.#soughtAt = now;
		void this.#seek(this.#run);
	}

	async #seek(run: number): Promise<void> {
		const {memory, metainfo, files, dir, renamed} = this.#owner;
		this.#seeking = true;
		try {
			for (const [file, {path, length, pad}] of metainfo.files.entries()) {
				if (pad || length === 0 || files.priorities[file] === 0) continue;
				if (memory.known?.stamps[file] === undefined && !isOurs(memory.known?.owners?.[file])) continue;
				if (!(await this.#services.disk.exists(dir, (renamed.get(file) ?? path).join('/')))) return;
				if (run !== this.#run) return;
			}
			if (this.activity.name === 'failed') this.start('quick');
		} finally {
			this.#seeking = false;
		}
	}
}

/** How long files that are gone are not looked for again. */
const seekTime: Millis = 3000;

/** Whether it is about what is in the files, so that what was known of them is to be compared with that. */
function isAboutFiles({code}: StorageFailure): boolean {
	return ['missing', 'changed', 'differs', 'foreign', 'taken'].includes(code);
}

function isWholeFile(
	{metainfo, map}: Pick<LifecycleOwner, 'metainfo' | 'map'>,
	have: Bitfield,
	file: number,
): boolean {
	const {offset, length} = metainfo.files[file]!;
	if (length === 0) return false;
	const [first, last] = map.span(offset, length);
	for (let piece = first; piece <= last; piece++) if (!have.has(piece)) return false;
	return true;
}

async function allDone(...tasks: ReadonlyArray<Promise<unknown>>): Promise<void> {
	await Promise.all(tasks);
}
