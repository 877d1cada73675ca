import {ProtocolError} from '../../base/errors.js';
import {toHex} from '../../base/hex.js';

/** Bytes of a public key, and of the secret that two of them make. */
export const keyLength = 96;
/** Bytes of a private key: 160 bits are what the protocol names, and more would only cost. */
export const privateKeyLength = 20;

/** The modulus of the key exchange; the generator is 2. */
const prime =
	0xffffffff_ffffffff_c90fdaa2_2168c234_c4c6628b_80dc1cd1_29024e08_8a67cc74_020bbea6_3b139b22_514a0879_8e3404dd_ef9519b3_cd3a431b_302b0a6d_f25f1437_4fe1356d_6d51c245_e485b576_625e7ec6_f44c42e9_a63a3621_00000000_00090563n;

/** One side's half of a key exchange, for one connection. */
export interface KeyPair {
	readonly private: Uint8Array;
	/** What the other side is told. 96 bytes. */
	readonly public: Uint8Array;
}

/**
 * The key pair that a private key makes.
 *
 * @param secret 20 unpredictable bytes
 */
export function keyPair(secret: Uint8Array): KeyPair {
	let power = 1n;
	// With 2 for a base multiplying is moving by a bit.
	for (const byte of secret) {
		power = (power * power) % prime;
		power = (power * power) % prime;
		power = (power * power) % prime;
		power = ((power * power) << BigInt(byte >> 4)) % prime;
		power = (power * power) % prime;
		power = (power * power) % prime;
		power = (power * power) % prime;
		power = ((power * power) << BigInt(byte & 15)) % prime;
	}
	return {private: secret, public: toBytes(power)};
}

/**
 * What both sides know and nobody else. 96 bytes. Throws a ProtocolError when the other's key is one that makes the
 * secret known to everybody: 0, 1, the modulus less 1, or beyond it.
 */
export function sharedSecret(secret: Uint8Array, theirs: Uint8Array): Uint8Array {
	const base = BigInt(`0x${toHex(theirs)}`);
	if (base <= 1n || base >= prime - 1n) throw new ProtocolError('degenerate-key', 'a key that hides nothing');
	const powers = [1n];
	for (let n = 1; n < 16; n++) powers.push((powers[n - 1]! * base) % prime);
	let power = 1n;
	for (const byte of secret) {
		for (const digit of [byte >> 4, byte & 15]) {
			power = (power * power) % prime;
			power = (power * power) % prime;
			power = (power * power) % prime;
			power = (power * power) % prime;
			if (digit > 0) power = (power * powers[digit]!) % prime;
		}
	}
	return toBytes(power);
}

function toBytes(value: bigint): Uint8Array {
	const bytes = new Uint8Array(keyLength);
	const words = new DataView(bytes.buffer);
	let rest = value;
	for (let at = keyLength - 8; at >= 0; at -= 8) {
		words.setBigUint64(at, BigInt.asUintN(64, rest));
		rest >>= 64n;
	}
	return bytes;
}
