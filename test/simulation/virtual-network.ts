import type {PeerAddress} from '../../source/base/peer-address.js';
import type {Timer} from '../../source/base/ports.js';
import type {
	ConnectionEvents,
	DialOptions,
	Listener,
	ListenOptions,
	PeerStream,
	Transport,
} from '../../source/io/net/transport.js';
import type {VirtualClock} from './virtual-clock.js';

/** What travels at a time: a framed block. Less (requests, haves) goes in between others' blocks, as small packets do. */
const quantum = 16_397;
const small = 9000;
/** What one connection may have on its way at a time. */
const window = 1 << 18;

interface Item {
	readonly bytes: Uint8Array;
	sent: number;
	readonly done: (() => void) | undefined;
}

/** A line: bytes a second up and down, ms to the middle of the network. */
export interface Line {
	up: number;
	readonly down: number;
	readonly latency: number;
}

/** The network between all hosts. Bytes arrive in order; lines are shared fairly among connections. */
export class VirtualNetwork {
	readonly clock: VirtualClock;
	readonly hosts = new Map<string, VirtualHost>();
	readonly #free: Uint8Array[] = [];

	constructor(clock: VirtualClock) {
		this.clock = clock;
	}

	join(host: string, line: Line): VirtualHost {
		const joined = new VirtualHost(this, host, line);
		this.hosts.set(host, joined);
		return joined;
	}

	/** The host is gone at once. `silent`: nobody is told, packets to it are lost. */
	leave(host: VirtualHost, silent: boolean): void {
		if (this.hosts.get(host.host) === host) this.hosts.delete(host.host);
		host.vanish(silent);
	}

	takeBuffer(): Uint8Array {
		return this.#free.pop() ?? new Uint8Array(quantum);
	}

	giveBuffer(buffer: Uint8Array): void {
		this.#free.push(buffer);
	}
}

/** One machine on the virtual network. */
export class VirtualHost implements Transport {
	readonly host: string;
	readonly network: VirtualNetwork;
	line: Line;
	/** Connections it began. */
	dials = 0;
	/** Bytes that went up and came down. */
	sent = 0;
	received = 0;
	gone = false;
	readonly #accepting = new Map<number, (stream: PeerStream) => ConnectionEvents | undefined>();
	readonly ends = new Set<End>();
	#nextPort = 50_000;
	#queue: End[] = [];
	#sending = false;
	#quantumSent: (() => void) | undefined;
	#timer: Timer | undefined;
	/** Bytes of small packets that were sent out of turn, and count against the line. */
	#upDebt = 0;
	#downUntil = 0;

	constructor(network: VirtualNetwork, host: string, line: Line) {
		this.network = network;
		this.host = host;
		this.line = line;
	}

	get clock(): VirtualClock {
		return this.network.clock;
	}

	async listen(
		{port}: ListenOptions,
		accept: (stream: PeerStream) => ConnectionEvents | undefined,
	): Promise<Listener> {
		this.#accepting.set(port, accept);
		return {
			port,
			close: async () => {
				this.#accepting.delete(port);
			},
		};
	}

	dial(to: PeerAddress, {timeout}: DialOptions, events: ConnectionEvents): PeerStream {
		this.dials++;
		const near = new End(this, to, false);
		near.events = events;
		const other = this.network.hosts.get(to.host);
		const oneWay = this.line.latency + (other?.line.latency ?? 0);
		if (other === undefined) {
			this.clock.after(timeout, () => near.end('connecting took too long'));
			return near;
		}
		const from = {host: this.host, port: this.#nextPort++};
		this.clock.after(oneWay, () => {
			const far = new End(other, from, true);
			const accepted = other.gone || near.closed ? undefined : other.accept(to.port, far);
			if (accepted === undefined) {
				this.clock.after(oneWay, () => near.end('connection refused'));
				return;
			}
			far.events = accepted;
			far.link(near, oneWay);
			near.link(far, oneWay);
			this.clock.after(oneWay, () => {
				if (near.closed) far.hangUp();
				else near.events?.connected();
			});
		});
		return near;
	}

	accept(port: number, end: End): ConnectionEvents | undefined {
		return this.#accepting.get(port)?.(end);
	}

	vanish(silent: boolean): void {
		this.gone = true;
		for (const end of [...this.ends]) {
			if (!silent) end.close('gone');
			else end.cut();
		}
	}

	/** Another line, from now on: a packet that hung in the old one arrives. */
	revive(line: Line): void {
		this.line = line;
		this.#quantumSent?.();
	}

	/** The end has something to send and room to send it. */
	activate(end: End): void {
		if (end.queued || this.gone) return;
		end.queued = true;
		this.#queue.push(end);
		if (!this.#sending) this.#sendNext();
	}

	#sendNext(): void {
		for (;;) {
			const end = this.#queue.shift();
			if (end === undefined) return;
			end.queued = false;
			if (end.closed) continue;
			end.sendSmall();
			const item = end.items[0];
			if (item === undefined || end.onItsWay >= window) continue;
			this.#sending = true;
			const length = Math.min(quantum, item.bytes.length - item.sent);
			const time = ((length + this.#upDebt) * 1000) / this.line.up;
			this.#upDebt = 0;
			this.#quantumSent = () => {
				this.#quantumSent = undefined;
				this.#timer?.clear();
				if (!end.closed) end.sentQuantum(item, length);
				this.#sending = false;
				this.#sendNext();
			};
			this.#timer = this.clock.after(time, this.#quantumSent);
			return;
		}
	}

	countSent(bytes: number, outOfTurn: boolean): void {
		this.sent += bytes;
		if (outOfTurn) this.#upDebt += bytes;
	}

	/** When bytes that arrive now have come through the line. */
	comesDown(bytes: number): number {
		this.received += bytes;
		const now = this.clock.now();
		this.#downUntil = Math.max(now, this.#downUntil) + (bytes * 1000) / this.line.down;
		return this.#downUntil - now;
	}
}

/** One end of a connection. */
class End implements PeerStream {
	readonly transport = 'tcp';
	readonly encrypted = false;
	readonly remote: PeerAddress;
	readonly incoming: boolean;
	readonly items: Item[] = [];
	events: ConnectionEvents | undefined;
	closed = false;
	queued = false;
	/** Bytes sent and not yet delivered. */
	onItsWay = 0;
	unsent = 0;
	readonly #host: VirtualHost;
	#other: End | undefined;
	#latency = 0;
	#paused = false;
	/** Bytes that came and are not through the line yet. */
	#coming = 0;
	#inbox: Array<{bytes: Uint8Array; length: number; pooled: boolean}> = [];

	constructor(host: VirtualHost, remote: PeerAddress, incoming: boolean) {
		this.#host = host;
		this.remote = remote;
		this.incoming = incoming;
		host.ends.add(this);
	}

	link(other: End, latency: number): void {
		this.#other = other;
		this.#latency = latency;
	}

	write(bytes: Uint8Array, done?: () => void): void {
		if (this.closed) {
			if (done !== undefined) this.#host.clock.soon(done);
			return;
		}
		this.items.push({bytes, sent: 0, done});
		this.unsent += bytes.length;
		this.sendSmall();
		if (this.items.length > 0 && this.onItsWay < window) this.#host.activate(this);
	}

	sendSmall(): void {
		for (;;) {
			const item = this.items[0];
			if (item === undefined || item.bytes.length > small || this.#other === undefined) return;
			this.items.shift();
			this.unsent -= item.bytes.length;
			this.onItsWay += item.bytes.length;
			this.#host.countSent(item.bytes.length, true);
			this.#travel(item.bytes, item.bytes.length, false);
			if (item.done !== undefined) this.#host.clock.soon(item.done);
		}
	}

	sentQuantum(item: Item, length: number): void {
		const buffer = this.#host.network.takeBuffer();
		buffer.set(item.bytes.subarray(item.sent, item.sent + length));
		item.sent += length;
		this.unsent -= length;
		this.onItsWay += length;
		this.#host.countSent(length, false);
		this.#travel(buffer, length, true);
		if (item.sent === item.bytes.length) {
			this.items.shift();
			item.done?.();
		}
		if (this.closed) return;
		this.sendSmall();
		if (this.items.length === 0) this.events?.drained();
		else if (this.onItsWay < window) this.#host.activate(this);
	}

	#travel(bytes: Uint8Array, length: number, pooled: boolean): void {
		const other = this.#other!;
		this.#host.clock.after(this.#latency, () => other.#arrive(bytes, length, pooled));
	}

	#arrive(bytes: Uint8Array, length: number, pooled: boolean): void {
		if (this.closed) {
			if (pooled) this.#host.network.giveBuffer(bytes);
			return;
		}
		if (!pooled && this.#coming === 0 && !this.#paused) {
			this.#host.comesDown(length);
			this.#deliver(bytes, length, pooled);
			return;
		}
		this.#coming++;
		this.#host.clock.after(this.#host.comesDown(length), () => {
			this.#coming--;
			if (this.#paused) this.#inbox.push({bytes, length, pooled});
			else this.#deliver(bytes, length, pooled);
		});
	}

	#deliver(bytes: Uint8Array, length: number, pooled: boolean): void {
		if (!this.closed) {
			const other = this.#other;
			if (other !== undefined) other.#acknowledged(length);
			this.events?.data(bytes, length);
		}
		if (pooled) this.#host.network.giveBuffer(bytes);
	}

	#acknowledged(length: number): void {
		this.onItsWay -= length;
		if (this.closed || this.items.length === 0) return;
		this.sendSmall();
		if (this.items.length > 0 && this.onItsWay < window) this.#host.activate(this);
	}

	pause(): void {
		this.#paused = true;
	}

	resume(): void {
		this.#paused = false;
		for (const {bytes, length, pooled} of this.#inbox.splice(0)) this.#deliver(bytes, length, pooled);
	}

	close(reason: string): void {
		if (this.closed) return;
		this.hangUp();
		this.end(reason);
	}

	/** The other end hears that the connection is over. */
	hangUp(): void {
		const other = this.#other;
		if (other !== undefined)
			this.#host.clock.after(this.#latency, () => other.end('the peer closed the connection'));
	}

	/** Nothing goes or comes any more, and nobody is told. */
	cut(): void {
		this.closed = true;
		this.#host.ends.delete(this);
	}

	end(reason: string): void {
		if (this.closed) return;
		this.cut();
		const items = this.items.splice(0);
		this.#inbox.length = 0;
		this.#host.clock.soon(() => {
			for (const item of items) item.done?.();
			this.events?.closed(reason);
		});
	}
}
