import type {Duplex, Writable} from 'node:stream';

/** One request as routes see it. All of it is a stranger's words. */
export interface HttpRequest {
	readonly method: string;
	/** What follows the base path, percent-decoded: begins with `/`, has no `.`, `..` or empty part but for the last. */
	readonly path: string;
	readonly query: URLSearchParams;
	/** The address it came from; empty for a unix socket. */
	readonly from: string;
	/** The value of a header, whatever the case of its name; several of one name are joined as HTTP says. */
	header(name: string): string | undefined;
	/**
	 * Reads the body. To be called once.
	 *
	 * @param maximum the most bytes it may have
	 * @throws {HttpRefusal} 413 when it is longer; rejects with anything else when the connection is gone
	 */
	body(maximum: number): Promise<Uint8Array>;
}

/** What is answered. */
export interface HttpAnswer {
	readonly status: number;
	/** The Content-Type; none is named when left out. */
	readonly type?: string;
	/** Texts of more than a packet are compressed for whoever takes that. */
	readonly body?: string | Uint8Array;
	/** More headers, by name. They go before those that every answer has. */
	readonly headers?: Readonly<Record<string, string | readonly string[]>>;
	/**
	 * Writes the body, for as long as it likes, in place of `body`; ends `sink`. Not called for HEAD. `sink` is destroyed
	 * when its reader is gone; one that does not read is waited for.
	 */
	readonly stream?: (sink: Writable) => void;
}

/** Some of the paths of a door. */
export interface HttpRoute {
	/** Whether it answers for this path; the first route that does is asked. */
	handles(path: string): boolean;
	/** It is asked also by those who have not logged in. */
	readonly isPublic?: boolean;
	/** Answers any method; HEAD may be answered as GET. A `HttpRefusal` that is thrown is the answer. */
	answer(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>;
	/** Takes over the connection of a request that asks for another protocol, such as a WebSocket's. */
	upgrade?(request: HttpRequest, upgrade: HttpUpgrade): void;
}

/** A connection that wants to speak another protocol, with what Node's server tells of it. */
export interface HttpUpgrade {
	/** Node's `IncomingMessage`. */
	readonly message: unknown;
	readonly socket: Duplex;
	/** What came behind the request's head. */
	readonly head: Buffer;
}

/** Decides who may come in. */
export interface HttpLogin {
	/** Undefined lets a request in; else that is the answer. */
	admit(request: HttpRequest): HttpAnswer | undefined | Promise<HttpAnswer | undefined>;
}

/** An answer in plain text that a route throws, from however deep. */
export class HttpRefusal extends Error {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>> | undefined;

	constructor(status: number, message: string, headers?: Readonly<Record<string, string>>) {
		super(message);
		this.status = status;
		this.headers = headers;
	}

	/** The same as an answer. */
	get answer(): HttpAnswer {
		const {status, message, headers} = this;
		return {status, type: 'text/plain; charset=utf-8', body: `${message}\n`, ...(headers && {headers})};
	}
}
