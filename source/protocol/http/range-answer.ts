import type {Bytes, Seconds} from '../../base/units.js';
import type {AnswerHead} from './answer-parser.js';

/** A part of a file that a server was asked for. */
export interface AskedRange {
	readonly from: Bytes;
	readonly length: Bytes;
	/** How long the file is to be. */
	readonly fileLength: Bytes;
}

/** What an answer to a request for a range is. */
export type RangeAnswer =
	/** Its body is the first `length` bytes of what was asked for: all of them, or some at least. */
	| {readonly kind: 'data'; readonly length: Bytes}
	| {readonly kind: 'redirect'; readonly location: string}
	/** The server has no such file, or another one: asking again makes no sense. */
	| {readonly kind: 'missing'; readonly why: string}
	/** It has too much to do. `after` is how long it wants to be left alone, where it says so. */
	| {readonly kind: 'busy'; readonly why: string; readonly after: Seconds | undefined}
	/** Its answer is of no use. */
	| {readonly kind: 'broken'; readonly why: string};

const redirects = new Set([301, 302, 303, 307, 308]);
/** Who may not, or what is not there: asked a second time they say the same. */
const missing = new Set([400, 401, 402, 403, 404, 405, 406, 410, 414, 416, 451]);

const words: Readonly<Record<number, string>> = {
	401: 'wants a password',
	403: 'forbidden',
	404: 'not found',
	410: 'gone',
	416: 'the file is shorter there',
	429: 'too many requests',
	500: 'internal error',
	502: 'bad gateway',
	503: 'unavailable',
	504: 'gateway timeout',
};

/**
 * What a server answered that was asked for a range of a file. RFC 9110, 14 and 15.
 *
 * @param wall milliseconds since 1970
 */
export function readRangeAnswer(head: AnswerHead, asked: AskedRange, wall: number): RangeAnswer {
	const {status, headers} = head;
	if (redirects.has(status)) {
		const location = headers.get('location');
		if (location === undefined) return broken('it redirects to nowhere');
		return {kind: 'redirect', location};
	}
	if (status === 206) return readPart(head, asked);
	if (status === 200) return readWhole(head, asked);
	const why = `${status} ${words[status] ?? 'is what it answers'}`;
	if (missing.has(status)) return {kind: 'missing', why};
	if (status === 429 || status >= 500)
		return {kind: 'busy', why, after: retryAfter(headers.get('retry-after'), wall)};
	return broken(why);
}

function readPart({headers, length}: AnswerHead, asked: AskedRange): RangeAnswer {
	if (isEncoded(headers)) return broken('it compresses what it was asked for as it is');
	const [, unit, first, last, whole] =
		/^\s*(\w+)\s+(\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)\s*$/.exec(headers.get('content-range') ?? '') ?? [];
	if (unit?.toLowerCase() !== 'bytes') return broken('its 206 does not say which bytes it has');
	const [from, to] = [Number(first), Number(last) + 1];
	if (whole !== '*' && Number(whole) !== asked.fileLength) return otherLength(Number(whole), asked);
	if (from !== asked.from || to <= from || to > asked.from + asked.length)
		return broken(`it sends other bytes than it was asked for (${first}-${last})`);
	if (length !== undefined && length !== to - from)
		return broken(`it says that ${to - from} bytes have a length of ${length}`);
	return {kind: 'data', length: to - from};
}

/** All of a file in place of a part of it: of use only when that was asked for. */
function readWhole({headers, length}: AnswerHead, asked: AskedRange): RangeAnswer {
	if (length !== undefined && length !== asked.fileLength && !isEncoded(headers))
		return otherLength(length, asked);
	if (asked.from !== 0 || asked.length !== asked.fileLength)
		return broken('it sends whole files only, no ranges');
	if (isEncoded(headers)) return broken('it compresses what it was asked for as it is');
	return {kind: 'data', length: asked.length};
}

function isEncoded(headers: ReadonlyMap<string, string>): boolean {
	return !['', 'identity'].includes(headers.get('content-encoding')?.toLowerCase() ?? '');
}

function otherLength(length: Bytes, {fileLength}: AskedRange): RangeAnswer {
	return {kind: 'missing', why: `another file: it has ${length} bytes, not ${fileLength}`};
}

function broken(why: string): RangeAnswer {
	return {kind: 'broken', why};
}

/** How many seconds from now a `Retry-After` names: a number of them, or a date. RFC 9110, 10.2.3. */
export function retryAfter(text: string | undefined, wall: number): Seconds | undefined {
	if (text === undefined) return undefined;
	if (/^\d{1,9}$/.test(text.trim())) return Number(text);
	// What is neither is read as some date by Date.parse: `-5` is one.
	const date = /^[a-z]+,? .*:.*:/i.test(text.trim()) ? Date.parse(text) : Number.NaN;
	return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - wall) / 1000));
}
