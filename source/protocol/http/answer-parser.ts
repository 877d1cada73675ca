import {ProtocolError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';

/** All headers of an answer together, those of interim answers included: more than any server needs. */
const maximumHead: Bytes = 65_536;
/** A chunk's line holds a number and what nobody reads. */
const maximumChunkLine: Bytes = 4096;
/** Bytes around chunks that come with one byte of the body: five are what chunks of one byte need. */
const framingPerByte = 16;

/** What an answer says of itself before its body. */
export interface AnswerHead {
	readonly status: number;
	/** Names in lower case; of one that comes again the last value. */
	readonly headers: ReadonlyMap<string, string>;
	/** Of the body as it is sent; undefined when only its end tells. */
	readonly length: Bytes | undefined;
	/** Whether the connection is good for another answer behind this one. */
	readonly persists: boolean;
}

/** Told what comes, while `push` runs. */
export interface AnswerSink {
	/** May throw: then nothing more is told. */
	head(head: AnswerHead): void;
	/** `bytes[from..to)` of the body, not empty. */
	body(bytes: Uint8Array, from: number, to: number): void;
	/** A chunk of the body begins that is so long. */
	chunk?(length: Bytes): void;
	/** The answer is whole. */
	end(): void;
}

type State = 'head' | 'until-close' | 'counted' | 'chunk-line' | 'chunk' | 'chunk-end' | 'trailers' | 'over';

const latin1 = (bytes: Uint8Array): string => {
	let text = '';
	for (const byte of bytes) text += String.fromCharCode(byte);
	return text;
};

/**
 * Reads the answers to GETs, one after the other, from the bytes of a connection, in whatever parts they come.
 * RFC 9112. Servers are old and home-made, so lines may end in LF alone and a Content-Length may be said again, as long
 * as it says the same. Bodies are passed on and not kept.
 */
export class HttpAnswerParser {
	readonly #sink: AnswerSink;
	#state: State = 'head';
	/** The line that has not ended yet. */
	#line: number[] = [];
	#headLength = 0;
	#lines: string[] = [];
	/** Bytes of this body so far, and those that came around its chunks. */
	#length = 0;
	#framing = 0;
	/** Bytes of the body, or of its chunk, still to come. */
	#missing = 0;
	#persists = false;

	constructor(sink: AnswerSink) {
		this.#sink = sink;
	}

	/** Whether an answer has begun and is not whole. */
	get inAnswer(): boolean {
		return (
			!['head', 'trailers', 'over'].includes(this.#state) || this.#headLength > 0 || this.#line.length > 0
		);
	}

	/** Nothing that comes is looked at any more. */
	stop(): void {
		this.#state = 'over';
		this.#headLength = 0;
		this.#line = [];
	}

	/**
	 * Takes `bytes[from..to)`, of which it keeps copies where it must.
	 *
	 * @throws {ProtocolError} when this is no answer in HTTP, asks for another protocol, or has a head without an end
	 */
	push(bytes: Uint8Array, from = 0, to = bytes.length): void {
		let at = from;
		while (at < to && this.#state !== 'over') {
			if (this.#state === 'until-close' || this.#state === 'counted' || this.#state === 'chunk') {
				const end = this.#state === 'until-close' ? to : Math.min(to, at + this.#missing);
				const start = at;
				at = end;
				this.#takeBody(bytes, start, end);
			} else {
				const found = bytes.indexOf(0x0a, at);
				const end = found === -1 || found >= to ? to : found;
				this.#takePart(bytes.subarray(at, end));
				at = end + 1;
				if (end < to) this.#endLine();
			}
		}
	}

	/**
	 * The other side closed the connection.
	 *
	 * @throws {ProtocolError} when something of an answer is missing
	 */
	end(): void {
		const state = this.#state;
		const isShort = this.inAnswer && state !== 'until-close';
		this.stop();
		if (state === 'until-close') this.#sink.end();
		else if (isShort) throw new ProtocolError('short-answer', 'the connection broke off');
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
		else if (this.#state === 'trailers') {
			if (text === '') this.#awaitNext();
		} else if (this.#state === 'chunk-end') {
			if (text !== '') throw notHttp();
			this.#state = 'chunk-line';
		} else if (text === '' && this.#lines.length > 0) this.#endHead();
		else this.#lines.push(text);
	}

	#endHead(): void {
		const [first = '', ...lines] = this.#lines;
		this.#lines = [];
		const [, version, code] = /^http\/1\.(\d) +(\d{3})(?!\d)/i.exec(first) ?? [];
		const status = Number(code);
		if (!(status >= 100)) throw notHttp();
		if (status === 101) {
			throw new ProtocolError('switching-protocols', 'it wants to speak something other than HTTP (101)');
		}
		// Interim answers announce the real one.
		if (status < 200) return;
		const headers = new Map<string, string>();
		const lengths = new Set<string>();
		let chunked = false;
		for (const line of lines) {
			const colon = line.indexOf(':');
			if (colon < 1) continue;
			const name = line.slice(0, colon).trim().toLowerCase();
			const value = line.slice(colon + 1).trim();
			headers.set(name, value);
			if (name === 'content-length') for (const part of value.split(',')) lengths.add(part.trim());
			if (name === 'transfer-encoding') chunked = /(?:^|,)\s*chunked$/i.test(value);
		}
		const connection = headers.get('connection')?.toLowerCase() ?? '';
		this.#persists = version === '0' ? connection.includes('keep-alive') : !connection.includes('close');
		this.#beginBody(status, headers, chunked, lengths);
	}

	#beginBody(
		status: number,
		headers: ReadonlyMap<string, string>,
		chunked: boolean,
		lengths: ReadonlySet<string>,
	): void {
		let length: Bytes | undefined;
		if (status === 204 || status === 304) length = 0;
		else if (!chunked && lengths.size > 0) {
			const [text = ''] = lengths;
			if (lengths.size > 1 || !/^\d{1,15}$/.test(text)) throw notHttp();
			length = Number(text);
		}
		this.#persists &&= chunked || length !== undefined;
		this.#length = 0;
		this.#framing = 0;
		this.#missing = length ?? 0;
		this.#state =
			chunked && length === undefined ? 'chunk-line' : length === undefined ? 'until-close' : 'counted';
		this.#sink.head({status, headers, length, persists: this.#persists});
		if (length === 0 && this.#state === 'counted') this.#endAnswer();
	}

	#beginChunk(line: string): void {
		const digits = /^\s*([\da-f]{1,12})\s*(?:;|$)/i.exec(line)?.[1];
		if (digits === undefined) throw notHttp();
		this.#missing = Number.parseInt(digits, 16);
		this.#sink.chunk?.(this.#missing);
		if (this.#missing > 0) this.#state = 'chunk';
		else {
			this.#state = 'trailers';
			this.#sink.end();
		}
	}

	#takeBody(bytes: Uint8Array, from: number, to: number): void {
		this.#length += to - from;
		this.#missing -= to - from;
		this.#sink.body(bytes, from, to);
		if (this.#state === 'until-close' || this.#state === 'over' || this.#missing > 0) return;
		if (this.#state === 'chunk') this.#state = 'chunk-end';
		else this.#endAnswer();
	}

	#endAnswer(): void {
		this.#awaitNext();
		this.#sink.end();
	}

	#awaitNext(): void {
		this.#headLength = 0;
		this.#framing = 0;
		this.#state = this.#persists ? 'head' : 'over';
	}
}

function notHttp(): ProtocolError {
	return new ProtocolError('not-http', 'the answer is not HTTP');
}
