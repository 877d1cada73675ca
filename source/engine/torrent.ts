import type {CheckMode} from '../api/command.js';
import type {FilePriority} from '../api/snapshot.js';
import {UserError} from '../base/errors.js';
import type {PeerAddress} from '../base/peer-address.js';
import type {LogLevel} from '../base/ports.js';
import {type Bytes, blockLength, type InfoHash, type Millis, type Seconds} from '../base/units.js';
import type {BlockPool} from '../io/block-pool.js';
import type {ResumeData} from '../io/resume-data.js';
import type {Checking, Storage, StorageFailure} from '../io/storage.js';
import {planCheck, type Stamp} from '../policy/check-plan.js';
import {FileMap} from '../policy/file-map.js';
import {peerKey} from '../policy/peer-key.js';
import {headPieces, PieceMap, piecePriorities} from '../policy/piece-map.js';
import {SpeedHistory} from '../policy/speed-history.js';
import {SpeedMeter} from '../policy/speed-meter.js';
import {Bitfield} from '../protocol/bitfield.js';
import {
	answerMetadataRequest,
	decodeMetadataMessage,
	encodeExtensionHandshake,
	extensionId,
	metadataPiece,
} from '../protocol/extension.js';
import {fromHex} from '../protocol/hex.js';
import {formatMagnet} from '../protocol/magnet.js';
import type {Metainfo} from '../protocol/metainfo.js';
import {Announcers} from './announcers.js';
import {Downloader, type DownloadOwner} from './downloader.js';
import {FileTally} from './file-tally.js';
import type {PacedWrites} from './paced-writes.js';
import type {Peer} from './peer.js';
import {type JudgeOwner, PieceJudge} from './piece-judge.js';
import {Relocation, type RelocationOwner} from './relocation.js';
import type {Room} from './room.js';
import {SuperSeeding, type SuperSeedingOwner} from './super-seeding.js';
import {nameOf, Swarm, type SwarmOwner} from './swarm.js';
import {Throttle} from './throttle.js';
import {type DataMemory, dataOf, nothingKnown, resumeDataOf} from './torrent-memory.js';
import {acceptedRequests} from './upload-queue.js';
import type {UploadSource} from './uploader.js';

/** What a torrent is doing. */
export type TorrentActivity =
	| {readonly name: 'idle'}
	| {readonly name: 'checking'; readonly total: number; done: number; stop: () => void}
	| {readonly name: 'active'}
	| {readonly name: 'pausing'}
	| {readonly name: 'paused'}
	/** It is to run, and waits for others. */
	| {readonly name: 'queued'}
	| {readonly name: 'failed'; readonly failure: StorageFailure}
	| {readonly name: 'closed'};

/** Everything that can happen to a torrent but the blocks themselves, which are too many for a mailbox. */
export type TorrentEvent =
	| {readonly type: 'start'; readonly check: CheckMode}
	| {readonly type: 'pause'}
	/** Others go first. */
	| {readonly type: 'queue'}
	| {readonly type: 'set'; readonly settings: TorrentSettings}
	| {readonly type: 'verify'}
	| {readonly type: 'prioritise'; readonly files: readonly number[]; readonly priority: FilePriority}
	| {
			readonly type: 'peers';
			readonly addresses: readonly PeerAddress[];
			readonly source: 'tracker' | 'manual' | 'resume';
	  }
	| {readonly type: 'stored'; readonly piece: number}
	| {readonly type: 'wrong'; readonly piece: number; readonly digests: Uint8Array}
	| {readonly type: 'unstored'; readonly piece: number; readonly failure: StorageFailure}
	| {readonly type: 'failure'; readonly failure: StorageFailure}
	/** Takes account of what was moved since the last time. */
	| {readonly type: 'count'}
	| {readonly type: 'tick'; readonly now: Millis};

/** What people may change of a torrent at any time; what is left out stays as it is. */
export interface TorrentSettings {
	readonly label?: string | undefined;
	/** Its place in the queue, 1 for the first. */
	readonly queue?: number;
	readonly sequential?: boolean;
	readonly superSeeding?: boolean;
	/** Null for none. */
	readonly seedRatio?: number | null;
	readonly seedTime?: Seconds | null;
}

/** How a torrent is set up. */
export interface TorrentSetup {
	readonly dir: string;
	readonly maxPeers: number;
	/** Tiers of trackers to announce to. */
	readonly trackers: ReadonlyArray<readonly string[]>;
	readonly addedAt: Millis;
}

const haveDelay: Millis = 100;
/** What was only uploaded is worth saving this often. */
const totalsTime: Millis = 300_000;
/** Metadata on its way to one peer. */
const mostMetadata: Bytes = 128 << 10;
/** More than this at a limit that was just set is taken back. */
const askedAhead: Seconds = 5;
/** How long a block may take under a limit so low that we ourselves let it wait. */
const pacedPatience: Millis = 60_000;
const farewell: Millis = 5000;
const flushTime: Millis = 3000;
/** Lines about single pieces are for slow downloads only. */
const pieceLogGap: Millis = 250;

/** One torrent: owns its storage, its swarm, its trackers and the truth about which pieces are here. */
export class Torrent
	implements DownloadOwner, SwarmOwner, UploadSource, SuperSeedingOwner, RelocationOwner, JudgeOwner
{
	readonly id: InfoHash;
	readonly metainfo: Metainfo;
	readonly infoHash: Uint8Array;
	readonly v2: boolean;
	readonly map: PieceMap;
	readonly have: Bitfield;
	readonly files: FileTally;
	readonly swarm: Swarm;
	readonly downloader: Downloader;
	readonly announcers: Announcers;
	readonly download = new SpeedMeter();
	readonly upload = new SpeedMeter();
	history = new SpeedHistory();
	readonly maxPeers: number;
	readonly addedAt: Millis;
	dir: string;
	/** Whether it is to run: what a person said last, kept over restarts. */
	wanted = true;
	sequential = false;
	label: string | undefined;
	queue = 0;
	readonly throttle: Throttle;
	seedRatio: number | undefined;
	seedTime: Seconds | undefined;
	activeTime: Seconds = 0;
	seedingTime: Seconds = 0;
	/** It was seeded as far or as long as was asked for, and has paused itself. */
	goalReached = false;
	downloaded: Bytes = 0;
	uploaded: Bytes = 0;
	wastedBytes: Bytes = 0;
	/** Milliseconds since 1970 at which the last wanted piece came. */
	completedAt: Millis | undefined;
	/** Rises with every change of pieces, to know what must be drawn again. */
	piecesRevision = 1;
	/** Rises when something changes that resume data holds. */
	memoryRevision = 0;
	activity: TorrentActivity = {name: 'idle'};
	storage: Storage | undefined;
	readonly judge = new PieceJudge(this);
	readonly superSeeding: SuperSeeding;
	readonly relocation: Relocation;
	/** Files that have another path than the torrent says, below `dir`. */
	readonly renamed = new Map<number, readonly string[]>();
	/** Rises when files get other names. */
	filesRevision = 1;
	/** What was moved between the last two counts, about a second apart. */
	lately = {downloaded: 0, uploaded: 0};
	/** When a byte was last moved, by the clock of the session. */
	movedAt: Millis;
	/** Called after every change of `activity`, and when the last wanted piece is on disk. */
	onChange: () => void = () => {};
	readonly #room: Room;
	readonly #fileMap: FileMap;
	#memory: ResumeData | undefined;
	#newHaves: number[] = [];
	#haveTimer = false;
	#wasComplete = false;
	#announced = false;
	#lastPieceLog: Millis = 0;
	#magnet: string | undefined;
	#tickedAt: Millis | undefined;
	#totalsKeptAt: Millis = -Infinity;
	/** Somebody started it again after it had reached its goal. */
	#goalWaived = false;
	/** What files were when they were moved while it did not run. */
	#stamps: Pick<ResumeData, 'stamps'> | undefined;
	#sampled = {downloaded: 0, uploaded: 0};
	/** Whose turn it is to be served first when a limit allows more. */
	#turn = 0;
	/** Counts starts and stops, so that what an earlier run began cannot touch a later one. */
	#run = 0;
	#stopping: Promise<void> = Promise.resolve();

	constructor(metainfo: Metainfo, setup: TorrentSetup, room: Room) {
		this.#room = room;
		this.metainfo = metainfo;
		this.id = metainfo.infoHash ?? metainfo.infoHashV2!;
		this.infoHash = fromHex(this.id)!.subarray(0, 20);
		this.v2 = metainfo.version !== '1';
		this.dir = setup.dir;
		this.maxPeers = setup.maxPeers;
		this.addedAt = setup.addedAt;
		this.movedAt = room.clock.now();
		this.superSeeding = new SuperSeeding(this, () => room.random.next());
		this.relocation = new Relocation(this);
		this.throttle = new Throttle({download: room.downloadLimiter, upload: room.uploadLimiter});
		this.map = new PieceMap(metainfo.length, metainfo.pieceLength);
		this.#fileMap = new FileMap(metainfo.files, metainfo.length);
		this.have = new Bitfield(this.map.pieceCount);
		this.files = new FileTally(metainfo.files, this.map, this.#fileMap);
		this.downloader = new Downloader(this.map, this, () => room.random.next());
		this.#applyPriorities();
		this.swarm = new Swarm(this, room);
		this.announcers = new Announcers({
			infoHash: this.infoHash,
			peerId: room.peerId,
			key: room.key,
			port: () => room.port(),
			tiers: setup.trackers,
			clock: room.clock,
			random: room.random,
			log: (level, text) => room.log(level, text, this.id),
			facts: () => ({
				uploaded: this.uploaded,
				downloaded: this.downloaded,
				left: this.metainfo.length - this.haveBytes,
				complete: this.have.full,
			}),
			onPeers: addresses => this.post({type: 'peers', addresses, source: 'tracker'}),
			http: room.http,
			udp: room.udp,
			supportsEncryption: false,
		});
	}

	get pieceCount(): number {
		return this.map.pieceCount;
	}

	get blocksPerPiece(): number {
		return this.map.blocksPerPiece;
	}

	get pool(): BlockPool {
		return this.#room.pool;
	}

	get peers(): Iterable<Peer> {
		return this.swarm.peers.values();
	}

	fairShare(peer: Peer): number {
		return this.#room.fairShare(peer);
	}

	get uploadLimit(): number | undefined {
		return this.throttle.maxUpload;
	}

	/** Pieces that were wrong, since the start. */
	get hashFailures(): number {
		return this.judge.hashFailures;
	}

	/** Computed once, when first looked at. */
	get magnet(): string {
		this.#magnet ??= formatMagnet(this.metainfo);
		return this.#magnet;
	}

	/** Verified bytes of the stream of pieces, wanted or not. */
	get haveBytes(): Bytes {
		const last = this.map.pieceCount - 1;
		const short = this.have.has(last) ? this.map.pieceLength - this.map.pieceSize(last) : 0;
		return this.have.count * this.map.pieceLength - short;
	}

	get active(): boolean {
		return this.activity.name === 'active';
	}

	/** Every wanted piece is verified and on disk. */
	get complete(): boolean {
		return this.active && this.downloader.needed.count === 0;
	}

	/** What an earlier session knew; to be told before the first start. */
	remember(memory: ResumeData): void {
		this.#memory = memory;
		for (const [file, path] of memory.renamed) if (this.metainfo.files[file]) this.renamed.set(file, path);
		this.superSeeding.wanted = memory.superSeeding;
		this.#sampled = {downloaded: memory.downloaded, uploaded: memory.uploaded};
		this.downloaded = memory.downloaded;
		this.uploaded = memory.uploaded;
		this.wastedBytes = memory.wasted;
		this.completedAt = memory.completedAt;
		this.sequential = memory.sequential;
		this.label = memory.label;
		this.queue = memory.queue;
		this.activeTime = memory.activeTime;
		this.seedingTime = memory.seedingTime;
		this.seedRatio = memory.seedRatio;
		this.seedTime = memory.seedTime;
		this.setLimits(memory.maxDownload, memory.maxUpload);
		for (const priority of [0, 1, 2, 3, 4] as const) {
			this.files.setPriority(
				memory.priorities.flatMap((value, index) => (value === priority ? [index] : [])),
				priority,
			);
		}
		this.#applyPriorities();
	}

	/** Whether it runs or would, were it not for others. */
	get runs(): boolean {
		const {name} = this.activity;
		return this.wanted && !this.goalReached && name !== 'failed' && name !== 'closed';
	}

	/** Whether it has nothing more to download, as far as is known. */
	get hasAllWanted(): boolean {
		return this.active ? this.downloader.needed.count === 0 : this.completedAt !== undefined;
	}

	/** Everything is here, and it runs. */
	get seeds(): boolean {
		return this.active && this.have.full;
	}

	/** It is to run, whatever it has done before. */
	want(): void {
		// Who starts a torrent that has reached its goal wants it to go on all the same.
		if (this.goalReached || this.#meetsGoal()) this.#goalWaived = true;
		this.goalReached = false;
		this.wanted = true;
		this.memoryRevision++;
	}

	/** After `remember`: it reached its goal in an earlier session, and rests. Answers whether it is so. */
	restIfDone(): boolean {
		if (this.completedAt === undefined || !this.#meetsGoal()) return false;
		this.goalReached = true;
		this.activity = {name: 'paused'};
		return true;
	}

	#meetsGoal(): boolean {
		const ratio = this.uploaded / (this.downloaded || this.metainfo.length);
		return (
			(this.seedRatio !== undefined && ratio >= this.seedRatio) ||
			(this.seedTime !== undefined && this.seedingTime >= this.seedTime)
		);
	}

	#set(settings: TorrentSettings): void {
		if ('label' in settings) this.label = settings.label;
		if (settings.queue !== undefined) this.queue = settings.queue;
		if (settings.sequential !== undefined) this.sequential = settings.sequential;
		if (settings.superSeeding !== undefined) this.superSeeding.wanted = settings.superSeeding;
		if (settings.seedRatio !== undefined) this.seedRatio = settings.seedRatio ?? undefined;
		if (settings.seedTime !== undefined) this.seedTime = settings.seedTime ?? undefined;
		if (settings.seedRatio !== undefined || settings.seedTime !== undefined) {
			this.#goalWaived = false;
			if (this.goalReached && !this.#meetsGoal()) this.goalReached = false;
		}
		this.superSeeding.review();
		this.memoryRevision++;
		this.onChange();
	}

	/** Bytes a second; undefined for none. */
	setLimits(maxDownload: number | undefined, maxUpload: number | undefined): void {
		const now = this.#room.clock.now();
		this.throttle.download.setRate(maxDownload, now);
		this.throttle.upload.setRate(maxUpload, now);
		this.memoryRevision++;
		this.#room.limitsChanged();
	}

	/** A limit of this torrent or of all was changed: what goes beyond it is not waited for. */
	applyLimits(now: Millis): void {
		const {throttle} = this;
		throttle.apply(this.peers, this.active && !this.complete, now);
		const {maxDownload} = throttle;
		if (maxDownload === undefined || !this.active) return;
		let asked = 0;
		for (const peer of this.peers) asked += peer.outstanding * blockLength;
		if (asked <= Math.max(8 * blockLength, maxDownload * askedAhead)) return;
		for (const peer of this.peers) if (peer.outstanding > 0) this.downloader.cancelAll(peer, now);
	}

	/** The one way in for everything that is not a block. */
	post(event: TorrentEvent): void {
		if (this.activity.name === 'closed') return;
		switch (event.type) {
			case 'start':
				this.want();
				return this.#start(event.check);
			case 'pause':
				this.wanted = false;
				return this.#pause();
			case 'verify':
				return this.#verify();
			case 'prioritise':
				return this.#prioritise(event.files, event.priority);
			case 'queue':
				return this.#queue();
			case 'set':
				return this.#set(event.settings);
			case 'peers':
				return this.swarm.add(event.addresses, event.source);
			case 'stored':
				return this.#stored(event.piece);
			case 'wrong':
				return this.judge.wrong(event.piece, event.digests);
			case 'unstored':
				this.downloader.again(event.piece);
				return this.#fail(event.failure);
			case 'failure':
				return this.#fail(event.failure);
			case 'count':
				return this.#sample(this.#room.clock.now());
			case 'tick':
				return this.#tick(event.now);
			default:
				event satisfies never;
		}
	}

	/** Stops, for good: trackers are told, what came is saved. Resolves when all of it is done, in 5 s at the most. */
	async close(): Promise<void> {
		if (this.activity.name === 'closed') return;
		const {name} = this.activity;
		if (name !== 'paused' && name !== 'queued' && name !== 'pausing') await this.#halt('closed');
		else await this.#stopping;
		this.#become({name: 'closed'});
	}

	// Starting and stopping.

	#become(activity: TorrentActivity): void {
		this.activity = activity;
		this.memoryRevision++;
		this.piecesRevision++;
		this.swarm.revision++;
		this.onChange();
	}

	#start(check: CheckMode): void {
		const {name} = this.activity;
		if (name === 'active' || name === 'checking') return;
		const run = ++this.#run;
		const progress = {name: 'checking', total: 0, done: 0, stop: () => {}} as const satisfies TorrentActivity;
		this.#become(progress);
		const begin = async (): Promise<void> => {
			await this.#stopping;
			if (run !== this.#run) return;
			await this.#open(run, check);
		};
		void begin();
	}

	async #open(run: number, mode: CheckMode): Promise<void> {
		const memory = this.#memory;
		const wanted = this.files.wantedFiles;
		const before = memory?.priorities.length === wanted.length ? memory.priorities : undefined;
		const storage = this.#openStorage(
			before === undefined ? wanted : Uint8Array.from(before, priority => (priority > 0 ? 1 : 0)),
		);
		this.storage = storage;
		// A torrent without data needs no look at every one of its files: its first announce need not wait for that.
		const root = this.renamed.get(0)?.[0] ?? this.metainfo.files[0]?.path[0] ?? this.metainfo.name;
		const fresh = memory === undefined && !(await this.#room.disk.exists(this.dir, root));
		const stamps: readonly Stamp[] = fresh ? [] : await storage.stamps();
		if (run !== this.#run) return;
		const plan = planCheck(this.map, this.metainfo.files, stamps, memory, mode);
		this.downloader.forgetPartials();
		this.#resetPieces();
		for (let piece = 0; piece < this.map.pieceCount; piece++) if (plan.trusted.has(piece)) this.#found(piece);
		if (plan.changed)
			this.#room.log('warn', 'files on disk are not as they were left: hashing them', this.id);
		if (plan.check.length > 0 && !(await this.#hash(run, storage, plan.check))) return;
		if (mode === 'quick' && memory !== undefined) this.#restorePartials(memory, plan.trusted);
		// Files that are wanted only now take over what the part file holds of them.
		const failure =
			(before === undefined ? undefined : await storage.setWanted(wanted)) ??
			(await storage.createEmptyFiles());
		if (run !== this.#run) return;
		if (failure !== undefined) return this.#fail(failure);
		this.#activate(memory);
	}

	#openStorage(wanted: Uint8Array): Storage {
		return this.#room.disk.open(
			{metainfo: this.metainfo, dir: this.dir, wanted, id: this.id, renamed: this.renamed},
			{
				stored: piece => this.post({type: 'stored', piece}),
				wrong: (piece, digests) => this.post({type: 'wrong', piece, digests}),
				failed: (piece, failure) => this.post({type: 'unstored', piece, failure}),
			},
		);
	}

	#resetPieces(): void {
		for (let piece = 0; piece < this.map.pieceCount; piece++) {
			if (!this.have.clear(piece)) continue;
			this.downloader.lost(piece);
		}
		this.files.clear();
	}

	#found(piece: number): void {
		if (!this.have.set(piece)) return;
		this.downloader.found(piece);
		this.files.tally(piece, 1);
	}

	/** Hashes pieces on disk. Answers whether it came to its end. */
	async #hash(run: number, storage: Storage, pieces: ArrayLike<number>): Promise<boolean> {
		const progress: TorrentActivity = {name: 'checking', total: pieces.length, done: 0, stop: () => {}};
		this.#become(progress);
		// One after the other: several at once would only make the disk seek.
		const done = await this.#room.checkTurn();
		if (run !== this.#run) {
			done();
			return false;
		}
		const checking: Checking = storage.check(pieces, (piece, right) => {
			if (run !== this.#run) return;
			progress.done++;
			this.piecesRevision++;
			if (right) this.#found(piece);
		});
		progress.stop = () => checking.stop();
		await checking.done;
		done();
		return run === this.#run;
	}

	#restorePartials(memory: ResumeData, trusted: Bitfield): void {
		if (trusted.count !== memory.have.count) return;
		for (const {piece, blocks} of memory.partials) {
			if (this.map.check(piece) === undefined || this.have.has(piece)) continue;
			this.downloader.restore(piece, blocks);
			const partial = this.downloader.ledger.get(piece);
			if (partial !== undefined && partial.received === partial.blocks) this.downloader.judge(partial);
		}
	}

	#activate(memory: ResumeData | undefined): void {
		this.#wasComplete = this.downloader.needed.count === 0;
		this.#announced = this.have.full;
		this.#stamps = undefined;
		this.#become({name: 'active'});
		this.movedAt = this.#room.clock.now();
		this.superSeeding.review();
		this.applyLimits(this.#room.clock.now());
		if (memory !== undefined) this.swarm.add(memory.peers, 'resume');
		this.swarm.resume(this.#room.clock.now());
		this.announcers.start();
		if (this.#wasComplete) {
			this.completedAt ??= this.#room.clock.wall();
			this.onChange();
		}
	}

	#pause(): void {
		const {name} = this.activity;
		if (name === 'paused') return;
		if (name === 'queued' || name === 'idle') {
			this.#run++;
			return this.#become({name: 'paused'});
		}
		void this.#halt('paused');
	}

	#queue(): void {
		const {name} = this.activity;
		if (name === 'queued') return;
		if (name === 'active' || name === 'checking') return void this.#halt('queued');
		this.#run++;
		this.#become({name: 'queued'});
	}

	/** For the time of a task nobody else opens the torrent's files: a start waits for it. */
	async withStorage<Value>(task: (storage: Storage) => Promise<Value>): Promise<Value> {
		if (this.storage !== undefined) return task(this.storage);
		const work = this.#stopping.then(async () => {
			if (this.storage !== undefined) return task(this.storage);
			const storage = this.#openStorage(this.files.wantedFiles);
			const value = await task(storage);
			const stamps = await storage.stamps();
			await storage.close();
			// Copies may be younger than what they were made from.
			if (this.#memory !== undefined && this.#memory.stamps.length > 0) {
				this.#memory = {...this.#memory, stamps};
				this.#stamps = {stamps};
			}
			return value;
		});
		this.#stopping = work.then(
			() => {},
			() => {},
		);
		return work;
	}

	moved(): void {
		if (this.#memory !== undefined) this.#memory = {...this.#memory, dir: this.dir};
		this.filesRevision++;
		this.memoryRevision++;
		this.onChange();
	}

	log(level: LogLevel, text: string): void {
		this.#room.log(level, text, this.id);
	}

	meetAnew(): void {
		this.swarm.closeAll('begins to super-seed');
		this.swarm.resume(this.#room.clock.now());
	}

	/** Lets go of everybody and everything, in order; what is on its way to the disk arrives there. */
	async #halt(then: 'paused' | 'queued' | 'closed'): Promise<void> {
		const run = ++this.#run;
		if (this.activity.name === 'checking') this.activity.stop();
		const wasActive = this.activity.name === 'active';
		this.#become({name: 'pausing'});
		this.superSeeding.review();
		this.swarm.closeAll(then === 'closed' ? 'leaving' : 'paused');
		const {storage} = this;
		this.#stopping = this.#letGo(storage, wasActive);
		await this.#stopping;
		if (run === this.#run && then !== 'closed') this.#become({name: then});
	}

	async #letGo(storage: Storage | undefined, wasActive: boolean): Promise<void> {
		const told = this.announcers.stop();
		if (storage !== undefined) {
			if (wasActive) await this.downloader.savePartials(storage);
			// Pieces on their way to the disk arrive there before anything is noted down.
			if (storage.waiting > 0) await Promise.race([storage.flush(), this.#slowDisk()]);
			await this.rememberNow();
			await storage.close();
			if (this.storage === storage) this.storage = undefined;
		}
		await Promise.race([told, new Promise<void>(resolve => this.#room.clock.after(farewell, resolve))]);
	}

	#fail(failure: StorageFailure): void {
		if (this.activity.name === 'failed') return;
		this.#room.log('error', failure.message, this.id);
		const run = ++this.#run;
		if (this.activity.name === 'checking') this.activity.stop();
		this.#become({name: 'failed', failure});
		this.superSeeding.review();
		this.swarm.closeAll('stopped by a disk failure');
		const {storage} = this;
		this.#stopping = (async () => {
			this.downloader.forgetPartials();
			await this.#letGo(storage, false);
			if (run === this.#run) this.memoryRevision++;
		})();
	}

	#verify(): void {
		const again = async (): Promise<void> => {
			if (this.activity.name === 'active' || this.activity.name === 'checking') await this.#halt('paused');
			this.downloader.forgetPartials();
			this.#memory = undefined;
			this.#start('full');
		};
		void again();
	}

	// What is kept over restarts.

	/** A disk that is slower than this is not waited for. */
	#slowDisk(): Promise<undefined> {
		return new Promise(resolve => this.#room.clock.after(flushTime, () => resolve(undefined)));
	}

	/** Everything resume data needs, as of now. Looks at every file's size and time. */
	async rememberNow(): Promise<ResumeData | undefined> {
		const {storage} = this;
		const {name} = this.activity;
		// While pieces are being checked, what was known before is the better account.
		if (storage === undefined || name === 'checking' || name === 'idle') {
			const known = this.#memory ?? (name === 'paused' || name === 'queued' ? nothingKnown(this) : undefined);
			return known && resumeDataOf(this, {...pickData(known), ...(storage === undefined && this.#stamps)});
		}
		// Times are read before the pieces: what is written meanwhile makes its file newer than known, and so it is looked
		// at next time. The other way round a piece would be lost that came between.
		const isAnything = this.have.count > 0 || this.downloader.ledger.size > 0;
		const stamps = isAnything ? await storage.stamps() : [];
		const data = dataOf(this);
		// A bit must not outlive the bytes it stands for when the power goes; but leaving must not wait for a slow disk.
		const failure = await Promise.race([storage.flush(), this.#slowDisk()]);
		if (failure !== undefined && this.active) this.post({type: 'failure', failure});
		this.#memory = resumeDataOf(this, {...data, stamps});
		return this.#memory;
	}

	// Files and priorities.

	#prioritise(files: readonly number[], priority: FilePriority): void {
		for (const index of files) {
			const file = this.metainfo.files[index];
			if (file === undefined || file.pad) throw new UserError('no-such-file', `there is no file ${index}`);
		}
		const before = this.files.wantedFiles;
		this.files.setPriority(files, priority);
		this.#applyPriorities();
		this.memoryRevision++;
		const wanted = this.files.wantedFiles;
		if (wanted.some((value, index) => value !== before[index])) {
			void this.storage?.setWanted(wanted).then(async failure => {
				const other = failure ?? (await this.storage?.createEmptyFiles());
				if (other !== undefined && this.active) this.post({type: 'failure', failure: other});
			});
		}
		this.#reviewInterest();
		if (this.active) this.#checkCompletion();
		this.onChange();
	}

	#applyPriorities(): void {
		const {map, files} = this;
		this.downloader.setPriorities(piecePriorities(map, this.metainfo.files, files.priorities));
		this.downloader.picker.setHeads(headPieces(map, this.metainfo.files, files.priorities));
		this.piecesRevision++;
	}

	/** Which peers have something for us may have changed. */
	#reviewInterest(): void {
		for (const peer of this.peers) {
			if (!peer.ready) continue;
			peer.setInterested(this.downloader.interesting(peer));
			this.downloader.refill(peer);
		}
	}

	// What the disk says.

	#stored(piece: number): void {
		this.judge.right(piece);
		this.downloader.stored(piece);
		if (this.have.set(piece)) this.files.tally(piece, 1);
		this.piecesRevision++;
		this.memoryRevision++;
		if (!this.active) return;
		this.#room.relieve();
		this.#newHaves.push(piece);
		if (!this.#haveTimer) {
			this.#haveTimer = true;
			this.#room.clock.after(haveDelay, () => this.#sendHaves());
		}
		this.#logPiece(piece);
		if (this.downloader.needed.count === 0) this.#checkCompletion();
	}

	#logPiece(piece: number): void {
		const now = this.#room.clock.now();
		if (now - this.#lastPieceLog < pieceLogGap) return;
		this.#lastPieceLog = now;
		this.#room.log('debug', `piece ${piece} verified`, this.id);
	}

	#sendHaves(): void {
		this.#haveTimer = false;
		const pieces = this.#newHaves;
		this.#newHaves = [];
		for (const peer of this.peers) {
			if (!peer.ready || peer.isSeed) continue;
			// Who has a piece is told, too: a super-seeder waits for that.
			for (const piece of pieces) peer.sendHave(piece);
		}
	}

	#checkCompletion(): void {
		const complete = this.downloader.needed.count === 0;
		if (complete === this.#wasComplete) return;
		this.#wasComplete = complete;
		this.#tellUploadOnly(complete);
		if (!complete) return;
		this.completedAt = this.#room.clock.wall();
		this.#room.log('info', this.have.full ? 'complete' : 'every wanted file is complete', this.id);
		if (this.have.full && !this.#announced) {
			this.#announced = true;
			this.announcers.complete();
		}
		if (this.have.full) {
			void this.storage?.createLinks().then(failure => {
				if (failure !== undefined) this.#room.log('warn', failure.message, this.id);
			});
		}
		for (const peer of this.peers) if (peer.ready) peer.setInterested(false);
		this.applyLimits(this.#room.clock.now());
		this.superSeeding.review();
		this.swarm.rechokeSoon();
		this.onChange();
	}

	/** Who has everything too hears no more haves of us, and could not tell that there is nothing to give. BEP 21. */
	#tellUploadOnly(uploadOnly: boolean): void {
		for (const peer of this.peers) {
			const id = peer.extension.uploadOnlyId;
			if (peer.ready && id) peer.sendExtended(id, Uint8Array.of(uploadOnly ? 1 : 0));
		}
	}

	// What peers say.

	peerReady(peer: Peer): void {
		this.swarm.ready(peer);
		if (peer.isClosed) return;
		peer.sendPieces(this.superSeeding.shown(this.have));
		if (peer.supportsExtended) {
			peer.sendExtended(
				extensionId.handshake,
				encodeExtensionHandshake({
					client: this.#room.client,
					reqq: acceptedRequests,
					port: this.#room.port(),
					metadataSize: this.metainfo.info.length,
					uploadOnly: this.complete && !this.superSeeding.active,
					yourIp: undefined,
				}),
			);
		}
		this.throttle.reads.join(peer);
		this.judge.met(peer);
	}

	peerPieces(peer: Peer): void {
		if (peer.isSeed) this.downloader.picker.seedJoined();
		else if (peer.pieces !== undefined) this.downloader.picker.peerJoined(peer.pieces);
		if (peer.isSeed && this.complete) return peer.close('both have everything');
		this.#review(peer);
		this.swarm.revision++;
	}

	peerForgets(peer: Peer): void {
		if (peer.isSeed) this.downloader.picker.seedLeft();
		else if (peer.pieces !== undefined) this.downloader.picker.peerLeft(peer.pieces);
	}

	peerHas(peer: Peer, piece: number): void {
		this.downloader.picker.peerHas(piece);
		if (peer.pieces?.full) {
			this.downloader.picker.peerBecameSeed(peer.pieces);
			peer.becomeSeed();
		}
		if (!peer.amInterested && this.downloader.needed.has(piece)) peer.setInterested(true);
		this.superSeeding.has(peer, piece);
		this.swarm.revision++;
	}

	peerLost(peer: Peer, piece: number): void {
		if (piece < 0) {
			this.downloader.picker.seedLeft();
			if (peer.pieces !== undefined) this.downloader.picker.peerJoined(peer.pieces);
		} else this.downloader.picker.peerLacks(piece);
		// Whether it still interests us is looked at once a second: here it would cost a look at all pieces each time.
	}

	#review(peer: Peer): void {
		peer.setInterested(this.downloader.interesting(peer));
	}

	peerChokes(peer: Peer): void {
		// With the fast extension every request is answered, by a block or a reject.
		if (!peer.supportsFast) this.downloader.release(peer);
		this.swarm.revision++;
	}

	/** It is asked for blocks when its buffer is read to the end: it may choke us again before. */
	peerUnchokes(): void {
		this.swarm.revision++;
	}

	peerInterest(peer: Peer): void {
		if (peer.peerInterested) this.swarm.rechokeSoon();
		this.swarm.revision++;
	}

	blockStart(peer: Peer, piece: number, begin: number, length: number): number {
		return this.downloader.blockStart(peer, piece, begin, length);
	}

	blockEnd(peer: Peer): void {
		this.#count(peer, peer.arriving.length - peer.countedEarly);
		peer.countedEarly = 0;
		peer.blockCame = true;
		if (this.downloader.blockEnd(peer) !== undefined) this.piecesRevision++;
	}

	#count(peer: Peer, bytes: Bytes): void {
		peer.download.add(bytes, peer.now);
		peer.downloaded += bytes;
		this.download.add(bytes, peer.now);
		this.downloaded += bytes;
	}

	/** Under a low limit a block is counted as it comes, since that takes its time. */
	#readPaced(peer: Peer): void {
		if (peer.inBlock) {
			const early = Math.min(peer.lastRead, peer.arriving.length - peer.countedEarly);
			peer.countedEarly += early;
			this.#count(peer, early);
		}
		if (peer.inBlock || peer.blockCame) this.throttle.reads.took(peer, peer.lastRead, peer.now);
		peer.blockCame = false;
	}

	peerRejects(peer: Peer, piece: number, begin: number, length: number): void {
		this.downloader.rejected(peer, piece, begin, length);
	}

	peerRequests(peer: Peer, piece: number, begin: number, length: number): void {
		const sensible =
			length <= blockLength &&
			this.map.check(piece) !== undefined &&
			this.map.holds(piece, begin, length) &&
			this.have.has(piece);
		if (!sensible) {
			peer.strike();
			peer.sendReject(piece, begin, length);
		} else if (peer.amChoking || !this.active || !peer.uploads.push(piece, begin, length)) {
			peer.sendReject(piece, begin, length);
		}
	}

	peerCancels(peer: Peer, piece: number, begin: number, length: number): void {
		if (peer.uploads.cancel(piece, begin, length)) peer.sendReject(piece, begin, length);
	}

	peerExtended(peer: Peer): void {
		const {port} = peer.extension;
		if (port !== undefined && peer.incoming) this.swarm.list.listens(peer.address, port, peer.now);
		this.swarm.revision++;
	}

	peerMetadata(peer: Peer, payload: Uint8Array): void {
		const message = decodeMetadataMessage(payload);
		const id = peer.extension.metadata;
		if (message?.type !== 'request' || !id) return;
		if (message.piece * metadataPiece >= this.metainfo.info.length) {
			peer.strike();
			peer.sendExtended(id, answerMetadataRequest(this.metainfo.info, message.piece));
			return;
		}
		peer.metadataWanted.add(message.piece);
		this.#giveMetadata(peer, id);
	}

	/** As much of what it asked for as it can take soon: a request is small, its answer is not. BEP 9. */
	#giveMetadata(peer: Peer, id: number): void {
		for (const piece of peer.metadataWanted) {
			if (peer.unsent + peer.writer.length > mostMetadata) return;
			peer.metadataWanted.delete(piece);
			peer.sendExtended(id, answerMetadataRequest(this.metainfo.info, piece));
		}
	}

	peerRead(peer: Peer): void {
		if (this.throttle.reads.active) this.#readPaced(peer);
		this.downloader.refill(peer);
		if (peer.hungry) this.#room.starving(peer, starved => this.downloader.refill(starved));
		if (peer.uploads.length > 0) this.#room.uploader.pump(peer, this);
	}

	peerDrained(peer: Peer): void {
		const id = peer.extension.metadata;
		if (peer.metadataWanted.size > 0 && id) this.#giveMetadata(peer, id);
	}

	peerClosed(peer: Peer, reason: string): void {
		if (peer.ready) {
			this.peerForgets(peer);
			this.#room.log('debug', `${nameOf(peer)} left: ${reason}`, this.id);
		}
		this.downloader.release(peer);
		this.superSeeding.left(peer);
		this.swarm.remove(peer);
		if (this.active) for (const other of this.peers) this.downloader.refill(other);
		this.judge.left();
	}

	banPeer(peer: Peer): void {
		this.swarm.ban(peerKey(peer.address), 'was banned by hand');
	}

	/** Deletes the torrent's files; only for one that is closed. Answers why some are still there. */
	async removeData(): Promise<StorageFailure | undefined> {
		const storage = this.#openStorage(this.files.wantedFiles);
		const failure = await storage.remove();
		await storage.close();
		return failure;
	}

	// What the uploader asks.

	readPiece(
		piece: number,
		begin: number,
		views: readonly Uint8Array[],
		done: (failure: StorageFailure | undefined) => void,
	): void {
		if (this.storage === undefined) done({code: 'io', message: 'stopped'});
		else this.storage.read(piece * this.map.pieceLength + begin, views, done);
	}

	uploadGrant(wanted: Bytes): Bytes {
		return this.throttle.uploadGrant(this.#room.clock.now(), wanted);
	}

	uploadUsed(granted: Bytes, used: Bytes): void {
		this.throttle.uploadUsed(this.#room.clock.now(), granted, used);
	}

	get pacedWrites(): PacedWrites {
		return this.throttle.writes;
	}

	downloadGrant(wanted: Bytes): Bytes {
		// Pieces could not be stored before the files are where they go.
		if (this.relocation.progress !== undefined) return 0;
		return this.throttle.downloadGrant(this.#room.clock.now(), wanted);
	}

	downloadUsed(granted: Bytes, used: Bytes): void {
		this.throttle.downloadUsed(this.#room.clock.now(), granted, used);
	}

	uploadDone(peer: Peer, bytes: Bytes, blocks: number): void {
		const now = this.#room.clock.now();
		peer.uploads.movedAt = now;
		peer.upload.add(bytes, now);
		peer.uploaded += bytes;
		peer.lastUsefulAt = now;
		peer.piecesSinceUnchoke += blocks / this.map.blocksPerPiece;
		this.upload.add(bytes, now);
		this.uploaded += bytes;
	}

	readFailed(_peer: Peer, failure: StorageFailure): void {
		if (this.active) this.post({type: 'failure', failure});
	}

	wasted(bytes: Bytes): void {
		this.wastedBytes += bytes;
	}

	changed(): void {
		this.piecesRevision++;
	}

	/** Tokens came: those who waited for them go on. */
	resupply(now: Millis): void {
		if (!this.active) return;
		this.throttle.writes.wake(now);
		this.throttle.reads.wake(this.peers, now);
		const peers = [...this.peers];
		const first = this.#turn++;
		for (let step = 0; step < peers.length; step++) {
			const peer = peers[(first + step) % peers.length]!;
			if (!peer.ready) continue;
			peer.now = now;
			this.downloader.refill(peer);
			if (peer.uploads.length > 0) this.#room.uploader.pump(peer, this);
		}
	}

	#countTime(now: Millis): void {
		const seconds = this.#tickedAt === undefined ? 0 : Math.min(10, (now - this.#tickedAt) / 1000);
		this.#tickedAt = now;
		if (!this.active) return;
		this.activeTime += seconds;
		if (!this.complete) return;
		this.seedingTime += seconds;
		if (this.#goalWaived || !this.#meetsGoal()) return;
		this.#room.log('info', 'the seeding goal is reached', this.id);
		this.goalReached = true;
		this.#pause();
	}

	#sample(now: Millis): void {
		const {downloaded, uploaded} = this;
		this.lately = {
			downloaded: downloaded - this.#sampled.downloaded,
			uploaded: uploaded - this.#sampled.uploaded,
		};
		this.#sampled = {downloaded, uploaded};
		this.history.sample(this.#room.clock.wall(), this.lately.downloaded, this.lately.uploaded);
		if (this.lately.downloaded + this.lately.uploaded === 0) return;
		this.movedAt = now;
		if (now - this.#totalsKeptAt < totalsTime) return;
		this.#totalsKeptAt = now;
		this.memoryRevision++;
	}

	/** The speeds of an earlier session. */
	takeHistory(history: SpeedHistory): void {
		this.history = history;
	}

	/** Once a second. */
	#tick(now: Millis): void {
		this.#sample(now);
		this.#countTime(now);
		if (!this.active) return;
		const late = this.#takeBackLate(now);
		for (const peer of this.peers) {
			if (!peer.ready) continue;
			if (peer.amInterested && peer.outstanding === 0) this.#review(peer);
			peer.now = now;
			if (!late.has(peer)) this.downloader.refill(peer);
			if (peer.uploads.length > 0) this.#room.uploader.pump(peer, this);
		}
		for (const peer of late) this.downloader.refill(peer);
		this.superSeeding.tick();
		this.swarm.tick(now);
	}

	/** Takes back what silent peers were asked for, and at the end what late ones were: others come first then. */
	#takeBackLate(now: Millis): Set<Peer> {
		const late = new Set<Peer>();
		const ending = this.downloader.nothingLeftToAsk;
		const paced = this.throttle.reads.active;
		for (const peer of this.peers) {
			if (!peer.ready) continue;
			const {pipeline} = peer;
			pipeline.adapt(peer.download.rate(now));
			const silent = paced ? pipeline.oldest(now) > pacedPatience : pipeline.isSilent(now);
			if (silent) pipeline.snubbed = true;
			else if (paced || !ending || !pipeline.isLate(now)) continue;
			late.add(peer);
			this.downloader.cancelAll(peer, now);
		}
		return late;
	}
}

function pickData({have, partials, stamps, peers}: DataMemory): DataMemory {
	return {have, partials, stamps, peers};
}
