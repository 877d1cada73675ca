import {addressScope, parseIp} from '../../base/ip-address.js';
import {formatAddress, isDialable, isLinkLocalIpv6, type PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import type {Millis} from '../../base/units.js';
import {DialQueue} from './dial-queue.js';
import {isBusy, type KnownHost, type KnownPeer, setState} from './known-peer.js';
import {isLoopback, normalHost, type PeerKey, peerKey} from './peer-key.js';
import {type Endpoint, peerPriority} from './peer-priority.js';

const retryTime: Millis = 60_000;
const manualRetryTime: Millis = 5000;
const mostFails = 3;
/** So long a peer that was given up is not taken again on hearsay. */
const forgottenTime: Millis = 900_000;
const mostRemembered = 10_000;
const mostPortsPerHost = 8;
const mostExported = 200;
/** Who named a peer is remembered of so many. */
const mostNamers = 4;
/** Whoever alone named more than this part of those who are known loses them first. */
const fairShare = 1 / 8;
const leastShare = 16;

/** The letter each source of peers is shown with. */
const sourceLetters: Readonly<Record<PeerSourceName, string>> = {
	tracker: 'T',
	dht: 'H',
	pex: 'X',
	lsd: 'L',
	manual: 'M',
	incoming: 'I',
	resume: 'R',
};

/** What a peer list is made with. */
export interface PeerListOptions {
	/** The port we listen on, and the addresses by which others may know us, as far as these are known. */
	readonly port: number;
	readonly ownHosts?: readonly string[];
	/** Known peers kept; 3000 when left out, 1000 is right for a paused torrent. */
	readonly limit?: number;
}

/**
 * The peers a torrent has heard of, and which to dial next. Never-tried ones come first, and whoever named some of them
 * takes turns with the others who did; after each three comes one whose retry time has passed. In each line those whom
 * two named come first, then canonical order decides (BEP 40). Who failed three times is forgotten.
 * Every call costs O(log n) for each peer it touches; only eviction looks at all, once per limit/16 additions.
 */
export class PeerList {
	readonly #known = new Map<string, KnownPeer>();
	readonly #hosts = new Map<string, KnownHost>();
	readonly #banned = new Set<PeerKey>();
	readonly #forgotten = new Map<string, Millis>();
	readonly #own = new Set<string>();
	readonly #queue = new DialQueue();
	#ends: readonly Endpoint[] = [];
	#limit: number;
	#added = 0;

	constructor({port, ownHosts = [], limit = 3000}: PeerListOptions) {
		this.#limit = limit;
		this.setOwn(port, ownHosts);
	}

	/** How many peers are known, connected ones included. */
	get known(): number {
		return this.#known.size;
	}

	/** Changes how many are kept, and lets go of the worst beyond that. */
	set limit(limit: number) {
		this.#limit = limit;
		this.#evict(this.#known.size - limit);
	}

	/** The port and addresses of this machine have become known or changed: we never dial these. O(n). */
	setOwn(port: number, hosts: readonly string[]): void {
		for (const host of ['127.0.0.1', '::1', ...hosts]) this.markOwn({host, port});
		this.seenAs(port, hosts);
	}

	/**
	 * Others say that they see us at these addresses: the order of dialling follows. They may lie, and the address be a
	 * stranger's: it is dialled all the same. O(n).
	 */
	seenAs(port: number, hosts: readonly string[]): void {
		this.#ends = hosts.flatMap(host => {
			const ip = parseIp(host);
			return ip ? [{ip, port}] : [];
		});
		for (const known of this.#known.values()) known.priority = this.#priority(known.ip, known.address.port);
		this.#queue.rebuild(this.#known.values());
	}

	/** This address turned out to be our own. */
	markOwn(address: PeerAddress): void {
		const key = formatAddress({host: normalHost(address.host) ?? address.host, port: address.port});
		this.#own.add(key);
		const known = this.#known.get(key);
		if (known && !isBusy(known)) this.#remove(known);
	}

	/** Whether this is known to be our own address. */
	isOwn({host, port}: PeerAddress): boolean {
		return this.#own.has(formatAddress({host: normalHost(host) ?? host, port}));
	}

	/**
	 * Hears of a peer. False when it adds nothing: known already, banned, given up a while ago, our own address,
	 * an address nobody can be dialled at, or no room.
	 *
	 * @param by who of its kind names it: the address of a peer or node, the URL of a tracker
	 */
	add(address: PeerAddress, source: PeerSourceName, now: Millis, by = ''): boolean {
		const host = normalHost(address.host);
		if (host === undefined) return false;
		const key = formatAddress({host, port: address.port});
		const present = this.#known.get(key);
		if (present) {
			present.seenAt = now;
			if (!present.letters.includes(sourceLetters[source])) present.letters += sourceLetters[source];
			if (source === 'manual') this.#promote(present);
			else this.#namedBy(present, sourceLetters[source] + by);
			return false;
		}
		if (!isReachable(host, address.port) || this.#own.has(key) || this.isBanned(peerKey(address)))
			return false;
		if (source === 'pex' || source === 'dht' || source === 'resume') {
			if ((this.#forgotten.get(key) ?? -Infinity) > now) return false;
		}
		if (source !== 'manual') {
			const others = this.#hosts.get(host)?.peers.size ?? 0;
			if (others >= mostPortsPerHost && !isLoopback(host)) return false;
			if (!this.#makeRoom()) return false;
		}
		this.#forgotten.delete(key);
		this.#enlist({host, port: address.port}, key, source, now, true, by);
		return true;
	}

	/** One more names it: it is in line there too, and before those whom nobody else names. */
	#namedBy(known: KnownPeer, namer: string): void {
		const {namers, state} = known;
		if (namers.length >= mostNamers || namers.includes(namer)) return;
		namers.push(namer);
		if (state === 'ready' && !known.manual) this.#makeReady(known);
	}

	/**
	 * Up to `count` peers to dial, best first; at most one on each IP address, and none on one that is in use.
	 * They are named again by the next call unless `connecting` is told.
	 */
	candidates(now: Millis, count: number): PeerAddress[] {
		this.#queue.wake(now);
		const found = this.#queue.next(count, (peer, others) => {
			if (this.#isBlocked(peer)) return 'blocked';
			return this.#mayShare(peer) || !others.some(other => other.host === peer.host) ? 'dial' : 'pass';
		});
		this.#tidy();
		return found.map(peer => peer.address);
	}

	/** We dial it now. */
	connecting(address: PeerAddress): void {
		const known = this.#find(address);
		if (!known || isBusy(known)) return;
		this.#queue.dialled(known);
		known.tried = true;
		known.host.inUse++;
		setState(known, 'connecting');
	}

	/** A connection stands. One we did not dial is `incoming` from a port nobody listens on, until `listens` tells. */
	connected(address: PeerAddress, now: Millis): void {
		const host = normalHost(address.host);
		if (host === undefined) return;
		const key = formatAddress({host, port: address.port});
		const known =
			this.#known.get(key) ?? this.#enlist({host, port: address.port}, key, 'incoming', now, false);
		if (!isBusy(known)) known.host.inUse++;
		known.tried = true;
		known.seenAt = now;
		setState(known, 'connected');
	}

	/** The peer of a connection from `address` listens on `port`: it may be dialled there once this one has ended. */
	listens(address: PeerAddress, port: number, now: Millis): void {
		const known = this.#find(address);
		if (!known || known.dialable || known.listensAs) return;
		this.add({host: known.address.host, port}, 'incoming', now);
		const listening = this.#find({host: known.address.host, port});
		if (!listening || isBusy(listening)) return;
		// It counts as connected too, or we would dial a peer that is here already.
		known.listensAs = listening;
		listening.host.inUse++;
		setState(listening, 'connected');
	}

	/** Where a peer that came to us from `address` listens, as it says; undefined when it does not. */
	listeningAddress(address: PeerAddress): PeerAddress | undefined {
		return this.#find(address)?.listensAs?.address;
	}

	/** Dialling failed: again after 60 s x (fails + 1), forgotten after the third time. Manual ones retry soon, always. */
	failed(address: PeerAddress, now: Millis): void {
		const known = this.#find(address);
		if (!known || !isBusy(known)) return;
		this.#queue.failed(known);
		this.#letGo(known, now, false);
	}

	/** A connection has ended. `useful`: data came or went over it; one that was not counts as a failure. */
	disconnected(address: PeerAddress, now: Millis, {useful}: {readonly useful: boolean}): void {
		const known = this.#find(address);
		if (known && isBusy(known)) this.#letGo(known, now, useful);
	}

	/**
	 * A connection has ended because neither side needs the other: it stays known, and is not dialled before
	 * `recallAside`.
	 */
	setAside(address: PeerAddress, now: Millis): void {
		const known = this.#find(address);
		if (known && isBusy(known)) this.#letGo(known, now, true, true);
	}

	/**
	 * Those who wait to be tried again need not: it was we who were away.
	 *
	 * @param forgive nor do the times count that they could not be reached
	 */
	wakeAll(forgive = false): void {
		for (const known of this.#known.values()) {
			if (known.state !== 'waiting') continue;
			if (forgive) known.fails = 0;
			this.#makeReady(known);
		}
	}

	/** There is something to be had again: those set aside may be dialled. */
	recallAside(): void {
		for (const known of this.#known.values()) if (known.state === 'aside') this.#makeReady(known);
	}

	/** Never deals with this host again (a `peerKey`). Connections that stand are the caller's to close. */
	ban(key: PeerKey): void {
		this.#banned.add(key);
		if (this.#banned.size > mostRemembered) dropOldest(this.#banned);
		for (const known of [...this.#atKey(key)]) if (!isBusy(known)) this.#remove(known);
	}

	isBanned(key: PeerKey): boolean {
		return this.#banned.has(key);
	}

	/** Where we first heard of it, and the letters of everyone who named it since. */
	sourceOf(address: PeerAddress): {readonly source: PeerSourceName; readonly letters: string} | undefined {
		const known = this.#find(address);
		return known && {source: known.source, letters: known.letters};
	}

	/**
	 * Forgets whom nobody but these sources named. Answers those of them who are connected or being dialled: they are
	 * forgotten when that has ended.
	 */
	forgetNamedBy(sources: ReadonlySet<PeerSourceName>): PeerAddress[] {
		const letters = new Set([...sources].map(source => sourceLetters[source]));
		const busy: PeerAddress[] = [];
		for (const known of [...this.#known.values()]) {
			if (known.manual || [...known.letters].some(letter => !letters.has(letter))) continue;
			if (isBusy(known)) {
				known.dialable = false;
				busy.push(known.address);
			} else this.#remove(known);
		}
		return busy;
	}

	/** Forgets peers by their hosts: who is connected or being dialled when that has ended. */
	forgetWhere(isMeant: (host: string) => boolean): void {
		for (const known of [...this.#known.values()]) {
			if (!isMeant(known.address.host)) continue;
			known.dialable = false;
			if (!isBusy(known)) this.#remove(known);
		}
	}

	/** When `candidates` has something to say: `now` when it has already, Infinity when only new peers would help. */
	nextDeadline(now: Millis): Millis {
		this.#queue.wake(now);
		const [next] = this.#queue.next(1, peer => (this.#isBlocked(peer) ? 'blocked' : 'dial'));
		if (next !== undefined) return now;
		return this.#queue.nextRetryAt;
	}

	/** Up to 200 peers worth trying after a restart, the proven ones first. */
	export(): PeerAddress[] {
		const worth = (known: KnownPeer): number =>
			known.state === 'aside'
				? -1
				: (known.state === 'connected' ? 4 : 0) + (known.proven ? 2 : 0) + (known.manual ? 1 : 0);
		return [...this.#known.values()]
			.filter(known => known.dialable && known.fails === 0)
			.sort((one, other) => worth(other) - worth(one) || other.seenAt - one.seenAt)
			.slice(0, mostExported)
			.map(known => known.address);
	}

	#find(address: PeerAddress): KnownPeer | undefined {
		const host = normalHost(address.host);
		return host === undefined ? undefined : this.#known.get(formatAddress({host, port: address.port}));
	}

	#atKey(key: PeerKey): Iterable<KnownPeer> {
		const single = this.#known.get(key);
		return single ? [single] : (this.#hosts.get(key)?.peers ?? []);
	}

	#priority(ip: Uint8Array, port: number): number {
		const end = this.#ends.find(own => own.ip.length === ip.length);
		return end ? peerPriority(end, {ip, port}) : 0;
	}

	#mayShare(known: KnownPeer): boolean {
		return addressScope(known.ip) === 'loopback';
	}

	#isBlocked(known: KnownPeer): boolean {
		return known.host.inUse > 0 && !this.#mayShare(known);
	}

	#enlist(
		address: PeerAddress,
		key: string,
		source: PeerSourceName,
		now: Millis,
		dialable: boolean,
		by = '',
	): KnownPeer {
		const ip = parseIp(address.host)!;
		const host = this.#hosts.get(address.host) ?? {peers: new Set(), inUse: 0};
		this.#hosts.set(address.host, host);
		const known: KnownPeer = {
			address,
			key,
			ip,
			host,
			order: this.#added++,
			state: 'ready',
			dialable,
			manual: source === 'manual',
			source,
			letters: sourceLetters[source],
			namers: [sourceLetters[source] + by],
			turnOf: undefined,
			priority: this.#priority(ip, address.port),
			tried: false,
			proven: false,
			fails: 0,
			retryAt: now,
			seenAt: now,
			turn: 0,
			listensAs: undefined,
		};
		this.#known.set(key, known);
		host.peers.add(known);
		if (dialable) this.#makeReady(known);
		return known;
	}

	#promote(known: KnownPeer): void {
		known.manual = true;
		known.dialable = true;
		known.fails = 0;
		if (!isBusy(known)) this.#makeReady(known);
	}

	#makeReady(known: KnownPeer): void {
		this.#queue.makeReady(known);
		this.#tidy();
	}

	#tidy(): void {
		if (this.#queue.size > this.#known.size * 2 * mostNamers + 64) this.#queue.rebuild(this.#known.values());
	}

	#letGo(known: KnownPeer, now: Millis, useful: boolean, aside = false): void {
		const {host} = known;
		host.inUse--;
		if (useful) known.proven = true;
		known.fails = useful ? 0 : known.fails + 1;
		const banned = this.isBanned(peerKey(known.address));
		const givenUp = known.fails >= mostFails && !known.manual;
		if (!known.dialable || banned || givenUp || this.#own.has(known.key)) {
			if (givenUp && known.dialable) this.#forget(known.key, now);
			this.#remove(known);
		} else if (aside) {
			setState(known, 'aside');
		} else {
			const usual = retryTime * (known.fails + 1);
			known.retryAt = now + (known.manual ? Math.min(manualRetryTime * (known.fails + 1), retryTime) : usual);
			this.#queue.makeWait(known);
			this.#tidy();
		}
		if (known.listensAs && isBusy(known.listensAs)) this.#letGo(known.listensAs, now, useful, aside);
		for (const other of host.peers) if (other.state === 'blocked') this.#makeReady(other);
	}

	#forget(key: string, now: Millis): void {
		this.#forgotten.delete(key);
		this.#forgotten.set(key, now + forgottenTime);
		if (this.#forgotten.size > mostRemembered) dropOldest(this.#forgotten);
	}

	#remove(known: KnownPeer): void {
		setState(known, 'blocked');
		this.#known.delete(known.key);
		known.host.peers.delete(known);
		if (known.host.peers.size === 0) this.#hosts.delete(known.address.host);
	}

	#makeRoom(): boolean {
		if (this.#known.size < this.#limit) return true;
		this.#evict(Math.max(1, this.#limit >> 4));
		return this.#known.size < this.#limit;
	}

	/**
	 * Lets go of the worst: those set aside, then most failures, then those of whoever alone named too many, then hearsay,
	 * then longest unheard of. Never of other proven ones, or of busy ones.
	 */
	#evict(count: number): void {
		if (count <= 0) return;
		const isAside = ({state}: KnownPeer): number => (state === 'aside' ? 1 : 0);
		const hearsay = (known: KnownPeer): number => (/^[XH]$/.test(known.letters) ? 1 : 0);
		const mayGo = [...this.#known.values()].filter(
			known => !isBusy(known) && !known.manual && (!known.proven || known.state === 'aside'),
		);
		const excess = this.#excess(mayGo);
		const worst = mayGo.sort(
			(one, other) =>
				isAside(other) - isAside(one) ||
				other.fails - one.fails ||
				(excess.get(other) ?? 0) - (excess.get(one) ?? 0) ||
				hearsay(other) - hearsay(one) ||
				one.seenAt - other.seenAt,
		);
		for (const known of worst.slice(0, count)) this.#remove(known);
	}

	/** By how many each is beyond what whoever alone named it may have: the more, the longer it was not heard of. */
	#excess(peers: readonly KnownPeer[]): Map<KnownPeer, number> {
		const share = Math.max(leastShare, Math.floor(this.#limit * fairShare));
		const shares = new Map<string, number>();
		const excess = new Map<KnownPeer, number>();
		for (const known of [...peers].sort((one, other) => other.seenAt - one.seenAt)) {
			const [namer] = known.namers;
			if (namer === undefined || known.namers.length > 1) continue;
			const rank = (shares.get(namer) ?? 0) + 1;
			shares.set(namer, rank);
			if (rank > share) excess.set(known, rank - share);
		}
		return excess;
	}
}

function dropOldest(keys: Set<string> | Map<string, unknown>): void {
	for (const oldest of keys.keys()) {
		keys.delete(oldest);
		return;
	}
}

/** Whether somebody may be there. A zone (`%eth0`) says by which interface: then link-local addresses mean something. */
function isReachable(host: string, port: number): boolean {
	const ip = parseIp(host)!;
	return isDialable(ip, port) || (host.includes('%') && isLinkLocalIpv6(ip) && port >= 1 && port <= 65_535);
}
