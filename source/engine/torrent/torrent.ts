import {fromHex} from '../../base/hex.js';
import type {LogLevel} from '../../base/ports.js';
import type {Bytes, InfoHash, Millis} from '../../base/units.js';
import type {BlockPool} from '../../io/disk/block-pool.js';
import type {Removal, Storage} from '../../io/disk/storage.js';
import type {ClaimedPlace} from '../../io/files/path-registry.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import {peerKey} from '../../policy/peers/peer-key.js';
import {geometryOf, type PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {PiecePriorities, type PieceRange} from '../../policy/pieces/piece-priorities.js';
import type {SpeedHistory} from '../../policy/rates/speed-history.js';
import {formatMagnet} from '../../protocol/metainfo/magnet.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import {MessageHandler, type MessageHandlerOwner} from '../peers/message-handler.js';
import type {Peer} from '../peers/peer-connection.js';
import {Swarm, type SwarmOwner} from '../peers/swarm.js';
import type {SessionServices} from '../session/session-services.js';
import {composeSources} from '../sources/compose-sources.js';
import type {SourceSet} from '../sources/source-set.js';
import type {BlockSource} from '../transfer/block-source.js';
import type {DownloadOwner} from '../transfer/download-owner.js';
import {Downloader} from '../transfer/downloader.js';
import {type CompletionOwner, PieceCompletion} from '../transfer/piece-completion.js';
import {type TimeCriticalOwner, TimeCriticalPieces} from '../transfer/piece-deadlines.js';
import {RequestTimeouts, type RequestTimeoutsOwner} from '../transfer/request-timeouts.js';
import {SmartBan, type SmartBanOwner} from '../transfer/smart-ban.js';
import {SuperSeeding, type SuperSeedingOwner} from '../transfer/super-seeding.js';
import {TorrentRateLimits} from '../transfer/torrent-limits.js';
import {TorrentUploadSource, type UploadSourceOwner} from '../transfer/upload-source.js';
import type {Consent} from './file-ownership.js';
import {FileProgress} from './file-progress.js';
import {type FileChoiceOwner, FileSelection} from './file-selection.js';
import {type LifecycleOwner, type TorrentActivity, TorrentLifecycle} from './lifecycle.js';
import {Relocation, type RelocationOwner} from './relocation.js';
import {ResumeState} from './resume-state.js';
import {SeedingGoal} from './seeding-goal.js';
import type {TorrentEvent, TorrentSettings} from './torrent-event.js';
import {type NamesOwner, TorrentNames} from './torrent-names.js';
import {TransferStats} from './transfer-stats.js';

/** In UTF-16 units; more than any column shows. */
const longestLabel = 100;

/** How a torrent is set up. */
export interface TorrentSetup {
	readonly dir: string;
	readonly maxPeers: number;
	/** Tiers of trackers to announce to. */
	readonly trackers: ReadonlyArray<readonly string[]>;
	/** Tiers that are kept, and not announced to for now. */
	readonly unusedTrackers?: ReadonlyArray<readonly string[]> | undefined;
	/** Those of them that a person named. */
	readonly namedTrackers?: readonly string[] | undefined;
	readonly addedAt: Millis;
}

/** Why a torrent of an earlier session can only be looked at. */
export interface Held {
	/** What was known of it is lost; or a later version of the program knows it. */
	readonly why: 'lost' | 'later';
	/** The same in words, with what to do. */
	readonly text: string;
}

/** One torrent: who it is, what people chose of it, and the one way in for what happens to it. */
export class Torrent
	implements
		CompletionOwner,
		DownloadOwner,
		TimeCriticalOwner,
		FileChoiceOwner,
		SmartBanOwner,
		NamesOwner,
		MessageHandlerOwner,
		RelocationOwner,
		RequestTimeoutsOwner,
		LifecycleOwner,
		SuperSeedingOwner,
		SwarmOwner,
		UploadSourceOwner
{
	readonly id: InfoHash;
	readonly metainfo: Metainfo;
	readonly infoHash: Uint8Array;
	readonly map: PieceGeometry;
	readonly have: Bitfield;
	readonly files: FileProgress;
	readonly pieceChoice: PiecePriorities;
	readonly downloader: Downloader;
	readonly uploadSource: TorrentUploadSource;
	readonly messages: MessageHandler;
	readonly swarm: Swarm;
	readonly sources: SourceSet;
	readonly stats: TransferStats;
	readonly goal: SeedingGoal;
	readonly rateLimits: TorrentRateLimits;
	readonly smartBan = new SmartBan(this);
	readonly completion: PieceCompletion;
	readonly superSeeding: SuperSeeding;
	readonly relocation: Relocation;
	readonly names = new TorrentNames(this);
	readonly memory: ResumeState;
	readonly maxPeers: number;
	readonly addedAt: Millis;
	dir: string;
	/** Whether it is to run: what a person said last, kept over restarts. */
	wanted = true;
	/** It was paused together with all that ran, not by itself. */
	heldWithAll = false;
	sequential = false;
	/** Whether nothing of it may be written, whatever is missing. */
	seedOnly = false;
	label: string | undefined;
	queue = 0;
	/** Set while nobody knows where its data is: it cannot run, and is not saved. */
	held: Held | undefined;
	/** All that is on the disk is hashed at its next start, whatever is asked for. */
	doubtful = false;
	/** Files that have another path than the torrent says, below `dir`. */
	readonly renamed = new Map<number, readonly string[]>();
	/** Rises with every change of pieces, to know what must be drawn again. */
	piecesRevision = 1;
	/** Rises when files get other names. */
	filesRevision = 1;
	/** Called after every change of `activity`, and when the last wanted piece is on disk. */
	onChange: () => void = () => {};
	/** Puts what is known of it on the disk, now. */
	keep: () => Promise<void> = async () => {};
	readonly #services: SessionServices;
	readonly #lifecycle: TorrentLifecycle;
	readonly #timeouts: RequestTimeouts;
	readonly #choice: FileSelection;
	readonly #timeCritical: TimeCriticalPieces;
	#magnet: string | undefined;

	constructor(metainfo: Metainfo, setup: TorrentSetup, services: SessionServices) {
		this.#services = services;
		this.metainfo = metainfo;
		this.id = metainfo.infoHash ?? metainfo.infoHashV2!;
		this.infoHash = fromHex(this.id)!.subarray(0, 20);
		this.dir = setup.dir;
		this.maxPeers = setup.maxPeers;
		this.addedAt = setup.addedAt;
		this.stats = new TransferStats(services.clock.now());
		this.goal = new SeedingGoal(this.stats, metainfo.length);
		this.memory = new ResumeState(this, services.clock);
		this.superSeeding = new SuperSeeding(this, () => services.random.next());
		this.relocation = new Relocation(this);
		this.completion = new PieceCompletion(this, services);
		this.rateLimits = new TorrentRateLimits({
			download: services.downloadLimiter,
			upload: services.uploadLimiter,
		});
		this.map = geometryOf(metainfo);
		this.have = new Bitfield(this.map.pieceCount);
		this.pieceChoice = new PiecePriorities(this.map.pieceCount);
		this.files = new FileProgress(metainfo.files, this.map, this.pieceChoice, this.have);
		this.downloader = new Downloader(this.map, this, () => services.random.next());
		this.#timeCritical = new TimeCriticalPieces(this, services.clock);
		this.#choice = new FileSelection(this);
		this.#choice.apply();
		this.uploadSource = new TorrentUploadSource(this, services);
		this.messages = new MessageHandler(this, services);
		this.#timeouts = new RequestTimeouts(this, services.uploader);
		this.#lifecycle = new TorrentLifecycle(this, services);
		this.swarm = new Swarm(this, services);
		this.sources = composeSources(
			this,
			{tiers: setup.trackers, unused: setup.unusedTrackers, named: setup.namedTrackers},
			services,
			metainfo.private,
		);
	}

	get activity(): TorrentActivity {
		return this.#lifecycle.activity;
	}

	/** Undefined while its files are nobody's. */
	get storage(): Storage | undefined {
		return this.#lifecycle.storage;
	}

	get allocatesFully(): boolean {
		return this.#services.allocatesFully === true;
	}

	/** Its files are being given their room on the disk. */
	get allocating(): boolean {
		return this.#lifecycle.allocating;
	}

	get pieceCount(): number {
		return this.map.pieceCount;
	}

	get pool(): BlockPool {
		return this.#services.pool;
	}

	get peers(): Iterable<Peer> {
		return this.swarm.peers.values();
	}

	get blockSources(): Iterable<BlockSource> {
		return this.peers;
	}

	get uploadLimit(): number | undefined {
		return this.rateLimits.maxUpload;
	}

	/** Pieces that were wrong, since the start. */
	get hashFailures(): number {
		return this.smartBan.hashFailures;
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

	/** What it lacks of everything, wanted or not. */
	get left(): Bytes {
		return this.metainfo.length - this.haveBytes;
	}

	get active(): boolean {
		return this.#lifecycle.activity.name === 'active';
	}

	/** Every wanted piece is verified and on disk. */
	get complete(): boolean {
		return this.active && this.downloader.needed.count === 0;
	}

	/** Whether it runs or would, were it not for others. */
	get runs(): boolean {
		const {name} = this.activity;
		if (this.#lifecycle.onlyChecks) return false;
		return this.wanted && !this.goal.reached && name !== 'failed' && name !== 'closed';
	}

	/** Whether it has nothing more to download, as far as is known. */
	get hasAllWanted(): boolean {
		if (this.downloader.needed.count === 0) return true;
		// Its pieces are no account of it while they are being counted.
		return this.activity.name === 'checking' && this.stats.completedAt !== undefined;
	}

	/** Everything is here, and it runs. */
	get seeds(): boolean {
		return this.active && this.have.full;
	}

	/** What an earlier session knew; to be told before the first start. */
	remember(memory: ResumeData): void {
		this.memory.take(memory);
		this.stats.take(memory);
		this.names.history = memory.names ?? 'former';
		for (const [file, path] of memory.renamed) if (this.metainfo.files[file]) this.renamed.set(file, path);
		this.superSeeding.wanted = memory.superSeeding;
		this.sequential = memory.sequential;
		this.label = memory.label;
		this.queue = memory.queue;
		this.goal.ratio = memory.seedRatio;
		this.goal.time = memory.seedTime;
		this.goal.recall(memory.goalWaived === true);
		this.heldWithAll = memory.heldWithAll === true;
		this.setLimits(memory.maxDownload, memory.maxUpload);
		this.pieceChoice.take(memory.piecePriorities);
		this.#choice.take(memory.priorities);
		this.#lifecycle.recall(memory.counted ?? memory.have);
	}

	/** The speeds of an earlier session. */
	takeHistory(history: SpeedHistory): void {
		this.stats.history = history;
	}

	/** Everything resume data needs, as of now. Looks at every file's size and time. */
	rememberNow(): Promise<ResumeData> {
		return this.memory.now();
	}

	/** It is to run, whatever it has done before. */
	want(): void {
		this.goal.waive();
		this.wanted = true;
		this.heldWithAll = false;
		this.memory.revision++;
	}

	/** It has not run yet, and is not to. */
	rest(): void {
		this.#lifecycle.rest();
	}

	/** It can only be looked at; to be told before the first start. */
	hold(held: Held): void {
		this.held = held;
		this.wanted = false;
		this.#lifecycle.hold({code: 'io', message: held.text});
	}

	/** Somebody says where its data is. */
	release(dir: string): void {
		this.held = undefined;
		this.dir = dir;
		this.rest();
		this.filesRevision++;
		this.memory.revision++;
	}

	/**
	 * After `remember`, for one that was not paused by hand: it reached its goal in an earlier session, and rests. Answers
	 * whether it is so.
	 */
	restIfDone(): boolean {
		if (this.stats.completedAt === undefined || !this.goal.isDue) return false;
		this.goal.reached = true;
		this.rest();
		return true;
	}

	/** Bytes a second; undefined for none. */
	setLimits(maxDownload: number | undefined, maxUpload: number | undefined): void {
		const now = this.#services.clock.now();
		this.rateLimits.download.setRate(maxDownload, now);
		this.rateLimits.upload.setRate(maxUpload, now);
		this.memory.revision++;
		this.#services.limitsChanged();
	}

	/** A limit of this torrent or of all was changed: what goes beyond it is not waited for. */
	applyLimits(now: Millis): void {
		this.rateLimits.apply(this.peers, this.active && !this.complete, now);
		const {maxDownload} = this.rateLimits;
		if (maxDownload !== undefined && this.active) this.#timeouts.takeBackExcess(maxDownload);
	}

	/** Tokens came: those who waited for them go on. */
	resupply(now: Millis): void {
		if (!this.active) return;
		// Else what is not due would take every token.
		this.#timeCritical.look(now);
		this.#timeouts.resupply(now);
	}

	/** The one way in for everything that is not a block. */
	post(event: TorrentEvent): void {
		if (this.activity.name === 'closed') return;
		switch (event.type) {
			case 'start':
				if (this.held !== undefined) return;
				this.want();
				this.#lifecycle.start(this.doubtful ? 'full' : event.check);
				this.doubtful = false;
				return;
			case 'pause':
				this.wanted = false;
				this.heldWithAll = event.withAll === true;
				return this.#lifecycle.pause();
			case 'verify':
				return this.held === undefined ? this.#lifecycle.verify() : undefined;
			case 'prioritise':
				this.#choice.choose(event.files, event.priority);
				return this.#wantOther();
			case 'prioritisePieces':
				this.#choice.choosePieces(event.pieces, event.priority);
				return this.#wantOther();
			case 'deadline':
				return this.#hurry(event.pieces, event.within);
			case 'queue':
				return this.#lifecycle.queue();
			case 'set':
				return this.#set(event.settings);
			case 'peers':
				return this.sources.take(event.addresses, event.source);
			case 'stored':
				return this.completion.stored(event.piece);
			case 'wrong':
				return this.smartBan.wrong(event.piece, event.digests);
			case 'unstored':
				this.downloader.again(event.piece);
				return this.#lifecycle.fail(event.failure);
			case 'failure':
				return this.#lifecycle.fail(event.failure);
			case 'count':
				return this.#sample(this.#services.clock.now());
			case 'tick':
				return this.#tick(event.now);
			default:
				event satisfies never;
		}
	}

	/** Stops, for good: trackers are told, what came is saved. Resolves when all of it is done, in 5 s at the most. */
	async close(): Promise<void> {
		this.relocation.stop();
		if (this.activity.name !== 'closed') await this.#lifecycle.close();
	}

	/**
	 * Deletes those of the torrent's files that are its own; only for one that is closed.
	 *
	 * @param others the names of torrents that have a file, too, by its number
	 */
	removeData(others: ReadonlyMap<number, string>): Promise<Removal> {
		return this.#lifecycle.removeData(others);
	}

	/** A person allows its next start to do more than it would; undefined: what it was told to do when it failed. */
	allow(consent?: Partial<Consent>): void {
		if (consent === undefined) this.#lifecycle.allowAsTold();
		else this.#lifecycle.allow(consent);
	}

	/** Where one of its files is to be, whole. */
	pathOf(file: number): string {
		return [this.dir, ...(this.renamed.get(file) ?? this.metainfo.files[file]!.path)].join('/');
	}

	/** Where its files are to be. */
	get place(): ClaimedPlace {
		return this.#placeIn(this.dir, this.renamed);
	}

	#placeIn(dir: string, renamed: ReadonlyMap<number, readonly string[]>): ClaimedPlace {
		const paths = this.metainfo.files.map(({path, pad}, file) =>
			pad ? undefined : (renamed.get(file) ?? path).join('/'),
		);
		return {dir, paths};
	}

	banPeer(peer: Peer): void {
		this.swarm.ban(peerKey(peer.address), 'was banned by hand');
	}

	// What people chose.

	#set(settings: TorrentSettings): void {
		if ('label' in settings) this.label = settings.label?.trim().slice(0, longestLabel) || undefined;
		if (settings.queue !== undefined) this.queue = settings.queue;
		if (settings.sequential !== undefined) this.sequential = settings.sequential;
		if (settings.superSeeding !== undefined) this.superSeeding.wanted = settings.superSeeding;
		this.goal.set(settings);
		this.superSeeding.review();
		this.memory.revision++;
		this.onChange();
	}

	#hurry(pieces: readonly PieceRange[], within: Millis | null): void {
		if (within !== null && this.#choice.unskip(pieces)) this.#wantOther();
		this.#timeCritical.set(pieces, within);
		this.#timeCritical.wake();
	}

	/** Other pieces are wanted than before, or in another order. */
	#wantOther(): void {
		this.memory.revision++;
		this.#timeouts.reviewInterest();
		if (this.active) this.completion.checkCompletion();
		this.onChange();
	}

	// Time.

	#sample(now: Millis): void {
		if (this.stats.sample(now, this.#services.clock.wall())) this.memory.revision++;
	}

	/** Once a second. */
	#tick(now: Millis): void {
		this.#sample(now);
		this.stats.countTime(now, this.active, this.complete);
		if (this.complete && this.goal.isDue) {
			this.log('info', 'the seeding goal is reached');
			this.goal.reached = true;
			this.#lifecycle.pause();
		}
		this.#lifecycle.tick(now);
		if (!this.active) return;
		this.#timeouts.tick(now);
		this.superSeeding.tick();
		this.swarm.tick(now);
	}

	// What its parts ask and tell.

	requestQuota(source: BlockSource): number {
		return this.#services.requestQuota(source);
	}

	downloadGrant(wanted: Bytes): Bytes {
		// Pieces could not be stored before the files are where they go.
		if (this.relocation.progress !== undefined) return 0;
		return this.rateLimits.downloadGrant(this.#services.clock.now(), wanted);
	}

	downloadUsed(granted: Bytes, used: Bytes): void {
		this.rateLimits.downloadUsed(this.#services.clock.now(), granted, used);
	}

	get readsPaced(): boolean {
		return this.rateLimits.reads.active;
	}

	piecePriority(piece: number): number {
		return this.files.piecePriority(piece);
	}

	wasted(bytes: Bytes): void {
		this.stats.wasted += bytes;
	}

	changed(): void {
		this.piecesRevision++;
	}

	activityChanged(): void {
		this.memory.revision++;
		this.piecesRevision++;
		this.swarm.revision++;
		this.#timeCritical.wake();
		this.onChange();
	}

	withStorage<Value>(task: (storage: Storage) => Promise<Value>): Promise<Value> {
		return this.#lifecycle.withStorage(task);
	}

	moved(): void {
		this.memory.moved();
		this.filesRevision++;
		this.memory.revision++;
		this.claimFiles();
		this.onChange();
	}

	async takenAt({dir = this.dir, renamed = this.renamed}: Partial<Pick<Torrent, 'dir' | 'renamed'>>) {
		const {paths} = this.#services;
		if (paths === undefined) return undefined;
		const now = new Set((await paths.shared(this.id)).map(({file}) => file));
		const found = await paths.rivalsAt(this.id, this.#placeIn(dir, renamed));
		const rival = found.find(({file}) => dir !== this.dir || !now.has(file));
		if (rival === undefined) return undefined;
		const message = `\u00ab${rival.name}\u00bb has a file there already: ${dir}: choose another place`;
		return {code: 'taken', message} as const;
	}

	/** Says in the session which files are its own. */
	claimFiles(): void {
		this.#services.paths?.claim(this.id, this.metainfo.name, this.place);
	}

	namesFound(): void {
		this.claimFiles();
		this.filesRevision++;
		this.memory.revision++;
		this.onChange();
	}

	meetAnew(): void {
		this.swarm.closeAll('begins to super-seed');
		this.swarm.resume(this.#services.clock.now());
	}

	log(level: LogLevel, text: string): void {
		this.#services.log(level, text, this.id);
	}
}
