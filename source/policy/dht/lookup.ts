import {sameBytes} from '../../base/bytes.js';
import {addressScope, parseIp} from '../../base/ip-address.js';
import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import {commonBits, compareDistance} from '../../protocol/dht/node-id.js';
import {nearRange} from './routing-table.js';

/** Somebody a look-up may ask. */
export interface LookupNode extends PeerAddress {
	/** 20 bytes; undefined for whom nobody knows by its id before it answers. */
	id: Uint8Array | undefined;
	state: 'new' | 'asked' | 'slow' | 'answered' | 'failed';
	/** What allows us to store something there. */
	token: Uint8Array | undefined;
}

/** How a look-up goes about it. */
export interface LookupOptions {
	/** 20 bytes. */
	readonly target: Uint8Array;
	/** How many of the nearest must have answered. */
	readonly wanted?: number;
	/** Questions on their way among the nearest at a time. */
	readonly width?: number;
}

const usualWanted = 8;
const usualWidth = 5;
/** Nodes that are remembered: the nearest. */
const mostKept = 100;

/**
 * Looks for the nodes nearest a target: who was found is asked for nearer ones, until the nearest of all have answered.
 * Decides only; whoever has the sockets asks. One node an address and a near range, so that many ids of one owner are one.
 */
export class Lookup {
	readonly target: Uint8Array;
	readonly #wanted: number;
	#width: number;
	/** The nearest first; who has no id comes last. */
	readonly #nodes: LookupNode[] = [];
	readonly #seen = new Set<string>();
	/** Near ranges that have a node; of local networks, hosts. */
	readonly #ranges = new Set<string>();
	#pending = 0;
	#responses = 0;
	#asked = 0;

	constructor({target, wanted = usualWanted, width = usualWidth}: LookupOptions) {
		this.target = target;
		this.#wanted = wanted;
		this.#width = width;
	}

	/** Questions on their way, late ones too. */
	get pending(): number {
		return this.#pending;
	}

	get responses(): number {
		return this.#responses;
	}

	/** All questions there were. */
	get asked(): number {
		return this.#asked;
	}

	/** Somebody was heard of. Answers whether it may be asked. */
	heard({host, port}: PeerAddress, id?: Uint8Array): boolean {
		const key = formatAddress({host, port});
		if (this.#seen.has(key)) return false;
		const ip = parseIp(host);
		if (ip === undefined) return false;
		const at = id === undefined ? this.#nodes.length : this.#placeFor(id);
		if (at >= mostKept) return false;
		const range = nearRange(host) ?? (addressScope(ip) === 'loopback' ? key : host);
		if (this.#ranges.has(range)) return false;
		this.#ranges.add(range);
		this.#seen.add(key);
		this.#nodes.splice(at, 0, {host, port, id, state: 'new', token: undefined});
		if (this.#nodes.length > mostKept) this.#nodes.pop();
		return true;
	}

	#placeFor(id: Uint8Array): number {
		let [low, high] = [0, this.#nodes.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			const other = this.#nodes[middle]!.id;
			if (other !== undefined && compareDistance(this.target, other, id) <= 0) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	/** Who is to be asked now; they count as asked. */
	next(): LookupNode[] {
		const ask: LookupNode[] = [];
		let missing = this.#wanted;
		let open = 0;
		for (const node of this.#nodes) {
			if (missing === 0 || open >= this.#width) break;
			if (node.state === 'answered') {
				if (node.id !== undefined) missing--;
			} else if (node.state === 'asked') {
				open++;
			} else if (node.state === 'new') {
				node.state = 'asked';
				open++;
				ask.push(node);
			}
		}
		this.#pending += ask.length;
		this.#asked += ask.length;
		return ask;
	}

	/** It could not be asked just now: it is tried again. */
	notAsked(node: LookupNode): void {
		if (node.state !== 'asked') return;
		node.state = 'new';
		this.#pending--;
		this.#asked--;
	}

	/** It is silent longer than most: others are asked beside it. */
	slow(node: LookupNode): void {
		if (node.state === 'asked') node.state = 'slow';
	}

	/** It answered. `id` is what it calls itself: by that it counts, whatever others said of it. */
	answered(node: LookupNode, id: Uint8Array, token?: Uint8Array): void {
		if (node.state !== 'asked' && node.state !== 'slow') return;
		node.state = 'answered';
		node.token = token;
		this.#pending--;
		this.#responses++;
		const at = this.#nodes.indexOf(node);
		if (at < 0 || (node.id !== undefined && sameBytes(node.id, id))) return;
		node.id = id;
		this.#nodes.splice(at, 1);
		this.#nodes.splice(this.#placeFor(id), 0, node);
	}

	/** It will not answer. */
	failed(node: LookupNode): void {
		if (node.state !== 'asked' && node.state !== 'slow') return;
		node.state = 'failed';
		this.#pending--;
	}

	/** Nobody need be asked any more, and nobody's answer be waited for that could change the result. */
	get isDone(): boolean {
		const missing = this.#missing;
		return missing === 0 || (missing !== undefined && this.#pending === 0);
	}

	/** Nobody is left to be asked, and all whose answer is missing have been silent longer than most. */
	get isQuiet(): boolean {
		return this.#missing !== undefined;
	}

	/** How many of those that are wanted have not answered; undefined while one of them may soon. */
	get #missing(): number | undefined {
		let missing = this.#wanted;
		for (const {state, id} of this.#nodes) {
			if (state === 'new' || state === 'asked') return undefined;
			if (state === 'answered' && id !== undefined && --missing === 0) return 0;
		}
		return missing;
	}

	/** The nearest that answered, the nearest first. */
	closest(count = this.#wanted): LookupNode[] {
		return this.#nodes.filter(({state, id}) => state === 'answered' && id !== undefined).slice(0, count);
	}

	/** How many bits the nearest that answered shares with the target. */
	get reached(): number {
		const nearest = this.closest(1)[0]?.id;
		return nearest === undefined ? 0 : commonBits(nearest, this.target);
	}
}
