import {ProtocolError} from '../../base/errors.js';
import {type MseAgreement, MseDecryption} from './mse-agreement.js';
import {joined, lengthField, readMethods} from './mse-initiator.js';
import {MseInput} from './mse-input.js';
import {type KeyPair, keyLength, sharedSecret} from './mse-key-exchange.js';
import {
	cipherOf,
	constantLength,
	cryptoMethod,
	hashLength,
	longestPad,
	masksOf,
	type Sha1,
	syncMark,
} from './mse-keys.js';
import type {Rc4} from './rc4.js';

const fieldsLength = constantLength + 4 + 2;
/** All that whoever dials may say before its first words. */
const longestRequest = keyLength + longestPad + 2 * hashLength + fieldsLength + longestPad + 2;

/** How one who was dialled shakes hands. */
export interface MseResponderSetup {
	readonly sha1: Sha1;
	/** Fresh bytes, up to `longestPad` of them. */
	readonly pad: () => Uint8Array;
	/** The 20 bytes of the torrent with this mark, as `torrentMark` makes it; undefined when there is none. */
	readonly find: (mark: Uint8Array) => Uint8Array | undefined;
	/** One of the `cryptoMethod`s that are offered; 0 when none will do. */
	readonly choose: (offered: number) => number;
}

/** The side of the message stream encryption handshake that was dialled. Hands over bytes, and is handed them. */
export class MseResponder {
	readonly #setup: MseResponderSetup;
	readonly #input = new MseInput(longestRequest);
	#state: 'key' | 'called' | 'sync' | 'torrent' | 'fields' | 'pad' | 'done' = 'key';
	#theirs: Uint8Array | undefined;
	#secret: Uint8Array | undefined;
	#mark: Uint8Array | undefined;
	#infoHash: Uint8Array | undefined;
	#ciphers: {readonly out: Rc4; readonly in: Rc4} | undefined;
	#method = 0;
	#padLength = 0;
	#agreement: MseAgreement | undefined;
	#reply: Uint8Array | undefined;

	constructor(setup: MseResponderSetup) {
		this.#setup = setup;
	}

	/** The other key has come: it is time for `answer`, which takes a while to compute. */
	get isCalled(): boolean {
		return this.#state === 'called';
	}

	/** Set when it is over. */
	get agreement(): MseAgreement | undefined {
		return this.#agreement;
	}

	/** What is to be said when it is over, before anything else. */
	get reply(): Uint8Array | undefined {
		return this.#reply;
	}

	/** As `MseInitiator.push`. */
	push(chunk: Uint8Array, at: number, end: number): number {
		const stopped = this.#input.take(chunk, at, end);
		while (this.#step());
		if (stopped < end && this.#agreement === undefined)
			throw new ProtocolError('long-handshake', 'says too much before it is agreed how');
		return stopped;
	}

	/** What is said to their key. May throw a ProtocolError. What came in the meantime is gone on with by the next `push`. */
	answer(keys: KeyPair): Uint8Array {
		this.#secret = sharedSecret(keys.private, this.#theirs!);
		this.#mark = syncMark(this.#setup.sha1, this.#secret);
		this.#state = 'sync';
		return joined([keys.public, this.#setup.pad()]);
	}

	#step(): boolean {
		switch (this.#state) {
			case 'key':
				this.#theirs = this.#input.next(keyLength);
				if (this.#theirs !== undefined) this.#state = 'called';
				return false;
			case 'sync':
				if (!this.#input.skipTo(this.#mark!, longestPad)) return false;
				this.#state = 'torrent';
				return true;
			case 'torrent':
				return this.#takeTorrent();
			case 'fields':
				return this.#takeFields();
			case 'pad':
				return this.#takePad();
			default:
				return false;
		}
	}

	#takeTorrent(): boolean {
		const masked = this.#input.next(hashLength);
		if (masked === undefined) return false;
		const {sha1, find} = this.#setup;
		const secret = this.#secret!;
		for (const mark of masksOf(sha1, secret, masked)) {
			this.#infoHash = find(mark);
			if (this.#infoHash !== undefined) break;
		}
		if (this.#infoHash === undefined)
			throw new ProtocolError('unknown-torrent', 'asked for a torrent we do not have');
		this.#ciphers = {
			out: cipherOf(sha1, 'keyB', secret, this.#infoHash),
			in: cipherOf(sha1, 'keyA', secret, this.#infoHash),
		};
		this.#state = 'fields';
		return true;
	}

	#takeFields(): boolean {
		const fields = this.#input.next(fieldsLength);
		if (fields === undefined) return false;
		this.#ciphers!.in.apply(fields);
		for (let at = 0; at < constantLength; at++)
			if (fields[at] !== 0) throw new ProtocolError('bad-keys', 'is not encrypted as agreed');
		const offered = readMethods(fields, constantLength);
		this.#method = this.#setup.choose(offered);
		if (this.#method === 0)
			throw new ProtocolError('no-common-method', 'offers no way to encrypt that will do');
		this.#padLength = (fields[constantLength + 4]! << 8) | fields[constantLength + 5]!;
		if (this.#padLength > longestPad) throw new ProtocolError('long-pad', `pad of ${this.#padLength} bytes`);
		this.#state = 'pad';
		return true;
	}

	/** The pad, and the length of the first words, which come with the handshake. */
	#takePad(): boolean {
		const bytes = this.#input.next(this.#padLength + 2);
		if (bytes === undefined) return false;
		const {out, in: decrypt} = this.#ciphers!;
		decrypt.apply(bytes);
		const first = (bytes[this.#padLength]! << 8) | bytes[this.#padLength + 1]!;
		const isRc4 = this.#method === cryptoMethod.rc4;
		const padding = this.#setup.pad();
		this.#reply = joined([
			new Uint8Array(constantLength),
			Uint8Array.of(0, 0, 0, this.#method),
			lengthField(padding.length),
			padding,
		]);
		out.apply(this.#reply);
		this.#state = 'done';
		this.#agreement = {
			infoHash: this.#infoHash!,
			encrypt: isRc4 ? out : undefined,
			decrypt: new MseDecryption(decrypt, isRc4 ? Infinity : first),
			rest: this.#input.rest(),
		};
		return false;
	}
}
