import {ProtocolError} from '../../base/errors.js';
import {type MseAgreement, MseDecryption} from './mse-agreement.js';
import {MseInput} from './mse-input.js';
import {type KeyPair, keyLength, sharedSecret} from './mse-key-exchange.js';
import {
	cipherOf,
	constantLength,
	cryptoMethod,
	longestPad,
	maskTorrent,
	type Sha1,
	syncMark,
	torrentMark,
} from './mse-keys.js';
import type {Rc4} from './rc4.js';

/** All that whoever was dialled may say before what is encrypted for good. */
const longestAnswer = keyLength + longestPad + constantLength + 4 + 2 + longestPad;

/** How one who dials shakes hands. */
export interface MseInitiatorSetup {
	readonly keys: KeyPair;
	/** The torrent it wants. 20 bytes. */
	readonly infoHash: Uint8Array;
	/** `cryptoMethod`s it can go on with, or-ed. */
	readonly methods: number;
	readonly sha1: Sha1;
	/** Fresh bytes, up to `longestPad` of them. */
	readonly pad: () => Uint8Array;
}

/** The side of the message stream encryption handshake that dials. Hands over bytes, and is handed them. */
export class MseInitiator {
	/** What is said first: nothing more before `asks` is true. */
	readonly greeting: Uint8Array;
	readonly #setup: MseInitiatorSetup;
	readonly #input = new MseInput(longestAnswer);
	#state: 'key' | 'asking' | 'sync' | 'choice' | 'pad' | 'done' = 'key';
	#secret: Uint8Array | undefined;
	#ciphers: {readonly out: Rc4; readonly in: Rc4} | undefined;
	#mark: Uint8Array | undefined;
	#method = 0;
	#padLength = 0;
	#agreement: MseAgreement | undefined;

	constructor(setup: MseInitiatorSetup) {
		this.#setup = setup;
		this.greeting = joined([setup.keys.public, setup.pad()]);
	}

	/** The other key has come: it is time for `ask`. */
	get asks(): boolean {
		return this.#state === 'asking';
	}

	/** The secret begins with a zero, which some handle wrongly: see `masksOf`. Other keys will do. */
	get isUnlucky(): boolean {
		return this.#secret?.[0] === 0;
	}

	/** Set when it is over. */
	get agreement(): MseAgreement | undefined {
		return this.#agreement;
	}

	/**
	 * Takes `chunk[at..end)`, or what of it belongs to the handshake; answers where it stopped. Throws a ProtocolError when
	 * this comes to nothing.
	 */
	push(chunk: Uint8Array, at: number, end: number): number {
		const stopped = this.#input.take(chunk, at, end);
		while (this.#step());
		if (stopped < end && this.#agreement === undefined)
			throw new ProtocolError('long-handshake', 'says too much before it is agreed how');
		return stopped;
	}

	/** What is said next, and our first words with it: at most 65,535 bytes. */
	ask(first: Uint8Array): Uint8Array {
		const {sha1, infoHash, methods, pad} = this.#setup;
		const secret = this.#secret!;
		const out = cipherOf(sha1, 'keyA', secret, infoHash);
		this.#ciphers = {out, in: cipherOf(sha1, 'keyB', secret, infoHash)};
		this.#mark = new Uint8Array(constantLength);
		this.#ciphers.in.apply(this.#mark);
		const padding = pad();
		const hidden = joined([
			new Uint8Array(constantLength),
			Uint8Array.of(0, 0, 0, methods),
			lengthField(padding.length),
			padding,
			lengthField(first.length),
			first,
		]);
		out.apply(hidden);
		this.#state = 'sync';
		return joined([syncMark(sha1, secret), maskTorrent(sha1, secret, torrentMark(sha1, infoHash)), hidden]);
	}

	/** Answers whether there may be more to do. */
	#step(): boolean {
		switch (this.#state) {
			case 'key':
				return this.#takeKey();
			case 'sync':
				if (!this.#input.skipTo(this.#mark!, longestPad)) return false;
				this.#state = 'choice';
				return true;
			case 'choice':
				return this.#takeChoice();
			case 'pad':
				return this.#takePad();
			default:
				return false;
		}
	}

	#takeKey(): boolean {
		const theirs = this.#input.next(keyLength);
		if (theirs === undefined) return false;
		this.#secret = sharedSecret(this.#setup.keys.private, theirs);
		this.#state = 'asking';
		return false;
	}

	#takeChoice(): boolean {
		const fields = this.#input.next(6);
		if (fields === undefined) return false;
		this.#ciphers!.in.apply(fields);
		this.#method = readMethods(fields, 0);
		this.#padLength = (fields[4]! << 8) | fields[5]!;
		const isOne = this.#method === cryptoMethod.clear || this.#method === cryptoMethod.rc4;
		if (!isOne || (this.#method & this.#setup.methods) === 0)
			throw new ProtocolError('bad-choice', 'chose a way to encrypt that was not offered');
		if (this.#padLength > longestPad) throw new ProtocolError('long-pad', `pad of ${this.#padLength} bytes`);
		this.#state = 'pad';
		return true;
	}

	#takePad(): boolean {
		const pad = this.#input.next(this.#padLength);
		if (pad === undefined) return false;
		const {out, in: decrypt} = this.#ciphers!;
		decrypt.apply(pad);
		const isRc4 = this.#method === cryptoMethod.rc4;
		this.#state = 'done';
		this.#agreement = {
			infoHash: this.#setup.infoHash,
			encrypt: isRc4 ? out : undefined,
			decrypt: new MseDecryption(decrypt, isRc4 ? Infinity : 0),
			rest: this.#input.rest(),
		};
		return false;
	}
}

/** These bytes, one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
	const bytes = new Uint8Array(parts.reduce((sum, {length}) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

/** Methods as they stand in a message: four bytes. */
export function readMethods(bytes: Uint8Array, at: number): number {
	return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** A length as it stands in a message: two bytes. */
export function lengthField(length: number): Uint8Array {
	return Uint8Array.of(length >> 8, length & 255);
}
