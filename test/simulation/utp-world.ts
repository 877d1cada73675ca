import assert from 'node:assert/strict';
import type {PeerAddress} from '../../source/base/peer-address.js';
import type {Random} from '../../source/base/ports.js';
import type {ConnectionEvents, PeerStream} from '../../source/io/net/transport.js';
import type {DatagramOwner, SendFailure} from '../../source/io/net/udp-mux.js';
import {UtpTransport} from '../../source/io/net/utp-transport.js';
import {seededRandom} from '../helpers/seeded-random.ts';
import {VirtualClock} from './virtual-clock.ts';

/** Of UDP and IP. */
const overhead = 28;
const port = 6881;

/** What a line does to what is sent along it. */
export interface Habits {
	/** Bytes a second; as many as come when left out. */
	rate?: number;
	/** Bytes that wait for the line; what comes beyond is lost. */
	queue?: number;
	/** ms, one way. */
	delay?: number;
	/** Parts of all packets. */
	loss?: number;
	twice?: number;
	/** Packets take up to so much longer, each as long as chance has it. */
	jitter?: number;
	/** Longer ones vanish, headers of UDP and IP included. */
	longest?: number;
	/** Called for each packet; answers whether it is lost. */
	eats?: (bytes: Uint8Array) => boolean;
}

/** One direction of a line. */
export class Line {
	readonly habits: Habits;
	readonly #clock: VirtualClock;
	readonly #random: Random;
	#freeAt = 0;
	lost = 0;
	carried = 0;
	/** How long packets waited: each. ms */
	readonly waits: number[] = [];

	constructor(clock: VirtualClock, random: Random, habits: Habits) {
		this.#clock = clock;
		this.#random = random;
		this.habits = habits;
	}

	/** `arrive` is called when it has come to the other end, if it does. */
	carry(length: number, bytes: Uint8Array | undefined, arrive: () => void): void {
		const {
			rate = Infinity,
			queue = Infinity,
			delay = 0,
			loss = 0,
			twice = 0,
			jitter = 0,
			longest,
		} = this.habits;
		const now = this.#clock.now();
		const wait = Math.max(0, this.#freeAt - now);
		const isEaten = bytes !== undefined && this.habits.eats?.(bytes) === true;
		const waiting = wait === 0 ? 0 : (wait * rate) / 1000;
		if (isEaten || length > (longest ?? Infinity) || waiting + length > queue || this.#random.next() < loss) {
			this.lost++;
			return;
		}
		this.carried += length;
		this.waits.push(wait);
		this.#freeAt = now + wait + (1000 * length) / rate;
		const come = () => this.#clock.after(this.#freeAt - now + delay + jitter * this.#random.next(), arrive);
		come();
		if (this.#random.next() < twice) come();
	}
}

class Host {
	readonly transport: UtpTransport;
	readonly #world: UtpWorld;
	readonly host: string;
	owner: DatagramOwner | undefined;
	sent = 0;
	/** Says why nothing of a packet leaves, if so. */
	refuses: (bytes: Uint8Array) => string | undefined = () => undefined;

	constructor(world: UtpWorld, host: string) {
		this.#world = world;
		this.host = host;
		const refuse = () => Promise.reject(new Error('no socket'));
		this.transport = new UtpTransport({
			udp: {
				join: owner => {
					this.owner = owner;
				},
				send: (bytes, to, at, failed) => this.#send(bytes, {host: to, port: at}, failed),
				hold: () => {},
				release: () => {},
			},
			clock: world.clock,
			random: world.random,
			datagrams: refuse,
			local: {reaches: () => true, from: () => undefined, keep: () => () => {}, whyNot: () => 'no way'},
		});
	}

	#send(bytes: Uint8Array, to: PeerAddress, failed: SendFailure | undefined): void {
		const code = this.refuses(bytes);
		if (code !== undefined) {
			if (failed !== undefined) this.#world.clock.soon(() => failed(Object.assign(new Error(code), {code})));
			return;
		}
		this.sent++;
		this.#world.carry(bytes, this.host, to);
	}
}

/** Two machines that speak uTP, and the line between them, on virtual time. */
export class UtpWorld {
	readonly clock = new VirtualClock(1000);
	readonly random: Random;
	readonly there: Line;
	readonly back: Line;
	readonly one: Host;
	readonly other: Host;
	/** What comes to the other machine. */
	readonly accepted: End[] = [];

	constructor(seed: number, there: Habits, back: Habits = {delay: there.delay ?? 0}) {
		this.random = seededRandom(seed);
		this.there = new Line(this.clock, this.random, there);
		this.back = new Line(this.clock, this.random, back);
		this.one = new Host(this, '10.0.0.1');
		this.other = new Host(this, '10.0.0.2');
		void this.other.transport.listen({port}, stream => {
			const end = new End(this.clock);
			end.stream = stream;
			this.accepted.push(end);
			return end;
		});
	}

	carry(bytes: Uint8Array, from: string, to: PeerAddress): void {
		const isThere = to.host === this.other.host;
		const target = isThere ? this.other : this.one;
		const copy = bytes.slice();
		(isThere ? this.there : this.back).carry(bytes.length + overhead, copy, () =>
			target.owner?.receive(copy, from, port),
		);
	}

	dial(): End {
		const end = new End(this.clock);
		const to = {host: this.other.host, port};
		end.stream = this.one.transport.dial(to, {timeout: 15_000, infoHash: new Uint8Array(20)}, end);
		return end;
	}

	/** Two ends of a stream that stands: who came says a byte first. */
	async connect(): Promise<{near: End; far: End}> {
		const near = this.dial();
		await this.clock.passUntil(() => near.connectedAt !== undefined, 30_000);
		near.send(1);
		const reached = await this.clock.passUntil(
			() => this.accepted.some(({received}) => received > 0),
			60_000,
		);
		assert.ok(reached, `nobody came: ${near.why}`);
		return {near, far: this.accepted.at(-1)!};
	}
}

/** The byte at a place of every stream. */
const byteAt = (at: number): number => (at * 31 + (at >> 8) * 7) & 255;

/** One end of a stream, which says what is known beforehand and checks what it hears. */
export class End implements ConnectionEvents {
	stream!: PeerStream;
	connectedAt: number | undefined;
	received = 0;
	/** Whether every byte was the right one. */
	isRight = true;
	/** Why it ended; told once. */
	why: string | undefined;
	ends = 0;
	drains = 0;
	/** Writes that are done. */
	done = 0;
	sent = 0;
	/** Called after what came was looked at. */
	heard: (length: number) => void = () => {};
	readonly #clock: VirtualClock;

	constructor(clock: VirtualClock) {
		this.#clock = clock;
	}

	connected(): void {
		this.connectedAt = this.#clock.now();
	}

	data(bytes: Uint8Array, length: number): void {
		for (let at = 0; at < length; at++) if (bytes[at] !== byteAt(this.received + at)) this.isRight = false;
		this.received += length;
		this.heard(length);
	}

	drained(): void {
		this.drains++;
	}

	closed(reason: string): void {
		this.why ??= reason;
		this.ends++;
	}

	/** Says so many more bytes. */
	send(count: number): void {
		const bytes = new Uint8Array(count);
		for (let at = 0; at < count; at++) bytes[at] = byteAt(this.sent + at);
		this.sent += count;
		this.stream.write(bytes, () => this.done++);
	}
}
