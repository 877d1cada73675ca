import type {HttpRequestHead} from '../../protocol/tracker/http-request.js';

/** One request as a route sees it. */
export interface HttpRequest extends HttpRequestHead {
	/** The address it came from, in its usual form. */
	readonly host: string;
	/** Whether it came over TLS. */
	readonly isSecure: boolean;
	/** The value of the first header of this name, whatever its case. */
	header(name: string): string | undefined;
	/**
	 * Reads the body, which is bytes of a stranger. To be called once, while the answer is promised.
	 *
	 * @param maximum the most bytes it may have
	 * @throws {HttpRefusal} when it is longer (413) or does not say how long it is (411); the connection is gone when it
	 * rejects with anything else
	 */
	body(maximum: number): Promise<Uint8Array>;
}

/** What to say. Statuses that are not known are sent without their words. */
export interface HttpAnswer {
	readonly status: number;
	/** The Content-Type. */
	readonly type: string;
	readonly body: string | Uint8Array;
	/** More headers, by name; values without line breaks. */
	readonly headers?: Readonly<Record<string, string>>;
	/** Goes on talking after `body` was sent, until either side ends it: Server-Sent Events. */
	readonly stream?: (stream: HttpStream) => void;
}

/** An answer that goes on. */
export interface HttpStream {
	/** Sends more; false when the reader does not keep up and was let go, or is gone. */
	write(text: string): boolean;
	/** Sends what is waiting and ends it. */
	end(): void;
	/** Called once, when it is over for whatever reason. */
	onClose(listener: () => void): void;
}

/** Some of the paths of a tracker's HTTP server. */
export interface HttpRoute {
	/** Whether it answers for this path. The first route that does is asked. */
	handles(path: string): boolean;
	/** Answers any method. A `HttpRefusal` that is thrown or rejected with is the answer. */
	handle(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>;
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
}

/**
 * Something more that a tracker does beside its swarms, such as a catalogue of what is shared. All are optional; each is
 * called by the server that it was handed to.
 */
export interface TrackerPart {
	readonly route?: HttpRoute;
	/** About once a minute while the server runs, in which what shall survive a crash is written down. */
	save?(): Promise<void>;
	/** Files are read anew: somebody has changed them. */
	reload?(): Promise<void>;
	/** The server ends: the last save is over, connections are still open. */
	close?(): Promise<void>;
}
