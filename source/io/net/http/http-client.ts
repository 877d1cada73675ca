import type {Clock} from '../../../base/ports.js';
import type {Bytes, Millis} from '../../../base/units.js';
import type {RawHttpResponse} from '../../../protocol/tracker/http-response.js';
import type {AddressFilter} from '../address-filter.js';
import type {LookUpHost} from '../host-resolver.js';
import type {IpFamily, LocalAddresses} from '../local-addresses.js';
import {describeNetworkError} from '../network-error.js';
import {AddressGuard} from './address-guard.js';
import {HttpDialer, type WebDialer} from './http-dialer.js';
import {exchangeHttp, type HttpPost, requestBytes} from './http-exchange.js';
import {inflateBody} from './inflate-body.js';

export interface HttpRequest {
	/** The answer may be no longer, neither as sent nor inflated. */
	readonly maximumBody: Bytes;
	/** For the whole of it, redirects and body included; 30 s when left out. */
	readonly timeout?: Millis;
	readonly signal?: AbortSignal;
	/** Only addresses of this family are dialled; all when left out. */
	readonly family?: IpFamily | undefined;
	/** Which paths may be asked of loopback and LAN addresses; all when left out. */
	readonly localPath?: (path: string) => boolean;
	/** How many redirects are followed, 5 when left out; one more is an answer as any other when it is 0. */
	readonly redirects?: number;
	/** Sent, instead of asking by GET; then nothing is followed. */
	readonly post?: HttpPost;
	/** Said with each request, also where redirects lead. */
	readonly headers?: Readonly<Record<string, string>>;
	/** Said only to the host that is asked first, and not without TLS where that was asked with it. */
	readonly secret?: Readonly<Record<string, string>>;
	/** The URL is a stranger's, who reached us from a public address: nothing local is asked. */
	readonly fromPublic?: boolean;
	/** It is our own affair, and no torrent's: addresses of a blocklist are asked, too. */
	readonly mayBeBlocked?: boolean;
	/** Told of an answer of status 200 as it comes, as it was sent, however long: its body is empty in the end. */
	readonly stream?: (bytes: Uint8Array) => void;
}

export interface HttpResponse {
	readonly status: number;
	/** Inflated. */
	readonly body: Uint8Array;
	/** Where the answer came from in the end. */
	readonly url: string;
	/** Of that answer: names in lower case. */
	readonly headers?: ReadonlyMap<string, string>;
	/** Whether a public address was asked on the way. */
	readonly isPublic?: boolean;
}

/** Fetches over HTTP and HTTPS, and sends. A rejection's message says in a few words what went wrong. */
export interface HttpClient {
	get(url: string, request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpClientOptions {
	readonly clock: Clock;
	readonly userAgent: string;
	readonly local: LocalAddresses;
	readonly lookUp: LookUpHost;
	/** Addresses that are not asked; none when left out. */
	readonly filter?: AddressFilter | undefined;
	/** How servers are dialled; from here when left out. */
	readonly dialer?: WebDialer | undefined;
	/** Requests under way at once; others wait. */
	readonly concurrency?: number;
}

/** Whether a place may be told what is for the host that was asked first. */
function mayKnow(first: string, url: string): boolean {
	const [one, other] = [new URL(first), new URL(url)];
	return one.hostname === other.hostname && (one.protocol === other.protocol || other.protocol === 'https:');
}

const redirects = new Set([301, 302, 303, 307, 308]);
const maximumRedirects = 5;

/**
 * HTTP on plain sockets: TLS is verified, redirects are followed up to 5 times but never from a public address to one
 * on loopback or LAN, gzip is inflated up to the body's limit, and slow drips end with the timeout. Every request
 * settles, however its connection ends. Not Node's own client: that one stays silent on a 101, and refuses answers
 * that trackers are known to give.
 */
export class NodeHttpClient implements HttpClient {
	readonly #options: HttpClientOptions;
	readonly #dialer: WebDialer;
	readonly #waiting = new Set<() => void>();
	#underWay = 0;

	constructor(options: HttpClientOptions) {
		this.#options = options;
		this.#dialer =
			options.dialer ?? new HttpDialer(options.local, options.lookUp, options.clock, options.filter);
	}

	async get(url: string, request: HttpRequest): Promise<HttpResponse> {
		await this.#takeTurn(request.signal);
		const timeout = request.timeout ?? 30_000;
		const deadline = new AbortController();
		const timer = this.#options.clock.after(timeout, () =>
			deadline.abort(new Error(`no answer within ${Math.round(timeout / 1000)} s`)),
		);
		const signal = request.signal ? AbortSignal.any([request.signal, deadline.signal]) : deadline.signal;
		try {
			return await this.#follow(url, request, signal);
		} catch (error) {
			throw signal.aborted ? signal.reason : new Error(describeNetworkError(error), {cause: error});
		} finally {
			timer.clear();
			this.#underWay--;
			const [next] = this.#waiting;
			next?.();
		}
	}

	/** Rejects with the signal's reason when that comes first. */
	async #takeTurn(signal: AbortSignal | undefined): Promise<void> {
		signal?.throwIfAborted();
		if (this.#underWay < (this.#options.concurrency ?? 50) && this.#waiting.size === 0) {
			this.#underWay++;
			return;
		}
		await new Promise<void>((resolve, reject) => {
			const leave = (): void => {
				this.#waiting.delete(enter);
				signal?.removeEventListener('abort', giveUp);
			};
			const enter = (): void => {
				leave();
				this.#underWay++;
				resolve();
			};
			const giveUp = (): void => {
				leave();
				reject(signal?.reason);
			};
			this.#waiting.add(enter);
			signal?.addEventListener('abort', giveUp);
		});
	}

	async #follow(first: string, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
		let url = first;
		let fromPublic = request.fromPublic === true;
		const most = request.post === undefined ? (request.redirects ?? maximumRedirects) : 0;
		for (let hop = 0; hop <= most; hop++) {
			const guard = new AddressGuard(new URL(url).pathname, fromPublic, request.localPath);
			guard.mayBeBlocked = request.mayBeBlocked === true;
			const headers = {...request.headers, ...(mayKnow(first, url) && request.secret)};
			const response = await this.#exchange(url, guard, {...request, headers}, signal);
			const location = response.headers.get('location');
			fromPublic ||= guard.public;
			if (most === 0 || !redirects.has(response.status) || location === undefined) {
				const body = await inflateBody(response, request.maximumBody);
				return {status: response.status, body, url, headers: response.headers, isPublic: fromPublic};
			}
			if (!URL.canParse(location, url)) throw new Error('it redirects to something that is no URL');
			url = new URL(location, url).href;
		}
		throw new Error(`it redirects more than ${most} times`);
	}

	async #exchange(
		url: string,
		guard: AddressGuard,
		{maximumBody, post, family, headers, stream}: HttpRequest,
		signal: AbortSignal,
	): Promise<RawHttpResponse> {
		signal.throwIfAborted();
		const target = new URL(url);
		const {protocol} = target;
		if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`it leads to ${protocol}, not http`);
		const socket = await this.#dialer.dial(target, guard, signal, family);
		const form = this.#dialer.form?.(target);
		const bytes = requestBytes(target, this.#options.userAgent, post, headers, form);
		const response = await exchangeHttp(socket, bytes, maximumBody, signal, stream);
		form?.answered?.(response.status);
		return response;
	}
}
