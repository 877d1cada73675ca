import {sameBytes} from '../../base/bytes.js';
import {addressScope, parseIp} from '../../base/ip-address.js';
import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import {commonBits, compareDistance, idFitsAddress, nodeIdLength} from '../../protocol/dht/node-id.js';

/** A node that has answered us. */
export interface TableNode extends PeerAddress {
	/** 20 bytes. */
	readonly id: Uint8Array;
	/** As `nearRange` has it. */
	readonly range: string | undefined;
	/** Its id fits its address. BEP 42. */
	readonly fits: boolean;
	/** From our question to its answer. */
	roundTrip: Millis;
	/** Questions in a row that it did not answer. */
	failures: number;
	/** When we asked it last, and when it answered last. */
	askedAt: Millis;
	answeredAt: Millis;
}

/** What became of a node that answered. */
export type Admission = 'added' | 'known' | 'spare' | 'refused';

/** Nodes in a bucket, but for those nearest the root, where they are worth more. */
const k = 8;
/** The number of the last bucket there can be. */
const deepest = nodeIdLength * 8 - 1;
const nearRoot = [16, 8, 4, 2].map(times => times * k);
/** With fewer spares others are looked for. */
const fewSpares = 2;
/** With somebody to take its place a node goes after so many failures, else much later: the net may be what failed. */
const patience = 2;
const longPatience = 20;

interface Bucket {
	readonly nodes: TableNode[];
	/** Nodes that answered when the bucket was full. */
	readonly spares: TableNode[];
}

/**
 * The nodes one node knows, by how many bits their ids share with its own: bucket n holds those that share n, the last
 * one all that share more. Only who answered is in it; one node an address, none from a near range in one bucket. BEP 5.
 */
export class RoutingTable {
	readonly #own: Uint8Array;
	readonly #buckets: Bucket[] = [{nodes: [], spares: []}];
	/** What is taken: hosts, or host and port on this machine, which all there share. */
	readonly #places = new Map<string, TableNode>();
	#size = 0;

	/** @param own our id: 20 bytes */
	constructor(own: Uint8Array) {
		this.#own = own;
	}

	/** Nodes, spares not counted. */
	get size(): number {
		return this.#size;
	}

	/** How many buckets there are: 1 .. 160. */
	get depth(): number {
		return this.#buckets.length;
	}

	/** Nodes and spares by bucket, the farthest first. */
	counts(): Array<{nodes: number; spares: number; most: number}> {
		return this.#buckets.map(({nodes, spares}, index) => ({
			nodes: nodes.length,
			spares: spares.length,
			most: capacity(index),
		}));
	}

	/** All nodes, the farthest first. */
	*nodes(): Generator<TableNode, void, undefined> {
		for (const bucket of this.#buckets) yield* bucket.nodes;
	}

	#indexOf(id: Uint8Array): number {
		return Math.min(commonBits(this.#own, id), this.#buckets.length - 1);
	}

	#find(id: Uint8Array, address: PeerAddress): TableNode | undefined {
		const node = this.#places.get(placeOf(address));
		return node !== undefined && sameBytes(node.id, id) && node.port === address.port ? node : undefined;
	}

	/** Whether it is worth asking somebody we heard of: it would be taken in, should it answer. */
	wants(id: Uint8Array, address: PeerAddress): boolean {
		if (this.#places.has(placeOf(address)) || sameBytes(id, this.#own)) return false;
		const index = this.#indexOf(id);
		const bucket = this.#buckets[index]!;
		if (bucket.nodes.length < capacity(index)) return !hasNear(bucket.nodes, nearRange(address.host));
		if (index === this.#buckets.length - 1 && index < deepest) return true;
		return bucket.nodes.some(node => node.failures > 0) || bucket.spares.length < fewSpares;
	}

	/** A node answered a question of ours, from where it was asked. */
	answered(id: Uint8Array, address: PeerAddress, roundTrip: Millis, now: Millis): Admission {
		if (sameBytes(id, this.#own)) return 'refused';
		const place = placeOf(address);
		const there = this.#places.get(place);
		if (there !== undefined) {
			if (sameBytes(there.id, id) && there.port === address.port) {
				there.roundTrip = there.roundTrip === 0 ? roundTrip : there.roundTrip * 0.7 + roundTrip * 0.3;
				there.failures = 0;
				there.answeredAt = now;
				return 'known';
			}
			// Somebody else speaks from there now. While the one we know answers it is believed, and not the newcomer.
			if (there.failures === 0) return 'refused';
			this.#remove(there);
		}
		const known = this.#byId(id);
		if (known !== undefined) {
			if (known.failures === 0) return 'refused';
			this.#remove(known);
		}
		const ip = parseIp(address.host);
		if (ip === undefined) return 'refused';
		const node: TableNode = {
			id,
			host: address.host,
			port: address.port,
			range: nearRange(address.host),
			fits: idFitsAddress(id, ip),
			roundTrip,
			failures: 0,
			askedAt: now,
			answeredAt: now,
		};
		return this.#insert(node);
	}

	#byId(id: Uint8Array): TableNode | undefined {
		const {nodes, spares} = this.#buckets[this.#indexOf(id)]!;
		return nodes.find(node => sameBytes(node.id, id)) ?? spares.find(node => sameBytes(node.id, id));
	}

	#insert(node: TableNode): Admission {
		for (;;) {
			const index = this.#indexOf(node.id);
			const bucket = this.#buckets[index]!;
			if (hasNear(bucket.nodes, node.range)) return this.#spare(bucket, node);
			if (bucket.nodes.length < capacity(index)) {
				bucket.nodes.push(node);
				this.#places.set(placeOf(node), node);
				this.#size++;
				return 'added';
			}
			const failing = worst(bucket.nodes);
			if (failing !== undefined) {
				this.#remove(failing, false);
				continue;
			}
			if (index < this.#buckets.length - 1 || index >= deepest) {
				const lesser = node.fits ? bucket.nodes.find(({fits}) => !fits) : undefined;
				if (lesser === undefined) return this.#spare(bucket, node);
				this.#remove(lesser, false);
				continue;
			}
			this.#split();
		}
	}

	/** Divides the last bucket, which is ours, into those that share just as many bits as its number and those that share more. */
	#split(): void {
		const index = this.#buckets.length - 1;
		const last = this.#buckets[index]!;
		const next: Bucket = {nodes: [], spares: []};
		this.#buckets.push(next);
		for (const list of ['nodes', 'spares'] as const) {
			const all = last[list].splice(0);
			for (const node of all) (commonBits(this.#own, node.id) > index ? next : last)[list].push(node);
		}
		this.#fit(last, capacity(index));
		// Buckets farther down hold fewer.
		if (next.nodes.length > capacity(index + 1) && index + 1 < deepest) this.#split();
		else this.#fit(next, capacity(index + 1));
	}

	/** Nodes beyond a bucket's capacity become spares, and spares fill what is free. */
	#fit(bucket: Bucket, most: number): void {
		while (bucket.nodes.length > most) {
			const node = bucket.nodes.pop()!;
			this.#size--;
			this.#places.delete(placeOf(node));
			if (bucket.spares.length < k) bucket.spares.push(node);
		}
		while (bucket.nodes.length < most && bucket.spares.length > 0) this.#promote(bucket);
	}

	#spare(bucket: Bucket, node: TableNode): Admission {
		const place = placeOf(node);
		const {spares} = bucket;
		const same = spares.findIndex(other => placeOf(other) === place);
		if (same >= 0) spares.splice(same, 1);
		if (spares.length >= k) {
			const lesser = spares.findIndex(({fits}) => !fits);
			spares.splice(Math.max(0, lesser), 1);
		}
		spares.push(node);
		return 'spare';
	}

	/** Takes the best spare in, if it may stand beside those that are there. */
	#promote(bucket: Bucket): void {
		const {spares, nodes} = bucket;
		const fitting = spares.findLastIndex(({fits}) => fits);
		const [node] = spares.splice(fitting >= 0 ? fitting : spares.length - 1, 1);
		if (node === undefined || hasNear(nodes, node.range) || this.#places.has(placeOf(node))) return;
		nodes.push(node);
		this.#places.set(placeOf(node), node);
		this.#size++;
	}

	#remove(node: TableNode, replace = true): void {
		const bucket = this.#buckets[this.#indexOf(node.id)]!;
		const spare = bucket.spares.indexOf(node);
		if (spare >= 0) bucket.spares.splice(spare, 1);
		const at = bucket.nodes.indexOf(node);
		if (at < 0) return;
		bucket.nodes.splice(at, 1);
		this.#places.delete(placeOf(node));
		this.#size--;
		while (replace && bucket.spares.length > 0) {
			const before = bucket.nodes.length;
			this.#promote(bucket);
			if (bucket.nodes.length > before) break;
		}
	}

	/** A question of ours was not answered. */
	failed(id: Uint8Array, address: PeerAddress): void {
		const node = this.#find(id, address);
		if (node === undefined) return;
		node.failures++;
		const {spares} = this.#buckets[this.#indexOf(id)]!;
		if (node.failures >= (spares.length > 0 ? patience : longPatience)) this.#remove(node);
	}

	/** It did not do as it was asked, but it is there. */
	refused(id: Uint8Array, address: PeerAddress, now: Millis): void {
		const node = this.#find(id, address);
		if (node === undefined) return;
		node.failures = 0;
		node.answeredAt = now;
	}

	/** A question is on its way to it. */
	asked(id: Uint8Array, address: PeerAddress, now: Millis): void {
		const node = this.#find(id, address);
		if (node !== undefined) node.askedAt = now;
	}

	/**
	 * The nearest nodes to a target, the nearest first. Those that failed to answer lately come in only when there are
	 * too few others.
	 */
	closest(target: Uint8Array, count: number): TableNode[] {
		const found: TableNode[] = [];
		const failing: TableNode[] = [];
		const take = (index: number): void => {
			for (const node of this.#buckets[index]!.nodes) (node.failures > 0 ? failing : found).push(node);
		};
		// Those of the target's own bucket are nearest, then all that share more with us, then those that share less.
		const index = this.#indexOf(target);
		take(index);
		if (found.length < count) for (let other = index + 1; other < this.#buckets.length; other++) take(other);
		for (let other = index - 1; other >= 0 && found.length < count; other--) take(other);
		const nearer = (a: TableNode, b: TableNode): number => compareDistance(target, a.id, b.id);
		found.sort(nearer);
		if (found.length < count) found.push(...failing.sort(nearer));
		return found.slice(0, count);
	}

	/** The node that has waited longest for a question, and which bucket it is in; undefined when there is none. */
	stalest(): {node: TableNode; bits: number; hasRoom: boolean} | undefined {
		let stalest: TableNode | undefined;
		let bits = 0;
		for (const [index, {nodes}] of this.#buckets.entries()) {
			for (const node of nodes) {
				if (stalest !== undefined && node.askedAt >= stalest.askedAt) continue;
				stalest = node;
				bits = index;
			}
		}
		if (stalest === undefined) return undefined;
		return {node: stalest, bits, hasRoom: this.#buckets[bits]!.nodes.length < capacity(bits)};
	}
}

function capacity(bucket: number): number {
	return nearRoot[bucket] ?? k;
}

function worst(nodes: readonly TableNode[]): TableNode | undefined {
	let found: TableNode | undefined;
	for (const node of nodes) if (node.failures > (found?.failures ?? 0)) found = node;
	return found;
}

/** What only one node may take: a host, or a host and port on this machine. */
function placeOf(address: PeerAddress): string {
	const ip = parseIp(address.host);
	return ip !== undefined && addressScope(ip) === 'loopback' ? formatAddress(address) : address.host;
}

/**
 * The near range of an address, which one owner can fill: /24, or /64 of IPv6; undefined on local networks, where all are
 * of one range and nobody's.
 */
export function nearRange(host: string): string | undefined {
	const ip = parseIp(host);
	if (ip === undefined || addressScope(ip) !== 'public') return undefined;
	return ip.subarray(0, ip.length === 4 ? 3 : 8).join('.');
}

function hasNear(nodes: readonly TableNode[], range: string | undefined): boolean {
	return range !== undefined && nodes.some(node => node.range === range);
}
