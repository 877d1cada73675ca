import {sameBytes} from '../../base/bytes.js';
import {UserError} from '../../base/errors.js';
import type {LogLevel} from '../../base/ports.js';
import type {Bytes, InfoHash, Millis, Seconds} from '../../base/units.js';
import type {Removal, Storage, StorageFailure} from '../../io/disk/storage.js';
import {readMetainfoAside} from '../../io/metainfo/thread.js';
import type {FileChoices, ResumeData} from '../../io/state/resume-data.js';
import {peerKey} from '../../policy/peers/peer-key.js';
import type {PieceRange} from '../../policy/pieces/piece-priorities.js';
import {formatMagnet} from '../../protocol/metainfo/magnet.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {
	firstKey,
	hasAll,
	idOf,
	idsOf,
	isNamed,
	keysOf,
	type SwarmHashes,
	type SwarmKeys,
	swarmKeys,
} from '../../protocol/metainfo/swarm-hashes.js';
import {wrapInfo} from '../../protocol/metainfo/wrap-info.js';
import {TorrentRateLimits} from '../limits/torrent-limits.js';
import {MessageHandler, type MessageHandlerOwner} from '../peers/message-handler.js';
import type {Peer} from '../peers/peer-connection.js';
import type {SessionServices} from '../session/session-services.js';
import {composeSources} from '../sources/compose-sources.js';
import type {SourceSet} from '../sources/source-set.js';
import {WebSeedList} from '../sources/web-seeds/web-seed-list.js';
import {Swarm, type SwarmOwner} from '../swarm/swarm.js';
import {AfterCompletion} from './after-completion.js';
import {selectInitially} from './initial-selection.js';
import {type LifecycleOwner, type TorrentActivity, TorrentLifecycle} from './lifecycle.js';
import {type OtherSeeds, otherSeeds} from './other-seeds.js';
import {type ResumeOwner, type ResumeSettings, ResumeState} from './resume-state.js';
import {type GoalOwner, SeedingGoal} from './seeding-goal.js';
import {type ContentOwner, TorrentContent} from './torrent-content.js';
import type {Held, TorrentEvent} from './torrent-event.js';
import {type SettingsChange, TorrentSettings} from './torrent-settings.js';
import type {TorrentSetup} from './torrent-setup.js';
import {TransferStats} from './transfer-stats.js';

/** Whom a torrent tells what becomes of it, and who puts it on the disk. */
export interface TorrentListener {
	/** Its activity or what people chose of it is not what it was, or its last wanted piece is on disk. */
	changed(torrent: Torrent): void;
	/** Puts what is known of it on the disk, now. */
	keep(torrent: Torrent): Promise<void>;
	/** Puts a .torrent of it on the disk that its peers gave. */
	keepMetainfo(torrent: Torrent, bytes: Uint8Array): Promise<void>;
	/** Puts a .torrent on the disk with the v2 hashes that its peers gave. Answers whether it has all of them. */
	keepLayers(torrent: Torrent): Promise<boolean>;
	/**
	 * What it holds, and so which hashes it has, is about to be known. Answers the torrent that is the same and takes its
	 * place, if there is one: this one has been closed then.
	 */
	resolved(torrent: Torrent, hashes: SwarmHashes): Torrent | undefined;
	/** More of its hashes are known than before, or for certain. */
	identified(torrent: Torrent): void;
}

/** One torrent: who it is, what people chose of it, and the one way in for what happens to it. */
export class Torrent implements ContentOwner, LifecycleOwner, MessageHandlerOwner, ResumeOwner, SwarmOwner {
	/** What it is called, for as long as it is there: a hash by which it was added. */
	readonly id: InfoHash;
	readonly messages: MessageHandler;
	readonly swarm: Swarm;
	readonly sources: SourceSet;
	readonly stats: TransferStats;
	readonly goal: SeedingGoal;
	/** It reached its goal a moment ago, and is to be removed then. */
	leaving: 'remove' | 'remove-with-data' | undefined;
	readonly rateLimits: TorrentRateLimits;
	readonly resumeState: ResumeState;
	readonly settings: TorrentSettings;
	/** HTTP servers that are said to have its files. BEP 19. */
	readonly webSeedList: WebSeedList;
	readonly addedAt: Millis;
	dir: string;
	/** Set while nobody knows where its data is: it cannot run, and is not saved. */
	held: Held | undefined;
	readonly #services: SessionServices;
	readonly #listener: TorrentListener;
	readonly #lifecycle: TorrentLifecycle;
	readonly #afterCompletion = new AfterCompletion(this);
	readonly #givenName: string | undefined;
	#identity: SwarmHashes;
	#swarmKeys: SwarmKeys;
	#maxPeers: number;
	#content: TorrentContent | undefined;
	/** Nothing of it is fetched before somebody has chosen its files. */
	#asksForChoice = false;
	/** Which files were chosen while it is not known which there are. */
	#selection: FileChoices | undefined;
	/** Why what its peers gave as its metadata is of no use: others would give the same. */
	#unusable: StorageFailure | undefined;
	/** All that is on the disk is hashed at its next start, whatever is asked for. */
	#doubtful: boolean;
	#magnet: string | undefined;
	#againSince: Millis | undefined;

	constructor(setup: TorrentSetup, services: SessionServices, listener: TorrentListener) {
		const {identity, metainfo} = setup;
		this.#services = services;
		this.#listener = listener;
		this.#identity = identity;
		this.#swarmKeys = swarmKeys(identity);
		this.id = setup.id ?? idOf(identity);
		this.#givenName = setup.name;
		this.dir = setup.dir;
		this.#maxPeers = setup.maxPeers;
		this.addedAt = setup.addedAt;
		this.settings = new TorrentSettings(setup.wanted ?? true);
		this.#doubtful = setup.doubtful === true;
		this.webSeedList = new WebSeedList(setup.webSeeds);
		this.webSeedList.setOwn(metainfo?.webSeeds ?? []);
		this.stats = new TransferStats(services.clock.now());
		this.goal = new SeedingGoal(this.stats, new TorrentGoalOwner(this), services.seedRules, services.random);
		this.resumeState = new ResumeState(this, services.clock);
		this.rateLimits = new TorrentRateLimits({
			download: services.downloadLimiter,
			upload: services.uploadLimiter,
		});
		this.messages = new MessageHandler(this, services);
		this.#lifecycle = new TorrentLifecycle(this, services);
		this.swarm = new Swarm(this, services);
		this.sources = composeSources(
			this,
			{tiers: setup.trackers, unused: setup.unusedTrackers, named: setup.namedTrackers},
			services,
			metainfo?.private,
		);
		if (metainfo !== undefined) this.#content = new TorrentContent(metainfo, this, services);
	}

	/** Its hashes, as far as they are known: of a link it may have both though the link has one. */
	get identity(): SwarmHashes {
		return this.#identity;
	}

	/** What peers, trackers and the DHT know it by. */
	get swarmKeys(): SwarmKeys {
		return this.#swarmKeys;
	}

	/** 20 bytes: the first of them. */
	get infoHash(): Uint8Array {
		return firstKey(this.#swarmKeys);
	}

	/** What it holds; undefined while nobody knows. */
	get content(): TorrentContent | undefined {
		return this.#content;
	}

	/** Its own name, or what its link calls it, or its hash. */
	get name(): string {
		return this.#content?.metainfo.name ?? this.#givenName ?? this.id;
	}

	/** Connections it may have. */
	get maxPeers(): number {
		return this.#maxPeers;
	}

	get activity(): TorrentActivity {
		return this.#lifecycle.activity;
	}

	get closed(): boolean {
		return this.activity.name === 'closed';
	}

	get peers(): Iterable<Peer> {
		return this.swarm.peers.values();
	}

	get uploadLimit(): number | undefined {
		return this.rateLimits.maxUpload;
	}

	/** Whether all of one of its files is there. */
	isWhole(file: number): boolean {
		const {files, metainfo} = this.#content ?? {};
		return files?.completed[file] === metainfo?.files[file]?.length;
	}

	/** What it lacks of everything, wanted or not; undefined while nobody knows how much that is. */
	get left(): Bytes | undefined {
		return this.#content && this.#content.files.length - this.#content.files.had;
	}

	get webSeeds(): readonly string[] {
		return this.webSeedList.urls;
	}

	/** Computed once, when first looked at. */
	get magnet(): string {
		const {metainfo} = this.#content ?? {};
		const {infoHash, infoHashV2} = metainfo ?? this.#identity;
		this.#magnet ??= formatMagnet({
			infoHash,
			infoHashV2,
			name: metainfo?.name ?? this.#givenName ?? '',
			// What peers give of a torrent names no trackers.
			trackers: metainfo?.trackers.length ? metainfo.trackers : this.sources.trackers.list.tiers,
			webSeeds: this.webSeeds,
		});
		return this.#magnet;
	}

	get active(): boolean {
		return this.#lifecycle.activity.name === 'active';
	}

	/** When an earlier session was taken up; undefined when it is new. */
	get againSince(): Millis | undefined {
		return this.#againSince;
	}

	/** Every wanted piece is verified and on disk. */
	get complete(): boolean {
		return this.active && this.#content?.needsNothing === true;
	}

	/** Where its files are about to go, now that they are complete; undefined when they stay. */
	get nextDir(): string | undefined {
		return this.complete ? this.#afterCompletion.dir : undefined;
	}

	/** Its files are known, and somebody is to choose among them before any is fetched. */
	get choosing(): boolean {
		return this.#asksForChoice && this.#content !== undefined;
	}

	/** Whether nobody knows yet what it holds, and somebody is to choose then; or is to choose now. */
	get asksForChoice(): boolean {
		return this.#asksForChoice;
	}

	/** Whether it runs or would, were it not for others. */
	get runs(): boolean {
		const {name} = this.activity;
		if (this.#lifecycle.onlyChecks || this.choosing) return false;
		return this.settings.wanted && !this.goal.reached && name !== 'failed' && name !== 'closed';
	}

	/** Whether it has nothing more to download, as far as is known. */
	get hasAllWanted(): boolean {
		if (this.#content?.needsNothing) return true;
		// Its pieces are no account of it while they are being counted.
		return this.activity.name === 'checking' && this.stats.completedAt !== undefined;
	}

	/** Everything resume data needs, as of now. Looks at every file's size and time. */
	rememberNow(): Promise<ResumeData> {
		return this.resumeState.now();
	}

	/** The sections of the resume data, but for what is on the disk. */
	export(): ResumeSettings {
		const {sources, rateLimits} = this;
		return {
			id: this.id,
			name: this.name,
			dir: this.dir,
			addedAt: this.addedAt,
			maxPeers: this.maxPeers,
			...this.settings.export(),
			...this.stats.export(),
			...this.goal.export(),
			...this.#afterCompletion.export(),
			trackers: sources.trackers.list.tiers,
			namedTrackers: sources.trackers.list.named,
			maxDownload: rateLimits.download.rate,
			maxUpload: rateLimits.ownUpload,
			...(this.#content?.export() ?? {priorities: [], piecePriorities: undefined, renamed: []}),
			link: this.#content === undefined ? this.magnet : undefined,
			...this.webSeedList.export(),
			selection: this.#selection,
			choosing: this.#asksForChoice || undefined,
		};
	}

	/** A limit of this torrent or of all was changed: what goes beyond it is not waited for. */
	applyLimits(now: Millis): void {
		this.rateLimits.apply(this.peers, this.active && !this.complete, now);
		const {maxDownload} = this.rateLimits;
		if (maxDownload !== undefined && this.active) this.#content?.timeouts.takeBackExcess(maxDownload);
	}

	/** The one way in for everything that is not a block. May throw a `UserError` for what a person asks for. */
	post(event: TorrentEvent): void {
		if (this.closed) return refuse(event);
		switch (event.type) {
			case 'remember':
				return this.#remember(event.memory);
			case 'start':
				if (this.held !== undefined) return;
				this.#want();
				if (this.#unusable !== undefined && this.#content === undefined)
					return this.#lifecycle.fail(this.#unusable);
				this.#lifecycle.start(this.#doubtful ? 'full' : event.check);
				this.#doubtful = false;
				return;
			case 'pause':
				this.#unwant(event.withAll === true);
				return this.#lifecycle.pause();
			case 'queue':
				if (event.wanted) this.#want();
				return this.#lifecycle.queue();
			case 'look':
				this.#lifecycle.look(this.#doubtful ? 'full' : event.check);
				this.#doubtful = false;
				return;
			case 'rest':
				return this.#rest(event.wanted, event.recalled === true);
			case 'hold':
				this.held = event.held;
				this.settings.wanted = false;
				return this.#lifecycle.hold({code: 'io', message: event.held.text});
			case 'release':
				return this.#release(event.dir);
			case 'allow':
				if (event.consent === undefined) return this.#lifecycle.allowAsTold();
				return this.#lifecycle.allow(event.consent);
			case 'verify':
				return this.held === undefined ? this.#lifecycle.verify() : undefined;
			case 'failure':
				return this.#lifecycle.fail(event.failure);
			case 'tick':
				return this.#tick(event.now);
			case 'count':
				return this.#sample(this.#services.clock.now());
			case 'history':
				this.stats.recallSpeeds(event.read);
				return;
			case 'limits':
				return this.applyLimits(event.now);
			case 'set':
				return this.#set(event.settings);
			case 'move':
				this.#afterCompletion.placed();
				return event.done(this.#move(event.dir));
			default:
				return this.#postToParts(event);
		}
	}

	/** What concerns its content, and where its peers come from. */
	#postToParts(event: Exclude<TorrentEvent, {readonly type: OwnEvent}>): void {
		const content = this.#content;
		const {list} = this.sources.trackers;
		switch (event.type) {
			case 'metadata':
				return this.#takeMetadata(event.info, event.torrent);
			case 'unusable':
				this.#unusable = {code: 'io', message: event.why};
				return this.#lifecycle.fail(this.#unusable);
			case 'select':
				return this.#select(event.choices);
			case 'askForChoice':
				this.#asksForChoice = true;
				this.resumeState.revision++;
				return;
			case 'choose':
				return this.#choose(event.choices);
			case 'prioritise':
				content?.selection.choose(event.files, event.priority);
				return this.#wantOther();
			case 'prioritisePieces':
				content?.selection.choosePieces(event.pieces, event.priority);
				return this.#wantOther();
			case 'deadline':
				return this.#setDeadline(event.pieces, event.within, event.step ?? 0);
			case 'rename':
				if (event.depth === undefined) this.#afterCompletion.named(event.file);
				return event.done(content?.relocation.rename(event.file, event.name, event.depth) ?? noFailure);
			case 'moveAgain':
				return void content?.relocation.again(event.place);
			case 'stored':
				return content?.completion.stored(event.piece);
			case 'wrong':
				return content?.smartBan.wrong(event.piece, event.digests);
			case 'unstored':
				content?.downloader.again(event.piece);
				return this.#lifecycle.fail(event.failure);
			case 'resupply':
				return this.active ? content?.resupply(event.now) : undefined;
			case 'peers':
				return this.sources.take(event.addresses, event.source, event.by, event.knowV2);
			case 'kick':
				return this.swarm.peers.get(event.peer)?.close('kicked');
			case 'ban':
				return this.#ban(event.peer);
			case 'reconnect':
				return this.#reconnect();
			case 'announce':
				content?.webSeeds.networkChanged(this.#services.clock.now());
				return event.done(this.sources.hurry());
			case 'addTracker':
				return answer(event.done, list.add(event.url, event.tier) ? 1 : 0);
			case 'addTiers':
				return answer(event.done, list.merge(event.tiers));
			case 'alwaysTracker':
				return list.always(event.url);
			case 'removeTracker':
				return list.remove(event.url);
			case 'addWebSeeds':
				return this.webSeedList.add(event.urls, event.isNamed) ? this.#webSeedsChanged() : undefined;
			case 'removeWebSeed':
				return this.webSeedList.remove(event.url) ? this.#webSeedsChanged() : undefined;
			default:
				event satisfies never;
		}
	}

	#remember(memory: ResumeData): void {
		this.#againSince = this.#services.clock.now();
		this.resumeState.take(memory);
		this.stats.take(memory);
		this.goal.take(memory);
		this.#afterCompletion.take(memory);
		this.settings.take(memory);
		this.webSeedList.take(memory);
		this.#asksForChoice = memory.choosing === true;
		this.#limit({maxDownload: memory.maxDownload ?? null, maxUpload: memory.maxUpload ?? null});
		if (this.#content !== undefined) this.#content.remember(memory);
		// They are all it has, and must outlive also a session in which it does not run.
		else this.sources.take(memory.peers, 'resume');
	}

	/** It is to run, whatever it has done before. */
	#want(): void {
		const {settings, goal} = this;
		if (!settings.wanted || settings.heldWithAll || goal.reached) this.resumeState.revision++;
		goal.waive();
		settings.wanted = true;
		settings.heldWithAll = false;
	}

	#unwant(withAll: boolean): void {
		const {settings} = this;
		if (settings.wanted || settings.heldWithAll !== withAll) this.resumeState.revision++;
		settings.wanted = false;
		settings.heldWithAll = withAll;
	}

	#rest(wanted: boolean, recalled: boolean): void {
		if (this.settings.wanted !== wanted) this.resumeState.revision++;
		this.settings.wanted = wanted;
		if (recalled && this.stats.completedAt !== undefined) this.goal.recall();
		this.#lifecycle.rest();
	}

	#release(dir: string): void {
		this.held = undefined;
		this.dir = dir;
		this.#doubtful = true;
		this.#lifecycle.rest();
		this.#content?.moved();
		this.resumeState.revision++;
	}

	/** Resolves when its files are there, or with why they are where they were. */
	async #move(dir: string): Promise<StorageFailure | undefined> {
		if (this.#content !== undefined) return this.#content.relocation.move(dir);
		this.dir = dir;
		this.resumeState.revision++;
		this.log('info', `is to be in ${dir}`);
		return undefined;
	}

	#webSeedsChanged(): void {
		this.#magnet = undefined;
		this.resumeState.revision++;
		this.#content?.webSeeds.review(this.#services.clock.now());
	}

	#ban(id: number): void {
		const peer = this.swarm.peers.get(id);
		if (peer !== undefined) this.swarm.ban(peerKey(peer.address), 'was banned by hand');
	}

	/**
	 * Stops, for good: trackers are told, what came is saved. Resolves when all of it is done, in 5 s at the most.
	 *
	 * @param goodbye what trackers have at the most, where that is less
	 */
	async close(goodbye?: Millis): Promise<void> {
		this.#content?.relocation.stop();
		if (!this.closed) await this.#lifecycle.close(goodbye);
	}

	/**
	 * Deletes those of the torrent's files that are its own; only for one that is closed.
	 *
	 * @param others the names of torrents that have a file, too, by its number
	 * @param onlyMade what was there before stays, though all of it is the torrent's
	 */
	async removeData(others: ReadonlyMap<number, string>, onlyMade: boolean): Promise<Removal> {
		const nothing = {deleted: 0, kept: [], failure: undefined};
		return this.#content?.onDisk.remove(others, onlyMade) ?? nothing;
	}

	#select(choices: FileChoices): void {
		if (this.#content !== undefined) return selectInitially(this, choices);
		this.#selection = choices;
		this.resumeState.revision++;
	}

	#choose(choices: FileChoices | undefined): void {
		if (choices !== undefined) this.#select(choices);
		this.#asksForChoice = false;
		this.resumeState.revision++;
		// Whose turn it is starts now, with its peers: to be queued first would cost it these.
		this.changed();
	}

	/** Its metadata came: from now on it has a content, and its peers stay. */
	#takeMetadata(info: Metainfo, torrent: Uint8Array | undefined): void {
		if (this.#content !== undefined) return this.#content.takeLayers(info);
		if (!idsOf(this.#identity).some(id => isNamed(info, id)))
			return this.log('error', 'what was taken for its metadata is of another torrent');
		const why = whyUnusable(info, this.#identity);
		if (why !== undefined) return this.post({type: 'unusable', why});
		const other = this.#listener.resolved(this, info);
		if (other !== undefined) return other.post({type: 'metadata', info, torrent});
		this.log('info', `its metadata is here: ${info.name}`);
		const joined = this.#identify(info);
		this.#content = new TorrentContent(info, this, this.#services);
		const {tiers} = this.sources.trackers.list;
		void this.#listener.keepMetainfo(this, torrent ?? wrapInfo(info.info, tiers, this.webSeeds));
		this.webSeedList.setOwn(info.webSeeds);
		this.#magnet = undefined;
		this.resumeState.contentKnown();
		this.#content.claimFiles();
		this.sources.contentCame(info.private);
		if (joined !== undefined) this.sources.swarmJoined(joined);
		this.messages.contentKnown(this.#content);
		if (this.#content.hashes?.complete === false) this.swarm.meetByV2();
		this.#beginWithContent();
		this.resumeState.revision++;
		this.changed();
	}

	/** Which hashes it has is known for certain. Answers the key of the swarm it is in besides, if there is one more. */
	#identify({infoHash, infoHashV2}: Metainfo): Uint8Array | undefined {
		const before = keysOf(this.#swarmKeys);
		this.#identity = {infoHash, infoHashV2};
		this.#swarmKeys = swarmKeys(this.#identity);
		this.#listener.identified(this);
		return keysOf(this.#swarmKeys).find(({key}) => !before.some(known => sameBytes(known.key, key)))?.key;
	}

	/** With rules that do not fit nothing is fetched before somebody has chosen. */
	#beginWithContent(): void {
		try {
			selectInitially(this, this.#selection ?? {});
			this.#lifecycle.contentKnown();
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			if (this.#asksForChoice) {
				this.log('warn', error.message);
				this.#lifecycle.contentKnown();
			} else this.#lifecycle.fail({code: 'io', message: `${error.message}: choose its files, then resume`});
		}
		this.#selection = undefined;
	}

	// What people chose.

	#set(change: SettingsChange): void {
		this.settings.set(change);
		this.#limit(change);
		this.#allowPeers(change.maxPeers);
		this.goal.set(change);
		this.#content?.superSeeding.review();
		this.resumeState.revision++;
		this.changed();
	}

	#limit(change: Pick<SettingsChange, 'maxDownload' | 'maxUpload'>): void {
		if (this.rateLimits.set(change, this.#services.clock.now())) this.#services.limitsChanged();
	}

	#allowPeers(maxPeers: number | undefined): void {
		if (maxPeers === undefined) return;
		this.#maxPeers = maxPeers;
		this.swarm.letGoOfSurplus();
	}

	#setDeadline(pieces: readonly PieceRange[], within: Millis | null, step: Millis): void {
		if (this.#content === undefined) return;
		if (this.#content.setDeadline(pieces, within, step)) this.#wantOther();
		this.#content.timeCritical.wake();
	}

	/** Other pieces are wanted than before, or in another order. */
	#wantOther(): void {
		this.resumeState.revision++;
		this.#content?.timeouts.reviewInterest();
		this.#content?.webSeeds.review(this.#services.clock.now());
		if (this.active) this.#content?.completion.checkCompletion();
		this.changed();
	}

	// Time.

	#sample(now: Millis): void {
		if (this.stats.sample(now, this.#services.clock.wall())) this.resumeState.revision++;
	}

	/** Once a second. */
	#tick(now: Millis): void {
		this.#sample(now);
		this.stats.countTime(now, this.active, this.complete);
		if (this.complete) this.#reviewGoal(now);
		if (this.complete) this.#afterCompletion.complete();
		this.#lifecycle.tick(now);
		if (this.active) this.#content?.timeouts.tick(now);
		if (this.active) this.#content?.webSeeds.tick(now);
		if (this.active) this.#content?.superSeeding.tick();
		if (this.active) this.#content?.exchange?.tick(now);
		// Those who came before it was known what it holds stay while its files are looked at.
		if (this.active || this.swarm.peers.size > 0) this.swarm.tick(now);
	}

	#reviewGoal(now: Millis): void {
		// They part at once.
		if ((this.#content?.downloading?.picker.seeds ?? 0) > 0) this.messages.seedMetAt = now;
		const {cap} = this.goal;
		if (this.rateLimits.setCap(cap, now)) {
			if (cap !== undefined) this.log('info', 'the seeding goal is reached: it is slowed');
			this.#services.limitsChanged();
		}
		const then = this.goal.review(now);
		if (then === undefined) return;
		this.log('info', `the seeding goal is reached: ${this.goal.view(false)?.text ?? ''}`);
		if (then !== 'stop') this.leaving = then;
		this.#lifecycle.pause();
	}

	#reconnect(): void {
		if (!this.active) return;
		this.swarm.reconnect(this.#services.clock.now());
	}

	metadataFetched(info: Uint8Array): void {
		readMetainfoAside(wrapInfo(info, [])).then(
			metainfo => {
				if (idsOf(this.#identity).some(id => isNamed(metainfo, id)))
					return this.post({type: 'metadata', info: metainfo});
				// Its bytes have the hash, by SHA-1, which is no hash of a torrent of v2.
				const why = `its link has no hash of a v2-only torrent: add it by ${metainfo.infoHashV2}`;
				this.post({type: 'unusable', why});
			},
			// Whoever else gave it would give the same.
			(error: Error) => this.post({type: 'unusable', why: `its file list makes no sense: ${error.message}`}),
		);
	}

	activityChanged(isNews: boolean): void {
		if (isNews) this.resumeState.revision++;
		this.#content?.timeCritical.wake();
		this.#content?.webSeeds.review(this.#services.clock.now());
		this.#content?.listeners.tell();
		if (this.active) this.#content?.exchange?.tick(this.#services.clock.now());
		this.changed();
	}

	changed(): void {
		this.#listener.changed(this);
	}

	keepLayers(): Promise<boolean> {
		return this.#listener.keepLayers(this);
	}

	/** Puts what is known of it on the disk, now. */
	keep(): Promise<void> {
		return this.#listener.keep(this);
	}

	withStorage<Value>(task: (storage: Storage) => Promise<Value>): Promise<Value> {
		if (this.#content === undefined) throw new Error('nobody knows which files it has');
		return this.#lifecycle.withStorage(this.#content, task);
	}

	log(level: LogLevel, text: string): void {
		this.#services.log(level, text, this.id);
	}
}

/** A torrent as its goal sees it. A class, as objects with getters of their own take a kilobyte each. */
class TorrentGoalOwner implements GoalOwner {
	readonly #torrent: Torrent;

	constructor(torrent: Torrent) {
		this.#torrent = torrent;
	}

	get label(): string | undefined {
		return this.#torrent.settings.label;
	}

	get trackerHosts(): string[] {
		return this.#torrent.sources.trackers.list.tiers.flat().flatMap(hostOf);
	}

	get length(): Bytes {
		return this.#torrent.content?.files.length ?? 0;
	}

	otherSeeds(now: Millis, since: Millis): OtherSeeds {
		const {content, messages, sources, againSince} = this.#torrent;
		const connected = content?.downloading?.picker.seeds ?? 0;
		const counts = sources.trackers.seedCounts;
		return otherSeeds({connected, metAt: messages.seedMetAt, counts, againSince}, now, since);
	}

	recount(): void {
		this.#torrent.sources.trackers.recount();
	}

	announceAgain(): Seconds {
		return Math.max(0, ...this.#torrent.sources.hurry().waits.map(({allowedIn}) => allowedIn));
	}
}

/** What a torrent sees to itself. */
type OwnEvent =
	| 'remember'
	| 'start'
	| 'look'
	| 'pause'
	| 'queue'
	| 'rest'
	| 'hold'
	| 'release'
	| 'allow'
	| 'verify'
	| 'failure'
	| 'tick'
	| 'count'
	| 'history'
	| 'limits'
	| 'set'
	| 'move';

/** Why metadata that has the hash a link asked for is of no use; undefined when it is. BEP 52. */
function whyUnusable(info: Metainfo, identity: SwarmHashes): string | undefined {
	if (hasAll(info, identity)) return undefined;
	return 'its link has the hashes of two torrents: add it by one of them';
}

const noFailure = Promise.resolve(undefined);

function hostOf(url: string): string[] {
	const host = URL.parse(url)?.hostname.toLowerCase();
	return host ? [host] : [];
}

/** Nothing happens to a torrent that is closed: whoever waits for an answer is told so. */
function refuse(event: TorrentEvent): void {
	if (event.type === 'move' || event.type === 'rename')
		event.done(Promise.resolve({code: 'io', message: 'the torrent was closed'}));
}

function answer(done: ((count: number) => void) | undefined, count: number): void {
	done?.(count);
}
