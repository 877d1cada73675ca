import type {Millis} from '../../base/units.js';
import {grown} from './host-table.js';

const idLength = 20;
/** No slot. */
export const none = -1;

/** Where a peer is kept, and what of it. All arrays are by slot. */
export class PeerSlots<Swarm extends {readonly number: number}> {
	/** Slots in use. */
	size = 0;
	host = new Int32Array(64);
	port = new Uint16Array(64);
	/** Which group of its swarm it is in, and where in that. */
	group = new Uint8Array(64);
	index = new Int32Array(64);
	seenAt = new Float64Array(64);
	readonly swarm: Swarm[] = [];
	#ids = new Uint8Array(64 * idLength);
	/** Peers in the order in which they announced last, linked both ways. */
	#older = new Int32Array(64);
	#newer = new Int32Array(64);
	#oldest = none;
	#newest = none;
	/** Slots whose keys fall together, linked; also the slots that are free. */
	#next = new Int32Array(64);
	#buckets = new Int32Array(64).fill(none);
	#free = none;
	#used = 0;

	/** So that nobody can choose ports that all fall together. */
	readonly #seed: number;

	/** @param seed 32 bits that nobody else knows */
	constructor(seed: number) {
		this.#seed = seed | 0;
	}

	/** The slot of a peer; `none` when there is none. */
	find(swarm: Swarm, host: number, port: number): number {
		let slot = this.#buckets[this.#bucket(swarm.number, host, port)]!;
		while (
			slot !== none &&
			(this.host[slot] !== host || this.port[slot] !== port || this.swarm[slot] !== swarm)
		) {
			slot = this.#next[slot]!;
		}
		return slot;
	}

	/** Takes a slot for a peer that has none. */
	take(swarm: Swarm, host: number, port: number): number {
		let slot = this.#free;
		if (slot === none) {
			slot = this.#used++;
			if (slot >= this.host.length) this.#grow();
		} else this.#free = this.#next[slot]!;
		this.host[slot] = host;
		this.port[slot] = port;
		this.swarm[slot] = swarm;
		this.#chain(slot);
		this.#append(slot);
		this.size++;
		return slot;
	}

	/** Gives a slot back. */
	release(slot: number): void {
		const bucket = this.#bucket(this.swarm[slot]!.number, this.host[slot]!, this.port[slot]!);
		const after = this.#next[slot]!;
		if (this.#buckets[bucket] === slot) this.#buckets[bucket] = after;
		else {
			let before = this.#buckets[bucket]!;
			while (this.#next[before] !== slot) before = this.#next[before]!;
			this.#next[before] = after;
		}
		this.#unlink(slot);
		(this.swarm as Array<Swarm | undefined>)[slot] = undefined;
		this.#next[slot] = this.#free;
		this.#free = slot;
		this.size--;
	}

	/** It announced just now. `id` has 20 bytes, of which a copy is kept. */
	touch(slot: number, id: Uint8Array, now: Millis): void {
		this.seenAt[slot] = now;
		this.#ids.set(id.length > idLength ? id.subarray(0, idLength) : id, slot * idLength);
		if (this.#newest === slot) return;
		this.#unlink(slot);
		this.#append(slot);
	}

	/** The peer that announced longest ago; `none` when there is none. */
	get oldest(): number {
		return this.#oldest;
	}

	/** A copy of its peer id. */
	id(slot: number): Uint8Array {
		return this.#ids.slice(slot * idLength, (slot + 1) * idLength);
	}

	/** Writes the 20 bytes of its peer id. */
	writeId(slot: number, out: Uint8Array, to: number): void {
		const from = slot * idLength;
		for (let at = 0; at < idLength; at++) out[to + at] = this.#ids[from + at]!;
	}

	/** Whether it has this peer id, of 20 bytes. */
	hasId(slot: number, id: Uint8Array): boolean {
		const from = slot * idLength;
		for (let at = 0; at < idLength; at++) if (this.#ids[from + at] !== id[at]) return false;
		return true;
	}

	#bucket(swarm: number, host: number, port: number): number {
		let hash = Math.imul(swarm ^ this.#seed, 0x9e3779b1) ^ Math.imul(host, 0x85ebca6b);
		hash = Math.imul(hash ^ (hash >>> 16) ^ port, 0xc2b2ae35);
		hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
		return (hash ^ (hash >>> 13)) & (this.#buckets.length - 1);
	}

	#chain(slot: number): void {
		const bucket = this.#bucket(this.swarm[slot]!.number, this.host[slot]!, this.port[slot]!);
		this.#next[slot] = this.#buckets[bucket]!;
		this.#buckets[bucket] = slot;
	}

	#append(slot: number): void {
		this.#older[slot] = this.#newest;
		this.#newer[slot] = none;
		if (this.#newest === none) this.#oldest = slot;
		else this.#newer[this.#newest] = slot;
		this.#newest = slot;
	}

	#unlink(slot: number): void {
		const [older, newer] = [this.#older[slot]!, this.#newer[slot]!];
		if (older === none) this.#oldest = newer;
		else this.#newer[older] = newer;
		if (newer === none) this.#newest = older;
		else this.#older[newer] = older;
	}

	/** Only when every slot is in use: all of them are chained anew. */
	#grow(): void {
		const size = this.host.length * 2;
		this.host = grown(this.host, new Int32Array(size));
		this.port = grown(this.port, new Uint16Array(size));
		this.group = grown(this.group, new Uint8Array(size));
		this.index = grown(this.index, new Int32Array(size));
		this.seenAt = grown(this.seenAt, new Float64Array(size));
		this.#ids = grown(this.#ids, new Uint8Array(size * idLength));
		this.#older = grown(this.#older, new Int32Array(size));
		this.#newer = grown(this.#newer, new Int32Array(size));
		this.#next = new Int32Array(size);
		this.#buckets = new Int32Array(size).fill(none);
		for (let slot = 0; slot < size / 2; slot++) this.#chain(slot);
	}
}
