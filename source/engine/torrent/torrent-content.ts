import {fromHex} from '../../base/hex.js';
import type {LogLevel} from '../../base/ports.js';
import type {Bytes, InfoHash, Millis, PieceIndex} from '../../base/units.js';
import type {BlockPool} from '../../io/disk/block-pool.js';
import type {Storage, StorageFailure} from '../../io/disk/storage.js';
import {hashFunctions} from '../../io/machine/hash-functions.js';
import type {ClaimedPlace} from '../../io/ownership/path-registry.js';
import {placeOf} from '../../io/ownership/place-of.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import {HashTrees} from '../../policy/hashes/hash-trees.js';
import {geometryOf, type PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {PiecePriorities, type PieceRange} from '../../policy/pieces/piece-priorities.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {WebSeedFiles} from '../../protocol/metainfo/web-seed-files.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import {compareHalves} from '../hashes/compare-halves.js';
import {HashExchange, type HashExchangeOwner} from '../hashes/hash-exchange.js';
import {notesOf, takeNotes} from '../hashes/hash-notes.js';
import type {TorrentRateLimits} from '../limits/torrent-limits.js';
import type {MessageContent, MessageHandler} from '../peers/message-handler.js';
import type {Peer} from '../peers/peer-connection.js';
import type {SessionServices, SharedBuffers} from '../session/session-services.js';
import type {SourceSet} from '../sources/source-set.js';
import type {WebSeed} from '../sources/web-seeds/web-seed.js';
import type {WebSeedList} from '../sources/web-seeds/web-seed-list.js';
import {WebSeeds, type WebSeedsOwner} from '../sources/web-seeds/web-seeds.js';
import type {Swarm} from '../swarm/swarm.js';
import {AwaitedHashes} from '../transfer/awaited-hashes.js';
import type {BlockSource} from '../transfer/block-source.js';
import type {DownloadOwner} from '../transfer/download-owner.js';
import {Downloader} from '../transfer/downloader.js';
import {type CompletionOwner, PieceCompletion} from '../transfer/piece-completion.js';
import {type TimeCriticalOwner, TimeCriticalPieces} from '../transfer/piece-deadlines.js';
import {RequestTimeouts, type RequestTimeoutsOwner} from '../transfer/request-timeouts.js';
import {SentLately} from '../transfer/sent-lately.js';
import {SmartBan, type SmartBanOwner} from '../transfer/smart-ban.js';
import {SuperSeeding, type SuperSeedingOwner} from '../transfer/super-seeding.js';
import {TorrentUploadSource, type UploadSourceOwner} from '../transfer/upload-source.js';
import {FileListeners} from './file-listeners.js';
import {FileProgress} from './file-progress.js';
import {type FileChoiceOwner, FileSelection} from './file-selection.js';
import {FilesOnDisk, type FilesOnDiskOwner} from './files-on-disk.js';
import {Relocation, type RelocationOwner} from './relocation.js';
import type {ResumeState} from './resume-state.js';
import type {TorrentEvent} from './torrent-event.js';
import {type NamesOwner, TorrentNames} from './torrent-names.js';
import type {TorrentSettings} from './torrent-settings.js';
import type {TransferStats} from './transfer-stats.js';

/** What the parts of the content ask of, and tell, the torrent around it. */
export interface ContentOwner {
	readonly id: InfoHash;
	/** Written by the relocation alone. */
	dir: string;
	readonly active: boolean;
	readonly settings: Pick<TorrentSettings, 'seedOnly' | 'sequential' | 'superSeeding'>;
	readonly stats: TransferStats;
	readonly rateLimits: TorrentRateLimits;
	readonly swarm: Swarm;
	readonly sources: SourceSet;
	readonly webSeedList: WebSeedList;
	readonly messages: MessageHandler;
	readonly resumeState: ResumeState;
	/** Something of it is not what it was: who looks at it is told. */
	changed(): void;
	/** Puts what is known of it on the disk, now. */
	keep(): Promise<void>;
	/** The v2 hashes are all known now: its .torrent is to have them. Answers whether it has. */
	keepLayers(): Promise<boolean>;
	post(event: TorrentEvent): void;
	applyLimits(now: Millis): void;
	withStorage<Value>(task: (storage: Storage) => Promise<Value>): Promise<Value>;
	log(level: LogLevel, text: string): void;
}

const noFaults = {hashFailures: 0, bans: 0};

/** What a torrent holds, and everything that can only be done when that is known: made when its metadata is. */
export class TorrentContent
	implements
		CompletionOwner,
		DownloadOwner,
		HashExchangeOwner,
		TimeCriticalOwner,
		FileChoiceOwner,
		FilesOnDiskOwner,
		SmartBanOwner,
		NamesOwner,
		MessageContent,
		RelocationOwner,
		RequestTimeoutsOwner,
		SuperSeedingOwner,
		UploadSourceOwner,
		WebSeedsOwner
{
	readonly metainfo: Metainfo;
	readonly map: PieceGeometry;
	readonly have: Bitfield;
	/** What is known of the Merkle trees of its files; undefined where there is no v2 half. BEP 52. */
	readonly hashes: HashTrees | undefined;
	/** Asks peers for hashes, and gives them; undefined where there is no v2 half. BEP 52. */
	exchange: HashExchange | undefined;
	readonly isHybrid: boolean;
	/** Pieces that nobody can verify yet; undefined where v1 hashes do. */
	readonly awaitedHashes: AwaitedHashes | undefined;
	readonly files: FileProgress;
	/** Whoever reads its files while they come. */
	readonly listeners = new FileListeners();
	/** Priorities of single pieces, above those of their files. */
	readonly piecePriorities: PiecePriorities;
	readonly uploadSource: TorrentUploadSource;
	readonly sentLately = new SentLately();
	readonly completion: PieceCompletion;
	readonly superSeeding: SuperSeeding;
	readonly selection: FileSelection;
	readonly timeouts: RequestTimeouts;
	readonly webSeeds: WebSeeds;
	readonly timeCritical: TimeCriticalPieces;
	readonly relocation: Relocation;
	readonly names: TorrentNames;
	readonly onDisk: FilesOnDisk;
	/** Files that have another path than the torrent says, below its folder. */
	readonly renamed = new Map<number, readonly string[]>();
	/** Rises when files get other names. */
	filesRevision = 1;
	/** The torrent around it. */
	readonly torrent: ContentOwner;
	readonly #services: SessionServices;
	/** Whether its .torrent on the disk has all of its v2 hashes. */
	#hasLayersKept = false;
	#places: WebSeedFiles | undefined;
	#downloader: Downloader | undefined;
	#smartBan: SmartBan | undefined;

	constructor(metainfo: Metainfo, owner: ContentOwner, services: SessionServices) {
		this.torrent = owner;
		this.#services = services;
		this.metainfo = metainfo;
		this.map = geometryOf(metainfo);
		this.have = new Bitfield(this.map.pieceCount);
		this.isHybrid = metainfo.infoHashV2 !== undefined && metainfo.pieceHashes !== undefined;
		if (metainfo.infoHashV2 !== undefined) this.hashes = new HashTrees(metainfo, hashFunctions.sha256);
		this.piecePriorities = new PiecePriorities(this.map.pieceCount);
		this.files = new FileProgress(fileTable(metainfo), this.map, this.piecePriorities, this.have, () =>
			this.listeners.tell(),
		);
		this.timeCritical = new TimeCriticalPieces(this, services.clock);
		this.selection = new FileSelection(this);
		this.uploadSource = new TorrentUploadSource(this, services);
		this.completion = new PieceCompletion(this, services);
		this.superSeeding = new SuperSeeding(this, () => services.random.next());
		this.timeouts = new RequestTimeouts(this, services.uploader);
		this.webSeeds = new WebSeeds(owner.webSeedList, this, services.webSeeds);
		this.relocation = new Relocation(this);
		this.names = new TorrentNames(this);
		this.onDisk = new FilesOnDisk(this, services);
		if (this.hashes === undefined) return;
		this.exchange = new HashExchange(this, this.hashes, metainfo);
		if (metainfo.pieceHashes === undefined) this.awaitedHashes = new AwaitedHashes(this.hashes, this);
	}

	/** What an earlier session knew of it; to be told before the first start. */
	remember(memory: ResumeData): void {
		this.names.take(memory);
		const {count} = fileTable(this.metainfo);
		for (const [file, path] of memory.renamed) if (file < count) this.renamed.set(file, path);
		if (this.hashes !== undefined) {
			const known = takeNotes(this.hashes, memory.hashes);
			if (known.length > 0) {
				this.awaitedHashes?.came(known);
				// What is known need not be asked for.
				this.exchange = new HashExchange(this, this.hashes, this.metainfo);
			}
		}
		this.piecePriorities.take(memory.piecePriorities);
		this.selection.take(memory.priorities);
		this.onDisk.recall(memory.counted ?? memory.have);
	}

	/** Its sections of the resume data, but for what is on the disk. */
	export(): Pick<ResumeData, 'priorities' | 'piecePriorities' | 'renamed' | 'names' | 'hashes'> {
		return {
			hashes:
				this.#hasLayersKept || this.hashes === undefined ? undefined : notesOf(this.hashes, this.metainfo),
			priorities: this.files.export(),
			piecePriorities: this.piecePriorities.export(),
			...this.names.export(),
		};
	}

	/** Made when it is first needed: what is whole, and met by nobody, needs none. */
	get downloader(): Downloader {
		return this.#downloader ?? this.#makeDownloader();
	}

	/** Undefined while nobody has needed it: all pieces are had then, and nobody was met. */
	get downloading(): Downloader | undefined {
		return this.#downloader;
	}

	#makeDownloader(): Downloader {
		const {have} = this;
		const downloader = new Downloader(this.map, this, () => this.#services.random.next());
		this.#downloader = downloader;
		this.selection.apply();
		for (let piece = 0; piece < have.length; piece++) if (have.has(piece)) downloader.picker.take(piece);
		return downloader;
	}

	/** Made for the first who gives anything. */
	get smartBan(): SmartBan {
		this.#smartBan ??= new SmartBan(this);
		return this.#smartBan;
	}

	/** Pieces that were wrong, and peers that were banned, since the start. */
	get faults(): Pick<SmartBan, 'hashFailures' | 'bans'> {
		return this.#smartBan ?? noFaults;
	}

	/** Every wanted piece is had. */
	get needsNothing(): boolean {
		return (this.#downloader === undefined && this.have.full) || this.downloader.needed.count === 0;
	}

	/** All of it is there, as was known before. */
	get isAsKept(): boolean {
		return this.have.full && this.resumeState.known?.have.full === true;
	}

	/** Undefined while its files are nobody's. */
	get storage(): Storage | undefined {
		return this.onDisk.storage;
	}

	/** A .torrent of it came that may have v2 hashes which are not known. */
	takeLayers({infoHashV2, pieceLayers}: Pick<Metainfo, 'infoHashV2' | 'pieceLayers'>): void {
		const {hashes, metainfo} = this;
		if (hashes === undefined || hashes.complete || infoHashV2 !== metainfo.infoHashV2) return;
		const pieces = [...(pieceLayers ?? [])].flatMap(([root, layer]) =>
			hashes.addLayer(fromHex(root)!, layer),
		);
		if (pieces.length > 0) this.hashesCame(pieces);
	}

	/** The hashes of these pieces are known now. */
	hashesCame(pieces: readonly PieceIndex[]): void {
		this.resumeState.revision++;
		this.awaitedHashes?.came(pieces);
		void compareHalves(this, pieces);
		if (this.hashes?.complete) void this.#keepLayers();
	}

	async #keepLayers(): Promise<void> {
		this.#hasLayersKept = await this.torrent.keepLayers();
	}

	/** The hashes of all blocks of these pieces are known now. */
	leavesCame(pieces: readonly PieceIndex[]): void {
		for (const piece of pieces) this.#smartBan?.leavesCame(piece);
	}

	wantLeaves(piece: PieceIndex): void {
		this.exchange?.wantLeaves(piece, this.#services.clock.now());
	}

	needs(piece: number): boolean {
		return this.downloader.needed.has(piece);
	}

	get pieceCount(): number {
		return this.map.pieceCount;
	}

	/** Where one of its files is to be, whole. */
	pathOf(file: number): string {
		return [this.dir, ...(this.renamed.get(file) ?? fileTable(this.metainfo).path(file))].join('/');
	}

	/** Where its files are to be. */
	get place(): ClaimedPlace {
		return this.#placeIn(this.dir, this.renamed);
	}

	#placeIn(dir: string, renamed: ReadonlyMap<number, readonly string[]>): ClaimedPlace {
		return placeOf(fileTable(this.metainfo), dir, renamed);
	}

	/** Says in the session which files are its own. */
	claimFiles(): void {
		this.#services.paths?.claim(this.id, this.metainfo.name, this.place);
	}

	/**
	 * Pieces are due within so long from now, each so much later than the one before; null for no hurry. Answers whether
	 * some were skipped, and are wanted now.
	 */
	setDeadline(pieces: readonly PieceRange[], within: Millis | null, step: Millis): boolean {
		const isNews = within !== null && this.selection.unskip(pieces);
		this.timeCritical.set(pieces, within, step);
		this.webSeeds.hurry();
		return isNews;
	}

	/** Tokens came: those who waited for them go on. */
	resupply(now: Millis): void {
		// Else what is not due would take every token.
		this.timeCritical.look(now);
		this.timeouts.resupply(now);
		this.webSeeds.resupply(now);
	}

	// What its parts ask and tell.

	get id(): InfoHash {
		return this.torrent.id;
	}

	get dir(): string {
		return this.torrent.dir;
	}

	set dir(dir: string) {
		this.torrent.dir = dir;
	}

	get active(): boolean {
		return this.torrent.active;
	}

	get seeds(): boolean {
		return this.torrent.active && this.have.full;
	}

	get seedOnly(): boolean {
		return this.torrent.settings.seedOnly;
	}

	get sequential(): boolean {
		return this.torrent.settings.sequential;
	}

	get superSeedingWanted(): boolean {
		return this.torrent.settings.superSeeding;
	}

	get stats(): TransferStats {
		return this.torrent.stats;
	}

	get rateLimits(): TorrentRateLimits {
		return this.torrent.rateLimits;
	}

	get swarm(): Swarm {
		return this.torrent.swarm;
	}

	get peers(): Iterable<Peer> {
		return this.torrent.swarm.peers.values();
	}

	get isAlone(): boolean {
		return this.torrent.swarm.peers.size === 0;
	}

	get messages(): MessageHandler {
		return this.torrent.messages;
	}

	get sources(): SourceSet {
		return this.torrent.sources;
	}

	get resumeState(): ResumeState {
		return this.torrent.resumeState;
	}

	get pool(): BlockPool {
		return this.#services.pool;
	}

	get budget(): SharedBuffers {
		return this.#services.budget;
	}

	get allocatesFully(): boolean {
		return this.#services.allocatesFully === true;
	}

	get readsPaced(): boolean {
		return this.rateLimits.reads.active;
	}

	changed(): void {
		this.torrent.changed();
	}

	keep(): Promise<void> {
		return this.torrent.keep();
	}

	log(level: LogLevel, text: string): void {
		this.torrent.log(level, text);
	}

	applyLimits(now: Millis): void {
		this.torrent.applyLimits(now);
	}

	withStorage<Value>(task: (storage: Storage) => Promise<Value>): Promise<Value> {
		return this.torrent.withStorage(task);
	}

	get blockSources(): Iterable<BlockSource> {
		return this.webSeeds.isEmpty ? this.peers : this.#blockSources();
	}

	*#blockSources(): Iterable<BlockSource> {
		yield* this.peers;
		yield* this.webSeeds.active();
	}

	/** Where web servers have its files. */
	get places(): WebSeedFiles {
		this.#places ??= new WebSeedFiles(this.metainfo);
		return this.#places;
	}

	waitForBuffer(source: BlockSource): void {
		this.#services.budget.waitForBuffer(source, waiting => this.downloader.refill(waiting));
	}

	met(webSeed: WebSeed): void {
		this.smartBan.metServer(webSeed);
	}

	nextId(): number {
		return this.#services.nextPeerId();
	}

	/** Pieces could not be stored before the files are looked at, and are where they go. */
	get mayAsk(): boolean {
		return this.active && this.relocation.progress === undefined;
	}

	downloadGrant(wanted: Bytes): Bytes {
		if (!this.mayAsk) return 0;
		return this.rateLimits.downloadGrant(this.#services.clock.now(), wanted);
	}

	downloadUsed(granted: Bytes, used: Bytes): void {
		this.rateLimits.downloadUsed(this.#services.clock.now(), granted, used);
	}

	piecePriority(piece: number): number {
		return this.files.piecePriority(piece);
	}

	wasted(bytes: Bytes): void {
		this.stats.wasted += bytes;
	}

	moved(): void {
		this.resumeState.moved();
		this.#renewFiles();
	}

	namesFound(): void {
		this.#renewFiles();
	}

	#renewFiles(): void {
		this.claimFiles();
		this.filesRevision++;
		this.resumeState.revision++;
		this.changed();
	}

	async takenAt({
		dir = this.dir,
		renamed = this.renamed,
	}: {
		readonly dir?: string;
		readonly renamed?: ReadonlyMap<number, readonly string[]>;
	}): Promise<StorageFailure | undefined> {
		const {paths} = this.#services;
		if (paths === undefined) return undefined;
		const now = new Set((await paths.shared(this.id)).map(({file}) => file));
		const found = await paths.rivalsAt(this.id, this.#placeIn(dir, renamed));
		const rival = found.find(({file}) => dir !== this.dir || !now.has(file));
		if (rival === undefined) return undefined;
		const message = `\u00ab${rival.name}\u00bb has a file there already: ${dir}: choose another place`;
		return {code: 'taken', message} as const;
	}

	meetAnew(): void {
		this.swarm.closeAll('begins to super-seed');
		this.swarm.resume(this.#services.clock.now());
	}
}
