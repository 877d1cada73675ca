import type {IncomingMessage} from 'node:http';
import {HttpRefusal, type HttpRequest} from './http-route.js';

/** A request that Node's server has read the head of. */
export class IncomingRequest implements HttpRequest {
	readonly path: string;
	readonly from: string;
	readonly #message: IncomingMessage;
	/** Told when somebody waits for the body, and when it is there. */
	readonly #stage: (stage: 'body' | 'answer') => void;
	#query: URLSearchParams | undefined;

	constructor(message: IncomingMessage, path: string, stage: (stage: 'body' | 'answer') => void) {
		this.#message = message;
		this.#stage = stage;
		this.path = path;
		this.from = (message.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
	}

	get method(): string {
		return this.#message.method ?? '';
	}

	get query(): URLSearchParams {
		this.#query ??= new URLSearchParams(/\?([^#]*)/.exec(this.#message.url ?? '')?.[1] ?? '');
		return this.#query;
	}

	header(name: string): string | undefined {
		const value = this.#message.headers[name.toLowerCase()];
		return Array.isArray(value) ? value.join(', ') : value;
	}

	/** The same with another path. */
	at(path: string): IncomingRequest {
		return path === this.path ? this : new IncomingRequest(this.#message, path, this.#stage);
	}

	/** What it says that its body has; undefined when it does not say. */
	get declared(): number | undefined {
		const text = this.header('content-length');
		if (text !== undefined) return Number(text);
		return this.header('transfer-encoding') === undefined ? 0 : undefined;
	}

	async body(maximum: number): Promise<Uint8Array> {
		const tooLong = () => new HttpRefusal(413, `too long: at most ${maximum} bytes are read here`);
		if ((this.declared ?? 0) > maximum) throw tooLong();
		const parts: Buffer[] = [];
		let length = 0;
		const isWhole = await this.#read(part => {
			length += part.length;
			parts.push(part);
			return length <= maximum;
		});
		if (!isWhole) throw tooLong();
		return Buffer.concat(parts);
	}

	/** Reads what nobody wants of the body, so that the answer is heard: true when that was all of it. */
	async drain(maximum: number): Promise<boolean> {
		if (this.declared === 0 || this.#message.readableEnded) return true;
		if ((this.declared ?? 0) > maximum) return false;
		let length = 0;
		return this.#read(part => {
			length += part.length;
			return length <= maximum;
		});
	}

	/** Hands over what comes until `take` has had enough: false then. Rejects when the connection is gone before. */
	#read(take: (part: Buffer) => boolean): Promise<boolean> {
		const message = this.#message;
		if (message.destroyed) return Promise.reject(new Error('the connection is gone'));
		this.#stage('body');
		return new Promise<boolean>((resolve, reject) => {
			const over = (): void => {
				message.off('data', data).off('end', end).off('close', gone).off('error', gone);
				this.#stage('answer');
			};
			const data = (part: Buffer): void => {
				if (take(part)) return;
				message.pause();
				over();
				resolve(false);
			};
			const end = (): void => {
				over();
				resolve(true);
			};
			const gone = (): void => {
				over();
				reject(new Error('the connection is gone'));
			};
			message.on('data', data).once('end', end).once('close', gone).once('error', gone).resume();
		});
	}
}
