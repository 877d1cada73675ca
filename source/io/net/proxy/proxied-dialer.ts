import {createRequire} from 'node:module';
import {isIP, type Socket} from 'node:net';
import {basicAuthorization, refusalOf} from '../../../protocol/transport/http-connect.js';
import type {AddressFilter} from '../address-filter.js';
import type {AddressGuard} from '../http/address-guard.js';
import type {RequestForm, WebDialer} from '../http/http-dialer.js';
import {familyOf, type IpFamily} from '../local-addresses.js';
import {unlessAborted} from '../unless-aborted.js';
import type {ProxyWay} from './proxy-way.js';

/**
 * Connections to web servers through a proxy, which looks up their names: of a name it cannot be told here whether it leads
 * into a local network, the proxy's. An HTTP proxy is asked for what is not secure by its URL, and else to let us through.
 */
export class ProxiedDialer implements WebDialer {
	readonly #way: ProxyWay;
	/** Of names only the proxy knows the addresses. */
	readonly #filter: AddressFilter | undefined;

	constructor(way: ProxyWay, filter?: AddressFilter) {
		this.#way = way;
		this.#filter = filter;
	}

	/** What requests over a connection that was dialled look like. */
	form(target: URL): RequestForm {
		const {kind, credentials} = this.#way.address;
		if (kind !== 'http' || target.protocol === 'https:') return {};
		return {
			isWhole: true,
			headers: credentials === undefined ? {} : {'Proxy-Authorization': basicAuthorization(credentials)},
			answered: status => {
				if (status === 407) throw this.#way.judge(refusalOf(status, credentials !== undefined), undefined);
				this.#way.worked();
			},
		};
	}

	async dial(target: URL, guard: AddressGuard, signal: AbortSignal, family?: IpFamily): Promise<Socket> {
		const host = asAddress(target.hostname.replace(/^\[|\]$/g, ''));
		if (isIP(host) !== 0 && family !== undefined && familyOf(host) !== family)
			throw new Error('it has no address of that kind');
		guard.admitted([host], this.#filter);
		const secure = target.protocol === 'https:';
		if (!secure && this.#way.address.kind === 'http') return this.#way.connected(signal);
		const port = target.port === '' ? (secure ? 443 : 80) : Number(target.port);
		const {socket} = await this.#way.open({host, port}, signal);
		if (!secure) return socket;
		try {
			return await unlessAborted(secured(socket, host), signal);
		} catch (error) {
			socket.destroy();
			throw error;
		}
	}
}

/** What is this machine for everybody is so for the proxy, too. RFC 6761. */
function asAddress(host: string): string {
	return /^(?:.*\.)?localhost\.?$/i.test(host) ? '127.0.0.1' : host;
}

/** TLS over a connection that stands. Rejects when it cannot be had. */
function secured(socket: Socket, host: string): Promise<Socket> {
	// TLS takes its time to load, and many never need it.
	const tls: typeof import('node:tls') = createRequire(import.meta.url)('node:tls');
	return new Promise((resolve, reject) => {
		const servername = isIP(host) === 0 ? {servername: host} : {};
		const secure = tls.connect({socket, host, ...servername, ALPNProtocols: ['http/1.1']}, () =>
			resolve(secure),
		);
		secure.on('error', reject);
		secure.on('close', () => reject(new Error('the connection broke off')));
	});
}
