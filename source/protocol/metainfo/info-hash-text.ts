import {toHex} from '../../base/hex.js';
import {safeText} from '../../base/safe-text.js';
import {asInfoHash, type InfoHash} from '../../base/units.js';

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
/** Hex digits that are nearer to 64 than to 40 are meant as the hash of a v2 torrent. */
const nearerToV2 = 52;

/** 32 characters of base32 as the 40 hex digits they stand for. */
function fromBase32(text: string): InfoHash {
	const bytes = new Uint8Array(20);
	let at = 0;
	let bits = 0;
	let held = 0;
	for (const character of text.toLowerCase()) {
		held = (held << 5) | base32.indexOf(character);
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[at++] = held >> bits;
			held &= (1 << bits) - 1;
		}
	}

	return toHex(bytes) as InfoHash;
}

/** A v1 info-hash as people write it: 40 hex digits or 32 of base32. */
export function asV1Hash(text: string): InfoHash | undefined {
	if (/^[a-z2-7]{32}$/i.test(text)) return fromBase32(text);
	return text.length === 40 ? asInfoHash(text) : undefined;
}

/** A v2 info-hash: 64 hex digits. BEP 52. */
export function asV2Hash(text: string): InfoHash | undefined {
	return text.length === 64 ? asInfoHash(text) : undefined;
}

/** Why a text that is meant as an info-hash is none, in one sentence. */
export function infoHashFault(text: string): string {
	const {length} = text;
	if (length === 0) return 'the info-hash is missing';
	if (/^[0-9a-f]+$/i.test(text)) {
		return length < nearerToV2
			? `an info-hash has 40 hex digits, this one has ${length}`
			: `an info-hash of v2 has 64 hex digits, this one has ${length}`;
	}
	if (length === 40 || length === 64) {
		const other = /[^0-9a-f]/iu.exec(text)?.[0] ?? '';
		return `an info-hash has hex digits only, 0-9 and a-f, this one has "${safeText(other)}" among them`;
	}
	if (/^[a-z2-7]{25,}$/i.test(text))
		return `an info-hash in base32 has 32 characters, this one has ${length}`;
	return `"${safeText(text, 80)}" is no info-hash, which has 40 hex digits, 64 for v2, or 32 characters of base32`;
}

/** What is wrong with a word that can only be meant as an info-hash, and is none; undefined for others, such as file names. */
export function nearlyInfoHash(word: string): string | undefined {
	return /^[0-9a-f]{30,80}$/i.test(word) && asInfoHash(word) === undefined ? infoHashFault(word) : undefined;
}
