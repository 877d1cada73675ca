import type {PeerAddress} from '../../../base/peer-address.js';
import type {Clock, Random} from '../../../base/ports.js';
import type {EncryptionMode} from '../../../policy/peers/encryption-mode.js';
import {SpokenWays} from '../../../policy/peers/spoken-ways.js';
import {longestPad, type Sha1} from '../../../protocol/transport/mse-keys.js';
import type {
	ConnectionEvents,
	DialOptions,
	Listener,
	ListenOptions,
	PeerStream,
	Transport,
} from '../transport.js';
import {KeyExchangeTurns} from './key-exchange-turns.js';
import {KeyPool} from './key-pool.js';
import {MseAccepted} from './mse-accepted.js';
import {MseDialled} from './mse-dialled.js';
import type {MseGround} from './mse-ground.js';

/** What encrypting goes by. */
export interface MseOptions {
	/** `prefer` meets those who do not encrypt in the clear; `require` does not meet them. */
	readonly policy: Exclude<EncryptionMode, 'off'>;
	readonly clock: Clock;
	readonly random: Random;
	readonly sha1: Sha1;
	/** The 20 bytes of our torrent with this mark, as `torrentMark` makes it; undefined when we have none. */
	readonly find: (mark: Uint8Array) => Uint8Array | undefined;
}

/**
 * Message stream encryption over another transport: hides from those between two peers what they are, and what they say
 * where one of them wants that.
 */
export class MseTransport implements Transport {
	readonly #below: Transport;
	readonly #ground: MseGround;

	/** @param below what it runs over */
	constructor(below: Transport, {policy, clock, random, sha1, find}: MseOptions) {
		this.#below = below;
		this.#ground = {
			clock,
			sha1,
			find,
			mayClear: policy === 'prefer',
			keys: new KeyPool(clock, random),
			turns: new KeyExchangeTurns(clock),
			ways: new SpokenWays(),
			pad: () => random.bytes(Math.floor(random.next() * (longestPad + 1))),
		};
	}

	dial(to: PeerAddress, how: DialOptions, events: ConnectionEvents): PeerStream {
		return new MseDialled(this.#ground, this.#below, {to, ...how}, events);
	}

	hasOtherWay(to: PeerAddress): boolean {
		return this.#below.hasOtherWay?.(to) === true;
	}

	listen(
		where: ListenOptions,
		accept: (stream: PeerStream) => ConnectionEvents | undefined,
	): Promise<Listener> {
		return this.#below.listen(where, below => {
			const stream = new MseAccepted(this.#ground, below);
			const events = accept(stream);
			return events && stream.listener(events);
		});
	}
}
