import type {ProxyCredentials, ProxyTarget} from './proxy-address.js';
import {type ProxyHandshake, ProxyRefusal, type ProxyStep} from './proxy-handshake.js';

const longestHead = 16_384;
const endOfHead = [13, 10, 13, 10];

/** The value of `Proxy-Authorization`. RFC 7617. */
export function basicAuthorization({user, password}: ProxyCredentials): string {
	const bytes = new TextEncoder().encode(`${user}:${password}`);
	return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** Asks an HTTP proxy for a way to somewhere. RFC 9110, section 9.3.6. */
export class HttpConnectHandshake implements ProxyHandshake {
	readonly #target: ProxyTarget;
	readonly #credentials: ProxyCredentials | undefined;
	#head = '';
	/** Bytes of the end of the head that were seen last. */
	#atEnd = 0;

	constructor(target: ProxyTarget, credentials: ProxyCredentials | undefined) {
		this.#target = target;
		this.#credentials = credentials;
	}

	/** It says nothing before it has tried to reach the place. */
	readonly isAdmitted = true;

	first(): Uint8Array {
		const {host, port} = this.#target;
		const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
		const lines = [
			`CONNECT ${where} HTTP/1.1`,
			`Host: ${where}`,
			...(this.#credentials === undefined
				? []
				: [`Proxy-Authorization: ${basicAuthorization(this.#credentials)}`]),
			'\r\n',
		];
		return new TextEncoder().encode(lines.join('\r\n'));
	}

	push(bytes: Uint8Array, length: number): ProxyStep {
		for (let used = 0; used < length; ) {
			const byte = bytes[used++]!;
			this.#head += String.fromCharCode(byte);
			this.#atEnd = byte === endOfHead[this.#atEnd] ? this.#atEnd + 1 : byte === endOfHead[0] ? 1 : 0;
			if (this.#atEnd === endOfHead.length) return this.#answer(used);
			if (this.#head.length > longestHead || !'HTTP/1.'.startsWith(this.#head.slice(0, 7)))
				throw new ProxyRefusal('it answers something else than an HTTP proxy would', true);
		}
		return {kind: 'more'};
	}

	#answer(used: number): ProxyStep {
		const status = Number(/^HTTP\/1\.\d (\d{3})(?!\d)/.exec(this.#head)?.[1]);
		if (status >= 200 && status < 300) return {kind: 'open', used};
		if (Number.isNaN(status))
			throw new ProxyRefusal('it answers something else than an HTTP proxy would', true);
		throw refusalOf(status, this.#credentials !== undefined);
	}
}

/** What the status of an HTTP proxy's own answer means. */
export function refusalOf(status: number, hadPassword: boolean): ProxyRefusal {
	if (status === 407)
		return new ProxyRefusal(
			hadPassword ? 'it does not take our user and password' : 'it wants a user and a password',
			true,
		);
	if (status === 403 || status === 405)
		return new ProxyRefusal("the proxy's rules do not allow it", false, true);
	if (status === 502 || status === 503 || status === 504)
		return new ProxyRefusal('the proxy could not reach it', false);
	return new ProxyRefusal(`the proxy says HTTP ${status}`, false);
}
