import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import type {Millis} from '../../base/units.js';
import type {PeerStream} from '../../io/net/transport.js';
import {IdleHosts} from '../../policy/peers/idle-hosts.js';
import {Misbehaviour} from '../../policy/peers/misbehaviour.js';
import {isLoopback, peerKey} from '../../policy/peers/peer-key.js';
import type {PeerList} from '../../policy/peers/peer-list.js';
import type {SwarmKeys} from '../../protocol/metainfo/swarm-hashes.js';
import {dialledPeer} from '../peers/open-peer.js';
import type {Peer, PeerOwner} from '../peers/peer-connection.js';
import type {SessionServices} from '../session/session-services.js';
import {ChokeRound} from './choke-round.js';
import {DialKeys} from './dial-keys.js';
import {Dialler} from './dialler.js';
import {DuplicatePeers} from './duplicate-peers.js';
import {Eviction} from './eviction.js';
import {connectTimeout, needsKeepAlive, timedOut} from './peer-timeouts.js';

const mostPerHost = 4;
/** What the swarm asks of its torrent. */
export interface SwarmOwner {
	readonly id: string;
	/** What peers know it by. */
	readonly swarmKeys: SwarmKeys;
	/** Nothing more is wanted. */
	readonly complete: boolean;
	readonly active: boolean;
	readonly maxPeers: number;
	readonly uploadLimit: number | undefined;
	/** Who hears what its peers say. */
	readonly messages: PeerOwner;
	/** Told that somebody came to us. */
	readonly sources: {cameIn(): void};
}

/** The connections of one torrent: takes them in and out, and has the others look after them. */
export class Swarm {
	readonly peers = new Map<number, Peer>();
	readonly #owner: SwarmOwner;
	readonly #services: SessionServices;
	/** Undefined while nobody has been heard of. */
	#parts: SwarmParts | undefined;

	constructor(owner: SwarmOwner, services: SessionServices) {
		this.#owner = owner;
		this.#services = services;
	}

	/** What is only there for peers, and made for the first of them. */
	get #made(): SwarmParts {
		this.#parts ??= makeParts(this.#owner, this.#services, this.peers, address => this.#connect(address));
		return this.#parts;
	}

	/** Every peer the torrent knows of. */
	get list(): PeerList {
		return this.#made.dialler.list;
	}

	/** How many peers the torrent knows of, connected ones included. */
	get known(): number {
		return this.#parts?.dialler.list.known ?? 0;
	}

	/** When somebody may be dialled next; Infinity when nobody waits for it. */
	nextDial(now: Millis): Millis {
		return this.#parts?.dialler.list.nextDeadline(now) ?? Number.POSITIVE_INFINITY;
	}

	/** Peers worth remembering. */
	export(): PeerAddress[] {
		return this.#parts?.dialler.list.export() ?? [];
	}

	/** Whom we let ask. */
	get chokes(): ChokeRound {
		return this.#made.chokes;
	}

	/** Whom we let go of for others; undefined where nobody has been. */
	get eviction(): Eviction | undefined {
		return this.#parts?.eviction;
	}

	get connected(): number {
		let count = 0;
		for (const peer of this.peers.values()) if (peer.ready) count++;
		return count;
	}

	/**
	 * Hears of peers, and dials those there is room for. Answers how many of them are news.
	 *
	 * @param by who of that kind names them; left out where it names all of its kind
	 * @param knowV2 whoever names them was asked for the v2 hash
	 */
	add(addresses: readonly PeerAddress[], source: PeerSourceName, by?: string, knowV2 = false): number {
		const now = this.#services.clock.now();
		if (knowV2) this.#made.keys.knowV2(addresses);
		let news = 0;
		const {filter} = this.#services;
		for (const address of addresses)
			if (!filter?.blocks(address.host) && this.list.add(address, source, now, by)) news++;
		if (news > 0 || source === 'manual') this.#made.dialler.dial(now);
		return news;
	}

	/** Lets go of those whom nobody but these sources named. */
	letGoOfNamedBy(sources: ReadonlySet<PeerSourceName>, why: string): void {
		if (this.#parts === undefined) return;
		const gone = new Set(this.list.forgetNamedBy(sources).map(formatAddress));
		for (const peer of [...this.peers.values()]) if (gone.has(formatAddress(peer.address))) peer.close(why);
	}

	/** Lets go of those with whom nothing is to do any more. */
	letGoOfBlocked(): void {
		const {filter} = this.#services;
		if (filter === undefined || this.#parts === undefined) return;
		this.list.forgetWhere(host => filter.blocks(host));
		for (const peer of [...this.peers.values()])
			if (filter.blocks(peer.address.host)) peer.close('it is on the blocklist');
	}

	/**
	 * Dials one whom nobody reaches, and who dials us now as well. BEP 55.
	 *
	 * @param by who of its kind brings us together
	 */
	punch(address: PeerAddress, by: string): void {
		const {filter, slots, clock} = this.#services;
		const isHere = [...this.peers.values()].some(
			peer => formatAddress(peer.address) === formatAddress(address),
		);
		if (isHere || !this.#owner.active || this.peers.size >= this.#owner.maxPeers) return;
		if (filter?.blocks(address.host) || this.list.isBanned(peerKey(address))) return;
		this.list.add(address, 'pex', clock.now(), by);
		if (slots.mayDial(this.peers.size)) this.#connect(address, 'utp');
	}

	#connect(address: PeerAddress, only?: PeerStream['transport']): void {
		const {messages} = this.#owner;
		const {keys, idleHosts} = this.#made;
		const infoHash = keys.keyFor(address);
		const source = this.list.sourceOf(address)?.source ?? 'tracker';
		const peer = dialledPeer(this.#services, messages, {address, source, infoHash});
		peer.returns = idleHosts.has(peerKey(address), peer.now);
		this.list.connecting(address);
		this.peers.set(peer.id, peer);
		peer.attach(
			this.#services.transport.dial(address, {timeout: connectTimeout, infoHash, only}, peer.events),
		);
	}

	/**
	 * Hashes are lacking, which only those give with whom we speak by the v2 hash: of the peers that know it, and were met
	 * by the v1 hash because nobody knew of another, each is let go of and dialled anew. BEP 52.
	 */
	meetByV2(): void {
		const {v1, v2} = this.#owner.swarmKeys;
		if (v1 === undefined || v2 === undefined) return;
		for (const peer of [...this.peers.values()]) {
			if (!peer.ready || !peer.knowsV2 || peer.speaksV2 || peer.misbehaved) continue;
			const address = peer.incoming ? this.list.listeningAddress(peer.address) : peer.address;
			if (address === undefined) continue;
			peer.close('is met again by the v2 hash');
			this.#made.keys.knowV2([address]);
			if (this.#services.slots.mayDial(this.peers.size)) this.#connect(address);
		}
	}

	/** An incoming connection asked for this torrent. Answers whether it is taken. */
	accept(peer: Peer): boolean {
		if (!this.#owner.active) return false;
		const key = peerKey(peer.address);
		const {misbehaviour, idleHosts, eviction} = this.#made;
		if (this.list.isBanned(key) || misbehaviour.tooMany(key, peer.now)) return false;
		if (this.#fromHost(peer.address) >= mostPerHost) return false;
		peer.returns = idleHosts.has(key, peer.now);
		const isNew = !peer.returns;
		const makeRoom = () => eviction.makeRoom(peer.now, {how: 'comes', isNew});
		if (this.peers.size >= this.#owner.maxPeers && !makeRoom()) return false;
		const mayAccept = () => this.#services.slots.mayAccept(this.peers.size, isNew);
		if (!mayAccept() && !(makeRoom() && mayAccept())) return false;
		this.#owner.sources.cameIn();
		this.peers.set(peer.id, peer);
		return true;
	}

	/** Fewer may be here now than are: who came last goes first. */
	letGoOfSurplus(): void {
		const surplus = [...this.peers.values()].slice(this.#owner.maxPeers);
		for (const peer of surplus) peer.close('there may be fewer now');
	}

	/** Connections with an address that is not this machine's: a household shares one, but none needs all our places. */
	#fromHost({host}: PeerAddress): number {
		if (isLoopback(host)) return 0;
		let count = 0;
		for (const {address} of this.peers.values()) if (address.host === host) count++;
		return count;
	}

	/** The handshake is done: the peer counts. */
	ready(peer: Peer): void {
		const {duplicates, keys} = this.#made;
		if (duplicates.isOurs(peer)) {
			this.list.markOwn(peer.address);
			// It is the other end that knows whom it dialled, and has to see our peer id.
			if (peer.incoming) peer.flush(peer.now);
			peer.close('that was ourselves');
			return;
		}
		if (!duplicates.stays(peer)) return;
		if (!peer.incoming && peer.spokenKey !== undefined) keys.answered(peer.address, peer.spokenKey);
		this.list.connected(peer.address, peer.now);
	}

	/** Takes a peer out; the connection has ended. */
	remove(peer: Peer): void {
		if (!this.peers.delete(peer.id)) return;
		const {misbehaviour, idleHosts, keys, chokes, dialler} = this.#made;
		const now = this.#services.clock.now();
		/** To the other hash of a hybrid, or over another transport. */
		let mayAnswer = false;
		if (peer.misbehaved) misbehaviour.add(peerKey(peer.address), now);
		if (peer.ready) {
			// When it was we who left, nobody is to blame.
			const {traffic, extensions} = peer;
			// Some clients close all connections once they have the metadata, and come back, or want to be dialled.
			const traded = traffic.downloaded > 0 || traffic.uploaded > 0 || extensions.sharedMetadata;
			if (traded) idleHosts.delete(peerKey(peer.address));
			else if (this.#owner.active && !(peer.isSeed && this.#owner.complete))
				idleHosts.add(peerKey(peer.address), now);
			const useful = (traded && !peer.misbehaved) || !this.#owner.active;
			// Two who have everything need each other no more, until one wants something else.
			if (this.#owner.complete && !peer.misbehaved && (peer.isSeed || peer.extensions.uploadOnly))
				this.list.setAside(peer.address, now);
			else this.list.disconnected(peer.address, now, {useful});
		} else if (!peer.incoming) {
			this.list.failed(peer.address, now);
			if (peer.roundTrip === Infinity && this.#owner.active)
				this.#owner.messages.extensions.unreached(peer.address, now);
			const hungUp = peer.roundTrip < Infinity && this.#owner.active && !peer.misbehaved;
			if (hungUp) {
				const hasOtherWay = this.#services.transport.hasOtherWay?.(peer.address) === true;
				mayAnswer = keys.refused(peer.address) || hasOtherWay;
			}
		}
		this.#services.slots.ended();
		if (mayAnswer && this.#services.slots.mayDial(this.peers.size)) this.#connect(peer.address);
		if (peer.ready && !peer.choking.amChoking) chokes.soon();
		if (this.#owner.active) dialler.dial(now);
	}

	ban(key: string, why: string): void {
		if (this.list.isBanned(key)) return;
		this.list.ban(key);
		this.#services.log('warn', `${key} ${why}: banned`, this.#owner.id);
		for (const peer of [...this.peers.values()])
			if (peerKey(peer.address) === key) peer.close(`banned: ${why}`);
	}

	/** The torrent runs again: whoever is known is dialled at once. */
	resume(now: Millis): void {
		if (this.#parts === undefined) return;
		this.list.wakeAll();
		if (!this.#owner.complete) this.list.recallAside();
		this.#parts.dialler.dial(now);
	}

	/** There is a way to others again: whoever is known is dialled, as if it had never failed. */
	reconnect(now: Millis): void {
		if (this.#parts === undefined) return;
		this.list.wakeAll(true);
		this.#parts.dialler.dial(now);
	}

	closeAll(reason: string): void {
		for (const peer of [...this.peers.values()]) peer.close(reason);
	}

	/** Once a second: what has waited too long, whose turn it is. */
	tick(now: Millis): void {
		if (this.#parts === undefined) return;
		for (const peer of [...this.peers.values()]) {
			peer.lookAtSending(now);
			this.#check(peer, now);
		}
		if (this.peers.size > 0) this.#owner.messages.extensions.tick(now);
		this.#parts.duplicates.tick(now);
		this.#parts.chokes.tick(now);
		this.#parts.dialler.tick(now);
	}

	#check(peer: Peer, now: Millis): void {
		const why = timedOut(peer, now, {
			isComplete: this.#owner.complete,
			isFull: this.peers.size >= this.#owner.maxPeers,
			memoryIsShort: this.#services.uploader.isCrowded,
		});
		if (why !== undefined) peer.close(why);
		else if (needsKeepAlive(peer, now)) peer.sendKeepAlive();
	}
}

/** What a swarm has for its peers. */
interface SwarmParts {
	readonly chokes: ChokeRound;
	readonly eviction: Eviction;
	readonly misbehaviour: Misbehaviour;
	readonly idleHosts: IdleHosts;
	readonly duplicates: DuplicatePeers;
	readonly dialler: Dialler;
	readonly keys: DialKeys;
}

function makeParts(
	owner: SwarmOwner,
	services: SessionServices,
	peers: ReadonlyMap<number, Peer>,
	connect: (address: PeerAddress) => void,
): SwarmParts {
	const idleHosts = new IdleHosts();
	const eviction = new Eviction(peers, idleHosts, () => owner.maxPeers);
	return {
		chokes: new ChokeRound(owner, peers, services),
		eviction,
		misbehaviour: new Misbehaviour(),
		idleHosts,
		duplicates: new DuplicatePeers(peers, services.peerId),
		dialler: new Dialler(owner, services, {peers, idleHosts, eviction}, connect),
		keys: new DialKeys(() => owner.swarmKeys),
	};
}
