import type {Bytes} from '../../base/units.js';

/** A part of a file: `end` is the byte behind it. */
export interface ByteRange {
	readonly start: Bytes;
	readonly end: Bytes;
}

/**
 * What a Range header asks for of so many bytes; `whole` when it asks for nothing that is understood, or for several
 * parts, which nobody has to give; undefined when there is no such part. RFC 9110, section 14.
 */
export function readRange(header: string | undefined, length: Bytes): ByteRange | 'whole' | undefined {
	const match = /^\s*bytes\s*=\s*(?:(\d+)\s*-\s*(\d*)|-\s*(\d+))\s*$/i.exec(header ?? '');
	if (match === null) return 'whole';
	const [, first, last, suffix] = match;
	if (suffix !== undefined) {
		const count = Number(suffix);
		if (count === 0 || length === 0) return undefined;
		return {start: Math.max(0, length - count), end: length};
	}
	const start = Number(first);
	const end = last === '' ? length : Number(last) + 1;
	// A last byte before the first makes no sense, and so is not there.
	if (end <= start && last !== '') return 'whole';
	return start >= length ? undefined : {start, end: Math.min(end, length)};
}
