import type {Bytes} from '../../base/units.js';
import {nameFromBytes, nameToBytes} from './name-bytes.js';

/** The most bytes a path element keeps: what file systems allow. */
export const maximumElementBytes = 255;
/** The same in versions before names were kept whole. */
const formerElementBytes = 240;
/** A dot and up to nine characters at the end of a name stay when it is cut. */
const extension = /\.[^.]{1,9}$/u;

const utf8 = new TextDecoder('utf-8', {ignoreBOM: true});

// C0, DEL, C1, and what the decoder puts where the bytes are not UTF-8.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\ufffd]/g;
// Characters that hide or turn around what a person sees, and separators of path elements. The two joiners (U+200C,
// U+200D) stay: Persian, the scripts of India and emoji are misspelt without them.
const removed = /[/\\\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
const joiners = /[\u200c\u200d]/g;

/** Makes one element of a path out of a name in a torrent. */
export type NameRule = (bytes: Uint8Array) => string;

function isPlain(bytes: Uint8Array, most: number): boolean {
	if (bytes.length > most) return false;
	for (let n = 0; n < bytes.length; n++) {
		const byte = bytes[n]!;
		if (byte < 0x20 || byte > 0x7e || byte === 0x2f || byte === 0x5c) return false;
	}

	return true;
}

/** In bytes, of one character as `nameToBytes` writes it: asked of every character of every long name. */
function lengthOf(code: number): Bytes {
	if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff)) return 1;
	if (code < 0x800) return 2;
	return code < 0x10000 ? 3 : 4;
}

/** Cuts a name by whole characters to so many bytes of UTF-8, its extension kept. */
export function cutName(name: string, most: number): string {
	if (nameToBytes(name).length <= most) return name;
	const kept = extension.exec(name)?.[0] ?? '';
	let room = most - nameToBytes(kept).length;
	let stem = '';
	for (const character of name.slice(0, name.length - kept.length)) {
		room -= lengthOf(character.codePointAt(0)!);
		if (room < 0) break;
		stem += character;
	}

	return stem + kept;
}

/**
 * A name from a torrent made fit to be one element of a path: what is not UTF-8 or a control becomes `_`; separators,
 * bidirectional and invisible characters go; at most 255 bytes are kept, the extension with them. Empty when nothing
 * is left.
 */
export function sanitizeName(bytes: Uint8Array): string {
	const text = utf8.decode(bytes);
	if (isPlain(bytes, maximumElementBytes)) return text;
	return cutName(text.toWellFormed().replace(unprintable, '_').replace(removed, ''), maximumElementBytes);
}

/** Whether there is nothing to be seen of a name but dots. */
export function isNothing(name: string): boolean {
	for (let at = 0; at < name.length; at++) {
		const code = name.charCodeAt(at);
		if (code !== 0x2e && code !== 0x200c && code !== 0x200d) return false;
	}

	return true;
}

/** As `sanitizeName`; what is left empty, or is nothing but dots, becomes `_`: no element ever means another folder. */
export function sanitizePathElement(bytes: Uint8Array): string {
	const name = sanitizeName(bytes);
	return isNothing(name) ? '_' : name;
}

/** As `sanitizeName` in earlier versions, which cut names to 240 bytes and took joiners out of them. */
export function formerName(bytes: Uint8Array): string {
	const text = utf8.decode(bytes);
	if (isPlain(bytes, formerElementBytes)) return text;
	return cutName(
		text.toWellFormed().replace(unprintable, '_').replace(removed, '').replace(joiners, ''),
		formerElementBytes,
	);
}

/** As `sanitizePathElement` in earlier versions. */
export function formerPathElement(bytes: Uint8Array): string {
	const name = formerName(bytes);
	return /^\.*$/.test(name) ? '_' : name;
}

/**
 * A name as the torrent has it, for looking whether there is a file of that name: nothing is ever made under it. Where
 * no file can have that name, as `sanitizePathElement`.
 */
export function writtenPathElement(bytes: Uint8Array): string {
	const isName =
		bytes.length > 0 &&
		bytes.length <= maximumElementBytes &&
		!bytes.some(byte => byte === 0 || byte === 0x2f) &&
		!(bytes.length <= 2 && bytes.every(byte => byte === 0x2e));
	return isName ? nameFromBytes(bytes) : sanitizePathElement(bytes);
}

/** Whether a name could be another one on a disk: as the torrent has it, or as earlier versions made it. */
export function isOddName(bytes: Uint8Array): boolean {
	if (isPlain(bytes, formerElementBytes)) return bytes.every(byte => byte === 0x2e);
	const name = sanitizePathElement(bytes);
	return name !== writtenPathElement(bytes) || name !== formerPathElement(bytes);
}
