import {ProtocolError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';
import {type AnswerHead, HttpAnswerParser} from '../http/answer-parser.js';

/** The room for a body when its first bytes come; it doubles. */
const leastRoom: Bytes = 4096;

/** A whole answer, its body as it was sent: not inflated. */
export interface RawHttpResponse {
	readonly status: number;
	/** Names in lower case; of one that comes again the last value. */
	readonly headers: ReadonlyMap<string, string>;
	readonly body: Uint8Array;
}

/** Reads one answer to a GET, up to a limit; as `HttpAnswerParser`. What is behind the body is not looked at. */
export class HttpResponseReader {
	readonly #maximumBody: Bytes;
	readonly #stream: ((bytes: Uint8Array) => void) | undefined;
	readonly #parser: HttpAnswerParser;
	/** The body as far as it came, with room for more: many small parts must not cost more than their bytes. */
	#body = new Uint8Array(0);
	#head: AnswerHead | undefined;
	#length = 0;
	#isDone = false;

	/** @param stream told of the body as it comes when the status is 200, instead of its being kept: no ceiling holds then */
	constructor(maximumBody: Bytes, stream?: (bytes: Uint8Array) => void) {
		this.#maximumBody = maximumBody;
		this.#stream = stream;
		this.#parser = new HttpAnswerParser({
			head: head => {
				this.#head = head;
				this.#allow(head.length ?? 0);
			},
			chunk: length => this.#allow(this.#length + length),
			body: (bytes, from, to) => this.#take(bytes, from, to),
			end: () => {
				this.#isDone = true;
				this.#parser.stop();
			},
		});
	}

	/** Whether the answer is whole. */
	get done(): boolean {
		return this.#isDone;
	}

	/** The answer, once it is whole. */
	get response(): RawHttpResponse | undefined {
		if (!this.#isDone || this.#head === undefined) return undefined;
		const {status, headers} = this.#head;
		return {status, headers, body: this.#body.slice(0, this.#length)};
	}

	/**
	 * Takes the next bytes, of which it keeps copies.
	 *
	 * @throws {ProtocolError} when this is no answer in HTTP, asks for another protocol, or is too long
	 */
	push(bytes: Uint8Array): void {
		this.#parser.push(bytes);
	}

	/**
	 * The other side closed the connection.
	 *
	 * @throws {ProtocolError} when something is missing
	 */
	end(): void {
		if (this.#isDone) return;
		this.#parser.end();
		if (!this.#isDone) throw new ProtocolError('short-answer', 'the connection broke off');
	}

	#take(bytes: Uint8Array, from: number, to: number): void {
		if (this.#isStreamed) return this.#stream?.(bytes.subarray(from, to));
		const length = this.#length + to - from;
		this.#allow(length);
		if (length > this.#body.length) {
			const grown = new Uint8Array(Math.max(leastRoom, length, 2 * this.#body.length));
			grown.set(this.#body.subarray(0, this.#length));
			this.#body = grown;
		}
		this.#body.set(bytes.subarray(from, to), this.#length);
		this.#length = length;
	}

	#allow(length: Bytes): void {
		if (this.#isStreamed || length <= this.#maximumBody) return;
		throw new ProtocolError('long-answer', `the answer is longer than ${this.#maximumBody} bytes`);
	}

	get #isStreamed(): boolean {
		return this.#stream !== undefined && this.#head?.status === 200;
	}
}
