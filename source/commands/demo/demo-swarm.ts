import {setImmediate as turn} from 'node:timers/promises';
import type {Clock, Random, Timer} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';
import {readMetainfoHere} from '../../io/metainfo/read-metainfo.js';
import {LocalAddresses} from '../../io/net/local-addresses.js';
import {TcpTransport} from '../../io/net/tcp-transport.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {Catalogue} from '../../tracker/catalogue/catalogue.js';
import {TrackerServer} from '../../tracker/tracker-server.js';
import {addCatalogue} from '../tracker/compose-catalogue.js';
import {DemoAnnouncer} from './demo-announcer.js';
import {DemoContent} from './demo-content.js';
import {DemoNetwork} from './demo-network.js';
import {DemoPeer, type DemoRole, demoHost} from './demo-peer.js';
import {coastNick} from './demo-shelves.js';
import {makePeerId} from './make-peer-id.js';

/** How a demo swarm is set up. */
export interface DemoSwarmOptions {
	/** About how much there is to download. */
	readonly size: Bytes;
	/** Whether nobody holds back. */
	readonly unlimited: boolean;
	/** Written into the .torrent. */
	readonly createdBy: string;
	/** Absolute; where the catalogue of a small network keeps what it is given. Undefined: there is no network to browse. */
	readonly catalogue?: string | undefined;
	readonly clock: Clock;
	readonly random: Random;
	/** Stops the preparation; the promise rejects with the signal's reason. */
	readonly signal?: AbortSignal | undefined;
}

const kilobyte = 1024;

/** The cast: together they give some 2.3 MiB a second, so that a newcomer has a minute to look around. */
const roles: readonly DemoRole[] = [
	{client: 'Driftwood 2.4', upload: 950 * kilobyte, download: 0, has: 1},
	{client: 'Heron 1.9', upload: 560 * kilobyte, download: 0, has: 1},
	{client: 'Pebble 3.0.1', upload: 330 * kilobyte, download: 0, has: 1},
	{client: 'Magpie 6.6', upload: 400 * kilobyte, download: 0, has: 1, manner: 'liar'},
	{client: 'Dormouse 0.4', upload: 0, download: 0, has: 1, manner: 'silent'},
	{client: 'Larch 0.8', upload: 240 * kilobyte, download: 180 * kilobyte, has: 0.7},
	{client: 'Wren 5.2', upload: 140 * kilobyte, download: 120 * kilobyte, has: 0.4, joinsAfter: 4000},
	{client: 'Thistle 2.0', upload: 60 * kilobyte, download: 300 * kilobyte, has: 0, joinsAfter: 12_000},
];

const tickTime: Millis = 50;

/** A tracker and some peers on loopback that share made-up content, to download from. */
export class DemoSwarm {
	readonly metainfo: Metainfo;
	/** The .torrent. */
	readonly torrent: Uint8Array;
	readonly content: DemoContent;
	readonly #tracker: TrackerServer;
	readonly #peers: readonly DemoPeer[];
	readonly #clock: Clock;
	readonly #startedAt: Millis;
	readonly #unlimited: boolean;
	readonly #announcer: DemoAnnouncer;
	#network: DemoNetwork | undefined;
	#timer: Timer | undefined;
	#visitor: number | undefined;
	#closed = false;

	private constructor(
		options: DemoSwarmOptions,
		content: DemoContent,
		torrent: Uint8Array,
		tracker: TrackerServer,
	) {
		this.content = content;
		this.torrent = torrent;
		this.metainfo = readMetainfoHere(torrent);
		this.#tracker = tracker;
		this.#announcer = new DemoAnnouncer(tracker.service);
		this.#clock = options.clock;
		this.#startedAt = options.clock.now();
		this.#unlimited = options.unlimited;
		const random = () => options.random.next();
		const transport = new TcpTransport(new LocalAddresses([demoHost]), options.clock);
		const world = {transport, content, metainfo: this.metainfo, unlimited: options.unlimited, random};
		this.#peers = roles.map(role => new DemoPeer(role, makePeerId(options.random), world));
	}

	/** Makes up the content, and brings everybody to life. Rejects with the system's error when nobody can listen. */
	static async start(options: DemoSwarmOptions): Promise<DemoSwarm> {
		const {clock, random, size, createdBy, signal} = options;
		const tracker = new TrackerServer({port: 0, bind: demoHost, clock, random, interval: 120});
		let swarm: DemoSwarm | undefined;
		try {
			const catalogue =
				options.catalogue === undefined
					? undefined
					: await addCatalogue(tracker, {clock, dir: options.catalogue, tokens: {}, log: () => {}});
			await tracker.start();
			const trackers = [tracker.url('udp', demoHost), tracker.url('http', demoHost)];
			const content = new DemoContent(size);
			const torrent = await content.metainfo(trackers, createdBy, signal);
			swarm = new DemoSwarm(options, content, torrent, tracker);
			for (const peer of swarm.#peers) await peer.listen();
			if (catalogue) await swarm.#openNetwork(catalogue, trackers, options);
			swarm.#tick();
			return swarm;
		} catch (error) {
			await (swarm?.close() ?? tracker.close());
			throw error;
		}
	}

	/** The URL of the tracker that has the catalogue. */
	get trackerUrl(): string {
		return this.#tracker.url('http', demoHost);
	}

	/** How many peers there are, those who come later included. */
	get peers(): number {
		return this.#peers.length;
	}

	/** Tells those who come later whom to dial: a port on loopback. */
	invite(port: number): void {
		this.#visitor = port;
	}

	/** All peers go; the tracker still hears who says goodbye. */
	leave(): void {
		this.#closed = true;
		this.#timer?.clear();
		for (const peer of this.#peers) peer.close();
		this.#network?.close();
	}

	async #openNetwork(
		catalogue: Catalogue,
		trackers: readonly string[],
		options: DemoSwarmOptions,
	): Promise<void> {
		const transport = new TcpTransport(new LocalAddresses([demoHost]), options.clock);
		this.#network = await DemoNetwork.start({
			...options,
			catalogue,
			trackers,
			transport,
			announcer: this.#announcer,
		});
		const [first] = this.#peers;
		if (first) await this.#network.publish(coastNick, this.metainfo, this.torrent, first);
	}

	/** Ends all of it. */
	async close(): Promise<void> {
		this.leave();
		await this.#tracker.close();
		// Sockets that were destroyed are gone after a turn.
		await turn();
	}

	#tick(): void {
		if (this.#closed) return;
		this.#timer = this.#clock.after(tickTime, () => this.#tick());
		const now = this.#clock.now();
		for (const peer of this.#peers) {
			const {joinsAfter} = peer.role;
			if (joinsAfter !== undefined) {
				if (this.#visitor === undefined || (!this.#unlimited && now - this.#startedAt < joinsAfter)) continue;
				peer.dial(this.#visitor, now);
			}
			peer.tick(now);
			this.#announcer.announce(peer, now);
		}
		this.#network?.tick(now);
	}
}
