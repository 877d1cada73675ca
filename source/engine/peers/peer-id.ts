import type {Random} from '../../base/ports.js';

/** `-TY0100-` and twelve random characters: 20 bytes. BEP 20. */
export function makePeerId(version: string, random: Random): Uint8Array {
	const digits = version.split('.').map(part => Number.parseInt(part, 10) || 0);
	const head = `-TY${[0, 1, 2].map(at => Math.min(9, digits[at] ?? 0)).join('')}0-`;
	const bytes = new Uint8Array(20);
	for (let at = 0; at < head.length; at++) bytes[at] = head.charCodeAt(at);
	const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
	for (const [at, byte] of random.bytes(12).entries())
		bytes[8 + at] = alphabet.charCodeAt(byte % alphabet.length);
	return bytes;
}
