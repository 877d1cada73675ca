import {ProtocolError} from '../base/errors.js';
import type {PeerAddress} from '../base/peer-address.js';
import type {Millis} from '../base/units.js';
import type {AnnounceEvent} from '../protocol/tracker-announce.js';

export interface SwarmLimits {
	readonly torrents: number;
	readonly peers: number;
	readonly peersPerTorrent: number;
	/** Over all torrents. */
	readonly peersPerHost: number;
	/** In one torrent; not for loopback, where whole swarms are tried out. */
	readonly peersPerHostAndTorrent: number;
	/** A peer that has not announced for so long is forgotten. */
	readonly peerLife: Millis;
}

export const swarmLimits: SwarmLimits = {
	torrents: 20_000,
	peers: 200_000,
	peersPerTorrent: 20_000,
	peersPerHost: 5000,
	peersPerHostAndTorrent: 200,
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

type Group = 'seeders4' | 'seeders6' | 'leechers4' | 'leechers6';

interface Entry extends SwarmPeer {
	group: Group;
	/** Its place in the group. */
	index: number;
	seenAt: Millis;
}

interface Swarm {
	/** By address, the one that announced longest ago first. */
	readonly peers: Map<string, Entry>;
	readonly groups: Record<Group, Entry[]>;
	readonly hosts: Map<string, number>;
	completed: number;
	name: string | undefined;
}

/**
 * Who is in which swarm, as a tracker knows it. Memory is bounded by the limits; peers that fell silent are forgotten.
 * Times are in ms of the same clock throughout.
 */
export class SwarmTable {
	readonly #limits: SwarmLimits;
	readonly #random: () => number;
	readonly #swarms = new Map<string, Swarm>();
	readonly #hosts = new Map<string, number>();
	#peers = 0;

	/** @param random 0 <= x < 1 */
	constructor(random: () => number, limits: SwarmLimits = swarmLimits) {
		this.#random = random;
		this.#limits = limits;
	}

	get torrents(): number {
		return this.#swarms.size;
	}

	get peers(): number {
		return this.#peers;
	}

	/**
	 * Takes note of a peer and answers with others, chosen by chance: seeders hear of leechers only.
	 *
	 * @throws {ProtocolError} when a limit is reached; its message can be sent back
	 */
	announce(announce: SwarmAnnounce, now: Millis): SwarmCounts & {readonly peers: SwarmPeer[]} {
		const {infoHash, address, event, left} = announce;
		const key = `${address.host} ${address.port}`;
		const known = this.#swarms.get(infoHash);
		if (event === 'stopped') {
			const entry = known?.peers.get(key);
			if (known && entry) this.#forget(infoHash, known, key, entry);
			return {...this.scrape(infoHash), peers: []};
		}
		if (known) this.#expire(infoHash, known, now);
		const swarm = this.#swarms.get(infoHash) ?? this.#newSwarm();
		const former = swarm.peers.get(key);
		const wasLeecher = former?.group.startsWith('leechers') === true;
		if (!former) this.#admit(swarm, address.host);
		else this.#leave(swarm, former);
		const family = address.host.includes(':') ? 6 : 4;
		const group: Group = `${left === 0 ? 'seeders' : 'leechers'}${family}`;
		const members = swarm.groups[group];
		const entry: Entry = {
			host: address.host,
			port: address.port,
			peerId: announce.peerId,
			group,
			index: members.length,
			seenAt: now,
		};
		members.push(entry);
		// Put in again, so that the map stays in order of time.
		swarm.peers.delete(key);
		swarm.peers.set(key, entry);
		this.#swarms.set(infoHash, swarm);
		if (event === 'completed' && wasLeecher && left === 0) swarm.completed++;
		swarm.name ??= announce.name;
		return {...this.scrape(infoHash), peers: this.#choose(swarm, entry, announce)};
	}

	/** Zeros for torrents nobody announced. */
	scrape(infoHash: string): SwarmCounts {
		const swarm = this.#swarms.get(infoHash);
		if (!swarm) return {seeders: 0, leechers: 0, completed: 0};
		const {seeders4, seeders6, leechers4, leechers6} = swarm.groups;
		return {
			seeders: seeders4.length + seeders6.length,
			leechers: leechers4.length + leechers6.length,
			completed: swarm.completed,
		};
	}

	/** Torrents whose name has all words of `query`, or whose info-hash begins with it; the liveliest first. */
	list(query: string, maximum: number): SwarmListing[] {
		const words = query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 10);
		const found: SwarmListing[] = [];
		for (const [infoHash, swarm] of this.#swarms) {
			const name = swarm.name?.toLowerCase() ?? '';
			const fits =
				words.every(word => name.includes(word)) || (words.length === 1 && infoHash.startsWith(words[0]!));
			if (fits) found.push({infoHash, name: swarm.name, ...this.scrape(infoHash)});
		}
		const size = ({seeders, leechers}: SwarmListing): number => seeders * 2 + leechers;
		return found.sort((a, b) => size(b) - size(a)).slice(0, maximum);
	}

	/** Forgets peers that fell silent, and torrents without peers. */
	expire(now: Millis): void {
		for (const [infoHash, swarm] of this.#swarms) this.#expire(infoHash, swarm, now);
	}

	#expire(infoHash: string, swarm: Swarm, now: Millis): void {
		for (const [key, entry] of swarm.peers) {
			if (now - entry.seenAt < this.#limits.peerLife) break;
			this.#forget(infoHash, swarm, key, entry);
		}
	}

	#newSwarm(): Swarm {
		if (this.#swarms.size >= this.#limits.torrents) {
			throw new ProtocolError('tracker-full', 'this tracker is full: too many torrents');
		}
		return {
			peers: new Map(),
			groups: {seeders4: [], seeders6: [], leechers4: [], leechers6: []},
			hosts: new Map(),
			completed: 0,
			name: undefined,
		};
	}

	#admit(swarm: Swarm, host: string): void {
		const limits = this.#limits;
		const inTorrent = swarm.hosts.get(host) ?? 0;
		const inAll = this.#hosts.get(host) ?? 0;
		const loopback = host.startsWith('127.') || host === '::1';
		if (this.#peers >= limits.peers || swarm.peers.size >= limits.peersPerTorrent) {
			throw new ProtocolError('tracker-full', 'this tracker is full: too many peers');
		}
		if (!loopback && (inTorrent >= limits.peersPerHostAndTorrent || inAll >= limits.peersPerHost)) {
			throw new ProtocolError('too-many-from-host', 'too many peers announce from your address');
		}
		swarm.hosts.set(host, inTorrent + 1);
		this.#hosts.set(host, inAll + 1);
		this.#peers++;
	}

	#leave(swarm: Swarm, entry: Entry): void {
		const members = swarm.groups[entry.group];
		const last = members.pop()!;
		if (last === entry) return;
		members[entry.index] = last;
		last.index = entry.index;
	}

	#forget(infoHash: string, swarm: Swarm, key: string, entry: Entry): void {
		this.#leave(swarm, entry);
		swarm.peers.delete(key);
		this.#peers--;
		for (const hosts of [swarm.hosts, this.#hosts]) {
			const count = hosts.get(entry.host)! - 1;
			if (count === 0) hosts.delete(entry.host);
			else hosts.set(entry.host, count);
		}
		if (swarm.peers.size === 0) this.#swarms.delete(infoHash);
	}

	#choose(swarm: Swarm, asker: Entry, {numwant, families}: SwarmAnnounce): SwarmPeer[] {
		const kinds = asker.group.startsWith('seeders') ? ['leechers'] : ['leechers', 'seeders'];
		const numbers = families === 'ipv4' ? [4] : families === 'ipv6' ? [6] : [4, 6];
		const groups = kinds.flatMap(kind => numbers.map(number => swarm.groups[`${kind}${number}` as Group]));
		const total = groups.reduce((sum, members) => sum + members.length, 0);
		const chosen: SwarmPeer[] = [];
		// One more than wanted, since the asker may be among them.
		const share = Math.min(1, (numwant + 1) / Math.max(1, total));
		for (const members of groups) {
			if (numwant > 0) this.#draw(members, Math.ceil(members.length * share), asker, chosen);
		}
		return chosen.slice(0, Math.max(0, numwant));
	}

	/** Shuffles only as much as is taken. */
	#draw(members: Entry[], count: number, asker: Entry, chosen: SwarmPeer[]): void {
		for (let index = 0; index < count; index++) {
			const other = index + Math.floor(this.#random() * (members.length - index));
			const [entry, former] = [members[other]!, members[index]!];
			[members[index], members[other]] = [entry, former];
			former.index = other;
			entry.index = index;
			if (entry !== asker) chosen.push(entry);
		}
	}
}
