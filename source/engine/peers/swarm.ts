import {sameBytes} from '../../base/bytes.js';
import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import type {Millis} from '../../base/units.js';
import type {PeerStream} from '../../io/net/transport.js';
import {IdleHosts} from '../../policy/peers/idle-hosts.js';
import {Misbehaviour} from '../../policy/peers/misbehaviour.js';
import {isLoopback, normalHost, peerKey} from '../../policy/peers/peer-key.js';
import {PeerList} from '../../policy/peers/peer-list.js';
import {type Newcomer, type TurnoverFacts, whoYields} from '../../policy/peers/peer-turnover.js';
import {compareBytes} from '../../protocol/bencode/bencode.js';
import type {Handshake} from '../../protocol/wire/handshake.js';
import type {SessionServices} from '../session/session-services.js';
import {ChokeRound} from './choke-round.js';
import {ourHandshake} from './our-handshake.js';
import {Peer, type PeerOwner, takesNothing} from './peer-connection.js';

const connectTimeout: Millis = 15_000;
/** How long a stranger may take to say which torrent it wants. */
export const handshakeTimeout: Millis = 10_000;
const idleTimeout: Millis = 120_000;
const keepAliveAfter: Millis = 60_000;
const uselessAfter: Millis = 600_000;
/** Blocks we sent that nobody takes for so long are memory for nothing. */
const takeTimeout: Millis = 120_000;
/** … and for so long when others wait for that memory. */
const crowdedTakeTimeout: Millis = 10_000;
/** Most who can be reached have answered by then. */
const slowAnswer: Millis = 3000;
const mostPerHost = 4;
/** Of two with the same peer id one is let go that has traded nothing for so long. */
const rivalPatience: Millis = 60_000;

/** What the swarm asks of its torrent. */
export interface SwarmOwner {
	readonly id: string;
	/** 20 bytes. */
	readonly infoHash: Uint8Array;
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

/** The connections of one torrent: whom to dial, whom to take, whom to let go, whom to unchoke. */
export class Swarm {
	readonly peers = new Map<number, Peer>();
	readonly list: PeerList;
	/** Whom we let ask. */
	readonly chokes: ChokeRound;
	readonly #misbehaviour = new Misbehaviour();
	readonly #idleHosts = new IdleHosts();
	readonly #owner: SwarmOwner;
	readonly #services: SessionServices;
	/** Of `ExternalAddress`, as whom to dial first goes by it. */
	#addressRevision: number;
	#dialLater = false;
	#madeRoomAt: Millis = -Infinity;
	#turnedOverAt: Millis = -Infinity;
	/** Two of those who are here may have the same peer id: whether one of them trades is looked at once a second. */
	#rivals = false;
	/** A place is being made for somebody who is here already: nobody is to be dialled for it. */
	#roomIsTaken = false;
	/** Rises whenever a peer comes, goes or changes. */
	revision = 0;

	constructor(owner: SwarmOwner, services: SessionServices) {
		this.#owner = owner;
		this.#services = services;
		this.chokes = new ChokeRound(owner, this.peers, services, () => {
			this.revision++;
		});
		this.list = new PeerList({port: services.port(), ownHosts: services.ownHosts});
		this.#addressRevision = services.externalAddress.revision;
		this.list.seenAs(services.port(), services.externalAddress.hosts);
	}

	/** Our own addresses are never dialled, and whom to dial first goes by the one at which others see us. BEP 40. */
	#followOurAddress(): void {
		const {externalAddress, ownHosts, port} = this.#services;
		if (externalAddress.revision === this.#addressRevision) return;
		this.#addressRevision = externalAddress.revision;
		this.list.setOwn(port(), ownHosts);
		this.list.seenAs(port(), externalAddress.hosts);
	}

	get connected(): number {
		let count = 0;
		for (const peer of this.peers.values()) if (peer.ready) count++;
		return count;
	}

	/** Hears of peers, and dials those there is room for. Answers how many of them are news. */
	add(addresses: readonly PeerAddress[], source: PeerSourceName): number {
		const now = this.#services.clock.now();
		let news = 0;
		for (const address of addresses) if (this.list.add(address, source, now)) news++;
		if (news > 0 || source === 'manual') this.dial(now);
		this.revision++;
		return news;
	}

	/** Lets go of those whom nobody but these sources named. */
	letGoOfNamedBy(sources: ReadonlySet<PeerSourceName>, why: string): void {
		const gone = new Set(this.list.forgetNamedBy(sources).map(formatAddress));
		for (const peer of [...this.peers.values()]) if (gone.has(formatAddress(peer.address))) peer.close(why);
		this.revision++;
	}

	/** Dials as many as there is room for, or one whose place can be made. */
	dial(now: Millis): void {
		if (!this.#owner.active || this.#roomIsTaken) return;
		this.#followOurAddress();
		let room = this.#owner.maxPeers - this.peers.size;
		if (room <= 0) {
			if (!this.#makeRoomToDial(now)) return;
			room = 1;
			this.#dialLater = true;
		}
		for (const address of this.list.candidates(now, Math.min(room, 30))) {
			if (!this.#services.mayDial(this.peers.size)) {
				this.#dialLater = true;
				return;
			}
			this.#connect(address);
		}
	}

	/** Somebody is known who may do better than one of those who are here. Who has everything waits for others to come. */
	#makeRoomToDial(now: Millis): boolean {
		if (this.#owner.complete) return false;
		const [next] = this.list.candidates(now, 1);
		if (next === undefined) return false;
		return this.#makeRoom(now, {how: 'dialled', isNew: !this.#idleHosts.has(peerKey(next), now)});
	}

	#connect(address: PeerAddress): void {
		const peer = new Peer({
			id: this.#services.nextPeerId(),
			address,
			source: this.list.sourceOf(address)?.source ?? 'tracker',
			incoming: false,
			clock: this.#services.clock,
			writeBatch: this.#services.writeBatch,
			blockMemory: this.#services.pool.bytes,
			router: this.#services.router,
			ourHandshake: infoHash => ourHandshake(infoHash, this.#services.peerId),
			infoHash: this.#owner.infoHash,
		});
		peer.join(this.#owner.messages);
		peer.returns = this.#idleHosts.has(peerKey(address), peer.now);
		this.list.connecting(address);
		this.peers.set(peer.id, peer);
		const {infoHash} = this.#owner;
		peer.attach(this.#services.transport.dial(address, {timeout: connectTimeout, infoHash}, peer.events));
	}

	/** An incoming connection asked for this torrent. Answers whether it is taken. */
	accept(peer: Peer): boolean {
		const key = peerKey(peer.address);
		if (!this.#owner.active || this.list.isBanned(key) || this.#misbehaviour.tooMany(key, peer.now))
			return false;
		if (this.#fromHost(peer.address) >= mostPerHost) return false;
		peer.returns = this.#idleHosts.has(key, peer.now);
		const isNew = !peer.returns;
		const makeRoom = () => this.#makeRoom(peer.now, {how: 'comes', isNew});
		if (this.peers.size >= this.#owner.maxPeers && !makeRoom()) return false;
		const mayAccept = () => this.#services.mayAccept(this.peers.size, isNew);
		if (!mayAccept() && !(makeRoom() && mayAccept())) return false;
		this.#owner.sources.cameIn();
		this.peers.set(peer.id, peer);
		return true;
	}

	/** Connections with an address that is not this machine's: a household shares one, but none needs all our places. */
	#fromHost({host}: PeerAddress): number {
		if (isLoopback(host)) return 0;
		let count = 0;
		for (const {address} of this.peers.values()) if (address.host === host) count++;
		return count;
	}

	/** Lets go of a peer for somebody else, so that nobody can fill our places by merely holding them. */
	#makeRoom(now: Millis, newcomer: Newcomer): boolean {
		const yields = whoYields(this.#turnoverFacts(now), newcomer, {
			now,
			lastMade: this.#madeRoomAt,
			lastTurnover: this.#turnedOverAt,
			places: this.#owner.maxPeers,
		});
		if (yields === undefined) return newcomer.how === 'comes' && newcomer.isNew && this.#giveUpDialling(now);
		this.#madeRoomAt = now;
		if (yields.isTurnover) this.#turnedOverAt = now;
		const peer = this.peers.get(yields.id)!;
		this.#letGo(peer, 'made room for another');
		// A few blocks buy no right to come back before those who were not here yet.
		if (yields.trickles) this.#idleHosts.add(peerKey(peer.address), now);
		return true;
	}

	/** Who is here is worth more than one that does not answer: else a list full of the dead would leave no place. */
	#giveUpDialling(now: Millis): boolean {
		for (const peer of this.peers.values()) {
			if (peer.incoming || peer.roundTrip < Infinity || now - peer.connectedAt < slowAnswer) continue;
			this.#letGo(peer, 'made room for one that came');
			return true;
		}
		return false;
	}

	#turnoverFacts(now: Millis): TurnoverFacts[] {
		const facts: TurnoverFacts[] = [];
		for (const peer of this.peers.values()) {
			if (!peer.ready) continue;
			const {id, incoming, connectedAt, traffic, hasSpoken, returns, silentSince} = peer;
			const {lastUsefulAt} = traffic;
			const tradedAt = lastUsefulAt > connectedAt ? lastUsefulAt : undefined;
			const giving = traffic.givingLong.rate(traffic.downloaded, now);
			const trading = giving + traffic.takingLong.rate(traffic.uploaded, now);
			facts.push({id, incoming, connectedAt, tradedAt, giving, trading, hasSpoken, returns, silentSince});
		}
		return facts;
	}

	/** All places of all torrents are taken, and somebody new has come: answers whether one that merely held its place went. */
	evictIdle(now: Millis): boolean {
		const newcomer: Newcomer = {how: 'comes', isNew: true};
		const state = {now, lastMade: this.#madeRoomAt, lastTurnover: now, places: 0};
		const yields = whoYields(this.#turnoverFacts(now), newcomer, state);
		if (yields === undefined) return false;
		this.#madeRoomAt = now;
		this.#letGo(this.peers.get(yields.id)!, 'made room for another torrent');
		return true;
	}

	/** Another torrent has fewer connections, and there are no more places. Answers whether one is free now. */
	evictForOtherTorrent(): boolean {
		let idlest: Peer | undefined;
		for (const peer of this.peers.values()) {
			if (!peer.ready) continue;
			if (idlest === undefined || peer.traffic.lastUsefulAt < idlest.traffic.lastUsefulAt) idlest = peer;
		}
		if (idlest !== undefined) this.#letGo(idlest, 'made room for another torrent');
		return idlest !== undefined;
	}

	/** Ends a connection whose place is somebody else's already. */
	#letGo(peer: Peer, why: string): void {
		this.#roomIsTaken = true;
		peer.close(why);
		this.#roomIsTaken = false;
	}

	/** The handshake is done: the peer counts. */
	ready(peer: Peer): void {
		const {peerId} = peer;
		if (peerId !== undefined && sameBytes(peerId, this.#services.peerId)) {
			this.list.markOwn(peer.address);
			// It is the other end that knows whom it dialled, and has to see our peer id.
			if (peer.incoming) peer.flush(peer.now);
			peer.close('that was ourselves');
			return;
		}
		for (const other of [...this.peers.values()]) {
			if (other === peer || !sameIdentity(other, peer)) continue;
			if (!sameHost(other, peer)) {
				this.#rivals = true;
				continue;
			}
			const worse = this.#surplus(other, peer);
			worse.close('connected twice');
			if (worse === peer) return;
		}
		this.list.connected(peer.address, peer.now);
		this.revision++;
	}

	/**
	 * When both sides dialled at once, both must let go of the same connection: the one the lower peer id made. Else
	 * the one that trades is kept: the other may be what is left of a line that broke.
	 */
	#surplus(older: Peer, newer: Peer): Peer {
		if (older.incoming === newer.incoming)
			return newer.now - older.traffic.lastUsefulAt > rivalPatience ? older : newer;
		const oursIsHigher = compareBytes(this.#services.peerId, newer.peerId!) > 0;
		return newer.incoming === oursIsHigher ? newer : older;
	}

	/** Whether those with the same peer id as another are still two, and the one that trades stays. */
	#endRivalries(now: Millis): void {
		const ids = new Set<string>();
		this.#rivals = false;
		for (const {ready, peerId} of this.peers.values()) {
			if (!ready || peerId === undefined) continue;
			const id = peerId.join();
			this.#rivals ||= ids.has(id);
			ids.add(id);
		}
		if (this.#rivals)
			for (const peer of [...this.peers.values()]) if (peer.ready) this.#endRivalry(peer, now);
	}

	/**
	 * The same peer id from two hosts is one peer with two addresses, or a stranger with a stolen id: whoever trades
	 * is kept, and for who does not there is time to begin.
	 */
	#endRivalry(peer: Peer, now: Millis): void {
		if (peer.traffic.lastUsefulAt === peer.connectedAt || now - peer.traffic.lastUsefulAt > rivalPatience)
			return;
		for (const other of [...this.peers.values()]) {
			if (other === peer || !sameIdentity(other, peer) || now - other.traffic.lastUsefulAt <= rivalPatience)
				continue;
			other.close('another connection with its peer id trades');
		}
	}

	/** Takes a peer out; the connection has ended. */
	remove(peer: Peer): void {
		if (!this.peers.delete(peer.id)) return;
		const now = this.#services.clock.now();
		if (peer.misbehaved) this.#misbehaviour.add(peerKey(peer.address), now);
		if (peer.ready) {
			// When it was we who left, nobody is to blame.
			const traded = peer.traffic.downloaded > 0 || peer.traffic.uploaded > 0;
			if (traded) this.#idleHosts.delete(peerKey(peer.address));
			else if (this.#owner.active && !(peer.isSeed && this.#owner.complete))
				this.#idleHosts.add(peerKey(peer.address), now);
			const useful = (traded && !peer.misbehaved) || !this.#owner.active;
			// Two who have everything need each other no more, until one wants something else.
			if (this.#owner.complete && !peer.misbehaved && (peer.isSeed || peer.extensions.uploadOnly))
				this.list.setAside(peer.address, now);
			else this.list.disconnected(peer.address, now, {useful});
		} else if (!peer.incoming) {
			this.list.failed(peer.address, now);
		}
		this.#services.connectionEnded();
		this.revision++;
		if (peer.ready && !peer.choking.amChoking) this.chokes.soon();
		if (this.#owner.active) this.dial(now);
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
		this.list.wakeAll();
		if (!this.#owner.complete) this.list.recallAside();
		this.dial(now);
	}

	closeAll(reason: string): void {
		for (const peer of [...this.peers.values()]) peer.close(reason);
	}

	/** Once a second: what has waited too long, whose turn it is. */
	tick(now: Millis): void {
		for (const peer of [...this.peers.values()]) {
			peer.lookAtSending(now);
			this.#check(peer, now);
		}
		this.#owner.messages.extensions.tick(now);
		if (this.#rivals) this.#endRivalries(now);
		this.chokes.tick(now);
		if (this.#dialLater || this.list.nextDeadline(now) <= now) {
			this.#dialLater = false;
			this.dial(now);
		}
	}

	#check(peer: Peer, now: Millis): void {
		if (!peer.ready) {
			const connecting = Math.min(peer.roundTrip, connectTimeout);
			if (now - peer.connectedAt > connecting + handshakeTimeout) peer.close('no handshake');
			return;
		}
		if (now - peer.lastReceivedAt > idleTimeout) return peer.close('nothing heard for two minutes');
		if (this.#owner.complete && (peer.isSeed || peer.extensions.uploadOnly))
			return peer.close('both have everything');
		const {uploads} = peer;
		const patience = this.#services.uploader.isCrowded ? crowdedTakeTimeout : takeTimeout;
		if (uploads.inFlight > 0 && now - uploads.movedAt > patience) return peer.close(takesNothing);
		const crowded = this.peers.size >= this.#owner.maxPeers;
		if (
			crowded &&
			!peer.amInterested &&
			!peer.peerInterested &&
			now - peer.traffic.lastUsefulAt > uselessAfter
		) {
			return peer.close('of no use to each other');
		}
		if (now - peer.lastSentAt > keepAliveAfter) peer.sendKeepAlive();
	}

	/** A connection somebody made to us. Which torrent it wants is not known before its handshake. */
	static incoming(
		services: SessionServices,
		stream: PeerStream,
		handshake: (infoHash: Uint8Array) => Handshake,
	): Peer {
		const peer = new Peer({
			id: services.nextPeerId(),
			address: stream.remote,
			source: 'incoming',
			incoming: true,
			clock: services.clock,
			writeBatch: services.writeBatch,
			blockMemory: services.pool.bytes,
			router: services.router,
			ourHandshake: handshake,
		});
		peer.attach(stream);
		return peer;
	}
}

/** Two connections whose other side gives the same peer id, both past the handshake. */
function sameIdentity(one: Peer, other: Peer): boolean {
	if (!one.ready || !other.ready || !one.peerId || !other.peerId) return false;
	return sameBytes(one.peerId, other.peerId);
}

function sameHost(one: Peer, other: Peer): boolean {
	return (
		(normalHost(one.address.host) ?? one.address.host) ===
		(normalHost(other.address.host) ?? other.address.host)
	);
}

/** `192.0.2.1:6881`, for the log. */
export function nameOf(peer: Peer): string {
	return formatAddress(peer.address);
}
