import {toHex} from '../../base/hex.js';
import type {Clock, Random} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {publicationOf} from '../../engine/catalogue/shared-torrents.js';
import {readMetainfoHere} from '../../io/metainfo/read-metainfo.js';
import type {Transport} from '../../io/net/transport.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {Catalogue} from '../../tracker/catalogue/catalogue.js';
import type {DemoAnnouncer} from './demo-announcer.js';
import {DemoContent} from './demo-content.js';
import {DemoPeer, type DemoRole} from './demo-peer.js';
import {type DemoShelf, demoShelves} from './demo-shelves.js';
import {makePeerId} from './make-peer-id.js';

/** What the network of a demo stands on. */
export interface DemoNetworkGround {
	readonly catalogue: Catalogue;
	readonly announcer: DemoAnnouncer;
	/** Bound to loopback. */
	readonly transport: Transport;
	/** Announce URLs of the demo's tracker. */
	readonly trackers: readonly string[];
	readonly unlimited: boolean;
	readonly createdBy: string;
	readonly clock: Clock;
	readonly random: Random;
	readonly signal?: AbortSignal | undefined;
}

/** So fast that one sees it come, and need not wait for it. */
const seed: DemoRole = {client: 'Lantern 1.2', upload: 700 * 1024, download: 0, has: 1};

/** People of the demo who share small folders of their own through its tracker's catalogue. */
export class DemoNetwork {
	readonly #ground: DemoNetworkGround;
	readonly #peers: DemoPeer[] = [];

	private constructor(ground: DemoNetworkGround) {
		this.#ground = ground;
	}

	/** Makes up what they share, and publishes it. Rejects with the signal's reason, or the system's error. */
	static async start(ground: DemoNetworkGround): Promise<DemoNetwork> {
		const network = new DemoNetwork(ground);
		try {
			for (const shelf of demoShelves) await network.#open(shelf);
			return network;
		} catch (error) {
			network.close();
			throw error;
		}
	}

	/** Puts one torrent into the catalogue under a name: `peer` is whoever has it. */
	async publish(nick: string, metainfo: Metainfo, torrent: Uint8Array, peer: DemoPeer): Promise<void> {
		const {catalogue, announcer, clock} = this.#ground;
		// Only what is announced can be published.
		announcer.announce(peer, clock.now());
		const publication = publicationOf(metainfo, toHex(peer.peerId), nick);
		catalogue.index.publish(`demo ${nick}`, [publication], clock.now(), clock.wall());
		await catalogue.torrents?.keep(publication.infoHash, torrent);
	}

	/** Gives what is due. */
	tick(now: Millis): void {
		for (const peer of this.#peers) {
			peer.tick(now);
			this.#ground.announcer.announce(peer, now);
		}
	}

	close(): void {
		for (const peer of this.#peers) peer.close();
	}

	async #open(shelf: DemoShelf): Promise<void> {
		const {transport, trackers, unlimited, createdBy, random, signal} = this.#ground;
		const content = new DemoContent(shelf.size, shelf);
		const torrent = await content.metainfo(trackers, createdBy, signal);
		const metainfo = readMetainfoHere(torrent);
		const world = {transport, content, metainfo, unlimited, random: () => random.next()};
		for (const nick of shelf.nicks) {
			const peer = new DemoPeer(seed, makePeerId(random), world);
			this.#peers.push(peer);
			await peer.listen();
			await this.publish(nick, metainfo, torrent, peer);
		}
	}
}
