import {ProtocolError} from '../../base/errors.js';
import {formatIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import type {AnnounceEvent} from '../../protocol/tracker/announce.js';
import {peerRecord, type SwarmRecord} from '../../protocol/tracker/swarm-file.js';
import {isLoopback} from '../peers/peer-key.js';
import {HostTable} from './host-table.js';
import {none, PeerSlots} from './peer-slots.js';

export interface SwarmLimits {
	readonly torrents: number;
	readonly peers: number;
	readonly peersPerTorrent: number;
	/** Over all torrents. */
	readonly peersPerHost: number;
	/** In one torrent; not for loopback, where whole swarms are tried out. */
	readonly peersPerHostAndTorrent: number;
	/** Over all torrents, of a /24 of IPv4 or a /64 of IPv6; not for loopback. */
	readonly peersPerNetwork: number;
	/** Torrents that nobody else announces, of one host and of one network; not for loopback. */
	readonly aloneTorrentsPerHost: number;
	readonly aloneTorrentsPerNetwork: number;
	/** A peer that has not announced for so long is forgotten. */
	readonly peerLife: Millis;
}

export const swarmLimits: SwarmLimits = {
	torrents: 20_000,
	peers: 200_000,
	peersPerTorrent: 20_000,
	peersPerHost: 5000,
	peersPerHostAndTorrent: 200,
	peersPerNetwork: 20_000,
	// A tenth and a fifth of all torrents: no few addresses can fill the table with what nobody else wants.
	aloneTorrentsPerHost: 2000,
	aloneTorrentsPerNetwork: 4000,
	peerLife: 3_600_000,
};

/** One announce as the table needs it. */
export interface SwarmAnnounce {
	/** 40 hex digits. */
	readonly infoHash: string;
	/** `host` is where the announce came from, never what it claims. */
	readonly address: PeerAddress;
	/** 20 bytes. */
	readonly peerId: Uint8Array;
	readonly left: number;
	readonly event?: AnnounceEvent | undefined;
	/** Told by whoever comes first; nobody can change it while the torrent is known. */
	readonly name?: string | undefined;
	readonly numwant: number;
	/** Which peers are wanted. */
	readonly families: 'ipv4' | 'ipv6' | 'both';
}

export interface SwarmPeer extends PeerAddress {
	readonly peerId: Uint8Array;
}

export interface SwarmCounts {
	readonly seeders: number;
	readonly leechers: number;
	/** How many became seeders while we saw it. */
	readonly completed: number;
}

/** A torrent in the list of all. */
export interface SwarmListing extends SwarmCounts {
	readonly infoHash: string;
	readonly name?: string | undefined;
}

/** It said so, fell silent or had to go, or came back under another id. */
export type PeerEnd = 'stopped' | 'silent' | 'replaced';

/** Peers as bytes: 6 each of IPv4, 18 of IPv6. */
export interface CompactPeers {
	readonly peers4: Uint8Array;
	readonly peers6: Uint8Array;
}

/** Where a group's members are in a swarm's list of groups: seeders or leechers, of IPv4 or IPv6. */
const leecherGroup = 2;
const ipv6Group = 1;

interface Swarm {
	/** Another one for each swarm. */
	readonly number: number;
	readonly infoHash: string;
	/** Slots of its peers; made when there is a first. */
	readonly groups: [number[]?, number[]?, number[]?, number[]?];
	size: number;
	completed: number;
	name: string | undefined;
	/** When its only peer announced first; undefined once it had another, or that one came again later. */
	freshSince: Millis | undefined;
}

/** What comes again sooner than this has announced once: two announces in a row prove nothing. */
const againAfter: Millis = 60_000;

/**
 * Who is in which swarm, as a tracker knows it. Memory is bounded by the limits, and about 100 bytes a peer and 400 a
 * torrent; peers that fell silent are forgotten. When there is no room left, torrents go of which the only peer announced
 * once, the oldest first. Times are in ms of the same clock throughout.
 */
export class SwarmTable {
	readonly #limits: SwarmLimits;
	readonly #random: () => number;
	readonly #swarms = new Map<string, Swarm>();
	readonly #hosts = new HostTable();
	readonly #slots: PeerSlots<Swarm>;
	/** Those that can go first, the oldest first. */
	readonly #fresh = new Set<Swarm>();
	/** The slots chosen for the answer that is being made. */
	readonly #chosen: number[] = [];
	#numbers = 0;
	/** Peers in each group, over all torrents. */
	readonly #inGroup: [number, number, number, number] = [0, 0, 0, 0];
	#completed = 0;
	/** Told of every peer that is in its swarm no longer; the id is a copy. */
	onLeft: ((infoHash: string, peerId: Uint8Array, why: PeerEnd) => void) | undefined;

	/**
	 * @param random 0 <= x < 1
	 * @param seed 32 bits that nobody else knows
	 */
	constructor(random: () => number, limits: SwarmLimits = swarmLimits, seed = 0) {
		this.#random = random;
		this.#limits = limits;
		this.#slots = new PeerSlots(seed);
	}

	get torrents(): number {
		return this.#swarms.size;
	}

	get peers(): number {
		return this.#slots.size;
	}

	/** How many they are of each kind, and how many became seeders since this table was made. */
	get totals(): Readonly<Record<'seeders' | 'leechers' | 'ipv4' | 'ipv6' | 'completed' | 'hosts', number>> {
		const [seeders4, seeders6, leechers4, leechers6] = this.#inGroup;
		return {
			seeders: seeders4 + seeders6,
			leechers: leechers4 + leechers6,
			ipv4: seeders4 + leechers4,
			ipv6: seeders6 + leechers6,
			completed: this.#completed,
			hosts: this.#hosts.size,
		};
	}

	/** Whether any peer of a host is in any swarm. */
	knowsHost(host: string): boolean {
		return this.#hosts.find(host) !== undefined;
	}

	/** Peer ids that stand in both swarms. Looks at each peer of both. */
	sharedPeers(oneHash: string, otherHash: string): number {
		const [one, other] = [this.#swarms.get(oneHash), this.#swarms.get(otherHash)];
		if (one === undefined || other === undefined) return 0;
		const idsOf = (swarm: Swarm): Set<string> => {
			const ids = new Set<string>();
			for (const members of swarm.groups)
				for (const slot of members ?? []) ids.add(String.fromCharCode(...this.#slots.id(slot)));
			return ids;
		};
		const others = idsOf(other);
		let shared = 0;
		for (const id of idsOf(one)) if (others.has(id)) shared++;
		return shared;
	}

	/** Whether anybody is in the swarm. */
	has(infoHash: string): boolean {
		return this.#swarms.has(infoHash);
	}

	/** Forgets all peers of a torrent. */
	drop(infoHash: string): void {
		const swarm = this.#swarms.get(infoHash);
		while (swarm !== undefined && swarm.size > 0) this.#forget(this.#onlyPeer(swarm));
	}

	/** The info-hashes of all torrents. */
	get infoHashes(): IterableIterator<string> {
		return this.#swarms.keys();
	}

	/**
	 * Takes note of a peer and answers with others, chosen by chance: seeders hear of leechers only, but for the first time.
	 *
	 * @throws {ProtocolError} when a limit is reached; its message can be sent back
	 */
	announce(announce: SwarmAnnounce, now: Millis): SwarmCounts & {readonly peers: SwarmPeer[]} {
		const counts = this.#note(announce, now);
		const peers = this.#chosen.map(slot => ({
			host: this.#hosts.name(this.#slots.host[slot]!),
			port: this.#slots.port[slot]!,
			peerId: this.#slots.id(slot),
		}));
		return {...counts, peers};
	}

	/** As `announce`, with the peers in compact form, each family by itself. BEP 23, BEP 7. */
	announceCompact(announce: SwarmAnnounce, now: Millis): SwarmCounts & CompactPeers {
		const counts = this.#note(announce, now);
		return {...counts, peers4: this.#compact(false), peers6: this.#compact(true)};
	}

	#compact(ipv6: boolean): Uint8Array {
		const length = ipv6 ? 16 : 4;
		let count = 0;
		for (const slot of this.#chosen) if (this.#hosts.isIpv6(this.#slots.host[slot]!) === ipv6) count++;
		const bytes = new Uint8Array(count * (length + 2));
		let at = 0;
		for (const slot of this.#chosen) {
			const host = this.#slots.host[slot]!;
			if (this.#hosts.isIpv6(host) !== ipv6) continue;
			this.#hosts.write(host, bytes, at);
			bytes[at + length] = this.#slots.port[slot]! >> 8;
			bytes[at + length + 1] = this.#slots.port[slot]! & 255;
			at += length + 2;
		}
		return bytes;
	}

	/** Takes note of a peer and chooses others. */
	#note(announce: SwarmAnnounce, now: Millis): SwarmCounts {
		const {infoHash, address, event, left} = announce;
		this.#chosen.length = 0;
		this.expire(now);
		const slots = this.#slots;
		const known = this.#swarms.get(infoHash);
		const host = this.#hosts.find(address.host);
		const former = known === undefined || host === undefined ? none : slots.find(known, host, address.port);
		if (event === 'stopped') {
			if (former !== none) this.#forget(former, 'stopped');
			return this.scrape(infoHash);
		}
		let swarm = known;
		let slot = former;
		let wasLeecher = false;
		if (swarm === undefined || slot === none) {
			this.#admit(swarm, address.host);
			swarm ??= this.#newSwarm(infoHash, now);
			slot = this.#join(swarm, address);
		} else {
			wasLeecher = slots.group[slot]! >= leecherGroup;
			this.#leaveGroup(slot);
			if (swarm.freshSince !== undefined && now - swarm.freshSince >= againAfter) this.#endFresh(swarm);
		}
		if (slot === former && this.onLeft !== undefined && !slots.hasId(slot, announce.peerId))
			this.onLeft(infoHash, slots.id(slot), 'replaced');
		slots.touch(slot, announce.peerId, now);
		this.#enterGroup(slot, left !== 0);
		if (event === 'completed' && wasLeecher && left === 0) {
			swarm.completed++;
			this.#completed++;
		}
		swarm.name ??= announce.name;
		this.#choose(swarm, slot, announce);
		return countsOf(swarm);
	}

	/** Zeros for torrents nobody announced. */
	scrape(infoHash: string): SwarmCounts {
		const swarm = this.#swarms.get(infoHash);
		return swarm ? countsOf(swarm) : {seeders: 0, leechers: 0, completed: 0};
	}

	/**
	 * Where a peer of this id is reached, once for each address it announces from; empty when it is not in the swarm. Looks
	 * at each peer of the swarm.
	 */
	addressesOf(infoHash: string, peerId: Uint8Array): PeerAddress[] {
		const found: PeerAddress[] = [];
		for (const members of this.#swarms.get(infoHash)?.groups ?? []) {
			for (const slot of members ?? []) {
				if (!this.#slots.hasId(slot, peerId)) continue;
				found.push({host: this.#hosts.name(this.#slots.host[slot]!), port: this.#slots.port[slot]!});
			}
		}
		return found;
	}

	/** Torrents whose name has all words of `query`, or whose info-hash begins with it; the liveliest first. */
	list(query: string, maximum: number): SwarmListing[] {
		const words = query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 10);
		const found: SwarmListing[] = [];
		for (const [infoHash, swarm] of this.#swarms) {
			const name = swarm.name?.toLowerCase() ?? '';
			const fits =
				words.every(word => name.includes(word)) || (words.length === 1 && infoHash.startsWith(words[0]!));
			if (fits) found.push({infoHash, name: swarm.name, ...countsOf(swarm)});
		}
		const size = ({seeders, leechers}: SwarmListing): number => seeders * 2 + leechers;
		return found.sort((a, b) => size(b) - size(a)).slice(0, maximum);
	}

	/** Forgets peers that fell silent, and torrents without peers. */
	expire(now: Millis): void {
		const slots = this.#slots;
		while (slots.oldest !== none && now - slots.seenAt[slots.oldest]! >= this.#limits.peerLife) {
			this.#forget(slots.oldest);
		}
	}

	/**
	 * All torrents, each as it is when its turn comes: whoever writes them down may take a rest in between, and peers may
	 * come and go meanwhile.
	 */
	*records(now: () => Millis): Generator<SwarmRecord, void, undefined> {
		const slots = this.#slots;
		for (const [infoHash, swarm] of this.#swarms) {
			const time = now();
			const peers = new Uint8Array(swarm.size * peerRecord.length);
			const out = new DataView(peers.buffer);
			let at = 0;
			for (const [group, members] of swarm.groups.entries()) {
				for (const slot of members ?? []) {
					const host = slots.host[slot]!;
					peers[at] =
						(group < leecherGroup ? peerRecord.seederFlag : 0) |
						(this.#hosts.isIpv6(host) ? peerRecord.ipv6Flag : 0);
					this.#hosts.write(host, peers, at + peerRecord.address);
					out.setUint16(at + peerRecord.port, slots.port[slot]!);
					slots.writeId(slot, peers, at + peerRecord.peerId);
					out.setUint32(at + peerRecord.age, Math.min(Math.max(0, time - slots.seenAt[slot]!), 0xffffffff));
					at += peerRecord.length;
				}
			}
			const {name, completed, freshSince} = swarm;
			yield {infoHash, name, completed, isSettled: freshSince === undefined, peers};
		}
	}

	/**
	 * Takes in what was written down once, `since` ms ago: what has fallen silent by now is left out, and so is what has no
	 * room any more. To be called before anybody announces.
	 */
	restore(records: readonly SwarmRecord[], since: Millis, now: Millis): void {
		const {peerLife, torrents, peers: most, peersPerTorrent} = this.#limits;
		const all: Array<{readonly record: SwarmRecord; readonly at: number; readonly age: Millis}> = [];
		for (const record of records) {
			const {peers} = record;
			const input = new DataView(peers.buffer, peers.byteOffset, peers.byteLength);
			const end = Math.min(peers.length, peersPerTorrent * peerRecord.length);
			for (let at = 0; at < end; at += peerRecord.length) {
				const age = input.getUint32(at + peerRecord.age);
				if (age + since < peerLife) all.push({record, at, age});
			}
		}
		// Who announced last comes last: in this order they expire.
		all.sort((a, b) => b.age - a.age);
		for (const {record, at, age} of all.slice(-most)) {
			const {infoHash, peers, name, completed, isSettled} = record;
			const field = (from: number, length: number) => peers.subarray(at + from, at + from + length);
			const flags = peers[at]!;
			const host = formatIp(field(peerRecord.address, flags & peerRecord.ipv6Flag ? 16 : 4));
			const port = (peers[at + peerRecord.port]! << 8) | peers[at + peerRecord.port + 1]!;
			let swarm = this.#swarms.get(infoHash);
			if (port === 0 || (swarm === undefined && this.#swarms.size >= torrents)) continue;
			swarm ??= this.#newSwarm(infoHash, now);
			const number = this.#hosts.find(host);
			if (number !== undefined && this.#slots.find(swarm, number, port) !== none) continue;
			const slot = this.#join(swarm, {host, port});
			this.#slots.touch(slot, field(peerRecord.peerId, 20), now - since - age);
			this.#enterGroup(slot, (flags & peerRecord.seederFlag) === 0);
			swarm.name = name;
			swarm.completed = completed;
			if (isSettled) this.#endFresh(swarm);
		}
	}

	/** Makes room for one more peer. */
	#admit(swarm: Swarm | undefined, host: string): void {
		const limits = this.#limits;
		if ((swarm?.size ?? 0) >= limits.peersPerTorrent) throw full('peers');
		if (!isLoopback(host)) this.#limitHost(swarm, host);
		if (swarm === undefined && this.#swarms.size >= limits.torrents && !this.#makeRoom(swarm)) {
			throw full('torrents');
		}
		if (this.#slots.size >= limits.peers && !this.#makeRoom(swarm)) throw full('peers');
	}

	#limitHost(swarm: Swarm | undefined, host: string): void {
		const limits = this.#limits;
		const counts = this.#hosts.counts(host);
		if (counts.peers >= limits.peersPerHost || counts.networkPeers >= limits.peersPerNetwork) {
			throw tooMany('too many peers announce from your address');
		}
		if (swarm === undefined) {
			if (
				counts.alone >= limits.aloneTorrentsPerHost ||
				counts.networkAlone >= limits.aloneTorrentsPerNetwork
			) {
				throw tooMany('too many torrents that nobody else announces come from your address');
			}
			return;
		}
		// Looked for only in what has that many.
		if (Math.min(counts.peers, swarm.size) < limits.peersPerHostAndTorrent) return;
		const number = this.#hosts.find(host)!;
		let count = 0;
		for (const members of swarm.groups) {
			for (const slot of members ?? []) if (this.#slots.host[slot] === number) count++;
		}
		if (count >= limits.peersPerHostAndTorrent) throw tooMany('too many peers announce from your address');
	}

	/** Lets the oldest torrent go whose only peer announced once, other than this one. */
	#makeRoom(except: Swarm | undefined): boolean {
		for (const swarm of this.#fresh) {
			if (swarm === except) continue;
			this.#forget(this.#onlyPeer(swarm));
			return true;
		}
		return false;
	}

	#newSwarm(infoHash: string, now: Millis): Swarm {
		const swarm: Swarm = {
			number: this.#numbers++ | 0,
			infoHash,
			groups: [],
			size: 0,
			completed: 0,
			name: undefined,
			freshSince: now,
		};
		this.#swarms.set(infoHash, swarm);
		this.#fresh.add(swarm);
		return swarm;
	}

	#join(swarm: Swarm, {host, port}: PeerAddress): number {
		const number = this.#hosts.number(host);
		if (swarm.size === 1) {
			this.#hosts.countAlone(this.#slots.host[this.#onlyPeer(swarm)]!, -1);
			this.#endFresh(swarm);
		}
		const slot = this.#slots.take(swarm, number, port);
		this.#hosts.countPeer(number, 1);
		if (++swarm.size === 1) this.#hosts.countAlone(number, 1);
		return slot;
	}

	#forget(slot: number, why: PeerEnd = 'silent'): void {
		const swarm = this.#slots.swarm[slot]!;
		const host = this.#slots.host[slot]!;
		const id = this.onLeft && this.#slots.id(slot);
		this.#leaveGroup(slot);
		this.#slots.release(slot);
		if (--swarm.size === 0) {
			this.#hosts.countAlone(host, -1);
			this.#endFresh(swarm);
			this.#swarms.delete(swarm.infoHash);
		} else if (swarm.size === 1) this.#hosts.countAlone(this.#slots.host[this.#onlyPeer(swarm)]!, 1);
		this.#hosts.countPeer(host, -1);
		if (id) this.onLeft?.(swarm.infoHash, id, why);
	}

	#endFresh(swarm: Swarm): void {
		if (swarm.freshSince === undefined) return;
		swarm.freshSince = undefined;
		this.#fresh.delete(swarm);
	}

	#onlyPeer({groups}: Swarm): number {
		for (const members of groups) if (members?.length) return members[0]!;
		return none;
	}

	#enterGroup(slot: number, leeches: boolean): void {
		const slots = this.#slots;
		const group = (leeches ? leecherGroup : 0) + (this.#hosts.isIpv6(slots.host[slot]!) ? ipv6Group : 0);
		const {groups} = slots.swarm[slot]!;
		groups[group] ??= [];
		slots.group[slot] = group;
		slots.index[slot] = groups[group].push(slot) - 1;
		this.#inGroup[group]!++;
	}

	#leaveGroup(slot: number): void {
		const slots = this.#slots;
		const group = slots.group[slot]!;
		const members = slots.swarm[slot]!.groups[group]!;
		this.#inGroup[group]!--;
		const last = members.pop()!;
		if (last === slot) return;
		members[slots.index[slot]!] = last;
		slots.index[last] = slots.index[slot]!;
	}

	#choose({groups}: Swarm, asker: number, {numwant, families, event}: SwarmAnnounce): void {
		if (numwant <= 0) return;
		// Who begins with a link, of which it does not know how much that is, may say that nothing is left: aria2 does.
		const isLeecher = this.#slots.group[asker]! >= leecherGroup || event === 'started';
		const first = isLeecher ? 0 : leecherGroup;
		let total = 0;
		for (let group = 3; group >= first; group--) {
			if (isWanted(group, families)) total += groups[group]?.length ?? 0;
		}
		// One more than wanted, since the asker may be among them.
		const share = Math.min(1, (numwant + 1) / Math.max(1, total));
		// Leechers first.
		for (const group of [2, 3, 0, 1]) {
			const members = groups[group];
			if (group < first || members === undefined || !isWanted(group, families)) continue;
			this.#draw(members, Math.ceil(members.length * share), asker);
		}
		if (this.#chosen.length > numwant) this.#chosen.length = numwant;
	}

	/** Shuffles only as much as is taken. */
	#draw(members: number[], count: number, asker: number): void {
		const {index} = this.#slots;
		for (let at = 0; at < count; at++) {
			const other = at + Math.floor(this.#random() * (members.length - at));
			const slot = members[other]!;
			const former = members[at]!;
			members[at] = slot;
			members[other] = former;
			index[former] = other;
			index[slot] = at;
			if (slot !== asker) this.#chosen.push(slot);
		}
	}
}

function isWanted(group: number, families: SwarmAnnounce['families']): boolean {
	return families === 'both' || (group % 2 === ipv6Group) === (families === 'ipv6');
}

function countsOf({groups, completed}: Swarm): SwarmCounts {
	const [seeders4, seeders6, leechers4, leechers6] = groups;
	return {
		seeders: (seeders4?.length ?? 0) + (seeders6?.length ?? 0),
		leechers: (leechers4?.length ?? 0) + (leechers6?.length ?? 0),
		completed,
	};
}

function full(of: string): ProtocolError {
	return new ProtocolError('tracker-full', `this tracker is full: too many ${of}`);
}

function tooMany(text: string): ProtocolError {
	return new ProtocolError('too-many-from-host', text);
}
