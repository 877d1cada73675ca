import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {Clock, Timer} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {
	ConnectionEvents,
	DialOptions,
	Listener,
	ListenOptions,
	PeerStream,
	Transport,
} from './transport.js';

/** So long the way that is tried first is alone. */
const headStart: Millis = 1000;
/** Peers of which is known what they speak. */
const mostKnown = 4000;

type Way = PeerStream['transport'];

/** Peers over TCP and uTP: whichever connects first. TCP, which costs less, has a start of one second. */
export class EitherTransport implements Transport {
	readonly #ways: Readonly<Record<Way, Transport>>;
	readonly #clock: Clock;
	/** Those who speak one of the two only, as far as is known. */
	readonly #known = new Map<string, Way>();
	/** Those who hung up without a word; `known` once that was answered. */
	readonly #hungUp = new Map<string, 'news' | 'known'>();

	constructor(tcp: Transport, utp: Transport, clock: Clock) {
		this.#ways = {tcp, utp};
		this.#clock = clock;
	}

	dial(to: PeerAddress, how: DialOptions, events: ConnectionEvents): PeerStream {
		return new Race({to, how, ways: this.#ways, clock: this.#clock, ground: this}, events);
	}

	async listen(
		where: ListenOptions,
		accept: (stream: PeerStream) => ConnectionEvents | undefined,
	): Promise<Listener> {
		const tcp = await this.#ways.tcp.listen(where, accept);
		const utp = await this.#ways.utp.listen({...where, port: tcp.port}, accept);
		return {
			port: tcp.port,
			retire: async () => {
				await Promise.all([tcp.retire?.() ?? tcp.close(), utp.retire?.() ?? utp.close()]);
			},
			close: async () => {
				await Promise.all([tcp.close(), utp.close()]);
			},
		};
	}

	hasOtherWay(to: PeerAddress): boolean {
		const key = formatAddress(to);
		if (this.#hungUp.get(key) !== 'news') return false;
		this.#hungUp.set(key, 'known');
		return true;
	}

	/** It connected this way, and left without a word: it may speak the other one. */
	leftUnheard(to: PeerAddress, way: Way): void {
		const key = formatAddress(to);
		this.learn(to, way === 'tcp' ? 'utp' : undefined);
		if (this.#hungUp.has(key)) return;
		this.#hungUp.set(key, 'news');
		forgetOldest(this.#hungUp);
	}

	/** Somebody is there who speaks to us. */
	answered(to: PeerAddress): void {
		this.#hungUp.delete(formatAddress(to));
	}

	/** What is to be tried first, and what then. */
	order(to: PeerAddress): readonly Way[] {
		switch (this.#known.get(formatAddress(to))) {
			case 'tcp':
				return ['tcp'];
			case 'utp':
				return ['utp', 'tcp'];
			default:
				return ['tcp', 'utp'];
		}
	}

	/** It speaks this alone, or it is not known what it speaks. */
	learn(to: PeerAddress, way: Way | undefined): void {
		const key = formatAddress(to);
		this.#known.delete(key);
		if (way === undefined) return;
		this.#known.set(key, way);
		forgetOldest(this.#known);
	}
}

/** Once there are too many. */
function forgetOldest(known: Map<string, unknown>): void {
	if (known.size <= mostKnown) return;
	for (const oldest of known.keys()) return void known.delete(oldest);
}

interface RaceSetup {
	readonly to: PeerAddress;
	readonly how: DialOptions;
	readonly ways: Readonly<Record<Way, Transport>>;
	readonly clock: Clock;
	readonly ground: Pick<EitherTransport, 'order' | 'learn' | 'leftUnheard' | 'answered'>;
}

/** A peer that is dialled one way and, when that takes long or fails, the other; then the stream that came of it. */
class Race implements PeerStream {
	readonly remote: PeerAddress;
	readonly incoming = false;
	readonly #setup: RaceSetup;
	readonly #events: ConnectionEvents;
	/** Those that are being dialled. */
	readonly #runners = new Map<Way, PeerStream>();
	readonly #left: Way[];
	readonly #failed = new Set<Way>();
	/** The first that failed says why. */
	#reason: string | undefined;
	#later: Timer | undefined;
	#winner: PeerStream | undefined;
	#first: Way;
	#isOver = false;
	#isHeard = false;
	/** It was we who left. */
	#isLeft = false;

	constructor(setup: RaceSetup, events: ConnectionEvents) {
		this.#setup = setup;
		this.#events = events;
		this.remote = setup.to;
		const {only} = setup.how;
		this.#left = only === undefined ? [...setup.ground.order(setup.to)] : [only];
		this.#first = this.#left[0]!;
		this.#start();
		if (this.#left.length > 0) this.#later = setup.clock.after(headStart, () => this.#start());
	}

	get transport(): Way {
		return this.#winner?.transport ?? this.#first;
	}

	get encrypted(): boolean {
		return this.#winner?.encrypted ?? false;
	}

	get unsent(): Bytes {
		return this.#winner?.unsent ?? 0;
	}

	get untaken(): Bytes {
		return this.#winner?.untaken ?? this.unsent;
	}

	write(bytes: Uint8Array, done?: () => void): void {
		if (this.#winner !== undefined) this.#winner.write(bytes, done);
		else if (done !== undefined) this.#setup.clock.soon(done);
	}

	pause(): void {
		this.#winner?.pause();
	}

	resume(): void {
		this.#winner?.resume();
	}

	readAtMost(bytes: number | undefined): void {
		this.#winner?.readAtMost?.(bytes);
	}

	close(reason: string): void {
		this.#isLeft = true;
		if (this.#winner !== undefined) return this.#winner.close(reason);
		if (this.#isOver) return;
		this.#reason = reason;
		this.#later?.clear();
		this.#left.length = 0;
		for (const runner of this.#runners.values()) runner.close(reason);
	}

	#start(): void {
		const way = this.#left.shift();
		if (way === undefined) return;
		const {ways, to, how} = this.#setup;
		const stream = ways[way].dial(to, how, {
			connected: () => this.#connected(way),
			data: (bytes, length) => {
				if (!this.#isHeard) this.#heard();
				this.#events.data(bytes, length);
			},
			drained: () => this.#events.drained(),
			closed: reason => this.#closed(way, reason),
		});
		this.#runners.set(way, stream);
	}

	#connected(way: Way): void {
		const stream = this.#runners.get(way);
		if (this.#winner !== undefined || stream === undefined) return;
		this.#later?.clear();
		this.#left.length = 0;
		this.#winner = stream;
		this.#runners.delete(way);
		for (const slower of this.#runners.values()) slower.close('the other way was faster');
		this.#learn(way);
		this.#events.connected();
	}

	#heard(): void {
		this.#isHeard = true;
		const {ground, to, how} = this.#setup;
		ground.answered(to);
		// That it hung up the last time was for what was said.
		if (how.only !== undefined) ground.learn(to, undefined);
	}

	#learn(way: Way): void {
		const {to, ground} = this.#setup;
		const other = way === 'tcp' ? 'utp' : 'tcp';
		if (this.#failed.has(other)) ground.learn(to, way);
	}

	#closed(way: Way, reason: string): void {
		const stream = this.#runners.get(way);
		this.#runners.delete(way);
		if (this.#winner !== undefined) {
			// Of the slower one nobody wants to hear.
			if (stream !== undefined) return;
			if (!this.#isHeard && !this.#isLeft) this.#setup.ground.leftUnheard(this.#setup.to, way);
			this.#end(reason);
			return;
		}
		this.#failed.add(way);
		this.#reason ??= reason;
		if (this.#left.length > 0) {
			this.#later?.clear();
			this.#start();
		} else if (this.#runners.size === 0) {
			if (!this.#isLeft) this.#setup.ground.learn(this.#setup.to, undefined);
			this.#end(this.#reason);
		}
	}

	#end(reason: string): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#events.closed(reason);
	}
}
