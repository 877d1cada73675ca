import type {AddOptions, Command, RemovedFiles, Reply} from '../../api/command.js';
import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {Update, Watch} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {toHex} from '../../base/hex.js';
import type {LogLevel, Timer} from '../../base/ports.js';
import type {BytesPerSecond, Millis} from '../../base/units.js';
import {BlockPool} from '../../io/disk/block-pool.js';
import type {Disk} from '../../io/disk/disk.js';
import {DiskService} from '../../io/disk/disk-service.js';
import type {Removal} from '../../io/disk/storage.js';
import {PathRegistry} from '../../io/files/path-registry.js';
import {machineClock} from '../../io/machine/clock.js';
import {openFileLimit} from '../../io/machine/open-file-limit.js';
import {machineRandom} from '../../io/machine/random.js';
import {machineAddresses} from '../../io/net/machine-addresses.js';
import {resolvePeer} from '../../io/net/resolve-peer.js';
import {makeSockets, type Sockets} from '../../io/net/sockets.js';
import {UdpTrackerClient} from '../../io/net/udp-tracker-client.js';
import {LimitStore} from '../../io/state/limit-store.js';
import {StatsStore} from '../../io/state/stats-store.js';
import {StateStore} from '../../io/state/torrent-store.js';
import {connectionLimits} from '../../policy/peers/connection-limits.js';
import {RateLimiter} from '../../policy/rates/rate-limiter.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {ConnectionSlots} from '../peers/connection-slots.js';
import {IncomingConnections} from '../peers/incoming-connections.js';
import {ourHandshake} from '../peers/our-handshake.js';
import type {Peer, PeerOwner} from '../peers/peer-connection.js';
import {makePeerId} from '../peers/peer-id.js';
import {WriteBatch} from '../peers/write-batch.js';
import {ExternalAddress} from '../sources/external-address.js';
import type {Torrent} from '../torrent/torrent.js';
import {Uploader} from '../transfer/uploader.js';
import {composeUpdate} from '../views/compose-update.js';
import {LogRate} from '../views/log-rate.js';
import {LogRepeats} from '../views/log-repeats.js';
import {LogRing} from '../views/log-ring.js';
import {SessionReport} from '../views/session-view.js';
import {Watchers} from '../views/watchers.js';
import {Autosave} from './autosave.js';
import {BlockBudget} from './block-budget.js';
import {makeCheckMutex} from './check-mutex.js';
import {chosenTorrents} from './chosen-torrents.js';
import {type CommandHost, executeCommand} from './execute-command.js';
import {FilePatrol} from './file-patrol.js';
import {QueueManager} from './queue-manager.js';
import {SessionLimits, usualSlowRate} from './session-limits.js';
import type {SessionOptions} from './session-options.js';
import type {SessionServices} from './session-services.js';
import {SessionStats} from './session-stats.js';
import {downloadable, TorrentLinks} from './torrent-links.js';
import {TorrentLoader} from './torrent-loader.js';
import {TotalsStore} from './totals-store.js';

const usualPoolSlots = 4096;
const tickTime: Millis = 1000;
/** In ticks. */
const queueTicks = 5;
/** Whoever stops an engine waits no longer than this, whatever a tracker or a disk does. */
const stopTime: Millis = 5000;
/** What trackers have of it. */
const goodbyeTime: Millis = 3000;
/** What the disk has to end what it does when we leave. */
const diskFarewell: Millis = 3000;
/** Of files that stay when a torrent's data is deleted so many are named. */
const mostKeptTold = 100;
/** Torrents saved at a time when all are: more of them wait for the disk together, and no longer for each other. */
const savesAtTheEnd = 32;
/** The engine: torrents, and what they share. Spoken to by commands, looked at by watches, stopped once. */
export class Session implements EngineClient {
	readonly closed: Promise<string>;
	readonly #options: SessionOptions;
	readonly #torrents = new Map<string, Torrent>();
	readonly #services: SessionServices;
	readonly #disk: Disk;
	readonly #paths = new PathRegistry();
	readonly #sockets: Sockets;
	readonly #udpTrackers: UdpTrackerClient;
	readonly #watchers: Watchers;
	readonly #lines = new LogRing();
	readonly #store: NonNullable<SessionOptions['store']>;
	readonly #incoming: IncomingConnections;
	readonly #budget: BlockBudget;
	readonly #loader: TorrentLoader;
	readonly #autosave: Autosave;
	readonly #report: SessionReport;
	readonly #stats = new SessionStats();
	readonly #limits: SessionLimits;
	readonly #queue: QueueManager;
	readonly #host: CommandHost;
	readonly #logRate: LogRate;
	readonly #logRepeats: LogRepeats;
	/** Undefined when nothing is to be kept. */
	readonly #memory: StatsStore | undefined;
	readonly #totals: TotalsStore | undefined;
	readonly #limitMemory: LimitStore | undefined;
	readonly #patrol = new FilePatrol(this.#torrents);
	readonly #connectionLimits = connectionLimits(openFileLimit());
	#peerIds = 0;
	#ticks = 0;
	#timer: Timer | undefined;
	#stopping: Promise<void> | undefined;
	#tellClosed: (why: string) => void = () => {};

	private constructor(options: SessionOptions) {
		this.#options = options;
		this.closed = new Promise(resolve => {
			this.#tellClosed = resolve;
		});
		const clock = options.clock ?? machineClock;
		const random = options.random ?? machineRandom;
		const startedAt = clock.now();
		this.#logRate = new LogRate(
			(level, text, torrent) => this.#write(level, text, torrent),
			() => clock.now(),
		);
		this.#logRepeats = new LogRepeats(options.log, () => clock.now());
		const pool = new BlockPool(options.poolSlots ?? usualPoolSlots);
		this.#disk =
			options.openDisk?.(pool) ??
			new DiskService(pool, {stateDir: options.stateDir, thread: options.diskThread});
		this.#store =
			options.store ??
			new StateStore(options.stateDir, (level, text, torrent) => this.#log(level, text, torrent));
		const torrents = this.#torrents;
		this.#budget = new BlockBudget(pool, torrents, clock);
		const slots = new ConnectionSlots(this.#connectionLimits.peers, torrents, clock);
		this.#sockets = {
			...makeSockets({
				clock,
				bind: options.bind,
				userAgent: `tortui/${options.version}`,
				udpTaken: port =>
					this.#log('warn', `UDP port ${port} is taken: trackers are asked over UDP from another one`),
			}),
			...options.sockets,
		};
		const {tcp, udp, http, resolver, local} = this.#sockets;
		this.#udpTrackers = new UdpTrackerClient({clock, random, udp, local, lookUp: resolver.lookUp});
		const ownHosts = options.bind.length > 0 ? options.bind : machineAddresses();
		const session = this;
		this.#services = {
			clock,
			random,
			transport: tcp,
			pool,
			disk: this.#disk,
			paths: this.#paths,
			allocatesFully: options.allocation === 'full',
			http,
			resolver,
			udpTrackers: this.#udpTrackers,
			localTrackers: options.localTrackers,
			writeBatch: new WriteBatch(clock),
			uploader: new Uploader(clock),
			router: {
				route: (peer, infoHash) => this.#route(peer, infoHash),
				halfOpenClosed: peer => this.#incoming.forget(peer),
			},
			peerId: makePeerId(options.version, random),
			key: new DataView(random.bytes(4).buffer).getUint32(0),
			client: `tortui ${options.version}`,
			log: (level, text, torrent) => this.#log(level, text, torrent),
			port: () => this.#incoming.port,
			ownHosts,
			externalAddress: new ExternalAddress(
				() => ownHosts,
				(level, text) => this.#log(level, text),
			),
			nextPeerId: () => this.#peerIds++,
			mayDial: held => slots.mayDial(held),
			mayAccept: (held, isNew) => slots.mayAccept(held, isNew),
			connectionEnded: () => slots.ended(),
			downloadLimiter: new RateLimiter(),
			uploadLimiter: new RateLimiter(),
			limitsChanged: () => this.#limits.changed(),
			requestQuota: peer => this.#budget.requestQuota(peer),
			checkTurn: makeCheckMutex(),
			waitForBuffer: (peer, refill) => this.#budget.waitForBuffer(peer, refill),
			buffersFreed: () => this.#budget.buffersFreed(),
		};
		this.#incoming = new IncomingConnections(this.#services, this.#connectionLimits.halfOpen, infoHash =>
			ourHandshake(infoHash, this.#services.peerId),
		);
		const slow = (rate: BytesPerSecond | null | undefined) =>
			rate === null ? undefined : (rate ?? usualSlowRate);
		this.#limits = new SessionLimits(
			{
				configured: {
					maxDownload: options.maxDownload,
					maxUpload: options.maxUpload,
					slowDownload: slow(options.slowDownload),
					slowUpload: slow(options.slowUpload),
				},
				typed: options.typed ?? new Set(),
				slowTimes: options.slowTimes ?? [],
				remember: choices => this.#limitMemory?.save(choices),
			},
			{download: this.#services.downloadLimiter, upload: this.#services.uploadLimiter},
			torrents,
			clock,
		);
		this.#queue = new QueueManager(torrents, options.queue, clock);
		if (options.persist) {
			this.#memory = new StatsStore(options.stateDir, text => this.#log('warn', text));
			this.#totals = new TotalsStore(options.stateDir, torrents, this.#stats, ({message}) =>
				this.#log('warn', `totals are not kept: ${message}`),
			);
			this.#limitMemory = new LimitStore(options.stateDir, {
				damaged: why => this.#log('warn', `limits chosen earlier are forgotten: ${why}`),
				later: why => this.#log('warn', `limits chosen earlier do not hold, new ones are not kept: ${why}`),
				failed: ({message}) => this.#log('warn', `limits are not kept: ${message}`),
			});
		}
		this.#loader = new TorrentLoader({
			services: this.#services,
			torrents,
			queue: this.#queue,
			store: this.#store,
			lasting: options.persist,
			speeds: this.#memory,
			totals: this.#totals,
			dir: options.dir,
			maxPeers: options.maxPeers,
			trackers: options.trackers,
			changed: () => this.#watchers.hurry(),
			keep: torrent => this.#autosave.save(torrent),
		});
		this.#autosave = new Autosave(
			{
				torrents,
				traffic: this.#stats,
				store: this.#store,
				speeds: this.#memory,
				log: this.#services.log,
			},
			startedAt,
		);
		const report = new SessionReport({
			services: this.#services,
			torrents,
			traffic: this.#stats,
			limits: this.#limits,
			queue: this.#queue,
			budget: this.#budget,
			startedAt,
			version: options.version,
			name: options.name,
			dir: options.dir,
		});
		this.#report = report;
		const links = new TorrentLinks(this.#services.http, clock);
		this.#host = {
			torrents,
			queue: this.#queue,
			limits: this.#limits,
			now: () => clock.now(),
			add: (bytes, options) => this.#loader.add(bytes, options),
			addLink: async (link, options) => this.#loader.add(await links.read(link), options),
			preview: link => links.preview(link, id => torrents.has(id)),
			remove: (torrent, withData) => this.#remove(torrent, withData),
			settle: (torrent, dir) => this.#loader.settle(torrent, dir),
			resolvePeer: text => resolvePeer(text, resolver),
			list: () => [...torrents.values()].map(torrent => report.torrent(torrent, clock.now())),
			stop: () => this.stop(),
		};
		const looked = {
			torrents,
			clock,
			lines: this.#lines,
			get history() {
				return session.#stats.history;
			},
			get diskRate() {
				return session.#stats.diskRate;
			},
			session: (now: Millis) => report.session(now),
			torrent: (torrent: Torrent, now: Millis) => report.torrent(torrent, now),
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
			await session.#incoming.open(options, session.#sockets.udp);
		} catch (error) {
			await session.#disk.close();
			session.#closeSockets();
			throw error;
		}
		const {peers} = session.#connectionLimits;
		if (peers < options.maxPeers) {
			session.#log(
				'warn',
				`too few open files are allowed: at most ${peers} peers at a time; raise the limit with ulimit -n`,
			);
		}
		await session.#takeLimits();
		const memory = session.#memory;
		if (memory !== undefined) {
			session.#stats.take(await memory.load());
			await session.#totals?.load();
			void memory.keepOnly(await session.#loader.restore());
		}
		session.#tick();
		return session;
	}

	async #takeLimits(): Promise<void> {
		if (this.#limitMemory === undefined) return;
		const held = this.#limits.take(await this.#limitMemory.load());
		if (held.length > 0) this.#log('info', `limits chosen earlier hold: ${held.join(', ')}`);
	}

	get port(): number {
		return this.#incoming.port;
	}

	#torrentFor(infoHash: Uint8Array): Torrent | undefined {
		return this.#torrents.get(toHex(infoHash));
	}

	#route(peer: Peer, infoHash: Uint8Array): PeerOwner | undefined {
		const torrent = this.#torrentFor(infoHash);
		if (!torrent?.swarm.accept(peer)) return undefined;
		this.#incoming.forget(peer);
		return torrent.messages;
	}

	// Commands.

	async send(command: Command): Promise<Reply> {
		if (command.type !== 'session.stop') this.#requireGoing();
		const reply = await executeCommand(this.#host, command);
		this.#autosave.chosen(chosenTorrents(command, reply, this.#torrents));
		this.#watchers.hurry();
		return reply;
	}

	/** Adds a torrent that was read in this process: as `torrent.add`, without reading it again. */
	async add(metainfo: Metainfo, bytes: Uint8Array, options: AddOptions): Promise<Reply> {
		this.#requireGoing();
		const reply = await this.#loader.add(bytes, options, downloadable(metainfo));
		const added = this.#torrents.get(reply.id ?? '');
		if (added !== undefined) this.#autosave.chosen([added]);
		this.#watchers.hurry();
		return reply;
	}

	#requireGoing(): void {
		if (this.#stopping === undefined) return;
		throw new UserError('stopping', 'the engine is stopping: start it again');
	}

	async #remove(torrent: Torrent, withData: boolean): Promise<RemovedFiles | undefined> {
		const others = withData ? await this.#paths.shared(torrent.id) : [];
		this.#torrents.delete(torrent.id);
		this.#queue.left(torrent);
		await torrent.close();
		const removal = withData
			? await torrent.removeData(new Map(others.map(({file, name}) => [file, name])))
			: undefined;
		this.#paths.release(torrent.id);
		const unforgotten = await this.#store.remove(torrent.id);
		if (unforgotten !== undefined)
			this.#log('error', `it may come back at the next start: ${unforgotten.message}`, torrent.id);
		await this.#memory?.removeTorrent(torrent.id);
		this.#log('info', `removed ${torrent.metainfo.name}${removedText(removal)}`, torrent.id);
		const failure = removal?.failure;
		if (failure !== undefined)
			throw new UserError(
				failure.code,
				`the torrent is removed, some of its data is not: ${failure.message}`,
			);
		if (removal === undefined) return undefined;
		const {deleted, kept} = removal;
		return {deleted, kept: kept.length, keptFiles: kept.slice(0, mostKeptTold)};
	}

	// Looking.

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		return this.#watchers.watch(watch, listener);
	}

	/** Says what happened; more than anybody could read is left out. */
	#log(level: LogLevel, text: string, torrent?: string): void {
		this.#logRate.write(level, text, torrent);
	}

	#write(level: LogLevel, text: string, torrent?: string): void {
		const name = torrent === undefined ? undefined : this.#torrents.get(torrent)?.metainfo.name;
		this.#lines.add(this.#services.clock.wall(), level, text, torrent, name);
		this.#logRepeats.write(level, text, torrent, name);
	}

	// Time and memory.

	#tick(): void {
		this.#timer = this.#services.clock.after(tickTime, () => this.#tick());
		const now = this.#services.clock.now();
		this.#incoming.tick(now);
		// Whoever comes first has the first of this second's new connections.
		const torrents = [...this.#torrents.values()];
		const first = this.#ticks % Math.max(1, torrents.length);
		for (const torrent of [...torrents.slice(first), ...torrents.slice(0, first)])
			torrent.post({type: 'tick', now});
		this.#patrol.tick();
		this.#stats.sample(this.#torrents.values(), this.#services.clock.wall());
		this.#totals?.tick(now);
		this.#budget.tick();
		if (this.#limits.tick())
			this.#log('info', `slow mode is ${this.#limits.slowMode ? 'on' : 'over'}: its time`);
		if (++this.#ticks % queueTicks === 0) this.#queue.plan();
		this.#logRate.tick();
		this.#logRepeats.tick();
		this.#budget.buffersFreed();
		if (this.#autosave.tick(now)) {
			void this.#disk.freeSpace(this.#options.dir).then(bytes => {
				this.#report.freeSpace = bytes;
			});
		}
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
		const late = this.#after(stopTime).then(() => 'late' as const);
		const leave = this.#takeLeave();
		leave.catch(() => {});
		if ((await Promise.race([leave, late])) === 'late') {
			const left = this.#autosave.unsaved;
			this.#log('error', `the engine ends before the disk has answered: ${left} torrents may not be saved`);
			this.#closeSockets();
		}
		this.#watchers.stop();
		this.#logRepeats.end();
		this.#tellClosed('the engine was stopped');
	}

	#closeSockets(): void {
		this.#udpTrackers.close();
		this.#sockets.udp.close();
	}

	#after(time: Millis): Promise<void> {
		return new Promise(resolve => this.#services.clock.after(time, resolve));
	}

	async #takeLeave(): Promise<void> {
		const torrents = [...this.#torrents.values()];
		for (const torrent of torrents) torrent.post({type: 'count'});
		this.#stats.sample(torrents, this.#services.clock.wall());
		const speeds = this.#autosave.saveSpeeds(savesAtTheEnd);
		// Trackers that do not answer have been told by then, and what is known is still to be saved.
		await Promise.race([Promise.all(torrents.map(torrent => torrent.close())), this.#after(goodbyeTime)]);
		await this.#incoming.close();
		await this.#autosave.saveAll(savesAtTheEnd);
		await this.#store.settled();
		await speeds;
		await this.#totals?.save();
		await this.#limitMemory?.settled();
		this.#closeSockets();
		// Files that are being copied to another disk are still where they were.
		await Promise.race([this.#disk.close(), this.#after(diskFarewell)]);
	}

	/** Part of `EngineClient`; an engine in this process is let go of by `stop`. */
	close(): void {
		void this.stop();
	}
}

function removedText(removal: Removal | undefined): string {
	if (removal === undefined) return '; its files stay';
	const {deleted, kept} = removal;
	if (kept.length === 0) return ' and its data';
	const [first] = kept;
	const why =
		kept.length === 1
			? `${first!.path} stays: ${first!.why}`
			: `${kept.length} files stay: ${first!.path}: ${first!.why}, ...`;
	return ` and ${deleted} of its files; ${why}`;
}
