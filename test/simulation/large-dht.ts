import {formatIp, parseIp} from '../../source/base/ip-address.js';
import {formatAddress, type PeerAddress} from '../../source/base/peer-address.js';
import {DhtNode} from '../../source/engine/dht/dht-node.js';
import type {NodeContact} from '../../source/protocol/dht/compact-nodes.js';
import {decodeKrpc, encodeResponse, type KrpcQuery} from '../../source/protocol/dht/krpc.js';
import {commonBits, compareDistance, nodeIdFor} from '../../source/protocol/dht/node-id.js';
import {seededRandom} from '../helpers/seeded-random.js';
import {sha1} from './dht-world.js';
import {VirtualClock} from './virtual-clock.js';

const client = Uint8Array.of(84, 84, 0, 1);
const token = Uint8Array.of(1, 2, 3, 4);
const minute = 60_000;
/** So long others still name a node that is gone. */
const remembered = 15 * minute;
const stored = 45 * minute;
const tick = minute;

/** One of the many: an id, an address, and what a node with a well-kept table would answer. */
export interface Extra {
	readonly contact: NodeContact;
	readonly number: number;
	/** When it goes, and since when it is gone. */
	readonly until: number;
	goneAt: number | undefined;
}

/** A node of ours in the crowd. */
export interface Observed {
	readonly number: number;
	readonly address: PeerAddress;
	node: DhtNode;
}

export interface LargeDhtOptions {
	readonly nodes: number;
	/** How many of them are nodes of ours, with all they do; the others only answer. */
	readonly observed: number;
	readonly seed: number;
	/** How long one of the others stays, on average, in ms. */
	readonly lifetime: number;
}

/**
 * A DHT of thousands on virtual time. Most nodes are only an id and an address: they answer as a node would whose table
 * is the size of ours and a quarter of an hour old, so that what is measured is our node, not the machine.
 */
export class LargeDht {
	readonly clock = new VirtualClock(1e9);
	readonly random;
	readonly observed: Observed[] = [];
	readonly #options: LargeDhtOptions;
	readonly #extras = new Map<string, Extra>();
	/** All that others may name, by id. */
	#sorted: Array<{contact: NodeContact; number: number}> = [];
	readonly #ours = new Map<string, Observed>();
	readonly #peers = new Map<string, Map<string, {compact: Uint8Array; at: number}>>();
	#number = 0;
	/** Datagrams. */
	sent = 0;
	came = 0;
	left = 0;

	constructor(options: LargeDhtOptions) {
		this.#options = options;
		this.random = seededRandom(options.seed);
		for (let n = 0; n < options.nodes - options.observed; n++) this.#settle();
		for (let n = 0; n < options.observed; n++) {
			const number = this.#number++;
			const address = this.#addressOf(number);
			const observed: Observed = {number, address, node: this.#make(address)};
			this.observed.push(observed);
			this.#ours.set(formatAddress(address), observed);
		}
		this.#sort();
		this.#churn();
	}

	#addressOf(n: number): PeerAddress {
		return {host: `${20 + (n >> 14)}.${(n >> 7) & 127}.${n & 127}.1`, port: 6881};
	}

	#settle(): void {
		const number = this.#number++;
		const address = this.#addressOf(number);
		const id = nodeIdFor(parseIp(address.host)!, this.random);
		const until = this.clock.now() - Math.log(1 - this.random.next()) * this.#options.lifetime;
		this.#extras.set(formatAddress(address), {contact: {id, ...address}, number, until, goneAt: undefined});
	}

	#make(address: PeerAddress): DhtNode {
		const node = new DhtNode({
			family: 'ipv4',
			clock: this.clock,
			random: this.random,
			sha1,
			client,
			readOnly: false,
			id: nodeIdFor(parseIp(address.host)!, this.random),
			send: (bytes, to) => this.#send(bytes, address, to),
		});
		node.start();
		return node;
	}

	/** Ends a node of ours and begins another there, which knows what the one before it kept. */
	restart(observed: Observed): void {
		const kept = observed.node.nodesToKeep(300);
		observed.node.stop();
		observed.node = this.#make(observed.address);
		observed.node.bootstrap(kept, () => {});
	}

	/** Some who are there, for a way in. */
	someAlive(count: number): PeerAddress[] {
		const alive = [...this.#extras.values()].filter(({goneAt}) => goneAt === undefined);
		return Array.from({length: count}, () => alive[Math.floor(this.random.next() * alive.length)]!.contact);
	}

	#churn(): void {
		const now = this.clock.now();
		let gone = 0;
		for (const [key, extra] of this.#extras) {
			if (extra.goneAt === undefined && now >= extra.until) {
				extra.goneAt = now;
				gone++;
			}
			if (extra.goneAt !== undefined && now - extra.goneAt > remembered) this.#extras.delete(key);
		}
		for (let n = 0; n < gone; n++) this.#settle();
		this.came += gone;
		this.left += gone;
		if (gone > 0) this.#sort();
		this.clock.after(tick, () => this.#churn());
	}

	#sort(): void {
		this.#sorted = [
			...this.#extras.values(),
			...this.observed.map(({number, address, node}) => ({number, contact: {id: node.id, ...address}})),
		].sort((a, b) => compareBytes(a.contact.id, b.contact.id));
	}

	/** The nearest of those who are there, ours among them. */
	nearest(target: Uint8Array, count: number): NodeContact[] {
		const alive = this.#sorted.filter(({contact}) => this.isAlive(contact));
		return alive
			.map(({contact}) => contact)
			.sort((a, b) => compareDistance(target, a.id, b.id))
			.slice(0, count);
	}

	isAlive(contact: PeerAddress): boolean {
		const key = formatAddress(contact);
		const extra = this.#extras.get(key);
		return this.#ours.has(key) || (extra !== undefined && extra.goneAt === undefined);
	}

	/** Whom somebody of a number and id knows nearest a target. */
	known(own: Uint8Array, number: number, target: Uint8Array): NodeContact[] {
		const found: NodeContact[] = [];
		const shared = commonBits(own, target);
		// The target's bucket, then those that share more with it than we do, which are few, then farther ones.
		for (let bits = shared; bits >= 0 && found.length < 8; bits--) this.#bucket(own, number, bits, found);
		if (found.length < 8)
			for (let bits = shared + 1; bits < 24; bits++) this.#bucket(own, number, bits, found);
		return found.sort((a, b) => compareDistance(target, a.id, b.id)).slice(0, 8);
	}

	#bucket(own: Uint8Array, number: number, bits: number, into: NodeContact[]): void {
		const [first, last] = this.#range(own, bits);
		const capacity = [128, 64, 32, 16][bits] ?? 8;
		const part = capacity / Math.max(1, last - first);
		for (let at = first; at < last; at++) {
			const entry = this.#sorted[at]!;
			if (part >= 1 || chance(number, entry.number) < part) into.push(entry.contact);
		}
	}

	/** Which of the sorted share exactly so many bits with an id. */
	#range(own: Uint8Array, bits: number): [first: number, last: number] {
		const low = new Uint8Array(20);
		for (let bit = 0; bit <= bits; bit++) {
			const mask = 0x80 >> (bit & 7);
			const wanted = bit < bits ? own[bit >> 3]! : ~own[bit >> 3]!;
			low[bit >> 3]! |= wanted & mask;
		}
		const high = low.slice();
		for (let bit = bits + 1; bit < 160; bit++) high[bit >> 3]! |= 0x80 >> (bit & 7);
		return [this.#place(low), this.#place(high)];
	}

	#place(id: Uint8Array): number {
		let [low, high] = [0, this.#sorted.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (compareBytes(this.#sorted[middle]!.contact.id, id) < 0) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	#send(bytes: Uint8Array, from: PeerAddress, to: PeerAddress): void {
		this.sent++;
		const key = formatAddress(to);
		const ours = this.#ours.get(key);
		const way = 10 + this.random.next() * 140;
		if (ours !== undefined) return void this.clock.after(way, () => ours.node.received(bytes, from));
		const extra = this.#extras.get(key);
		if (extra === undefined || extra.goneAt !== undefined) return;
		const message = decodeKrpc(bytes);
		if (message.kind !== 'query') return;
		this.sent++;
		const back = this.#ours.get(formatAddress(from))!;
		this.clock.after(way + 10 + this.random.next() * 140, () =>
			back.node.received(this.#answer(extra, message, from), to),
		);
	}

	#answer({contact, number}: Extra, query: KrpcQuery, from: PeerAddress): Uint8Array {
		const ip = parseIp(from.host)!;
		const compact = Uint8Array.of(...ip, from.port >> 8, from.port & 255);
		const sender = {id: contact.id, client, readOnly: false};
		const now = this.clock.now();
		const key = query.target && `${number} ${Buffer.from(query.target).toString('latin1')}`;
		const peers = key === undefined ? undefined : this.#peers.get(key);
		if (query.name === 'announce_peer' && key !== undefined) {
			const all = peers ?? new Map<string, {compact: Uint8Array; at: number}>();
			this.#peers.set(key, all);
			all.set(formatIp(ip), {compact, at: now});
		}
		const values =
			query.name === 'get_peers'
				? [...(peers?.values() ?? [])].filter(({at}) => now - at < stored).map(peer => peer.compact)
				: [];
		return encodeResponse(sender, query.transaction, compact, {
			...(query.target !== undefined &&
				query.name !== 'announce_peer' && {nodes: {ipv4: this.known(contact.id, number, query.target)}}),
			...(query.name === 'get_peers' && {token, values}),
		});
	}

	/**
	 * How many questions a look-up takes that goes in rounds of five, until the eight nearest have answered; nothing is
	 * sent for it.
	 */
	reference(from: Observed, target: Uint8Array): number {
		const heard = new Map<string, NodeContact>();
		const asked = new Map<string, boolean>();
		const hear = (nodes: readonly NodeContact[]): void => {
			for (const node of nodes) heard.set(formatAddress(node), node);
		};
		hear(from.node.closest(target, 8));
		for (;;) {
			const round: NodeContact[] = [];
			let missing = 8;
			for (const node of [...heard.values()].sort((a, b) => compareDistance(target, a.id, b.id))) {
				const answer = asked.get(formatAddress(node));
				if (answer === true && --missing === 0) break;
				if (answer === undefined && round.push(node) === 5) break;
			}
			if (round.length === 0) return asked.size;
			for (const node of round) {
				const key = formatAddress(node);
				const answers = this.isAlive(node);
				asked.set(key, answers);
				if (!answers) continue;
				const ours = this.#ours.get(key);
				const extra = this.#extras.get(key);
				if (ours !== undefined) hear(ours.node.closest(target, 8));
				else if (extra !== undefined) hear(this.known(node.id, extra.number, target));
			}
		}
	}
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
	for (let at = 0; at < 20; at++) if (a[at] !== b[at]) return a[at]! - b[at]!;
	return 0;
}

/** 0 .. 1, always the same for two numbers. */
function chance(one: number, other: number): number {
	let mixed = Math.imul(one + 1, 0x9e3779b1) ^ Math.imul(other + 1, 0x85ebca6b);
	mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
	mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
	return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}
