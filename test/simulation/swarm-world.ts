import {createHash} from 'node:crypto';
import type {SeedGoal} from '../../source/base/seed-goal.ts';
import {blockLength} from '../../source/base/units.js';
import {Session} from '../../source/engine/session/session.js';
import {HostResolver} from '../../source/io/net/host-resolver.ts';
import {Bitfield} from '../../source/protocol/wire/bitfield.js';
import {bencode} from '../helpers/bencode.js';
import {seeded} from '../policy/seeded.js';
import {MemoryDisk} from './memory-disk.js';
import {VirtualClock} from './virtual-clock.js';
import {type Line, type VirtualHost, VirtualNetwork} from './virtual-network.js';
import {VirtualTracker} from './virtual-tracker.js';

export interface WorldOptions {
	readonly seed: number;
	readonly pieces: number;
	readonly blocksPerPiece: number;
	/** How often trackers are to be asked, in seconds. */
	readonly interval?: number;
	/** How soon promises settle, in virtual ms: what takes a day can wait a little. */
	readonly settleTime?: number;
}

export interface NodeOptions extends Partial<Line> {
	readonly seed?: boolean;
	/** Takes and does not give. */
	readonly freeRider?: boolean;
	/** The part of the blocks it sends that are wrong. */
	readonly corrupts?: number;
	readonly maxPeers?: number;
	/** It asks no tracker. */
	readonly shy?: boolean;
	readonly poolSlots?: number;
	readonly diskDelay?: number;
	readonly sequential?: boolean;
	readonly goal?: SeedGoal;
	/** What it has when it comes; all with `seed`. */
	readonly has?: Bitfield;
}

/** Where the name of the tracker leads. */
const trackerHost = '192.0.2.250';

/** One client of the swarm: our whole engine on a machine of its own. */
export interface Node {
	readonly host: string;
	readonly options: NodeOptions;
	readonly line: Line;
	readonly session: Session;
	readonly network: VirtualHost;
	readonly disk: MemoryDisk;
	readonly joinedAt: number;
	completedAt: number | undefined;
	/** Addresses it banned. */
	readonly banned: Set<string>;
	readonly log: string[];
}

/** A swarm of our engines around one torrent, on virtual time. The same seed gives the same run. */
export class SwarmWorld {
	readonly clock: VirtualClock;
	readonly network: VirtualNetwork;
	readonly tracker: VirtualTracker;
	readonly random: () => number;
	readonly seed: number;
	readonly pieces: number;
	readonly pieceLength: number;
	readonly nodes = new Set<Node>();
	readonly #metainfo: string;
	readonly #id: string;
	#hosts = 0;

	constructor({seed, pieces, blocksPerPiece, interval = 1800, settleTime = 20}: WorldOptions) {
		this.clock = new VirtualClock(settleTime);
		this.network = new VirtualNetwork(this.clock);
		this.seed = seed;
		this.random = seeded(seed);
		this.pieces = pieces;
		this.pieceLength = blocksPerPiece * blockLength;
		this.tracker = new VirtualTracker(this.clock, this.random, interval);
		const info = bencode({
			length: pieces * this.pieceLength,
			name: 'content',
			'piece length': this.pieceLength,
			pieces: new Uint8Array(20 * pieces).fill(seed & 255),
		});
		this.#metainfo = Buffer.concat([
			Buffer.from('d'),
			bencode('announce'),
			bencode(this.tracker.url),
			bencode('info'),
			info,
			Buffer.from('e'),
		]).toString('base64');
		this.#id = createHash('sha1').update(info).digest('hex');
	}

	/** Bytes of the torrent. */
	get length(): number {
		return this.pieces * this.pieceLength;
	}

	/** A machine comes with our engine on it, and takes part. With a `disk` it was here before. */
	async join(options: NodeOptions = {}, disk?: MemoryDisk): Promise<Node> {
		const {clock} = this;
		const number = this.#hosts++;
		const host = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${1 + (number & 255)}`;
		const line = {up: options.up ?? 200_000, down: options.down ?? 1_000_000, latency: options.latency ?? 20};
		const network = this.network.join(host, line);
		const random = seeded(Math.floor(this.random() * 2 ** 31));
		const corrupts = options.corrupts ?? 0;
		const diskSetup = {
			clock,
			delay: options.diskDelay ?? 5,
			lies: corrupts > 0 ? () => random() < corrupts : undefined,
			onPiece: () => {
				if (node.disk.have.full) node.completedAt ??= clock.now();
			},
		};
		const ownDisk = new MemoryDisk(this.pieces, diskSetup);
		const before = disk?.have ?? options.has;
		if (before !== undefined) ownDisk.have = before;
		if (options.seed) ownDisk.have.fill();
		const log: string[] = [];
		const banned = new Set<string>();
		const session = await Session.open({
			stateDir: '/nowhere',
			dir: '/nowhere',
			port: 6881,
			portFixed: true,
			bind: [host],
			maxPeers: options.maxPeers ?? 50,
			maxUpload: options.freeRider ? 0 : undefined,
			trackers: !options.shy,
			persist: false,
			version: '0.1.0',
			log: (level, text) => {
				if (level === 'debug') return;
				log.push(text);
				const match = /^(\S+) sent wrong data: banned$/.exec(text);
				if (match) banned.add(match[1]!);
			},
			clock,
			random: {
				next: random,
				bytes: length => Uint8Array.from({length}, () => Math.floor(random() * 256)),
			},
			sockets: {
				tcp: network,
				http: this.tracker.client(network),
				resolver: new HostResolver(clock, async () => [trackerHost]),
			},
			openDisk: pool => ownDisk.mount(pool),
			store: {
				find: async () => undefined,
				load: async () => [],
				save: async () => undefined,
				saveMetainfo: async () => undefined,
				remove: async () => undefined,
				settled: async () => {},
			},
			poolSlots: options.poolSlots ?? 1024,
		});
		const node: Node = {
			host,
			options,
			line,
			session,
			network,
			disk: ownDisk,
			joinedAt: clock.now(),
			completedAt: ownDisk.have.full ? clock.now() : undefined,
			banned,
			log,
		};
		this.nodes.add(node);
		const check = ownDisk.have.full ? 'none' : 'full';
		await session.send({
			type: 'torrent.add',
			metainfo: this.#metainfo,
			options: {check, sequential: options.sequential ?? false, ...(options.goal && {goal: options.goal})},
		});
		await this.#begun(session);
		// Machines do not tick in step.
		await clock.pass(Math.floor(this.random() * 7));
		return node;
	}

	/** What a torrent waits for when it begins may take the real machine a while, in which no virtual time is to pass. */
	async #begun(session: Session): Promise<void> {
		for (let turn = 0; turn < 10_000; turn++) {
			const {torrents} = await session.send({type: 'session.list'});
			if (torrents?.[0] !== undefined && !/^(?:queued|checking)$/.test(torrents[0].state)) return;
			await new Promise(resolve => setImmediate(resolve));
		}
		throw new Error('the torrent does not begin');
	}

	/** `politely`: the tracker and the peers are told; `silently`: the line is cut. */
	async leave(node: Node, how: 'politely' | 'silently'): Promise<void> {
		this.nodes.delete(node);
		if (how === 'silently') this.network.leave(node.network, true);
		const stopped = node.session.stop();
		if (how === 'politely') {
			await this.clock.pass(200);
			this.network.leave(node.network, false);
		}
		await this.clock.pass(6000);
		await stopped;
	}

	/** Ends everything, so that nothing is left for the next test. */
	async end(): Promise<void> {
		const stopped = Promise.all([...this.nodes].map(node => node.session.stop()));
		await this.clock.pass(6000);
		await stopped;
		this.nodes.clear();
	}

	/** Until all of these have everything, for at most so many ms. Answers whether they have. */
	untilComplete(nodes: Iterable<Node>, limit: number): Promise<boolean> {
		const all = [...nodes];
		return this.clock.passUntil(() => all.every(node => node.completedAt !== undefined), limit);
	}

	get id(): string {
		return this.#id;
	}

	/** How many of the nodes have each piece. */
	copies(nodes: Iterable<Node> = this.nodes): number[] {
		const counts = new Array<number>(this.pieces).fill(0);
		for (const {disk} of nodes) {
			for (let piece = 0; piece < this.pieces; piece++) if (disk.have.has(piece)) counts[piece]!++;
		}
		return counts;
	}
}

/** A bitfield with these pieces, for nodes that join with some. */
export function piecesOf(length: number, pieces: Iterable<number>): Bitfield {
	const have = new Bitfield(length);
	for (const piece of pieces) have.set(piece);
	return have;
}
