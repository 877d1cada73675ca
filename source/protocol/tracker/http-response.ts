import {ProtocolError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';

/** All headers of an answer together, those of interim answers included: more than any server needs. */
const maximumHead: Bytes = 65_536;
/** A chunk's line holds a number and what nobody reads. */
const maximumChunkLine: Bytes = 4096;
/** Bytes around chunks that come with one byte of the body: five are what chunks of one byte need. */
const framingPerByte = 16;
/** The room for a body when its first bytes come; it doubles. */
const leastRoom: Bytes = 4096;

/** A whole answer, its body as it was sent: not inflated. */
export interface RawHttpResponse {
	readonly status: number;
	/** Names in lower case; of one that comes again the last value. */
	readonly headers: ReadonlyMap<string, string>;
	readonly body: Uint8Array;
}

type State = 'head' | 'until-close' | 'counted' | 'chunk-line' | 'chunk' | 'chunk-end' | 'done';

const latin1 = (bytes: Uint8Array): string => {
	let text = '';
	for (const byte of bytes) text += String.fromCharCode(byte);
	return text;
};

/**
 * Reads one answer to a GET from the bytes of a connection, in whatever parts they come. RFC 9112. Trackers are old
 * and home-made, so lines may end in LF alone and a Content-Length may be said again, as long as it says the same.
 * What is behind the body is not looked at.
 */
export class HttpResponseReader {
	readonly #maximumBody: Bytes;
	readonly #stream: ((bytes: Uint8Array) => void) | undefined;
	/** The body as far as it came, with room for more: many small parts must not cost more than their bytes. */
	#body = new Uint8Array(0);
	#state: State = 'head';
	/** The line that has not ended yet. */
	#line: number[] = [];
	#headLength = 0;
	#lines: string[] = [];
	#status = 0;
	#headers = new Map<string, string>();
	#length = 0;
	/** Bytes that came around the chunks so far. */
	#framing = 0;
	/** Bytes of the body, or of its chunk, still to come. */
	#missing = 0;

	/** @param stream told of the body as it comes when the status is 200, instead of its being kept: no ceiling holds then */
	constructor(maximumBody: Bytes, stream?: (bytes: Uint8Array) => void) {
		this.#maximumBody = maximumBody;
		this.#stream = stream;
	}

	/** Whether the answer is whole. */
	get done(): boolean {
		return this.#state === 'done';
	}

	/** The answer, once it is whole. */
	get response(): RawHttpResponse | undefined {
		if (this.#state !== 'done') return undefined;
		return {status: this.#status, headers: this.#headers, body: this.#body.slice(0, this.#length)};
	}

	/**
	 * Takes the next bytes, of which it keeps copies.
	 *
	 * @throws {ProtocolError} when this is no answer in HTTP, asks for another protocol, or is too long
	 */
	push(bytes: Uint8Array): void {
		let at = 0;
		while (at < bytes.length && this.#state !== 'done') {
			if (this.#state === 'head' || this.#state === 'chunk-line' || this.#state === 'chunk-end') {
				const end = bytes.indexOf(0x0a, at);
				const part = bytes.subarray(at, end === -1 ? bytes.length : end);
				at += part.length + 1;
				this.#takePart(part);
				if (end !== -1) this.#endLine();
			} else {
				const part =
					this.#state === 'until-close' ? bytes.subarray(at) : bytes.subarray(at, at + this.#missing);
				at += part.length;
				this.#takeBody(part);
			}
		}
	}

	/**
	 * The other side closed the connection.
	 *
	 * @throws {ProtocolError} when something is missing
	 */
	end(): void {
		if (this.#state === 'done') return;
		if (this.#state !== 'until-close') throw new ProtocolError('short-answer', 'the connection broke off');
		this.#state = 'done';
	}

	#takePart(part: Uint8Array): void {
		const most = this.#state === 'head' ? maximumHead - this.#headLength : maximumChunkLine;
		if (this.#line.length + part.length > most) throw notHttp();
		for (const byte of part) this.#line.push(byte);
		// Rubbish without an end is known by how it begins.
		if (this.#state === 'head' && this.#lines.length === 0 && this.#line.length >= 7) {
			if (!/^http\/1\./i.test(latin1(Uint8Array.from(this.#line.slice(0, 7))))) throw notHttp();
		}
	}

	#endLine(): void {
		const text = latin1(Uint8Array.from(this.#line)).replace(/\r$/, '');
		if (this.#state === 'head') this.#headLength += this.#line.length + 1;
		else this.#framing += this.#line.length + 1;
		this.#line = [];
		if (this.#framing > maximumChunkLine + framingPerByte * this.#length) throw notHttp();
		if (this.#state === 'chunk-line') this.#beginChunk(text);
		else if (this.#state === 'chunk-end') {
			if (text !== '') throw notHttp();
			this.#state = 'chunk-line';
		} else if (text === '' && this.#lines.length > 0) this.#endHead();
		else this.#lines.push(text);
	}

	#endHead(): void {
		const [first = '', ...lines] = this.#lines;
		this.#lines = [];
		const status = Number(/^http\/1\.\d +(\d{3})(?!\d)/i.exec(first)?.[1]);
		if (!(status >= 100)) throw notHttp();
		if (status === 101) {
			throw new ProtocolError('switching-protocols', 'it wants to speak something other than HTTP (101)');
		}
		// Interim answers announce the real one.
		if (status < 200) return;
		this.#status = status;
		const lengths = new Set<string>();
		let chunked = false;
		for (const line of lines) {
			const colon = line.indexOf(':');
			if (colon < 1) continue;
			const name = line.slice(0, colon).trim().toLowerCase();
			const value = line.slice(colon + 1).trim();
			this.#headers.set(name, value);
			if (name === 'content-length') for (const part of value.split(',')) lengths.add(part.trim());
			if (name === 'transfer-encoding') chunked = /(?:^|,)\s*chunked$/i.test(value);
		}
		this.#beginBody(chunked, lengths);
	}

	#beginBody(chunked: boolean, lengths: ReadonlySet<string>): void {
		if (this.#status === 204 || this.#status === 304) this.#state = 'done';
		else if (chunked) this.#state = 'chunk-line';
		else if (lengths.size > 0) {
			const [length = ''] = lengths;
			if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) throw notHttp();
			this.#missing = Number(length);
			if (!this.#isStreamed && this.#missing > this.#maximumBody) throw this.#tooLong();
			this.#state = this.#missing === 0 ? 'done' : 'counted';
		} else this.#state = 'until-close';
	}

	#beginChunk(line: string): void {
		const digits = /^\s*([\da-f]{1,12})\s*(?:;|$)/i.exec(line)?.[1];
		if (digits === undefined) throw notHttp();
		this.#missing = Number.parseInt(digits, 16);
		if (!this.#isStreamed && this.#length + this.#missing > this.#maximumBody) throw this.#tooLong();
		this.#state = this.#missing === 0 ? 'done' : 'chunk';
	}

	get #isStreamed(): boolean {
		return this.#stream !== undefined && this.#status === 200;
	}

	#takeBody(part: Uint8Array): void {
		if (this.#isStreamed) {
			// What comes around chunks is weighed against what is in them.
			this.#framing = 0;
			this.#stream?.(part);
			this.#endPart(part);
			return;
		}
		const length = this.#length + part.length;
		if (length > this.#maximumBody) throw this.#tooLong();
		if (length > this.#body.length) {
			const grown = new Uint8Array(Math.max(leastRoom, length, 2 * this.#body.length));
			grown.set(this.#body.subarray(0, this.#length));
			this.#body = grown;
		}
		this.#body.set(part, this.#length);
		this.#length = length;
		this.#endPart(part);
	}

	#endPart(part: Uint8Array): void {
		if (this.#state === 'until-close') return;
		this.#missing -= part.length;
		if (this.#missing === 0) this.#state = this.#state === 'chunk' ? 'chunk-end' : 'done';
	}

	#tooLong(): ProtocolError {
		return new ProtocolError('long-answer', `the answer is longer than ${this.#maximumBody} bytes`);
	}
}

function notHttp(): ProtocolError {
	return new ProtocolError('not-http', 'the answer is not HTTP');
}
