import type {Clock} from '../../../base/ports.js';
import type {SpokenWays} from '../../../policy/peers/spoken-ways.js';
import type {Sha1} from '../../../protocol/transport/mse-keys.js';
import type {KeyExchangeTurns} from './key-exchange-turns.js';
import type {KeyPool} from './key-pool.js';

/** What the streams of one transport share. */
export interface MseGround {
	readonly clock: Clock;
	readonly sha1: Sha1;
	/** Whether peers may be spoken to in the clear, from the beginning or after the handshake. */
	readonly mayClear: boolean;
	readonly keys: KeyPool;
	readonly turns: KeyExchangeTurns;
	readonly ways: SpokenWays;
	/** Fresh bytes for a pad. */
	pad(): Uint8Array;
	/** The 20 bytes of the torrent with this mark. */
	find(mark: Uint8Array): Uint8Array | undefined;
}
