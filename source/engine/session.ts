import {randomBytes} from 'node:crypto';
import {isAbsolute} from 'node:path';
import type {AddOptions, Command, Reply} from '../api/command.js';
import type {EngineClient, Watching} from '../api/engine-client.js';
import type {Reason, SessionView, Update, Watch} from '../api/snapshot.js';
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
import {resolvePeer} from '../io/resolve-peer.js';
import type {ResumeData} from '../io/resume-data.js';
import type {SavedTorrent} from '../io/state-store.js';
import {StateStore} from '../io/state-store.js';
import {NodeUdpTrackerSocket} from '../io/tracker-udp-socket.js';
import {RateLimiter} from '../policy/rate-limiter.js';
import {selectFiles} from '../policy/selection.js';
import {SpeedHistory} from '../policy/speed-history.js';
import {whyNothingMoves} from '../policy/stall-reason.js';
import {toHex} from '../protocol/hex.js';
import type {Metainfo} from '../protocol/metainfo.js';
import {parseMetainfo} from '../protocol/metainfo-reader.js';
import {LogRing} from './log-ring.js';
import {Outbox} from './outbox.js';
import type {Peer, PeerOwner} from './peer.js';
import type {Room} from './room.js';
import {stallFacts} from './stall-facts.js';
import {handshakeTimeout, Swarm} from './swarm.js';
import {Torrent} from './torrent.js';
import {
	inspectCell,
	viewFiles,
	viewPeers,
	viewPieces,
	viewProgress,
	viewSpeed,
	viewTorrent,
} from './torrent-views.js';
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
	/** Whether trackers are asked. */
	readonly trackers: boolean;
	/** Whether the torrents of the last session come back. */
	readonly persist: boolean;
	readonly version: string;
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
const maxConnections = 200;
const mostStrays = 64;
const sameWarning: Millis = 60_000;
const tickTime: Millis = 1000;
const saveTime: Millis = 30_000;
const limitTime: Millis = 100;
const fewestShare = 8;

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
	readonly #store: NonNullable<SessionOptions['store']>;
	readonly #history = new SpeedHistory();
	readonly #hungry = new Map<Peer, (peer: Peer) => void>();
	readonly #startedAt: Millis;
	#listener: Listener | undefined;
	#connections = 0;
	/** Those who came and have not said what they want, oldest first. */
	readonly #strays = new Set<Peer>();
	#notTakenAt: Millis = -Infinity;
	#peerIds = 0;
	#share = {at: -Infinity, blocks: 512};
	#sampled = {downloaded: 0, uploaded: 0, written: 0};
	#diskRate: BytesPerSecond = 0;
	#freeSpace: Bytes | undefined;
	#timer: Timer | undefined;
	#limitTimer: Timer | undefined;
	#lastSave: Millis;
	#saved = new Map<string, number>();
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
				if (this.#connections >= maxConnections) return false;
				this.#connections++;
				return true;
			},
			connectionEnded: () => {
				this.#connections--;
			},
			downloadLimiter: new RateLimiter(options.maxDownload),
			uploadLimiter: new RateLimiter(options.maxUpload),
			limitsChanged: () => this.#watchLimits(),
			get fairShare() {
				return session.#fairShare();
			},
			starving: (peer, refill) => {
				this.#hungry.set(peer, refill);
				this.#relieve();
			},
			relieve: () => this.#relieve(),
		};
		this.#watchers = new Watchers({compose: (watch, section) => this.#compose(watch, section)}, clock);
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
		if (options.persist) await session.#restore();
		session.#tick();
		session.#watchLimits();
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
		if (this.#strays.size >= mostStrays)
			for (const oldest of [...this.#strays].slice(0, 1)) oldest.close('others wait');
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
		return torrent;
	}

	// Commands.

	async send(command: Command): Promise<Reply> {
		if (this.#stopping !== undefined && command.type !== 'session.stop') {
			throw new UserError('stopping', 'the engine is stopping: start it again');
		}
		const reply = await this.#obey(command);
		this.#watchers.hurry();
		return reply;
	}

	async #obey(command: Command): Promise<Reply> {
		switch (command.type) {
			case 'torrent.add':
				return this.#add(Buffer.from(command.metainfo, 'base64'), command.options ?? {});
			case 'torrent.addLink':
				return this.#addLink(command.link, command.options ?? {});
			case 'torrent.pause':
				this.#find(command.id).post({type: 'pause'});
				return {};
			case 'torrent.resume':
				this.#find(command.id).post({type: 'start', check: 'quick'});
				return {};
			case 'torrent.remove':
				return this.#remove(command.id, command.withData);
			case 'torrent.verify':
				this.#find(command.id).post({type: 'verify'});
				return {};
			case 'torrent.reannounce':
				this.#find(command.id).announcers.reannounce();
				return {};
			case 'torrent.sequential':
				this.#find(command.id).post({type: 'sequential', on: command.on});
				return {};
			case 'torrent.label':
				this.#find(command.id).label = command.label || undefined;
				return {};
			case 'files.priority':
				this.#find(command.id).post({type: 'prioritise', files: command.files, priority: command.priority});
				return {};
			case 'tracker.add':
				this.#find(command.id).announcers.add(command.url, command.tier);
				return {};
			case 'tracker.remove':
				this.#find(command.id).announcers.remove(command.url);
				return {};
			case 'peer.add': {
				const torrent = this.#find(command.id);
				torrent.post({type: 'peers', addresses: [await resolvePeer(command.address)], source: 'manual'});
				return {};
			}
			case 'peer.kick':
				this.#findPeer(command.id, command.peer).close('kicked');
				return {};
			case 'peer.ban':
				this.#find(command.id).banPeer(this.#findPeer(command.id, command.peer));
				return {};
			case 'piece.inspect': {
				const inspection = inspectCell(this.#find(command.id), command.cell, command.cells);
				return inspection === undefined ? {} : {inspection};
			}
			case 'torrent.limits': {
				const torrent = this.#find(command.id);
				const pick = <Value>(value: Value | null | undefined, before: Value | undefined) =>
					value === null ? undefined : (value ?? before);
				torrent.setLimits(
					pick(command.maxDownload, torrent.throttle.download.rate),
					pick(command.maxUpload, torrent.throttle.upload.rate),
				);
				torrent.seedRatio = pick(command.seedRatio, torrent.seedRatio);
				torrent.seedTime = pick(command.seedTime, torrent.seedTime);
				return {};
			}
			case 'session.limits': {
				const now = this.#room.clock.now();
				const {downloadLimiter, uploadLimiter} = this.#room;
				if (command.maxDownload !== undefined) downloadLimiter.setRate(command.maxDownload ?? undefined, now);
				if (command.maxUpload !== undefined) uploadLimiter.setRate(command.maxUpload ?? undefined, now);
				this.#watchLimits();
				return {};
			}
			case 'session.pauseAll':
				for (const torrent of this.#torrents.values()) torrent.post({type: 'pause'});
				return {};
			case 'session.resumeAll':
				for (const torrent of this.#torrents.values()) torrent.post({type: 'start', check: 'quick'});
				return {};
			case 'session.list': {
				const now = this.#room.clock.now();
				return {
					torrents: [...this.#torrents.values()].map(torrent =>
						viewTorrent(torrent, now, this.#reason(torrent, now)),
					),
				};
			}
			case 'session.stop':
				await this.stop();
				return {};
			default:
				throw new UserError('not-yet', `this engine does not know the command ${command.type}`);
		}
	}

	#find(id: string): Torrent {
		const torrent = this.#torrents.get(id);
		if (torrent === undefined)
			throw new UserError('no-such-torrent', 'the engine has no such torrent: see `tortui list`');
		return torrent;
	}

	#findPeer(id: string, peer: number): Peer {
		const found = this.#find(id).swarm.peers.get(peer);
		if (found === undefined) throw new UserError('no-such-peer', 'that peer is not connected any more');
		return found;
	}

	async #addLink(link: string, options: AddOptions): Promise<Reply> {
		const {readTorrentLink} = await import('../io/torrent-link.js');
		return this.#add(await readTorrentLink(link, this.#room.http), options);
	}

	async #add(bytes: Uint8Array, options: AddOptions): Promise<Reply> {
		let metainfo: Metainfo;
		try {
			metainfo = parseMetainfo(bytes, hashFunctions);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			throw new UserError(error.code, `not a valid torrent: ${error.message}`, 3);
		}
		if (metainfo.pieceHashes === undefined) {
			throw new UserError(
				'v2-only',
				`${metainfo.name} is a v2-only torrent, which cannot be downloaded yet: use a hybrid one`,
			);
		}
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
		this.#selectInitially(torrent, options);
		this.#adopt(torrent);
		this.#log('info', `added ${metainfo.name}`, id);
		await this.#applyOptions(torrent, options);
		torrent.wanted = options.paused !== true;
		if (torrent.wanted) torrent.post({type: 'start', check: options.check ?? 'quick'});
		else torrent.activity = {name: 'paused'};
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
		if (resume.active) torrent.post({type: 'start', check: 'quick'});
		else torrent.activity = {name: 'paused'};
	}

	#adopt(torrent: Torrent): void {
		torrent.queue ||= this.#torrents.size + 1;
		this.#torrents.set(torrent.id, torrent);
		torrent.onChange = () => this.#watchers.hurry();
	}

	/** Rules that do not fit the torrent are refused before anything is added. */
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
		torrent.seedRatio = options.seedRatio ?? torrent.seedRatio;
		torrent.seedTime = options.seedTime ?? torrent.seedTime;
		if (options.sequential !== undefined) torrent.post({type: 'sequential', on: options.sequential});
		if (options.label !== undefined) torrent.label = options.label;
		for (const url of options.trackers ?? []) torrent.announcers.add(url);
		const addresses = await Promise.all((options.peers ?? []).map(resolvePeer));
		if (addresses.length > 0) torrent.post({type: 'peers', addresses, source: 'manual'});
	}

	async #remove(id: string, withData: boolean): Promise<Reply> {
		const torrent = this.#find(id);
		this.#torrents.delete(id);
		await torrent.close();
		if (withData) await torrent.removeData();
		await this.#store.remove(torrent.id);
		this.#log('info', `removed ${torrent.metainfo.name}${withData ? ' and its data' : ''}`);
		return {};
	}

	// Looking.

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		return this.#watchers.watch(watch, listener);
	}

	#compose(
		watch: Watch,
		section: <View>(name: string, revision: number, make: () => View) => View | undefined,
	): Update {
		const now = this.#room.clock.now();
		const update: {-readonly [Key in keyof Update]: Update[Key]} = {revision: 0};
		const put = <Key extends keyof Update>(key: Key, value: Update[Key] | undefined): void => {
			if (value !== undefined) update[key] = value;
		};
		if (watch.session)
			put(
				'session',
				section('session', 0, () => this.#view(now)),
			);
		if (watch.torrents) {
			const view = () =>
				[...this.#torrents.values()].map(torrent => viewTorrent(torrent, now, this.#reason(torrent, now)));
			put('torrents', section('torrents', 0, view));
		}
		const {speed} = watch;
		if (speed !== undefined) {
			const view = () => ({
				...this.#history.view(speed.range, speed.samples),
				diskRate: this.#diskRate,
				diskQueue: 0,
			});
			put('speed', section('speed', 0, view));
		}
		const {log} = watch;
		if (log !== undefined) {
			put(
				'log',
				section('log', this.#lines.revision, () => this.#lines.newest(log, watch.torrent?.id)),
			);
		}
		if (watch.torrent !== undefined) put('torrent', this.#composeTorrent(watch.torrent, now, section));
		return update;
	}

	#composeTorrent(
		watch: NonNullable<Watch['torrent']>,
		now: Millis,
		section: <View>(name: string, revision: number, make: () => View) => View | undefined,
	): Update['torrent'] {
		const {id} = watch;
		const torrent = this.#torrents.get(id);
		if (torrent === undefined) {
			return section('gone', 0, () => true) === undefined ? {id} : {id, gone: true};
		}
		const view: {
			-readonly [Key in keyof NonNullable<Update['torrent']>]: NonNullable<Update['torrent']>[Key];
		} = {id};
		const put = <Key extends keyof NonNullable<Update['torrent']>>(
			key: Key,
			value: NonNullable<Update['torrent']>[Key] | undefined,
		): void => {
			if (value !== undefined) view[key] = value;
		};
		if (watch.overview)
			put(
				'overview',
				section('overview', 0, () => viewTorrent(torrent, now, this.#reason(torrent, now))),
			);
		const {pieces, speed} = watch;
		if (pieces !== undefined) {
			const revision = torrent.piecesRevision + torrent.swarm.revision;
			put(
				'pieces',
				section('pieces', revision, () => viewPieces(torrent, pieces)),
			);
		}
		if (watch.peers)
			put(
				'peers',
				section('peers', 0, () => viewPeers(torrent, now)),
			);
		if (watch.trackers)
			put(
				'trackers',
				section('trackers', 0, () => torrent.announcers.views(now)),
			);
		if (watch.files) {
			put(
				'files',
				section('files', 1, () => viewFiles(torrent)),
			);
			put(
				'progress',
				section('progress', torrent.files.revision, () => viewProgress(torrent)),
			);
		}
		if (speed !== undefined) {
			put(
				'speed',
				section('torrent-speed', 0, () => viewSpeed(torrent, speed.range, speed.samples, this.#diskRate)),
			);
		}
		return view;
	}

	#view(now: Millis): SessionView {
		let downloadRate = 0;
		let uploadRate = 0;
		let downloaded = 0;
		let uploaded = 0;
		let connected = 0;
		let reached = false;
		for (const torrent of this.#torrents.values()) {
			downloadRate += torrent.download.rate(now);
			uploadRate += torrent.upload.rate(now);
			downloaded += torrent.downloaded;
			uploaded += torrent.uploaded;
			connected += torrent.swarm.connected;
			reached ||= torrent.swarm.reached;
		}
		return {
			name: this.#options.name ?? 'tortui',
			version: this.#options.version,
			pid: process.pid,
			uptime: Math.floor((now - this.#startedAt) / 1000),
			port: this.port,
			portState: reached ? 'open' : 'unknown',
			downloadRate: Math.round(downloadRate),
			uploadRate: Math.round(uploadRate),
			downloaded,
			uploaded,
			connected,
			dhtNodes: 0,
			freeSpace: this.#freeSpace,
			maxDownload: this.#room.downloadLimiter.rate,
			maxUpload: this.#room.uploadLimiter.rate,
			slowMode: false,
			dir: this.#options.dir,
		};
	}

	#reason(torrent: Torrent, now: Millis): Reason | undefined {
		return whyNothingMoves(
			stallFacts(torrent, {
				now,
				port: this.port,
				listeningFor: (now - this.#startedAt) / 1000,
				memoryShort: this.#hungry.size > 0,
			}),
		);
	}

	#log(level: LogLevel, text: string, torrent?: string): void {
		this.#lines.add(this.#room.clock.wall(), level, text, torrent);
		this.#options.log(level, text, torrent);
	}

	// Time and memory.

	#tick(): void {
		this.#timer = this.#room.clock.after(tickTime, () => this.#tick());
		const now = this.#room.clock.now();
		for (const stray of [...this.#strays])
			if (now - stray.connectedAt > handshakeTimeout) stray.close('no handshake');
		let downloaded = 0;
		let uploaded = 0;
		let written = 0;
		for (const torrent of this.#torrents.values()) {
			torrent.post({type: 'tick', now});
			downloaded += torrent.downloaded;
			uploaded += torrent.uploaded;
			written += torrent.storage?.written ?? 0;
		}
		this.#history.sample(
			this.#room.clock.wall(),
			Math.max(0, downloaded - this.#sampled.downloaded),
			Math.max(0, uploaded - this.#sampled.uploaded),
		);
		this.#diskRate = Math.max(0, written - this.#sampled.written);
		this.#sampled = {downloaded, uploaded, written};
		this.#relieve();
		if (now - this.#lastSave >= saveTime) {
			this.#lastSave = now;
			void this.#saveAll();
			void this.#disk.freeSpace(this.#options.dir).then(bytes => {
				this.#freeSpace = bytes;
			});
		}
	}

	/** While a limit holds, those who wait for it are served ten times a second. */
	#watchLimits(): void {
		for (const torrent of this.#torrents.values()) torrent.applyLimits(this.#room.clock.now());
		if (this.#limitTimer !== undefined) return;
		const limited = (): boolean => {
			const {downloadLimiter, uploadLimiter} = this.#room;
			if (downloadLimiter.rate !== undefined || uploadLimiter.rate !== undefined) return true;
			for (const torrent of this.#torrents.values()) {
				const {maxDownload, maxUpload} = torrent.throttle;
				if (maxDownload !== undefined || maxUpload !== undefined) return true;
			}
			return false;
		};
		const wake = (): void => {
			this.#limitTimer = undefined;
			if (this.#stopping !== undefined || !limited()) return;
			const now = this.#room.clock.now();
			for (const torrent of this.#torrents.values()) torrent.resupply(now);
			this.#limitTimer = this.#room.clock.after(limitTime, wake);
		};
		if (limited()) this.#limitTimer = this.#room.clock.after(limitTime, wake);
	}

	#fairShare(): number {
		const now = this.#room.clock.now();
		if (now - this.#share.at < 100) return this.#share.blocks;
		let givers = 0;
		for (const torrent of this.#torrents.values()) {
			for (const peer of torrent.swarm.peers.values()) if (peer.amInterested && !peer.peerChoking) givers++;
		}
		this.#share = {
			at: now,
			blocks: Math.max(fewestShare, Math.floor((this.#room.pool.capacity * 0.9) / Math.max(1, givers))),
		};
		return this.#share.blocks;
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

	async #save(torrent: Torrent): Promise<void> {
		if (this.#saved.get(torrent.id) === torrent.memoryRevision) return;
		this.#saved.set(torrent.id, torrent.memoryRevision);
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
		await Promise.all([...this.#torrents.values()].map(torrent => torrent.close()));
		await this.#listener?.close();
		await this.#saveAll();
		await this.#store.settled();
		this.#udp.close();
		await this.#disk.close();
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
