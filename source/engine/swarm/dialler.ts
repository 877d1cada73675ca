import type {PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import type {IdleHosts} from '../../policy/peers/idle-hosts.js';
import {peerKey} from '../../policy/peers/peer-key.js';
import {PeerList} from '../../policy/peers/peer-list.js';
import type {SessionServices} from '../session/session-services.js';
import type {Eviction} from './eviction.js';

/** So many are dialled in one go. */
const mostAtOnce = 30;

/** What dialling asks of its torrent. */
export interface DiallerOwner {
	readonly active: boolean;
	/** Nothing more is wanted. */
	readonly complete: boolean;
	readonly maxPeers: number;
}

/** Dials those of one torrent's known peers there is room for. */
export class Dialler {
	/** Every peer the torrent knows of. */
	readonly list: PeerList;
	readonly #owner: DiallerOwner;
	readonly #services: SessionServices;
	readonly #peers: ReadonlyMap<number, unknown>;
	readonly #idleHosts: IdleHosts;
	readonly #eviction: Eviction;
	readonly #connect: (address: PeerAddress) => void;
	/** Of `ExternalAddress`, as whom to dial first goes by it. */
	#addressRevision: number;
	#later = false;

	/**
	 * @param peers those who are here, or being dialled
	 * @param connect dials; puts the peer among the others
	 */
	constructor(
		owner: DiallerOwner,
		services: SessionServices,
		{
			peers,
			idleHosts,
			eviction,
		}: {
			readonly peers: ReadonlyMap<number, unknown>;
			readonly idleHosts: IdleHosts;
			readonly eviction: Eviction;
		},
		connect: (address: PeerAddress) => void,
	) {
		this.#owner = owner;
		this.#services = services;
		this.#peers = peers;
		this.#idleHosts = idleHosts;
		this.#eviction = eviction;
		this.#connect = connect;
		const {externalAddress} = services;
		this.list = new PeerList({port: services.port(), ownHosts: services.ownHosts});
		this.#addressRevision = externalAddress.revision;
		this.list.seenAs(services.port(), externalAddress.hosts);
	}

	/** Once a second. */
	tick(now: Millis): void {
		if (!this.#later && this.list.nextDeadline(now) > now) return;
		this.#later = false;
		this.dial(now);
	}

	/** Dials as many as there is room for, or one whose place can be made. */
	dial(now: Millis): void {
		if (!this.#owner.active || this.#eviction.isGoing) return;
		this.#followOurAddress();
		let room = this.#owner.maxPeers - this.#peers.size;
		if (room <= 0) {
			if (!this.#makeRoom(now)) return;
			room = 1;
			this.#later = true;
		}
		for (const address of this.list.candidates(now, Math.min(room, mostAtOnce))) {
			if (!this.#services.slots.mayDial(this.#peers.size)) {
				this.#later = true;
				return;
			}
			this.#connect(address);
		}
	}

	/** Our own addresses are never dialled, and whom to dial first goes by the one at which others see us. BEP 40. */
	#followOurAddress(): void {
		const {externalAddress, ownHosts, port} = this.#services;
		if (externalAddress.revision === this.#addressRevision) return;
		this.#addressRevision = externalAddress.revision;
		this.list.setOwn(port(), ownHosts);
		this.list.seenAs(port(), externalAddress.hosts);
	}

	/** Somebody is known who may do better than one of those who are here. Who has everything waits for others to come. */
	#makeRoom(now: Millis): boolean {
		if (this.#owner.complete) return false;
		const [next] = this.list.candidates(now, 1);
		if (next === undefined) return false;
		const isNew = !this.#idleHosts.has(peerKey(next), now);
		return this.#eviction.makeRoom(now, {how: 'dialled', isNew});
	}
}
