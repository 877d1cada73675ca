import {hash} from 'node:crypto';
import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {Clock, Random, Timer} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';
import {AnswerRate} from '../../policy/utp/answer-rate.js';
import {sequenceAfter} from '../../policy/utp/sequence.js';
import {
	encodeUtpReset,
	looksLikeUtp,
	readUtpPacket,
	stampUtpPacket,
	UtpHeader,
	utpHeaderLength,
	utpType,
	writeUtpPacket,
} from '../../protocol/transport/utp-packet.js';
import type {OpenDatagramSocket} from './datagram-socket.js';
import {familyOf, type LocalAddresses} from './local-addresses.js';
import {receiveBufferLength} from './tcp-connection.js';
import type {
	ConnectionEvents,
	DialOptions,
	Listener,
	ListenOptions,
	PeerStream,
	Transport,
} from './transport.js';
import type {DatagramOwner, SendFailure, UdpMux} from './udp-mux.js';
import {type UtpGround, UtpStream} from './utp-stream.js';

/** Strangers answered in one second: an answer is as long as what it answers, and whoever is spoken to may not have asked. */
const mostAnswers = 500;
/** … of one host. */
const mostOfOne = 50;
/** A stream that is not is told of once in so long. */
const resetMemory: Millis = 10_000;
const mostResets = 1000;
/** Who may come in is known by a secret that lasts so long, and as long again. */
const secretTime: Millis = 60_000;
/** The first packet of somebody who comes may have been overtaken by so many of its next ones. */
const mostOvertaken = 4;
/** It is remembered so long where long packets do not get through, of so many hosts. */
const narrowTime: Millis = 30 * 60_000;
const mostNarrow = 1000;
/** Bytes that may have come for all streams and not be taken; and for one of them. */
const shared: Bytes = 64 << 20;
const mostShare: Bytes = 1 << 20;
const leastShare: Bytes = 64 << 10;
/** Timers need not be more precise. */
const timerGrain: Millis = 10;

/** What uTP needs of the machine. */
export interface UtpSetup {
	readonly udp: Pick<UdpMux, 'join' | 'send' | 'hold' | 'release'> & Partial<Pick<UdpMux, 'ended'>>;
	readonly clock: Clock;
	readonly random: Random;
	/** For finding a port that is free, where TCP has not found one; and where to look. */
	readonly datagrams: OpenDatagramSocket;
	readonly local: Pick<LocalAddresses, 'reaches' | 'from' | 'keep' | 'whyNot'>;
}

/**
 * Peers over uTP, on the UDP port that all share. Whoever comes costs nothing before its second packet: our first answer
 * says by a number only we can make that it was given. BEP 29.
 */
export class UtpTransport implements Transport, DatagramOwner, UtpGround {
	readonly buffer = new Uint8Array(receiveBufferLength);
	readonly #udp: UtpSetup['udp'];
	readonly #clock: Clock;
	readonly #random: Random;
	readonly #datagrams: OpenDatagramSocket;
	readonly #local: UtpSetup['local'];
	/** By the number of what comes to them. */
	readonly #streams = new Map<number, UtpStream[]>();
	/** All of them, each with how to forget what it runs from. */
	readonly #kept = new Map<UtpStream, () => void>();
	readonly #header = new UtpHeader();
	#accept: ((stream: PeerStream) => ConnectionEvents | undefined) | undefined;
	readonly #secrets: [string, string];
	#secretAt: Millis;
	/** Who begins, who says that we have answered, and who speaks of a stream that is not: none is in the way of another. */
	readonly #beginners = new AnswerRate(mostAnswers, mostOfOne);
	readonly #comers = new AnswerRate(mostAnswers, mostOfOne);
	readonly #refused = new AnswerRate(mostAnswers, mostOfOne);
	/** Hosts that long packets do not get through to, and since when. */
	readonly #narrow = new Map<string, Millis>();
	/** When a stream that is not was told of. */
	readonly #resets = new Map<string, Millis>();
	#dirty: UtpStream[] = [];
	readonly #isDirty = new Set<UtpStream>();
	#calls: Array<() => void> = [];
	#ending = false;
	#timer: Timer | undefined;
	#timerAt: Millis = Infinity;

	constructor({udp, clock, random, datagrams, local}: UtpSetup) {
		this.#datagrams = datagrams;
		this.#local = local;
		this.#udp = udp;
		this.#clock = clock;
		this.#random = random;
		this.#secrets = [this.#secret(), this.#secret()];
		this.#secretAt = clock.now();
		udp.join(this);
	}

	/** Streams that stand or end. */
	get size(): number {
		return this.#kept.size;
	}

	dial(to: PeerAddress, _: DialOptions, events: ConnectionEvents): PeerStream {
		const receiving = this.#freeNumber();
		const stream = new UtpStream(this, to, false, {
			receiving,
			sending: sequenceAfter(receiving),
			first: this.#number(),
			acknowledged: 0,
		});
		const family = familyOf(to.host);
		if (this.#local.reaches(family)) {
			this.#add(stream);
			stream.attach(events);
		} else this.soon(() => events.closed(this.#local.whyNot(family)));
		return stream;
	}

	/** The sockets are the UDP port's: whoever listens sees that they are opened on this port. */
	async listen(
		{port}: ListenOptions,
		accept: (stream: PeerStream) => ConnectionEvents | undefined,
	): Promise<Listener> {
		const found = port === 0 ? await this.#freePort() : port;
		this.#accept = accept;
		this.#udp.hold();
		let isOpen = true;
		const retire = async () => {
			if (!isOpen) return;
			isOpen = false;
			if (this.#accept === accept) this.#accept = undefined;
			this.#udp.release();
		};
		return {
			port: found,
			retire,
			close: async () => {
				await retire();
				for (const stream of [...this.#kept.keys()]) if (stream.incoming) stream.abandon('we leave');
			},
		};
	}

	claims(bytes: Uint8Array): boolean {
		return looksLikeUtp(bytes);
	}

	receive(bytes: Uint8Array, host: string, port: number): void {
		const header = this.#header;
		if (!readUtpPacket(bytes, header)) return;
		const {type, connection} = header;
		switch (type) {
			case utpType.syn:
				return this.#syn(host, port);
			case utpType.reset:
				return this.#reset(host, port);
			default: {
				const stream = this.#find(connection, host, port) ?? this.#stranger(host, port);
				if (stream !== undefined) stream.receive(header, bytes);
				else this.#refuse(connection, host, port);
			}
		}
	}

	*standsWith(): Generator<PeerAddress> {
		for (const {remote} of this.#kept.keys()) yield remote;
	}

	#syn(host: string, port: number): void {
		const {connection, sequence, timestamp} = this.#header;
		const standing = this.#find(sequenceAfter(connection), host, port);
		if (standing !== undefined) return standing.synAgain();
		if (this.#accept === undefined) return this.#refuse(connection, host, port);
		if (!this.#beginners.admits(host, this.now())) return;
		const bytes = new Uint8Array(utpHeaderLength);
		this.#renewSecret();
		const first = this.#proof(this.#secrets[0], host, port, connection, sequence);
		writeUtpPacket(bytes, utpType.state, connection, first);
		const stamp = this.stamp();
		stampUtpPacket(bytes, stamp, {
			delay: (stamp - timestamp) >>> 0,
			window: receiveBufferLength,
			acknowledged: sequence,
		});
		this.#udp.send(bytes, host, port);
	}

	/** Somebody comes whose SYN we have answered, and who has heard it. */
	#stranger(host: string, port: number): UtpStream | undefined {
		const {type, connection, sequence, acknowledged} = this.#header;
		const accept = this.#accept;
		if (accept === undefined || type !== utpType.data) return undefined;
		if (!this.#comers.admits(host, this.now())) return undefined;
		const first = sequenceAfter(acknowledged);
		const sending = sequenceAfter(connection, -1);
		this.#renewSecret();
		for (let overtaken = 1; overtaken <= mostOvertaken; overtaken++) {
			const syn = sequenceAfter(sequence, -overtaken);
			if (!this.#secrets.some(secret => this.#proof(secret, host, port, sending, syn) === first)) continue;
			const stream = new UtpStream(this, {host, port}, true, {
				receiving: connection,
				sending,
				first,
				acknowledged: syn,
			});
			const events = accept(stream);
			if (events === undefined) return undefined;
			this.#add(stream);
			stream.attach(events);
			return stream;
		}
		return undefined;
	}

	#reset(host: string, port: number): void {
		const {connection} = this.#header;
		// Some name a stream by the number of what we send, some by that of what we receive.
		const stream =
			this.#find(connection, host, port) ??
			this.#find(sequenceAfter(connection), host, port) ??
			this.#find(sequenceAfter(connection, -1), host, port);
		if (stream === undefined) return;
		if (stream.receiving === connection || stream.sending === connection) stream.reset(this.#header);
	}

	/** There is no such stream. */
	#refuse(connection: number, host: string, port: number): void {
		const now = this.now();
		if (!this.#refused.admits(host, now)) return;
		const key = `${connection} ${port} ${host}`;
		const before = this.#resets.get(key);
		if (before !== undefined && now - before < resetMemory) return;
		this.#resets.delete(key);
		this.#resets.set(key, now);
		if (this.#resets.size > mostResets)
			for (const oldest of this.#resets.keys()) {
				this.#resets.delete(oldest);
				break;
			}
		this.#udp.send(encodeUtpReset(connection, this.#header.sequence), host, port);
	}

	#find(connection: number, host: string, port: number): UtpStream | undefined {
		const streams = this.#streams.get(connection);
		if (streams === undefined) return undefined;
		for (const stream of streams)
			if (stream.remote.port === port && stream.remote.host === host) return stream;
		return undefined;
	}

	#add(stream: UtpStream): void {
		const family = familyOf(stream.remote.host);
		this.#kept.set(
			stream,
			this.#local.keep(family, why => stream.drop(why)),
		);
		const streams = this.#streams.get(stream.receiving);
		if (streams === undefined) this.#streams.set(stream.receiving, [stream]);
		else streams.push(stream);
	}

	/** The number of our first packet to somebody who comes: nobody but us can say it, and we need not keep it. */
	#proof(secret: string, host: string, port: number, connection: number, sequence: number): number {
		const text = `${secret} ${formatAddress({host, port})} ${connection} ${sequence}`;
		return Number.parseInt(hash('sha1', text, 'hex').slice(0, 4), 16);
	}

	#renewSecret(): void {
		const now = this.now();
		if (now - this.#secretAt < secretTime) return;
		this.#secrets[1] = this.#secrets[0];
		this.#secrets[0] = this.#secret();
		this.#secretAt = now;
	}

	#secret(): string {
		return this.#random.bytes(16).join();
	}

	#number(): number {
		return Math.floor(this.#random.next() * 65_536);
	}

	async #freePort(): Promise<number> {
		const family = this.#local.reaches(4) ? 4 : 6;
		const socket = await this.#datagrams({family, port: 0, address: this.#local.from(family)}, () => {});
		socket.close();
		return socket.port;
	}

	/** One that no stream of ours has. */
	#freeNumber(): number {
		let number = this.#number();
		while (this.#streams.has(number) && this.#streams.size < 60_000) number = sequenceAfter(number);
		return number;
	}

	// What the streams ask.

	now(): Millis {
		return this.#clock.now();
	}

	stamp(): number {
		return Math.floor(this.#clock.now() * 1000) >>> 0;
	}

	get share(): Bytes {
		return Math.max(leastShare, Math.min(mostShare, Math.floor(shared / this.#kept.size)));
	}

	send(bytes: Uint8Array, {host, port}: PeerAddress, failed: SendFailure | undefined): void {
		this.#udp.send(bytes, host, port, failed);
	}

	narrow(host: string, isNarrow: boolean): void {
		this.#narrow.delete(host);
		if (isNarrow) this.#narrow.set(host, this.now());
		if (this.#narrow.size <= mostNarrow) return;
		for (const oldest of this.#narrow.keys()) return void this.#narrow.delete(oldest);
	}

	isNarrow(host: string): boolean {
		const since = this.#narrow.get(host);
		if (since === undefined) return false;
		if (this.now() - since < narrowTime) return true;
		this.#narrow.delete(host);
		return false;
	}

	later(stream: UtpStream): void {
		if (this.#isDirty.has(stream)) return;
		this.#isDirty.add(stream);
		this.#dirty.push(stream);
		this.#endTurnSoon();
	}

	soon(callback: () => void): void {
		this.#calls.push(callback);
		this.#endTurnSoon();
	}

	forget(stream: UtpStream): void {
		this.#kept.get(stream)?.();
		this.#kept.delete(stream);
		const streams = this.#streams.get(stream.receiving);
		const at = streams?.indexOf(stream) ?? -1;
		if (streams === undefined || at === -1) return;
		if (streams.length === 1) this.#streams.delete(stream.receiving);
		else streams.splice(at, 1);
		this.#udp.ended?.(stream.remote);
	}

	wakeAt(time: Millis): void {
		if (time >= this.#timerAt) return;
		this.#timer?.clear();
		this.#timerAt = time;
		this.#timer = this.#clock.after(Math.max(timerGrain, time - this.now()), this.#wake);
	}

	readonly #wake = (): void => {
		this.#timerAt = Infinity;
		const now = this.now();
		let next = Infinity;
		for (const stream of [...this.#kept.keys()]) next = Math.min(next, stream.wake(now));
		if (next < Infinity) this.wakeAt(next);
	};

	#endTurnSoon(): void {
		if (this.#ending) return;
		this.#ending = true;
		this.#clock.soon(this.#endTurn);
	}

	readonly #endTurn = (): void => {
		this.#ending = false;
		const calls = this.#calls;
		const streams = this.#dirty;
		this.#calls = [];
		this.#dirty = [];
		this.#isDirty.clear();
		for (const stream of streams) stream.settle();
		for (const call of calls) call();
	};
}
