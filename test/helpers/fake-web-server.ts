import {ProtocolError} from '../../source/base/errors.ts';
import type {
	RangeDialer,
	RangeEvents,
	RangeServer,
	RangeStream,
} from '../../source/io/net/http/range-connection.ts';
import {HttpAnswerParser} from '../../source/protocol/http/answer-parser.ts';

/** What was asked for over a connection that is no socket. */
export interface FakeAsk {
	readonly url: string;
	readonly from: number;
	readonly length: number;
}

/** A connection to a web server: what is asked is kept, what it answers is the test's choice, byte by byte. */
export class FakeWebStream implements RangeStream {
	readonly server: RangeServer;
	readonly asks: FakeAsk[] = [];
	isPublic = false;
	isPaused = false;
	most: number | undefined;
	isClosed = false;
	readonly #events: RangeEvents;
	readonly #parser: HttpAnswerParser;

	constructor(server: RangeServer, events: RangeEvents) {
		this.server = server;
		this.#events = events;
		this.#parser = new HttpAnswerParser(events);
	}

	ask(url: URL, from: number, length: number): void {
		this.asks.push({url: url.href, from, length});
	}

	pause(): void {
		this.isPaused = true;
	}

	resume(): void {
		this.isPaused = false;
	}

	readAtMost(bytes: number | undefined): void {
		this.most = bytes;
	}

	close(): void {
		this.isClosed = true;
		this.#parser.stop();
	}

	connect(): void {
		this.#events.connected();
	}

	/** It says this, in a buffer that is good for the time of the call alone. */
	say(...parts: ReadonlyArray<string | Uint8Array>): void {
		const bytes = Buffer.concat(
			parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
		);
		try {
			this.#parser.push(bytes);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			return this.hangUp(error.message);
		}
		if (!this.isClosed) this.#events.read(bytes.length);
		bytes.fill(0x5a);
	}

	/** Answers the first that was asked for and was not answered, from what the file has; or a part of it. */
	give(file: Uint8Array, most = Infinity): void {
		const {from, length} = this.asks.shift()!;
		const to = Math.min(from + length, from + most);
		this.say(
			`HTTP/1.1 206 Partial Content\r\nContent-Length: ${to - from}\r\n`,
			`Content-Range: bytes ${from}-${to - 1}/${file.length}\r\n\r\n`,
			file.subarray(from, to),
		);
	}

	/** Answers it with a status and nothing else. */
	refuse(status: number, ...headers: readonly string[]): void {
		this.asks.shift();
		const lines = headers.map(header => `${header}\r\n`).join('');
		this.say(`HTTP/1.1 ${status} Such\r\n${lines}Content-Length: 0\r\n\r\n`);
	}

	hangUp(why = 'the connection broke off'): void {
		if (this.isClosed) return;
		this.close();
		this.#events.closed(why);
	}
}

/** Web servers that are whatever the test makes of them. */
export class FakeWeb implements RangeDialer {
	/** In the order in which they were opened. */
	readonly streams: FakeWebStream[] = [];

	open(server: RangeServer, events: RangeEvents): RangeStream {
		const stream = new FakeWebStream(server, events);
		this.streams.push(stream);
		return stream;
	}

	/** The connection that was opened last. */
	get last(): FakeWebStream {
		return this.streams.at(-1)!;
	}
}

/** No web server can be reached: nobody is asked for a name or an address. */
export const noWebServers: RangeDialer = {
	open(_server, events) {
		setImmediate(() => events.closed('no web servers here'));
		return {isPublic: false, ask() {}, pause() {}, resume() {}, readAtMost() {}, close() {}};
	},
};
