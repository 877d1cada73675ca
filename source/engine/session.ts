import {randomBytes} from 'node:crypto';
import {isAbsolute} from 'node:path';
import type {AddOptions, Command, Reply} from '../api/command.js';
import type {EngineClient, Watching} from '../api/engine-client.js';
import type {Reason, SessionView, TorrentView, Update, Watch} from '../api/snapshot.js';
import {ProtocolError, UserError} from '../base/errors.js';
import type {Clock, Log, LogLevel, Random, Timer} from '../base/ports.js';
import type {Bytes, BytesPerSecond, Millis} from '../base/units.js';
import {BlockPool} from '../io/block-pool.js';
import type {Disk} from '../io/disk.js';
import {DiskService} from '../io/disk-storage.js';
import {hashFunctions} from '../io/hash-functions.js';
import {type HttpClient, NodeHttpClient} from '../io/http-client.js';
import {machineAddresses} from '../io/machine-addresses.js';
import {
	type Connection,
	type ConnectionEvents,
	type Listener,
	type Network,
	TcpNetwork,
} from '../io/network.js';
import {openFileLimit} from '../io/open-file-limit.js';
import {resolvePeer} from '../io/resolve-peer.js';
import type {ResumeData} from '../io/resume-data.js';
import type {SavedTorrent} from '../io/state-store.js';
import {StateStore} from '../io/state-store.js';
import {NodeUdpTrackerSocket} from '../io/tracker-udp-socket.js';
import {connectionPlaces} from '../policy/connection-places.js';
import {RateLimiter} from '../policy/rate-limiter.js';
import {selectFiles} from '../policy/selection.js';
import type {SlowTime} from '../policy/speed-schedule.js';
import {whyNothingMoves} from '../policy/stall-reason.js';
import type {QueueLimits} from '../policy/torrent-queue.js';
import {toHex} from '../protocol/hex.js';
import {parseMetainfo} from '../protocol/metainfo-reader.js';
import {safeText} from '../protocol/safe-text.js';
import {Limits, usualSlowRate} from './limits.js';
import {LinkReader, readMetainfo} from './link-reader.js';
import {LogRate} from './log-rate.js';
import {LogRing} from './log-ring.js';
import {Outbox} from './outbox.js';
import type {Peer, PeerOwner} from './peer.js';
import {TorrentQueue} from './queue.js';
import type {Room} from './room.js';
import {type CommandHost, obey} from './session-commands.js';
import {SessionMemory} from './session-memory.js';
import {composeUpdate} from './session-views.js';
import {stallFacts} from './stall-facts.js';
import {handshakeTimeout, Swarm} from './swarm.js';
import {Torrent} from './torrent.js';
import {viewTorrent} from './torrent-views.js';
import {Traffic} from './traffic.js';
import {makeTurns} from './turns.js';
import {Uploader} from './uploader.js';
import {Watchers} from './watchers.js';

/** What an engine is opened with. */
export interface SessionOptions {
	/** Absolute; part files and resume data live here. */
	readonly stateDir: string;
	/** Absolute; where data goes that is added without a folder. */
	readonly dir: string;
	/** The listen port, 0 for any; unless `portFixed`, the next free one is taken when it is not to be had. */
	readonly port: number;
	readonly portFixed: boolean;
	/** Addresses to listen on and dial from; none for all. */
	readonly bind: readonly string[];
	/** Connections a torrent. */
	readonly maxPeers: number;
	readonly maxDownload?: BytesPerSecond | undefined;
	readonly maxUpload?: BytesPerSecond | undefined;
	/** What holds in slow mode; undefined for 50 KiB/s, null for no limit. */
	readonly slowDownload?: BytesPerSecond | null | undefined;
	readonly slowUpload?: BytesPerSecond | null | undefined;
	/** When slow mode comes and goes by itself. */
	readonly slowTimes?: readonly SlowTime[];
	/** How many torrents run at a time; all when left out. */
	readonly queue?: QueueLimits | undefined;
	/** Whether trackers are asked. */
	readonly trackers: boolean;
	/** Whether the torrents of the last session come back. */
	readonly persist: boolean;
	readonly version: string;
	/** What its owner calls this client: shown on screens, told to nobody else. */
	readonly name?: string | undefined;
	readonly log: Log;
	/** Replaced in tests. */
	readonly clock?: Clock;
	readonly random?: Random;
	readonly network?: Network;
	readonly http?: HttpClient;
	readonly openDisk?: (pool: BlockPool) => Disk;
	readonly store?: Pick<StateStore, 'find' | 'load' | 'save' | 'saveMetainfo' | 'remove' | 'settled'>;
	/** Blocks of 16 KiB in memory on their way to the disk; 4096 when left out. */
	readonly poolSlots?: number;
}

const usualPoolSlots = 4096;
const sameWarning: Millis = 60_000;
const tickTime: Millis = 1000;
const saveTime: Millis = 30_000;
/** Speeds are written down this often. */
const speedSaveTime: Millis = 300_000;
/** In ticks. */
const queueTicks = 5;
/** No memory has been free for so many ticks: the disk is behind, not just busy. */
const longStarved = 3;
/** Nobody has come in for so long. */
const silenceOfClosedPort: Millis = 600_000;
/** What the disk has to end what it does when we leave. */
const diskFarewell: Millis = 3000;
const fewestShare = 8;
const shareTime: Millis = 100;
/** A TCP handshake that takes no longer is one with a peer nearby: 16 MiB on their way fill any line to there. */
const nearRoundTrip: Millis = 50;
/** Blocks on their way from all near peers together, and from each at least. */
const nearBlocks = 1024;
const fewestNear = 64;

const realClock: Clock = {
	now: () => performance.now(),
	wall: () => Date.now(),
	after(delay, callback) {
		const timer = setTimeout(callback, delay).unref();
		return {clear: () => clearTimeout(timer)};
	},
	soon(callback) {
		setImmediate(callback);
	},
};

const realRandom: Random = {
	next: Math.random,
	bytes: length => new Uint8Array(randomBytes(length)),
};

/** The engine: torrents, and what they share. Spoken to by commands, looked at by watches, stopped once. */
export class Session implements EngineClient {
	readonly closed: Promise<string>;
	readonly #options: SessionOptions;
	readonly #torrents = new Map<string, Torrent>();
	readonly #room: Room;
	readonly #disk: Disk;
	readonly #udp: NodeUdpTrackerSocket;
	readonly #network: Network;
	readonly #watchers: Watchers;
	readonly #lines = new LogRing();
	readonly #links: LinkReader;
	readonly #store: NonNullable<SessionOptions['store']>;
	readonly #traffic = new Traffic();
	readonly #limits: Limits;
	readonly #queue: TorrentQueue;
	readonly #host: CommandHost;
	readonly #logRate: LogRate;
	/** Undefined when nothing is to be kept. */
	readonly #memory: SessionMemory | undefined;
	readonly #hungry = new Map<Peer, (peer: Peer) => void>();
	readonly #startedAt: Millis;
	#listener: Listener | undefined;
	#connections = 0;
	/** Those who came and have not said what they want, oldest first. */
	readonly #strays = new Set<Peer>();
	#notTakenAt: Millis = -Infinity;
	readonly #places = connectionPlaces(openFileLimit());
	#peerIds = 0;
	#share = {at: -Infinity, far: 512, near: 256};
	#ticks = 0;
	#starved = 0;
	#lastSpeedSave: Millis;
	#freeSpace: Bytes | undefined;
	#timer: Timer | undefined;
	#lastSave: Millis;
	#saved = new Map<string, number>();
	/** When a torrent whose speeds were saved had last moved anything. */
	readonly #savedMoves = new Map<string, Millis>();
	#stopping: Promise<void> | undefined;
	#tellClosed: (why: string) => void = () => {};

	private constructor(options: SessionOptions) {
		this.#options = options;
		this.closed = new Promise(resolve => {
			this.#tellClosed = resolve;
		});
		const clock = options.clock ?? realClock;
		const random = options.random ?? realRandom;
		this.#startedAt = clock.now();
		this.#lastSave = this.#startedAt;
		this.#lastSpeedSave = this.#startedAt;
		this.#logRate = new LogRate(
			(level, text, torrent) => this.#write(level, text, torrent),
			() => clock.now(),
		);
		const pool = new BlockPool(options.poolSlots ?? usualPoolSlots);
		this.#disk = options.openDisk?.(pool) ?? new DiskService(pool, {stateDir: options.stateDir});
		this.#store =
			options.store ??
			new StateStore(options.stateDir, (level, text, torrent) => this.#log(level, text, torrent));
		this.#network = options.network ?? new TcpNetwork(options.bind);
		this.#udp = new NodeUdpTrackerSocket({clock, random, bind: options.bind});
		const session = this;
		this.#room = {
			clock,
			random,
			network: this.#network,
			pool,
			disk: this.#disk,
			http:
				options.http ??
				new NodeHttpClient({
					clock,
					userAgent: `tortui/${options.version}`,
					bind: options.bind.length === 1 ? options.bind[0] : undefined,
				}),
			udp: this.#udp,
			outbox: new Outbox(clock),
			uploader: new Uploader(clock),
			router: {
				route: (peer, infoHash) => this.#route(peer, infoHash),
				strayClosed: peer => this.#strays.delete(peer),
			},
			peerId: makePeerId(options.version, random),
			key: new DataView(random.bytes(4).buffer).getUint32(0),
			client: `tortui ${options.version}`,
			log: (level, text, torrent) => this.#log(level, text, torrent),
			port: () => this.#listener?.port ?? 0,
			ownHosts: options.bind.length > 0 ? options.bind : machineAddresses(),
			nextPeerId: () => this.#peerIds++,
			mayConnect: () => {
				if (this.#connections >= this.#places.peers) return false;
				this.#connections++;
				return true;
			},
			connectionEnded: () => {
				this.#connections--;
			},
			downloadLimiter: new RateLimiter(),
			uploadLimiter: new RateLimiter(),
			limitsChanged: () => this.#limits.changed(),
			fairShare: peer => this.#fairShare(peer),
			checkTurn: makeTurns(),
			starving: (peer, refill) => {
				this.#hungry.set(peer, refill);
				this.#relieve();
			},
			relieve: () => this.#relieve(),
		};
		const torrents = this.#torrents;
		const slow = (rate: BytesPerSecond | null | undefined) =>
			rate === null ? undefined : (rate ?? usualSlowRate);
		this.#limits = new Limits(
			{
				normal: {maxDownload: options.maxDownload, maxUpload: options.maxUpload},
				slow: {maxDownload: slow(options.slowDownload), maxUpload: slow(options.slowUpload)},
				slowTimes: options.slowTimes ?? [],
			},
			{download: this.#room.downloadLimiter, upload: this.#room.uploadLimiter},
			torrents,
			clock,
		);
		this.#queue = new TorrentQueue(torrents, options.queue, clock);
		if (options.persist) {
			this.#memory = new SessionMemory(options.stateDir, ({message}) =>
				this.#log('warn', `speeds are not kept: ${message}`),
			);
		}
		this.#links = new LinkReader(this.#room.http, clock);
		this.#host = {
			torrents,
			queue: this.#queue,
			limits: this.#limits,
			add: (bytes, options) => this.#add(bytes, options),
			addLink: (link, options) => this.#addLink(link, options),
			preview: link => this.#links.preview(link, id => torrents.has(id)),
			remove: (torrent, withData) => this.#remove(torrent, withData),
			list: () => [...torrents.values()].map(torrent => this.#viewTorrent(torrent, clock.now())),
			stop: () => this.stop(),
		};
		const looked = {
			torrents,
			clock,
			lines: this.#lines,
			get history() {
				return session.#traffic.history;
			},
			get diskRate() {
				return session.#traffic.diskRate;
			},
			session: (now: Millis) => this.#view(now),
			torrent: (torrent: Torrent, now: Millis) => this.#viewTorrent(torrent, now),
		};
		this.#watchers = new Watchers(
			{compose: (watch, section) => composeUpdate(looked, watch, section)},
			clock,
		);
	}

	/** Listens, and takes up what the last session left. Rejects with a UserError when the port cannot be had. */
	static async open(options: SessionOptions): Promise<Session> {
		const session = new Session(options);
		try {
			session.#listener = await session.#listen();
		} catch (error) {
			await session.#disk.close();
			session.#udp.close();
			throw error;
		}
		const {peers} = session.#places;
		if (peers < options.maxPeers) {
			session.#log(
				'warn',
				`too few open files are allowed: at most ${peers} peers at a time; raise the limit with ulimit -n`,
			);
		}
		const memory = session.#memory;
		if (memory !== undefined) {
			session.#traffic.take(await memory.load());
			await session.#restore();
			void memory.keepOnly(new Set(session.#torrents.keys()));
		}
		session.#tick();
		return session;
	}

	get port(): number {
		return this.#room.port();
	}

	async #listen(): Promise<Listener> {
		const {port, portFixed, bind} = this.#options;
		const ports =
			portFixed || port === 0 ? [port] : [...Array.from({length: 32}, (_, step) => port + step), 0];
		for (const candidate of ports) {
			try {
				return await this.#network.listen(
					candidate,
					bind,
					connection => {
						return this.#welcome(connection);
					},
					code => this.#notTaken(code),
				);
			} catch (error) {
				const {code} = error as NodeJS.ErrnoException;
				if (code === 'EADDRINUSE' || code === 'EACCES') continue;
				if (code === 'EADDRNOTAVAIL') {
					throw new UserError('bad-bind', `this machine has no address ${bind.join(' or ')}: mend --bind`);
				}
				throw error;
			}
		}
		throw new UserError('port-taken', `port ${port} is taken: choose another with --port, or 0 for any`);
	}

	/**
	 * Who has not said yet which torrent it wants is no peer and has a place for a short time only: when more come than
	 * there are such places, the one that has waited longest makes room.
	 */
	#welcome(connection: Connection): ConnectionEvents {
		for (const oldest of this.#strays) {
			if (this.#strays.size < this.#places.strangers) break;
			oldest.close('others wait');
		}
		const peer = Swarm.incoming(this.#room, connection, infoHash => this.#handshakeFor(infoHash));
		this.#strays.add(peer);
		return peer.events;
	}

	/** The system let nobody in. */
	#notTaken(code: string): void {
		const now = this.#room.clock.now();
		if (now - this.#notTakenAt < sameWarning) return;
		this.#notTakenAt = now;
		this.#log(
			'warn',
			code === 'EMFILE' || code === 'ENFILE'
				? 'too many open files, so that peers are turned away: raise the limit with ulimit -n'
				: `peers are turned away: ${code}`,
		);
	}

	#handshakeFor(infoHash: Uint8Array) {
		const torrent = this.#torrentFor(infoHash);
		return {
			infoHash,
			peerId: this.#room.peerId,
			extended: true,
			fast: true,
			dht: false,
			v2: torrent?.v2 ?? false,
		};
	}

	#torrentFor(infoHash: Uint8Array): Torrent | undefined {
		return (
			this.#torrents.get(toHex(infoHash)) ??
			[...this.#torrents.values()].find(torrent => torrent.v2 && toHex(torrent.infoHash) === toHex(infoHash))
		);
	}

	#route(peer: Peer, infoHash: Uint8Array): PeerOwner | undefined {
		const torrent = this.#torrentFor(infoHash);
		if (!torrent?.swarm.accept(peer)) return undefined;
		this.#strays.delete(peer);
		return torrent.talk;
	}

	// Commands.

	async send(command: Command): Promise<Reply> {
		if (this.#stopping !== undefined && command.type !== 'session.stop') {
			throw new UserError('stopping', 'the engine is stopping: start it again');
		}
		const reply = await obey(this.#host, command);
		this.#watchers.hurry();
		return reply;
	}

	async #addLink(link: string, options: AddOptions): Promise<Reply> {
		return this.#add(await this.#links.read(link), options);
	}

	async #add(bytes: Uint8Array, options: AddOptions): Promise<Reply> {
		const metainfo = readMetainfo(bytes);
		const id = metainfo.infoHash ?? metainfo.infoHashV2!;
		const present = this.#torrents.get(id);
		if (present !== undefined) {
			await this.#applyOptions(present, options);
			return {id, already: true};
		}
		const saved = await this.#store.find(id);
		const dir = options.dir ?? this.#options.dir;
		if (!isAbsolute(dir))
			throw new UserError('relative-dir', `the folder ${dir} is not absolute: write it in full`, 2);
		const torrent = new Torrent(
			metainfo,
			{
				dir,
				maxPeers: options.maxPeers ?? this.#options.maxPeers,
				trackers: this.#options.trackers && options.trackersOff !== true ? metainfo.trackers : [],
				addedAt: saved?.resume.addedAt ?? this.#room.clock.wall(),
			},
			this.#room,
		);
		// Data in another folder is other data.
		if (saved !== undefined && saved.resume.dir === dir && fits(saved.resume, torrent))
			torrent.remember(saved.resume);
		// Until everything about it is settled it is not the queue's to start.
		torrent.wanted = false;
		this.#selectInitially(torrent, options);
		// Meanwhile somebody else may have added it.
		if (this.#torrents.has(id)) return {id, already: true};
		this.#adopt(torrent);
		this.#log('info', `added ${metainfo.name}`, id);
		await this.#applyOptions(torrent, options);
		torrent.wanted = options.paused !== true;
		if (torrent.wanted) this.#queue.start(torrent, options.check ?? 'quick');
		else torrent.rest();
		if (saved?.metainfo === undefined) void this.#store.saveMetainfo(id, bytes);
		return {id};
	}

	/** Takes up what the last session left. */
	async #restore(): Promise<void> {
		for (const saved of await this.#store.load()) {
			try {
				this.#restoreOne(saved);
			} catch (error) {
				if (!(error instanceof ProtocolError) && !(error instanceof UserError)) throw error;
				this.#log(
					'error',
					`${saved.resume.name} cannot be taken up again: ${error.message}`,
					saved.resume.id,
				);
			}
		}
	}

	#restoreOne({resume, metainfo: bytes}: SavedTorrent): void {
		if (bytes === undefined) throw new UserError('no-metainfo', 'its .torrent is gone: add it again');
		const metainfo = parseMetainfo(bytes, hashFunctions);
		const torrent = new Torrent(
			metainfo,
			{
				dir: resume.dir,
				maxPeers: resume.maxPeers ?? this.#options.maxPeers,
				trackers: this.#options.trackers ? resume.trackers : [],
				addedAt: resume.addedAt,
			},
			this.#room,
		);
		if (torrent.id !== resume.id || !fits(resume, torrent))
			throw new UserError('other-metainfo', 'its .torrent is of another torrent');
		torrent.remember(resume);
		this.#adopt(torrent);
		torrent.wanted = resume.active;
		if (!resume.active) torrent.rest();
		else if (!torrent.restIfDone()) this.#queue.start(torrent, 'quick');
		void this.#memory?.loadTorrent(torrent.id).then(history => {
			if (history !== undefined) torrent.takeHistory(history);
		});
	}

	#adopt(torrent: Torrent): void {
		torrent.queue ||= this.#torrents.size + 1;
		this.#torrents.set(torrent.id, torrent);
		torrent.onChange = () => {
			this.#watchers.hurry();
			this.#queue.plan();
		};
	}

	/** Which files are wanted is said anew each time. Rules that do not fit are refused before anything is added. */
	#selectInitially(torrent: Torrent, {select, priorities}: AddOptions): void {
		const {files} = torrent.metainfo;
		const visible = [...files.keys()].filter(index => !files[index]!.pad);
		torrent.post({type: 'prioritise', files: visible, priority: 2});
		if (select !== undefined) {
			const chosen = selectFiles(
				select,
				visible.map(index => files[index]!),
			);
			torrent.post({type: 'prioritise', files: visible.filter((_, at) => !chosen[at]), priority: 0});
		}
		for (const [index, priority] of priorities ?? []) {
			torrent.post({type: 'prioritise', files: [index], priority});
		}
	}

	async #applyOptions(torrent: Torrent, options: AddOptions): Promise<void> {
		const {maxDownload, maxUpload} = options;
		if (maxDownload !== undefined || maxUpload !== undefined) {
			torrent.setLimits(
				maxDownload ?? torrent.throttle.download.rate,
				maxUpload ?? torrent.throttle.upload.rate,
			);
		}
		const {seedRatio, seedTime, sequential, label} = options;
		torrent.post({
			type: 'set',
			settings: {
				...(seedRatio !== undefined && {seedRatio}),
				...(seedTime !== undefined && {seedTime}),
				...(sequential !== undefined && {sequential}),
				...(label !== undefined && {label}),
			},
		});
		for (const url of options.trackers ?? []) torrent.announcers.add(url);
		const addresses = await Promise.all((options.peers ?? []).map(resolvePeer));
		if (addresses.length > 0) torrent.post({type: 'peers', addresses, source: 'manual'});
	}

	async #remove(torrent: Torrent, withData: boolean): Promise<void> {
		this.#torrents.delete(torrent.id);
		this.#queue.left(torrent);
		await torrent.close();
		const failure = withData ? await torrent.removeData() : undefined;
		await this.#store.remove(torrent.id);
		await this.#memory?.removeTorrent(torrent.id);
		this.#log('info', `removed ${torrent.metainfo.name}${withData ? ' and its data' : ''}`);
		if (failure !== undefined)
			throw new UserError(
				failure.code,
				`the torrent is removed, some of its data is not: ${failure.message}`,
			);
	}

	// Looking.

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		return this.#watchers.watch(watch, listener);
	}

	#view(now: Millis): SessionView {
		let downloadRate = 0;
		let uploadRate = 0;
		let connected = 0;
		for (const torrent of this.#torrents.values()) {
			downloadRate += torrent.record.download.rate(now);
			uploadRate += torrent.record.upload.rate(now);
			connected += torrent.swarm.connected;
		}
		return {
			name: safeText(this.#options.name ?? '', 40) || 'tortui',
			version: this.#options.version,
			pid: process.pid,
			uptime: Math.floor((now - this.#startedAt) / 1000),
			port: this.port,
			portState: this.#reached ? 'open' : now - this.#startedAt < silenceOfClosedPort ? 'unknown' : 'closed',
			downloadRate: Math.round(downloadRate),
			uploadRate: Math.round(uploadRate),
			downloaded: this.#traffic.downloaded,
			uploaded: this.#traffic.uploaded,
			connected,
			dhtNodes: 0,
			freeSpace: this.#freeSpace,
			maxDownload: this.#room.downloadLimiter.rate,
			maxUpload: this.#room.uploadLimiter.rate,
			slowMode: this.#limits.slowMode,
			dir: this.#options.dir,
		};
	}

	/** Somebody has come to us: the port is open. */
	get #reached(): boolean {
		for (const torrent of this.#torrents.values()) if (torrent.swarm.reached) return true;
		return false;
	}

	#viewTorrent(torrent: Torrent, now: Millis): TorrentView {
		return viewTorrent(torrent, now, this.#reason(torrent, now));
	}

	#reason(torrent: Torrent, now: Millis): Reason | undefined {
		return whyNothingMoves(
			stallFacts(torrent, {
				now,
				port: this.port,
				listeningFor: (now - this.#startedAt) / 1000,
				reached: this.#reached,
				diskBehind: this.#starved >= longStarved,
				queuedBehind: torrent.activity.name === 'queued' ? this.#queue.before(torrent) : 0,
			}),
		);
	}

	/** Says what happened; more than anybody could read is left out. */
	#log(level: LogLevel, text: string, torrent?: string): void {
		this.#logRate.write(level, text, torrent);
	}

	#write(level: LogLevel, text: string, torrent?: string): void {
		this.#lines.add(this.#room.clock.wall(), level, text, torrent);
		this.#options.log(level, text, torrent);
	}

	// Time and memory.

	#tick(): void {
		this.#timer = this.#room.clock.after(tickTime, () => this.#tick());
		const now = this.#room.clock.now();
		for (const stray of [...this.#strays])
			if (now - stray.connectedAt > handshakeTimeout) stray.close('no handshake');
		for (const torrent of this.#torrents.values()) torrent.post({type: 'tick', now});
		this.#traffic.sample(this.#torrents.values(), this.#room.clock.wall());
		this.#starved = this.#room.pool.available <= 0 ? this.#starved + 1 : 0;
		if (this.#limits.tick())
			this.#log('info', `slow mode is ${this.#limits.slowMode ? 'on' : 'over'}: its time`);
		if (++this.#ticks % queueTicks === 0) this.#queue.plan();
		this.#logRate.tick();
		this.#relieve();
		if (now - this.#lastSave >= saveTime) {
			this.#lastSave = now;
			void this.#saveAll();
			if (now - this.#lastSpeedSave >= speedSaveTime) {
				this.#lastSpeedSave = now;
				void this.#saveSpeeds();
			}
			void this.#disk.freeSpace(this.#options.dir).then(bytes => {
				this.#freeSpace = bytes;
			});
		}
	}

	#fairShare(peer: Peer): number {
		const now = this.#room.clock.now();
		if (now - this.#share.at >= shareTime) this.#share = this.#countShares(now);
		return peer.roundTrip < nearRoundTrip ? this.#share.near : this.#share.far;
	}

	/** Of peers that are near little need be on its way at a time, and what is not in memory is not cold. */
	#countShares(now: Millis): {at: Millis; far: number; near: number} {
		let givers = 0;
		for (const torrent of this.#torrents.values()) {
			for (const peer of torrent.swarm.peers.values()) if (peer.amInterested && !peer.peerChoking) givers++;
		}
		const share = (blocks: number): number => Math.max(fewestShare, Math.floor(blocks / Math.max(1, givers)));
		const far = share(this.#room.pool.capacity * 0.9);
		return {at: now, far, near: Math.min(far, Math.max(fewestNear, share(nearBlocks)))};
	}

	/** Memory is short: peers that wait are served as it comes free; blocks that wait for nothing go to the disk. */
	#relieve(): void {
		const {pool} = this.#room;
		if (this.#hungry.size === 0) return;
		if (pool.available > 0) {
			const waiting = [...this.#hungry];
			this.#hungry.clear();
			for (const [peer, refill] of waiting) {
				peer.hungry = false;
				refill(peer);
			}
			return;
		}
		if (pool.free > pool.capacity / 4) return;
		for (const torrent of this.#torrents.values()) {
			if (torrent.storage === undefined || !torrent.active || torrent.storage.waiting > 0) continue;
			void torrent.downloader.savePartials(torrent.storage).then(() => this.#relieve());
		}
	}

	async #saveAll(): Promise<void> {
		for (const torrent of this.#torrents.values()) await this.#save(torrent);
	}

	async #saveSpeeds(): Promise<void> {
		if (this.#memory === undefined) return;
		await this.#memory.save(this.#traffic);
		for (const torrent of this.#torrents.values()) {
			if (this.#savedMoves.get(torrent.id) === torrent.record.movedAt) continue;
			this.#savedMoves.set(torrent.id, torrent.record.movedAt);
			await this.#memory.saveTorrent(torrent.id, torrent.record.history);
		}
	}

	async #save(torrent: Torrent): Promise<void> {
		if (this.#saved.get(torrent.id) === torrent.memory.revision) return;
		this.#saved.set(torrent.id, torrent.memory.revision);
		const memory = await torrent.rememberNow();
		// It may have been removed meanwhile.
		if (memory === undefined || this.#torrents.get(torrent.id) !== torrent) return;
		const failure = await this.#store.save(memory);
		if (failure !== undefined)
			this.#log('error', `what is known of it is not saved: ${failure.message}`, torrent.id);
	}

	// Ending.

	/** Tells the trackers, saves everything, lets go of everything: in 5 s at the most. */
	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	async #stop(): Promise<void> {
		this.#timer?.clear();
		this.#limits.stop();
		const totals = this.#torrents;
		for (const torrent of totals.values()) torrent.post({type: 'count'});
		this.#traffic.sample(totals.values(), this.#room.clock.wall());
		const speeds = this.#saveSpeeds();
		await Promise.all([...this.#torrents.values()].map(torrent => torrent.close()));
		await this.#listener?.close();
		await this.#saveAll();
		await this.#store.settled();
		await speeds;
		this.#udp.close();
		// Files that are being copied to another disk are still where they were.
		const late = new Promise<void>(resolve => this.#room.clock.after(diskFarewell, resolve));
		await Promise.race([this.#disk.close(), late]);
		this.#watchers.stop();
		this.#tellClosed('the engine was stopped');
	}

	/** Part of `EngineClient`; an engine in this process is let go of by `stop`. */
	close(): void {
		void this.stop();
	}
}

/** Whether what was remembered is of a torrent of this form. */
function fits(resume: ResumeData, torrent: Torrent): boolean {
	return (
		resume.have.length === torrent.map.pieceCount &&
		(resume.priorities.length === 0 || resume.priorities.length === torrent.metainfo.files.length)
	);
}

/** `-TY0100-` and twelve random characters. BEP 20. */
function makePeerId(version: string, random: Random): Uint8Array {
	const digits = version.split('.').map(part => Number.parseInt(part, 10) || 0);
	const head = `-TY${[0, 1, 2].map(at => Math.min(9, digits[at] ?? 0)).join('')}0-`;
	const bytes = new Uint8Array(20);
	for (let at = 0; at < head.length; at++) bytes[at] = head.charCodeAt(at);
	const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
	for (const [at, byte] of random.bytes(12).entries())
		bytes[8 + at] = alphabet.charCodeAt(byte % alphabet.length);
	return bytes;
}
