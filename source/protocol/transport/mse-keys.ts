import {Rc4} from './rc4.js';

/** SHA-1 of some bytes: 20 bytes. */
export type Sha1 = (bytes: Uint8Array) => Uint8Array;

/** Ways to go on after the handshake, as bits. */
export const cryptoMethod = {clear: 1, rc4: 2} as const;

/** No pad is longer. */
export const longestPad = 512;
/** Bytes of a hash. */
export const hashLength = 20;
/** Bytes of zeros by which both see that they have the same keys. */
export const constantLength = 8;
/** RC4 begins with bytes that tell of the key. */
const skipped = 1024;

const ascii = new TextEncoder();

function labelled(sha1: Sha1, label: string, ...parts: readonly Uint8Array[]): Uint8Array {
	const text = ascii.encode(label);
	const bytes = new Uint8Array(text.length + parts.reduce((sum, {length}) => sum + length, 0));
	bytes.set(text);
	let at = text.length;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return sha1(bytes);
}

/** By what whoever was dialled finds the end of the pad. */
export function syncMark(sha1: Sha1, secret: Uint8Array): Uint8Array {
	return labelled(sha1, 'req1', secret);
}

/** What a torrent is called where nobody is to see which. @param infoHash 20 bytes */
export function torrentMark(sha1: Sha1, infoHash: Uint8Array): Uint8Array {
	return labelled(sha1, 'req2', infoHash);
}

/** Hides the mark of a torrent, or shows it. */
export function maskTorrent(sha1: Sha1, secret: Uint8Array, mark: Uint8Array): Uint8Array {
	const mask = labelled(sha1, 'req3', secret);
	return mark.map((byte, at) => byte ^ mask[at]!);
}

/**
 * What the mark of a torrent may be hidden as, right ones first: libtorrent 2 makes the mask of a secret that begins with
 * a zero from what is behind that, and any byte. It does so for one secret in 256.
 */
export function* masksOf(sha1: Sha1, secret: Uint8Array, mark: Uint8Array): Generator<Uint8Array> {
	yield maskTorrent(sha1, secret, mark);
	if (secret[0] !== 0) return;
	const shifted = new Uint8Array(secret.length);
	shifted.set(secret.subarray(1));
	for (let last = 0; last < 256; last++) {
		shifted[secret.length - 1] = last;
		yield maskTorrent(sha1, shifted, mark);
	}
}

/** The cipher for what the dialling side says (`keyA`), or the other one (`keyB`). */
export function cipherOf(sha1: Sha1, side: 'keyA' | 'keyB', secret: Uint8Array, infoHash: Uint8Array): Rc4 {
	const cipher = new Rc4(labelled(sha1, side, secret, infoHash));
	cipher.skip(skipped);
	return cipher;
}
