import type {PeerAddress} from '../../base/peer-address.js';
import type {Bytes, Millis} from '../../base/units.js';
import {DelayBase} from '../../policy/utp/delay-base.js';
import {Ledbat} from '../../policy/utp/ledbat.js';
import {ReceiveWindow} from '../../policy/utp/receive-window.js';
import {RoundTrip} from '../../policy/utp/round-trip.js';
import {type AckNews, mostUnderWay, type OutPacket, SendWindow} from '../../policy/utp/send-window.js';
import {sequenceAfter, sequenceDistance, timeDistance} from '../../policy/utp/sequence.js';
import {UnreadBytes} from '../../policy/utp/unread-bytes.js';
import {
	stampUtpPacket,
	type UtpHeader,
	utpHeaderLength,
	utpType,
	writePadding,
	writeSackHeader,
	writeUtpPacket,
} from '../../protocol/transport/utp-packet.js';
import type {ConnectionEvents, PeerStream} from './transport.js';
import type {SendFailure} from './udp-mux.js';

/** What goes into a packet: with all headers it is as long as most lines take. */
const usualPayload: Bytes = 1232;
/** … where those do not get through, and before it is known that they do. */
const smallPayload: Bytes = 548;
/** Packets made long by what says nothing, to learn whether such get through, that may be lost. */
const mostTrials = 3;
/** Time-outs in a row of full packets, after which they are thought not to get through. */
const tooLongAfter = 2;
/** So far ahead of what is lacking everybody keeps a packet. */
const mostAhead = 480;
/** Of as many packets after the one that is lacking do all say which came, where they say it of the last of so many. */
const mostTold = 28;
/** What goes into the packet that asks, at most: as little else is. */
const questionPayload: Bytes = 541;
/** Bytes under way to the other end at most. */
const mostInFlight: Bytes = 1 << 20;
const leastUnread: Bytes = 4096;
/** What is acknowledged may wait so long for something to be said with it, or for another packet. */
const ackDelay: Millis = 40;
/** … when it came so long after the one before it, so that another will not come soon. */
const loneAckDelay: Millis = 10;
const loneAfter: Millis = 20;
const synTimeout: Millis = 3000;
const synTries = 2;
/** Nothing was heard of what was sent in so many time-outs, each twice as long as the one before. */
const mostTimeouts = 5;
/** … while the other end takes nothing: it may have nowhere to put it. */
const mostProbes = 8;
/** Who takes nothing is asked now and then by a packet. */
const probeAfter: Millis = 15_000;
/** A line that lies idle is forgotten by routers on the way. */
const keepAliveAfter: Millis = 29_000;
/** What was sent has so long to come to the other end when the stream is closed. */
const lingerTime: Millis = 10_000;
/** A packet is sent again in one go at most so often. */
const mostResentAtOnce = 4;
/** Packets kept for the next ones. */
const mostSpare = 64;
/** Clocks of two machines drift apart by less than this at a time. */
const mostDrift = 10_000;

/** What a stream asks of what all of them share. */
export interface UtpGround {
	now(): Millis;
	/** The stamp of a packet that leaves or comes now: µs, 32 bits. */
	stamp(): number;
	send(bytes: Uint8Array, to: PeerAddress, failed: SendFailure | undefined): void;
	/** `settle` is called once what is being done now is over. */
	later(stream: UtpStream): void;
	/** `wake` is called at this time or soon after. */
	wakeAt(time: Millis): void;
	/** Long packets do not get through to this host, or do after all. */
	narrow(host: string, isNarrow: boolean): void;
	isNarrow(host: string): boolean;
	/** Called once what is being done now is over. */
	soon(callback: () => void): void;
	/** Bytes that may have come for one stream and not be taken. */
	readonly share: Bytes;
	/** Nothing of what comes is for this stream any more. */
	forget(stream: UtpStream): void;
	/** Into which what is told is put together; one for all streams. */
	readonly buffer: Uint8Array;
}

interface Chunk {
	readonly bytes: Uint8Array;
	readonly done: (() => void) | undefined;
	at: number;
}

/** The numbers that both ends know a stream by. BEP 29. */
export interface UtpNumbers {
	/** Of what comes to us, and of what we send. 16 bits. */
	readonly receiving: number;
	readonly sending: number;
	/** The number of our first packet, the SYN of a stream that we open included. */
	readonly first: number;
	/** The last that came of theirs. */
	readonly acknowledged: number;
}

/**
 * A stream over uTP: what is written leaves in packets as fast as others on the line allow, and is sent again until it
 * has come; what comes is told in order. BEP 29.
 */
export class UtpStream implements PeerStream {
	readonly transport = 'utp';
	readonly encrypted = false;
	readonly remote: PeerAddress;
	readonly incoming: boolean;
	readonly receiving: number;
	readonly sending: number;
	readonly #ground: UtpGround;
	#state: 'connecting' | 'connected' | 'closing' | 'closed';
	#events: ConnectionEvents | undefined;

	// What we send.
	readonly #out: SendWindow;
	readonly #ledbat = new Ledbat(mostInFlight);
	readonly #roundTrip = new RoundTrip();
	readonly #news: AckNews = {bytes: 0, roundTrip: -1, lost: 0, isNewLoss: false};
	readonly #queue: Chunk[] = [];
	#unsent: Bytes = 0;
	readonly #spare: Uint8Array[] = [];
	#payload: Bytes = smallPayload;
	/** A packet that was made long to learn whether such get through; how many of them may still be. */
	#trial: OutPacket | undefined;
	#trialsLeft = mostTrials;
	/** Bytes that the other end takes. */
	#theirWindow: Bytes = usualPayload;
	/** Who writes waits for what it wrote to leave. */
	#tellsDrained = false;
	/** More would have been sent if the window had been larger. */
	#isFull = false;
	/** Since when the oldest packet is waited for. */
	#waitsSince: Millis;
	#timeouts = 0;
	/** Of those, in a row, the ones of full packets. */
	#longLost = 0;
	/** A short packet that tells, when it comes, whether the long ones before it do; whether nothing else is sent meanwhile. */
	#question: OutPacket | undefined;
	#isAsking = false;
	/** Packets before it that were under way then, and what the other end took; whether it had said then that it has something early. */
	#asked = {count: 0, window: 0, hadEarly: false};
	#saysEarly = false;
	#lastSentAt: Millis;
	#closedAt: Millis = Infinity;
	/** The stamp of the last ack. */
	#heardAt = -1;

	// What comes.
	#in: ReceiveWindow | undefined;
	readonly #unread = new UnreadBytes();
	#paused = false;
	#portion: Bytes;
	/** Bytes that may have come and not be taken, where whoever reads wants little at a time. */
	#fewUnread: Bytes | undefined;
	/** The number of their last packet, once it came. */
	#finish: number | undefined;
	/** How long the last packet was under way: µs, 32 bits. */
	#delay = 0;
	readonly #theirBase = new DelayBase();
	/** When the last packet with data came, and whether it came alone. */
	#cameAt: Millis = -Infinity;
	#cameAlone = false;
	/** Packets that were not acknowledged. */
	#unacknowledged = 0;
	#ackNow = false;
	#ackAt: Millis = Infinity;
	/** The window we told last. */
	#told: Bytes = 0;

	constructor(ground: UtpGround, remote: PeerAddress, incoming: boolean, numbers: UtpNumbers) {
		this.#ground = ground;
		this.remote = remote;
		this.incoming = incoming;
		this.receiving = numbers.receiving;
		this.sending = numbers.sending;
		this.#out = new SendWindow(numbers.first, this.#release);
		this.#state = incoming ? 'connected' : 'connecting';
		if (incoming) this.#in = new ReceiveWindow(numbers.acknowledged);
		this.#portion = ground.buffer.length;
		if (ground.isNarrow(remote.host)) this.#trialsLeft = 0;
		this.#waitsSince = ground.now();
		this.#lastSentAt = this.#waitsSince;
	}

	/** Whom to tell; a stream that is not there yet sends its SYN. */
	attach(events: ConnectionEvents): void {
		this.#events = events;
		if (this.#state !== 'connecting') return;
		const bytes = new Uint8Array(utpHeaderLength);
		writeUtpPacket(bytes, utpType.syn, this.receiving, this.#out.next);
		this.#transmit(this.#out.add(bytes, 0), this.#ground.now(), this.#synFailed);
		this.#ground.wakeAt(this.#lastSentAt + synTimeout);
	}

	get unsent(): number {
		return this.#unsent;
	}

	write(bytes: Uint8Array, done?: () => void): void {
		if (this.#state === 'closing' || this.#state === 'closed') {
			if (done !== undefined) this.#ground.soon(done);
			return;
		}
		this.#queue.push({bytes, done, at: 0});
		this.#unsent += bytes.length;
		if (this.#state === 'connected') this.#pump(this.#ground.now());
		this.#tellsDrained ||= this.#unsent > 0;
	}

	pause(): void {
		this.#paused = true;
	}

	resume(): void {
		if (!this.#paused) return;
		this.#paused = false;
		this.#ground.later(this);
	}

	/** So that no more comes than may be told, the window is a few such portions. */
	readAtMost(bytes: number | undefined): void {
		const whole = this.#ground.buffer.length;
		this.#portion = Math.max(1, Math.min(whole, bytes ?? whole));
		this.#fewUnread = bytes === undefined ? undefined : Math.max(leastUnread, 4 * bytes);
	}

	close(reason: string): void {
		if (this.#state === 'closing' || this.#state === 'closed') return;
		this.#end(reason);
	}

	/** One that leaves no trace: the other end is told, and nothing is waited for. */
	abandon(reason: string): void {
		this.#end(reason);
		this.#gone();
	}

	/** Nothing more can be said to the other end. */
	drop(reason: string): void {
		this.#fail(reason);
	}

	/** A packet came for it, read into `header`, with its own bytes. */
	receive(header: UtpHeader, bytes: Uint8Array): void {
		if (this.#state === 'closed') return;
		const {type, acknowledged, sequence} = header;
		// What acknowledges something that was never sent is not from whom we speak to, or from none we can speak to.
		if (!this.#out.mayBe(acknowledged)) return;
		const now = this.#ground.now();
		if (this.#state === 'connecting') {
			if (type !== utpType.state || acknowledged !== sequenceAfter(this.#out.next, -1)) return;
			this.#in = new ReceiveWindow(sequenceAfter(sequence, -1));
			this.#state = 'connected';
			this.#measure(header, now);
			this.#takeAck(header, bytes, now);
			this.#ground.later(this);
			this.#events?.connected();
			return;
		}
		this.#measure(header, now);
		this.#takeAck(header, bytes, now);
		if (type === utpType.data || type === utpType.fin)
			this.#takeData(sequence, bytes.subarray(header.payloadAt), type === utpType.fin, now);
		if (this.#state === 'closing' && this.#out.count === 0 && this.#hasFinished) {
			// Libtorrent takes a stream to stand until the end of it is acknowledged.
			if (type === utpType.data || type === utpType.fin) this.#sendAck(now);
			return this.#gone();
		}
		this.#ground.later(this);
	}

	/** The SYN came again: what answered it was lost. */
	synAgain(): void {
		this.#ackNow = true;
		this.#ground.later(this);
	}

	/** The other end says that there is no such stream. */
	reset({acknowledged}: UtpHeader): void {
		if (this.#state === 'closed') return;
		// Of a packet of ours it tells the number, and of an ack that of the packet to come.
		if (acknowledged !== this.#out.next && !this.#out.mayBe(acknowledged)) return;
		const refused = this.#state === 'connecting';
		if (this.#state !== 'closing')
			this.#tell(refused ? 'connection refused' : 'connection reset by the peer');
		this.#gone();
	}

	/** What came is told, what is written leaves, what is to be acknowledged is: once for all that happened in a turn. */
	settle(): void {
		if (this.#state === 'closed') return;
		this.#deliver();
		if (this.#state === 'connecting') return;
		const now = this.#ground.now();
		this.#pump(now);
		this.#acknowledge(now);
	}

	/** Looks what is due. Answers when to look again. */
	wake(now: Millis): Millis {
		if (this.#state === 'closed') return Infinity;
		if (now >= this.#closedAt + lingerTime) {
			this.#gone();
			return Infinity;
		}
		if (now >= this.#timeoutAt()) this.#timedOut(now);
		if (now >= this.#probeAt()) {
			this.#theirWindow = this.#payload;
			this.#pump(now);
		}
		if (now >= this.#ackAt || now >= this.#lastSentAt + keepAliveAfter) this.#sendAck(now);
		return this.#nextDeadline();
	}

	#nextDeadline(): Millis {
		if (this.#state === 'closed') return Infinity;
		return Math.min(
			this.#timeoutAt(),
			this.#probeAt(),
			this.#ackAt,
			this.#state === 'connecting' ? Infinity : this.#lastSentAt + keepAliveAfter,
			this.#closedAt + lingerTime,
		);
	}

	#timeoutAt(): Millis {
		if (this.#out.count === 0) return Infinity;
		if (this.#state === 'connecting') return this.#waitsSince + synTimeout * 2 ** this.#timeouts;
		return this.#waitsSince + this.#roundTrip.timeout;
	}

	/** When to ask who takes nothing. */
	#probeAt(): Millis {
		const isShut = this.#theirWindow === 0 && this.#out.inFlight === 0;
		return isShut && (this.#unsent > 0 || this.#out.count > 0) ? this.#lastSentAt + probeAfter : Infinity;
	}

	#timedOut(now: Millis): void {
		this.#timeouts++;
		if (this.#state === 'connecting' && this.#timeouts >= synTries)
			return this.#fail('connecting took too long');
		if (this.#timeouts >= (this.#theirWindow === 0 ? mostProbes : mostTimeouts))
			return this.#fail('the peer does not answer any more');
		const {oldest} = this.#out;
		const isLong = oldest !== undefined && oldest.payload > smallPayload;
		// Who takes nothing is no sign that they are lost.
		if (isLong && this.#theirWindow > 0 && ++this.#longLost >= tooLongAfter) {
			this.#fill(smallPayload);
			this.#ground.narrow(this.remote.host, true);
		}
		this.#roundTrip.timedOut();
		this.#waitsSince = now;
		if (this.#theirWindow > 0 && this.#state !== 'connecting') this.#ledbat.timedOut(this.#usual);
		this.#out.timedOut();
		if (isLong && this.#longLost >= tooLongAfter && this.#ask(now)) return;
		this.#isAsking = false;
		if (this.#out.waiting !== undefined) this.#transmit(this.#out.waiting, now, undefined);
	}

	/**
	 * A line has become narrow, or is cut: what is under way may never come, as it is. It can go into shorter packets only
	 * where it is known that nothing of it has come, whatever acks say that were on their way all the time: who has one of
	 * them would take its number for the same bytes. A short packet is sent, so far ahead that what is before it has room in
	 * short ones. Its bytes are right for it in either case: the numbers between have a byte each. Whoever has it and
	 * nothing before it says so. Answers whether that is asked now: every other time, the long one being tried between.
	 */
	#ask(now: Millis): boolean {
		const out = this.#out;
		if (this.#isAsking || this.#state !== 'connected' || out.hasGap || this.#theirWindow === 0) return false;
		if (this.#question === undefined) {
			const {count, payload} = out;
			const between = Math.max(1, Math.ceil((payload - smallPayload * count) / (smallPayload - 1)));
			if (count + between > mostAhead || this.#unsent <= between) return false;
			this.#trial = undefined;
			this.#trialsLeft = 0;
			for (let packed = 0; packed < between; packed++) this.#pack(1);
			this.#question = this.#pack(Math.min(questionPayload, this.#unsent));
			this.#asked = {count, window: this.#theirWindow, hadEarly: this.#saysEarly};
		}
		this.#isAsking = true;
		this.#transmit(this.#question, now, undefined);
		return true;
	}

	/**
	 * Some say only of the first few packets after the one that is lacking which came: that something came which they cannot
	 * say is an answer, too. It is the one that was asked by when they would have said it of all others, or when what they
	 * take is less by exactly that one.
	 */
	#isSilentAnswer({window, sackLength}: UtpHeader, sack: Uint8Array | undefined): boolean {
		const {count, window: before, hadEarly} = this.#asked;
		if (!this.#isAsking || hadEarly || sack === undefined || sack.some(bits => bits !== 0)) return false;
		return count - 1 <= Math.min(mostTold, 8 * sackLength) || window === before - this.#question!.payload;
	}

	/** What was asked is answered, or needs no answer any more. */
	#answered(hasProgress: boolean): void {
		const question = this.#question;
		if (question === undefined || (question.state !== 'come' && !hasProgress)) return;
		this.#question = undefined;
		this.#isAsking = false;
		const make = (sequence: number, payload: Bytes): Uint8Array => {
			const bytes = new Uint8Array(utpHeaderLength + payload);
			writeUtpPacket(bytes, utpType.data, this.sending, sequence);
			return bytes;
		};
		if (hasProgress || !this.#out.repack(question.sequence, smallPayload, make)) return;
		this.#timeouts = 0;
		this.#longLost = 0;
		this.#roundTrip.progress();
		this.#waitsSince = this.#ground.now();
	}

	/** How long it was under way, and what it says of ours. */
	#measure(header: UtpHeader, now: Millis): void {
		this.#delay = timeDistance(this.#ground.stamp(), header.timestamp) >>> 0;
		const before = this.#theirBase.value;
		this.#theirBase.sample(now, this.#delay);
		// Their clock was found to be further ahead than was thought: to them ours is further behind by as much.
		const drift = before === 0 ? 0 : timeDistance(before, this.#theirBase.value);
		if (drift > 0 && drift <= mostDrift) this.#ledbat.drifted(drift);
		if (header.delay !== 0) this.#ledbat.sample(now, header.delay);
	}

	#takeAck(header: UtpHeader, bytes: Uint8Array, now: Millis): void {
		const {acknowledged, sackAt, sackLength} = header;
		const before = this.#out.count;
		const isOld = sequenceDistance(acknowledged, sequenceAfter(this.#out.next, -1 - before)) < 0;
		if (!isOld) this.#theirWindow = header.window;
		const sack = sackLength === 0 ? undefined : bytes.subarray(sackAt, sackAt + sackLength);
		const news = this.#news;
		// One that the line brought twice says nothing new.
		const isBare = header.type === utpType.state && header.timestamp !== this.#heardAt;
		this.#heardAt = header.timestamp;
		this.#out.acknowledge(acknowledged, sack, isBare, now, news);
		if (news.bytes > 0 || this.#out.count < before) {
			this.#waitsSince = now;
			this.#timeouts = 0;
			this.#roundTrip.progress();
			this.#ledbat.acknowledged(news.bytes, this.#isFull, this.#usual);
		}
		if (!isOld) this.#saysEarly = sackLength > 0;
		if (this.#question !== undefined) {
			if (this.#out.count === before && this.#isSilentAnswer(header, sack))
				this.#out.came(this.#question, now, news);
			this.#answered(this.#out.count < before);
		}
		if (news.roundTrip >= 0) this.#roundTrip.sample(news.roundTrip);
		if (news.isNewLoss) {
			this.#ledbat.lost(this.#usual);
			this.#out.cut();
		}
	}

	#takeData(sequence: number, payload: Uint8Array, isLast: boolean, now: Millis): void {
		const window = this.#in;
		if (window === undefined) return;
		this.#cameAlone = now - this.#cameAt > loneAfter;
		this.#cameAt = now;
		this.#unacknowledged++;
		if (isLast && this.#finish === undefined) this.#finish = sequence;
		if (this.#finish !== undefined && sequenceDistance(sequence, this.#finish) > 0) return;
		// A packet more than we told that we take: who asks whether we take something does it with one.
		if (this.#unread.length > this.#mostUnread) {
			this.#ackNow = true;
			return;
		}
		const room = this.#mostUnread - this.#unread.length;
		switch (window.take(sequence, payload, room)) {
			case 'next':
				this.#keep(payload);
				if (window.hasGap) {
					for (let early = window.shift(); early !== undefined; early = window.shift()) this.#keep(early);
					this.#ackNow = true;
				}
				break;
			case 'again':
				break;
			default:
				this.#ackNow = true;
		}
		if (this.#finish !== undefined) this.#ackNow = true;
	}

	#keep(payload: Uint8Array): void {
		if (this.#state === 'connected') this.#unread.push(payload);
	}

	/** All that the other end had to say has come. */
	get #hasFinished(): boolean {
		return this.#finish !== undefined && this.#in?.acknowledged === this.#finish;
	}

	/** Tells what came, a buffer at a time. */
	#deliver(): void {
		const {buffer} = this.#ground;
		while (this.#unread.length > 0 && !this.#paused && this.#state === 'connected')
			this.#events?.data(buffer, this.#unread.take(buffer, this.#portion));
		if (this.#state !== 'connected' || this.#unread.length > 0) return;
		if (this.#hasFinished) this.#end('the peer closed the connection');
	}

	/** Sends what the windows let. */
	#pump(now: Millis): void {
		const out = this.#out;
		if (this.#state !== 'connected' && this.#state !== 'closing') return;
		const window = Math.min(this.#ledbat.window, this.#theirWindow);
		if (this.#lastSentAt < now - 1000 && out.count === 0 && this.#unsent > 0)
			this.#ledbat.rested(this.#usual);
		if (this.#isAsking) return;
		let resent = 0;
		this.#isFull = false;
		for (let again = out.waiting; again !== undefined; again = out.waiting) {
			if (out.inFlight > 0 && out.inFlight + again.payload > window) {
				this.#isFull = true;
				return;
			}
			if (this.#theirWindow === 0 || resent++ === mostResentAtOnce) return;
			this.#transmit(again, now, undefined);
		}
		while (this.#unsent > 0) {
			const length = Math.min(this.#payload, this.#unsent);
			if (
				out.count >= mostUnderWay ||
				this.#theirWindow === 0 ||
				(out.inFlight > 0 && out.inFlight + length > window)
			) {
				this.#isFull = true;
				break;
			}
			this.#transmit(this.#pack(length), now, undefined);
		}
		if (!this.#tellsDrained || this.#unsent > 0) return;
		this.#tellsDrained = false;
		this.#ground.soon(this.#drained);
	}

	/** The next packet of what is to be sent. */
	#pack(length: Bytes): OutPacket {
		const isTrial = this.#trial === undefined && this.#trialsLeft > 0;
		const spare = length === this.#payload && !isTrial ? this.#spare.pop() : undefined;
		let bytes = spare ?? new Uint8Array(utpHeaderLength + (isTrial ? usualPayload : length));
		writeUtpPacket(bytes, utpType.data, this.sending, this.#out.next);
		let at = utpHeaderLength + (isTrial ? writePadding(bytes, usualPayload - length) : 0);
		const whole = at + length;
		if (whole < bytes.length) bytes = bytes.subarray(0, whole);
		let chunks = 0;
		while (at < whole) {
			const chunk = this.#queue[chunks]!;
			const count = Math.min(chunk.bytes.length - chunk.at, whole - at);
			bytes.set(chunk.bytes.subarray(chunk.at, chunk.at + count), at);
			at += count;
			chunk.at += count;
			if (chunk.at < chunk.bytes.length) break;
			chunks++;
		}
		for (const {done} of this.#queue.splice(0, chunks)) if (done !== undefined) this.#ground.soon(done);
		this.#unsent -= length;
		const packet = this.#out.add(bytes, length);
		if (isTrial) this.#trial = packet;
		return packet;
	}

	/** What came or was lost may tell whether long packets get through. */
	#tried({sends}: OutPacket): void {
		this.#trial = undefined;
		if (sends === 1) {
			this.#trialsLeft = 0;
			this.#fill(usualPayload);
		} else if (--this.#trialsLeft === 0) this.#ground.narrow(this.remote.host, true);
	}

	/** What goes into a packet once it is known what gets through. */
	get #usual(): Bytes {
		return this.#trialsLeft > 0 ? usualPayload : this.#payload;
	}

	/** So much goes into a packet from now on. */
	#fill(payload: Bytes): void {
		this.#payload = payload;
		this.#spare.length = 0;
	}

	readonly #drained = (): void => {
		if (this.#state === 'connected') this.#events?.drained();
	};

	readonly #release = (packet: OutPacket): void => {
		if (packet === this.#trial) this.#tried(packet);
		const {bytes, payload} = packet;
		if (payload > smallPayload) {
			if (this.#longLost >= tooLongAfter) this.#ground.narrow(this.remote.host, false);
			this.#longLost = 0;
		}
		if (bytes.length === utpHeaderLength + this.#payload && this.#spare.length < mostSpare)
			this.#spare.push(bytes);
	};

	#transmit(packet: OutPacket, now: Millis, failed: SendFailure | undefined): void {
		if (this.#out.inFlight === 0) this.#waitsSince = now;
		// What it was made long by is not of the stream: it goes without.
		if (packet === this.#trial && packet.sends > 0) packet.bytes = withoutPadding(packet);
		this.#out.sent(packet, now);
		this.#stamp(packet.bytes);
		// What came early is said in a packet of its own.
		if (this.#in?.hasGap !== true) this.#acknowledged();
		this.#send(packet.bytes, now, failed);
		this.#ground.wakeAt(this.#timeoutAt());
	}

	#stamp(bytes: Uint8Array): void {
		this.#told = this.#window();
		const acknowledged = this.#in?.acknowledged ?? 0;
		stampUtpPacket(bytes, this.#ground.stamp(), {delay: this.#delay, window: this.#told, acknowledged});
	}

	#send(bytes: Uint8Array, now: Millis, failed: SendFailure | undefined): void {
		this.#lastSentAt = now;
		this.#ground.send(bytes, this.remote, failed);
	}

	get #mostUnread(): Bytes {
		return Math.min(this.#fewUnread ?? Infinity, this.#ground.share);
	}

	/** Bytes that we take: what is told of it is all that holds others back, whatever they have to send. */
	#window(): Bytes {
		return Math.max(0, this.#mostUnread - this.#unread.length - (this.#in?.bytes ?? 0));
	}

	#acknowledged(): void {
		this.#unacknowledged = 0;
		this.#ackNow = false;
		this.#ackAt = Infinity;
	}

	/** One packet may wait for the next, or for something to be said with its ack. */
	#acknowledge(now: Millis): void {
		if (this.#state === 'closed') return;
		const opens = this.#told < this.#mostUnread / 2 && this.#window() > this.#mostUnread / 2;
		if (this.#ackNow || this.#unacknowledged > 1 || opens) return this.#sendAck(now);
		if (this.#unacknowledged === 0 || this.#ackAt < Infinity) return;
		this.#ackAt = now + (this.#cameAlone ? loneAckDelay : ackDelay);
		this.#ground.wakeAt(this.#ackAt);
	}

	#sendAck(now: Millis): void {
		if (this.#state === 'connecting' || this.#state === 'closed') return;
		const sackLength = this.#in?.sackLength ?? 0;
		this.#acknowledged();
		const length = utpHeaderLength + (sackLength === 0 ? 0 : 2 + sackLength);
		const bytes = new Uint8Array(length);
		// Libtorrent hears nothing that has a number beyond that of our last packet.
		const sequence = this.#state === 'closing' ? sequenceAfter(this.#out.next, -1) : this.#out.next;
		writeUtpPacket(bytes, utpType.state, this.sending, sequence);
		if (sackLength > 0) this.#in?.writeSack(bytes, writeSackHeader(bytes, sackLength), sackLength);
		this.#stamp(bytes);
		this.#send(bytes, now, undefined);
	}

	readonly #synFailed: SendFailure = error => {
		const {code} = error as NodeJS.ErrnoException;
		if (this.#state !== 'connecting') return;
		const unreachable = code === 'ENETUNREACH' || code === 'EHOSTUNREACH' || code === 'EADDRNOTAVAIL';
		this.#fail(unreachable ? 'no route to the peer' : (code ?? error.message));
	};

	#fail(reason: string): void {
		if (this.#state !== 'closing') this.#tell(reason);
		this.#gone();
	}

	/** Says good-bye: what is under way is still brought to the other end. */
	#end(reason: string): void {
		const wasConnected = this.#state === 'connected';
		this.#tell(reason);
		if (!wasConnected) return this.#gone();
		const now = this.#ground.now();
		this.#closedAt = now;
		const bytes = new Uint8Array(utpHeaderLength);
		writeUtpPacket(bytes, utpType.fin, this.sending, this.#out.next);
		this.#transmit(this.#out.add(bytes, 0), now, undefined);
		this.#ground.wakeAt(now + lingerTime);
	}

	/** The owner hears no more but that it is closed. */
	#tell(reason: string): void {
		if (this.#state === 'closing' || this.#state === 'closed') return;
		this.#state = 'closing';
		const events = this.#events;
		const chunks = this.#queue.splice(0);
		this.#unsent = 0;
		this.#unread.clear();
		this.#ground.soon(() => {
			for (const {done} of chunks) done?.();
			events?.closed(reason);
		});
	}

	#gone(): void {
		if (this.#state === 'closed') return;
		this.#state = 'closed';
		this.#spare.length = 0;
		this.#ground.forget(this);
	}
}

/** The same packet, of nothing but its header and payload. */
function withoutPadding({bytes, payload}: OutPacket): Uint8Array {
	if (bytes.length === utpHeaderLength + payload) return bytes;
	const short = new Uint8Array(utpHeaderLength + payload);
	short.set(bytes.subarray(0, utpHeaderLength));
	short[1] = 0;
	short.set(bytes.subarray(bytes.length - payload), utpHeaderLength);
	return short;
}
