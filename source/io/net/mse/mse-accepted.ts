import type {PeerAddress} from '../../../base/peer-address.js';
import {cryptoMethod} from '../../../protocol/transport/mse-keys.js';
import {MseResponder} from '../../../protocol/transport/mse-responder.js';
import {isHandshakeStart, protocolNameLength} from '../../../protocol/wire/handshake.js';
import type {ConnectionEvents, PeerStream} from '../transport.js';
import type {MseGround} from './mse-ground.js';
import {MseStream} from './mse-stream.js';

/** A stream that came to us. It is taken for one in the clear only when it begins as such to the last of 20 bytes. */
export class MseAccepted extends MseStream {
	readonly incoming = true;
	readonly remote: PeerAddress;
	readonly #ground: MseGround;
	#first: Uint8Array | undefined;
	#responder: MseResponder | undefined;
	/** Set once the key exchange waits for its turn, or has had it. */
	#leave: (() => void) | undefined;

	constructor(ground: MseGround, stream: PeerStream) {
		super();
		this.#ground = ground;
		this.stream = stream;
		this.remote = stream.remote;
	}

	/** What the stream below is to call. @param events who took this one */
	listener(events: ConnectionEvents): ConnectionEvents {
		this.hear(events);
		return {
			connected: () => events.connected(),
			data: (bytes, length) => {
				if (this.isOpen) this.receive(bytes, length);
				else if (!this.isOver) this.#opening(bytes, length);
			},
			drained: () => events.drained(),
			closed: reason => {
				this.#leave?.();
				this.ended(reason);
			},
		};
	}

	#opening(bytes: Uint8Array, length: number): void {
		if (this.#responder !== undefined) return this.#answer(this.#responder, bytes, length);
		let heard = bytes.subarray(0, length);
		if (this.#first !== undefined) heard = Buffer.concat([this.#first, heard]);
		if (!isHandshakeStart(heard, heard.length)) {
			const {sha1, pad, find, mayClear} = this.#ground;
			this.#responder = new MseResponder({sha1, pad, find, choose: mayClear ? clearRather : rc4Only});
			this.#first = undefined;
			return this.#answer(this.#responder, heard, heard.length);
		}
		if (heard.length < protocolNameLength) {
			// A copy: the `slice` of a Buffer is not.
			this.#first = new Uint8Array(heard);
			return;
		}
		if (!this.#ground.mayClear) return this.close('does not encrypt');
		this.#first = undefined;
		this.open();
		this.receive(heard, heard.length);
	}

	#answer(responder: MseResponder, bytes: Uint8Array, length: number): void {
		if (!this.advance(responder, bytes, length) || !responder.isCalled) return;
		this.#leave ??= this.#ground.turns.wait(() => {
			if (this.isOver) return;
			try {
				this.send(responder.answer(this.#ground.keys.take()));
			} catch (error) {
				this.fail(error);
			}
		});
	}

	protected agreed(): void {
		this.send(this.#responder!.reply!);
	}
}

const clearRather = (offered: number): number =>
	offered & cryptoMethod.clear ? cryptoMethod.clear : rc4Only(offered);
const rc4Only = (offered: number): number => offered & cryptoMethod.rc4;
