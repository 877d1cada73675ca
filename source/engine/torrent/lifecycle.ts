import type {CheckMode} from '../../api/command.js';
import type {LogLevel} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {Storage, StorageFailure} from '../../io/disk/storage.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import type {SessionServices} from '../session/session-services.js';
import type {SourceSet} from '../sources/source-set.js';
import type {Swarm} from '../swarm/swarm.js';
import type {Downloader} from '../transfer/downloader.js';
import type {PieceCompletion} from '../transfer/piece-completion.js';
import type {RequestTimeouts} from '../transfer/request-timeouts.js';
import type {SuperSeeding} from '../transfer/super-seeding.js';
import {type Consent, noConsent} from './file-ownership.js';
import type {FilesOnDisk} from './files-on-disk.js';
import type {CheckProgress} from './recheck.js';
import type {ResumeState} from './resume-state.js';
import type {TransferStats} from './transfer-stats.js';

/** What a torrent is doing. Each time it does something else it is another object. */
export type TorrentActivity =
	| {readonly name: 'idle'}
	| CheckProgress
	/** It runs: it looks for peers, and downloads and seeds what it holds; or asks what that is, while nobody knows. */
	| {readonly name: 'active'}
	/** Its files came to be known, and somebody is to choose among them: its peers stay, and nothing is asked of them. */
	| {readonly name: 'choosing'}
	| {readonly name: 'pausing'}
	| {readonly name: 'paused'}
	/** It is to run, and waits for others. */
	| {readonly name: 'queued'}
	| {readonly name: 'failed'; readonly failure: StorageFailure}
	| {readonly name: 'closed'};

/** How long trackers, and the disk, have to take our leave. */
const farewell: Millis = 5000;
/** How long files that are gone are not looked for again. */
const seekTime: Millis = 3000;

/** What running asks of a torrent's content. */
export interface LifecycleContent {
	readonly onDisk: FilesOnDisk;
	/** Undefined while nobody has needed it. */
	readonly downloading: Downloader | undefined;
	/** All of it is there, as was known before: what is kept of it stays as it is when it begins. */
	readonly isAsKept: boolean;
	readonly superSeeding: SuperSeeding;
	readonly completion: PieceCompletion;
	readonly timeouts: RequestTimeouts;
}

/** What running asks of, and tells, its torrent. */
export interface LifecycleOwner {
	/** Undefined while nobody knows what the torrent holds. */
	readonly content: LifecycleContent | undefined;
	readonly swarm: Swarm;
	readonly sources: SourceSet;
	readonly resumeState: ResumeState;
	readonly stats: TransferStats;
	/** `wanted`: whether it is to run. */
	readonly settings: {readonly wanted: boolean};
	/** Somebody is to choose among its files before it may run. */
	readonly choosing: boolean;
	/** It does something else now. @param isNews whether that may change what is kept of it */
	activityChanged(isNews: boolean): void;
	applyLimits(now: Millis): void;
	log(level: LogLevel, text: string): void;
}

/** Starts a torrent and stops it, in order, and keeps what it is doing. */
export class TorrentLifecycle {
	readonly #owner: LifecycleOwner;
	readonly #services: SessionServices;
	#activity: TorrentActivity = {name: 'idle'};
	/** How the files are to be looked at when it is known which they are. */
	#checkLater: CheckMode = 'quick';
	/** Resolves when what was begun with the files has ended, and others may open them. */
	#stopping: Promise<void> = Promise.resolve();
	/** What a person allowed the next start to do. */
	#consent: Consent = noConsent;
	/** When files that are gone were looked for last. */
	#soughtAt: Millis = 0;
	#seeking = false;
	/** It was said that files have changed. */
	#isTold = false;
	/** It is being stopped for good: whoever plans what runs may not know yet. */
	#isClosing = false;

	constructor(owner: LifecycleOwner, services: SessionServices) {
		this.#owner = owner;
		this.#services = services;
	}

	/** What it is doing. `closed` is the last, whatever comes to its end later. */
	get activity(): TorrentActivity {
		return this.#activity;
	}

	/** It is looked at, and does not run or wait for others meanwhile. */
	get onlyChecks(): boolean {
		return this.#activity.name === 'checking' && this.#activity.next !== 'active';
	}

	/** Answers what it does now, to be compared with what it does later. */
	#become<Activity extends TorrentActivity>(activity: Activity): Activity {
		if (this.#activity.name === 'closed') return activity;
		if (this.#activity.name === 'checking' && this.#activity !== activity) this.#activity.stop();
		const isNews = !rests(this.#activity) || !rests(activity);
		const isAsKept = startsFrom(this.#activity, activity) && this.#owner.content?.isAsKept === true;
		this.#activity = activity;
		this.#owner.activityChanged(isNews && !isAsKept);
		return activity;
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

	// Starting.

	start(check: CheckMode): void {
		const {activity} = this;
		if (this.#isClosing) return;
		if (activity.name === 'checking') activity.next = 'active';
		if (activity.name === 'active' || activity.name === 'checking' || activity.name === 'closed') return;
		if (this.#owner.choosing) return this.#waitForChoice(check);
		if (this.#owner.content !== undefined)
			return this.#begin(
				activity.name === 'choosing' && check !== 'full' ? this.#checkLater : check,
				'active',
			);
		this.#checkLater = check;
		this.#activate(this.#owner.resumeState.known);
	}

	/** It is to wait for others, and what it has is to be known before: whoever has everything need not wait. */
	look(check: CheckMode): void {
		const {activity} = this;
		if (activity.name === 'checking') activity.next = 'queued';
		else if (activity.name === 'queued' || activity.name === 'idle') this.#begin(check, 'queued');
	}

	/** What it holds has come to be known: when it runs its files are looked at, and its peers stay meanwhile. */
	contentKnown(): void {
		if (this.activity.name !== 'active') return;
		if (this.#owner.choosing) this.#waitForChoice(this.#checkLater);
		else this.#begin(this.#checkLater, 'active');
	}

	#waitForChoice(check: CheckMode): void {
		this.#checkLater = check;
		const {name} = this.activity;
		if (name !== 'choosing' && name !== 'pausing') this.#become({name: 'choosing'});
	}

	#begin(check: CheckMode, next: CheckProgress['next']): void {
		const {content, resumeState} = this.#owner;
		if (content === undefined || this.#isClosing) return;
		resumeState.doubt();
		const progress: CheckProgress = {
			name: 'checking',
			total: 0,
			done: 0,
			next,
			allocating: false,
			stop: () => {},
		};
		this.#become(progress);
		const undone = this.#stopping.then(() => content.onDisk.undoMove());
		const begin = async (): Promise<void> => {
			const failure = await undone;
			if (progress !== this.#activity) return;
			if (failure !== undefined) return this.fail(failure);
			await this.#open(content, check, progress);
		};
		void begin();
		this.#stopping = undone.then(() => {});
	}

	async #open(content: LifecycleContent, mode: CheckMode, progress: CheckProgress): Promise<void> {
		const goesOn = (): boolean => progress === this.#activity;
		const options = {
			mode,
			consent: this.#consent,
			isTold: this.#isTold,
			progress,
			began: () => this.#owner.activityChanged(true),
			goesOn,
		};
		const opened = await content.onDisk.open(options);
		if (!goesOn()) return;
		this.#isTold = false;
		if (opened.name === 'stopped') return;
		if (opened.name === 'failed') return this.fail(opened.failure);
		if (opened.name === 'obstructed') return this.#settle(content, progress);
		// What was allowed is for when it runs.
		if (progress.next === 'queued') return this.#settle(content, progress);
		this.#consent = noConsent;
		if (progress.next !== 'active') return this.#settle(content, progress);
		const failure = await content.onDisk.prepare(opened.storage, opened.isNews, options);
		if (!goesOn()) return;
		if (failure !== undefined) return this.fail(failure);
		this.#activate(opened.memory);
	}

	/** What was counted is kept, and the files are nobody's again. */
	async #settle(content: LifecycleContent, {next}: CheckProgress): Promise<void> {
		const pausing = this.#become({name: 'pausing'});
		this.#stopping = allDone(this.#stopping, this.#letGo(content, false));
		await this.#stopping;
		if (pausing === this.#activity) this.#become({name: next === 'queued' ? 'queued' : 'paused'});
	}

	#activate(memory: ResumeData | undefined): void {
		const {content, stats, swarm, sources} = this.#owner;
		const now = this.#services.clock.now();
		content?.completion.begin();
		this.#become({name: 'active'});
		stats.movedAt = now;
		content?.superSeeding.review();
		this.#owner.applyLimits(now);
		sources.start(memory?.peers ?? []);
		swarm.resume(now);
		content?.completion.begun();
		content?.timeouts.reviewInterest();
	}

	// Stopping.

	pause(): void {
		const {name} = this.activity;
		if (name === 'paused') return;
		if (name === 'queued' || name === 'idle') this.#become({name: 'paused'});
		else void this.#halt('paused');
	}

	/** Others go first. */
	queue(): void {
		const {name} = this.activity;
		if (name === 'queued') return;
		if (name === 'active' || name === 'checking' || name === 'choosing') return void this.#halt('queued');
		this.#become({name: 'queued'});
	}

	/**
	 * Stops it for good. Resolves when all is done, in 5 s at the most: a disk that hangs is not waited for.
	 *
	 * @param goodbye what trackers have at the most, where that is less
	 */
	async close(goodbye?: Millis): Promise<void> {
		this.#isClosing = true;
		const {name} = this.activity;
		const isStopped = name === 'paused' || name === 'queued' || name === 'pausing';
		const stopped = isStopped ? this.#stopping : this.#halt('closed', goodbye);
		const late = new Promise<void>(resolve => {
			const timer = this.#services.clock.after(farewell, resolve);
			void stopped.then(() => timer.clear());
		});
		await Promise.race([stopped, late]);
		this.#become({name: 'closed'});
	}

	/** Lets go of everybody and everything, in order; what is on its way to the disk arrives there. */
	async #halt(then: 'paused' | 'queued' | 'closed', goodbye?: Millis): Promise<void> {
		const {content, swarm} = this.#owner;
		const wasActive = this.activity.name === 'active';
		const pausing = this.#become({name: 'pausing'});
		content?.superSeeding.review();
		swarm.closeAll(then === 'closed' ? 'leaving' : 'paused');
		this.#stopping = allDone(this.#stopping, this.#letGo(content, wasActive, goodbye));
		await this.#stopping;
		if (pausing === this.#activity && then !== 'closed') this.#become({name: then});
	}

	async #letGo(content: LifecycleContent | undefined, wasActive: boolean, goodbye?: Millis): Promise<void> {
		const told = this.#told(goodbye);
		await content?.onDisk.close(wasActive);
		await told;
	}

	#told(goodbye: Millis | undefined): Promise<void> {
		const told = this.#owner.sources.stop();
		if (goodbye === undefined) return told;
		const late = new Promise<void>(resolve => {
			const timer = this.#services.clock.after(goodbye, resolve);
			void told.then(() => timer.clear());
		});
		return Promise.race([told, late]);
	}

	/** The disk does not do what it should: it stops, and says so. */
	fail(failure: StorageFailure): void {
		if (failure.code === 'changed') return this.#recheck(failure);
		if (this.activity.name === 'failed' || this.activity.name === 'closed') return;
		const {content, swarm, resumeState} = this.#owner;
		this.#owner.log('error', failure.message);
		this.#consent = noConsent;
		if (isAboutFiles(failure)) resumeState.doubt();
		this.#soughtAt = this.#services.clock.now();
		const failed = this.#become({name: 'failed', failure});
		content?.superSeeding.review();
		swarm.closeAll('stopped by a disk failure');
		const letGo = async (): Promise<void> => {
			content?.downloading?.unfinished.forgetAll();
			await this.#letGo(content, false);
			if (failed === this.#activity) resumeState.revision++;
		};
		this.#stopping = allDone(this.#stopping, letGo());
	}

	// Looking again.

	/** Somebody else wrote to the files: nobody gets anything of them before those that are not as they were are hashed. */
	#recheck({message}: StorageFailure): void {
		if (this.activity.name !== 'active') return;
		this.#owner.log('warn', `${message}: looking at it again`);
		this.#isTold = true;
		this.#owner.resumeState.doubt();
		const again = async (): Promise<void> => {
			await this.#halt('paused');
			// Unless it was stopped by hand meanwhile.
			if (this.activity.name === 'paused' && this.#owner.settings.wanted) this.start('quick');
		};
		void again();
	}

	/** Hashes everything anew. Whoever ran goes on then; who was paused, or waited, does so again. */
	verify(): void {
		const {content} = this.#owner;
		if (content === undefined) return;
		const next = this.#whatItDid();
		const again = async (): Promise<void> => {
			const {activity} = this;
			if (activity.name === 'failed' && activity.failure.code === 'missing') this.allow({absence: true});
			if (activity.name === 'active' || activity.name === 'checking' || activity.name === 'choosing')
				await this.#halt('paused');
			const now = this.activity;
			if (now.name === 'closed') return;
			content.downloading?.unfinished.forgetAll();
			if (now.name === 'checking') now.next = next;
			else this.#begin('full', next);
		};
		void again();
	}

	#whatItDid(): CheckProgress['next'] {
		const {activity} = this;
		if (activity.name === 'queued') return 'queued';
		if (activity.name === 'checking') return activity.next;
		if (this.#owner.choosing) return 'paused';
		return activity.name === 'paused' || !this.#owner.settings.wanted ? 'paused' : 'active';
	}

	/**
	 * For the time of a task nobody else opens the torrent's files: a start waits for it. Rejects with a `UserError` when
	 * they cannot be opened.
	 */
	async withStorage<Value>(
		{onDisk}: Pick<LifecycleContent, 'onDisk'>,
		task: (storage: Storage) => Promise<Value>,
	): Promise<Value> {
		if (onDisk.storage !== undefined && !onDisk.isClosing) return task(onDisk.storage);
		const work = this.#stopping.then(() => onDisk.use(task));
		this.#stopping = work.then(
			() => {},
			() => {},
		);
		return work;
	}

	/** Once a second: files that were gone may be back. */
	tick(now: Millis): void {
		const {activity} = this;
		if (activity.name !== 'failed' || activity.failure.code !== 'missing' || !this.#owner.settings.wanted)
			return;
		if (this.#seeking || now - this.#soughtAt < seekTime) return;
		this.#soughtAt = now;
		void this.#seek(activity);
	}

	async #seek(failed: TorrentActivity): Promise<void> {
		this.#seeking = true;
		try {
			const areBack = await this.#owner.content?.onDisk.areBack(() => failed === this.#activity);
			if (areBack && failed === this.#activity) this.start('quick');
		} finally {
			this.#seeking = false;
		}
	}
}

/** Whether it is about what is in the files, so that what was known of them is to be compared with that. */
function isAboutFiles({code}: StorageFailure): boolean {
	return ['missing', 'changed', 'differs', 'foreign', 'taken'].includes(code);
}

async function allDone(...tasks: ReadonlyArray<Promise<unknown>>): Promise<void> {
	await Promise.all(tasks);
}

/** It begins, and nothing but its account of itself was looked at. */
function startsFrom(before: TorrentActivity, after: TorrentActivity): boolean {
	if (after.name === 'checking') return rests(before);
	return after.name === 'active' && before.name === 'checking' && before.total === 0;
}

/** Nothing is done with its data, and nothing was since it was said what it does. */
function rests({name}: TorrentActivity): boolean {
	return name === 'idle' || name === 'paused' || name === 'queued' || name === 'closed';
}
