import type {PeerAddress} from '../../../base/peer-address.js';
import type {Timer} from '../../../base/ports.js';
import type {Millis} from '../../../base/units.js';
import type {SpokenWay} from '../../../policy/peers/spoken-ways.js';
import {MseInitiator} from '../../../protocol/transport/mse-initiator.js';
import {cryptoMethod} from '../../../protocol/transport/mse-keys.js';
import {isHandshakeStart, protocolNameLength} from '../../../protocol/wire/handshake.js';
import type {ConnectionEvents, DialOptions, PeerStream, Transport} from '../transport.js';
import type {MseGround} from './mse-ground.js';
import {MseStream} from './mse-stream.js';

/** Who has not answered a key by then does not know what it is, and waits for more. */
const answerTime: Millis = 4000;
/** Our first words go with the handshake when they come by then, which is at once. */
const firstWordsTime: Millis = 100;
/** Our first words are kept until it is known that they were understood, or that they are more than a greeting. */
const longestGreeting = 1024;

/**
 * A stream that we dialled. Where both may be, it is encrypted first, and anew in the clear when the other end hung up
 * before it said anything to our owner; or the other way round, when that is how it was met last. An answer to our key is
 * not enough: Transmission 3, where it rather does not encrypt, answers, takes our first words, which are always encrypted,
 * for words in the clear, and hangs up.
 */
export class MseDialled extends MseStream {
	readonly incoming = false;
	readonly remote: PeerAddress;
	readonly #ground: MseGround;
	readonly #below: Transport;
	readonly #infoHash: Uint8Array;
	readonly #until: Millis;
	/** The one transport that it is to be met by, where one was named. */
	readonly #only: PeerStream['transport'] | undefined;
	/** How it will be tried when this comes to nothing. */
	readonly #ways: SpokenWay[];
	#slow: Timer | undefined;
	#patience: Timer | undefined;
	#initiator: MseInitiator | undefined;
	#way: SpokenWay = 'encrypted';
	/** The stream below stands. */
	#isConnected = false;
	/** The other end has answered our key with its own. */
	#isAnswered = false;
	#hasOtherKeys = false;
	/** It has spoken to our owner. */
	#isHeard = false;
	/** Our owner was told that it is connected. */
	#isTold = false;
	/** What our owner said and nobody has answered to. */
	#greeting: Uint8Array | undefined;

	constructor(
		ground: MseGround,
		below: Transport,
		{to, timeout, infoHash, only}: DialOptions & {readonly to: PeerAddress},
		events: ConnectionEvents,
	) {
		super();
		this.#ground = ground;
		this.#below = below;
		this.remote = to;
		this.#infoHash = infoHash;
		this.#only = only;
		this.#until = ground.clock.now() + timeout;
		this.#ways = ground.mayClear ? [...ground.ways.order(to)] : ['encrypted'];
		this.hear(events);
		this.#slow = ground.clock.after(timeout, () => this.close('connecting took too long'));
		this.#dial(timeout, only);
	}

	/** @param only the one way that is to be tried */
	#dial(timeout: Millis, only: PeerStream['transport'] | undefined): void {
		const way = this.#ways.shift()!;
		this.#isConnected = false;
		this.#isAnswered = false;
		this.#initiator = undefined;
		const how = {timeout, infoHash: this.#infoHash, only};
		this.stream = this.#below.dial(this.remote, how, this.#listener(way));
	}

	#listener(way: SpokenWay): ConnectionEvents {
		const isClear = way === 'clear';
		return {
			connected: () => {
				this.#isConnected = true;
				this.#way = way;
				if (isClear) this.#beginClear();
				else this.#beginEncrypted();
			},
			data: (bytes, length) => {
				if (this.isOver) return;
				if (this.isOpen) this.receive(bytes, length);
				else this.#shakeHands(bytes, length);
			},
			drained: () => this.events.drained(),
			closed: reason => this.#closed(reason),
		};
	}

	#beginClear(): void {
		const greeting = this.#greeting;
		if (greeting !== undefined) this.stream!.write(greeting);
		this.open();
		this.#tell();
	}

	#beginEncrypted(): void {
		const {keys, sha1, pad, mayClear, clock} = this.#ground;
		this.#initiator = new MseInitiator({
			...{keys: keys.take(), infoHash: this.#infoHash, sha1, pad: () => pad()},
			methods: mayClear ? cryptoMethod.clear | cryptoMethod.rc4 : cryptoMethod.rc4,
		});
		this.stream!.write(this.#initiator.greeting);
		this.#patience = clock.after(answerTime, () => this.stream!.close('does not answer'));
	}

	#shakeHands(bytes: Uint8Array, length: number): void {
		const initiator = this.#initiator!;
		// Some greet whoever comes, in the clear.
		if (!this.#isAnswered && length >= protocolNameLength && isHandshakeStart(bytes, length))
			return this.stream!.close('does not encrypt');
		if (!this.advance(initiator, bytes, length) || this.#isAnswered || !initiator.asks) return;
		this.#isAnswered = true;
		this.#patience?.clear();
		this.#tryOtherKeys(initiator);
		if (this.#greeting !== undefined) return this.stream!.write(initiator.ask(this.#greeting));
		this.#tell();
		if (initiator.asks && !this.isOver)
			this.#patience = this.#ground.clock.after(firstWordsTime, () => {
				if (initiator.asks && !this.isOver) this.stream!.write(initiator.ask(new Uint8Array(0)));
			});
	}

	/** It may take our keys for wrong: then others are tried, once. */
	#tryOtherKeys({isUnlucky}: MseInitiator): void {
		if (!isUnlucky || this.#hasOtherKeys) return;
		this.#hasOtherKeys = true;
		this.#ways.unshift('encrypted');
	}

	/** What our owner says first goes with the handshake; while it is said in the clear a copy is kept to say it again. */
	override write(bytes: Uint8Array, done?: () => void): void {
		const initiator = this.#initiator;
		if (!this.isOpen && initiator?.asks && bytes.length <= longestGreeting && !this.hasWaiting) {
			this.#patience?.clear();
			this.#keep(bytes);
			return this.stream!.write(initiator.ask(bytes), done);
		}
		if (this.isOpen) this.#keep(bytes);
		super.write(bytes, done);
	}

	#keep(bytes: Uint8Array): void {
		if (this.#isHeard || this.#ways.length === 0) return;
		const kept = this.#greeting ?? new Uint8Array(0);
		if (kept.length + bytes.length > longestGreeting) {
			this.#ways.length = 0;
			this.#greeting = undefined;
			return;
		}
		const all = new Uint8Array(kept.length + bytes.length);
		all.set(kept);
		all.set(bytes, kept.length);
		this.#greeting = all;
	}

	#tell(): void {
		if (this.#isTold) return;
		this.#isTold = true;
		this.#slow?.clear();
		this.events.connected();
	}

	protected override receive(bytes: Uint8Array, length: number): void {
		if (!this.#isHeard) {
			this.#isHeard = true;
			this.#greeting = undefined;
			this.#ground.ways.answered(this.remote, this.#way);
		}
		super.receive(bytes, length);
	}

	protected agreed(): void {}

	/** What it was told so far came to nothing, but it may be met the other way. */
	get #mayTryAgain(): boolean {
		return this.#isConnected && !this.#isHeard && !this.isOver && !this.encrypted && this.#ways.length > 0;
	}

	#closed(reason: string): void {
		this.#patience?.clear();
		const left = this.#until - this.#ground.clock.now();
		if (this.#mayTryAgain && left > 0) {
			this.isOpen = false;
			this.encryptedHandshake = false;
			return this.#dial(left, this.transport);
		}
		if (left > 0 && this.#goesAnotherWay) {
			this.#ways.unshift(this.#way);
			return this.#dial(left, undefined);
		}
		this.#slow?.clear();
		this.ended(reason);
	}

	/** It took us in and hung up before our owner heard of it, and may be spoken to over another transport. */
	get #goesAnotherWay(): boolean {
		if (!this.#isConnected || this.#isTold || this.isOver || this.#only !== undefined) return false;
		return this.#below.hasOtherWay?.(this.remote) === true;
	}
}
