import {createRequire} from 'node:module';
import {connect, isIP, type LookupFunction, type OnReadOpts, type Socket} from 'node:net';
import type {Clock} from '../../../base/ports.js';
import type {Millis} from '../../../base/units.js';
import type {AddressFilter} from '../address-filter.js';
import type {LookUpHost} from '../host-resolver.js';
import {familyOf, type IpFamily, type LocalAddresses} from '../local-addresses.js';
import {resetSocket} from '../reset-socket.js';
import {unlessAborted} from '../unless-aborted.js';
import type {AddressGuard} from './address-guard.js';

/** One way to a server: all its addresses, or one of them from an address of ours. */
interface Route {
	readonly to: readonly string[];
	readonly from: string | undefined;
}

/** Who is dialled, and how what it says is read. */
interface Server {
	readonly target: URL;
	readonly host: string;
	readonly onread: OnReadOpts | undefined;
}

/** The next way is tried beside the ones before when they have not led anywhere for so long. */
const nextRouteAfter: Millis = 1000;
const mostRoutes = 4;

/** What a request looks like that is not for the server itself, but for a proxy before it. */
export interface RequestForm {
	/** The whole URL is asked for. */
	readonly isWhole?: boolean;
	/** Said to the proxy. */
	readonly headers?: Readonly<Record<string, string>>;
	/** Told of the status of the answer, which may be the proxy's own: throws then what that means. */
	readonly answered?: (status: number) => void;
}

/** Opens connections to web servers. */
export interface WebDialer {
	/**
	 * A connection over which a request can be sent at once; TLS is verified. Rejects when none can be had.
	 *
	 * @param family of the addresses that are dialled; all when left out
	 * @param onread where what comes may be read to: a connection that does so tells no `data`
	 */
	dial(
		target: URL,
		guard: AddressGuard,
		signal: AbortSignal,
		family?: IpFamily,
		onread?: OnReadOpts,
	): Promise<Socket>;
	/** How requests are to be written; as to the server itself when left out. */
	form?(target: URL): RequestForm;
}

/** Opens connections to web servers, from the addresses we are bound to. */
export class HttpDialer implements WebDialer {
	readonly #local: LocalAddresses;
	readonly #lookUp: LookUpHost;
	readonly #clock: Clock;
	readonly #filter: AddressFilter | undefined;
	/** Those that may become blocked. */
	readonly #open = new Set<Socket>();

	constructor(local: LocalAddresses, lookUp: LookUpHost, clock: Clock, filter?: AddressFilter) {
		this.#local = local;
		this.#lookUp = lookUp;
		this.#clock = clock;
		this.#filter = filter;
		filter?.subscribe(() => {
			for (const socket of this.#open)
				if (filter.blocks(socket.remoteAddress ?? ''))
					socket.destroy(new Error('its address is on the blocklist'));
		});
	}

	async dial(
		target: URL,
		guard: AddressGuard,
		signal: AbortSignal,
		family?: IpFamily,
		onread?: OnReadOpts,
	): Promise<Socket> {
		const {gone} = this.#local;
		if (gone !== undefined) throw new Error(gone);
		const host = target.hostname.replace(/^\[|\]$/g, '');
		const found = await unlessAborted(this.#lookUp(host), signal);
		const isMeant = (address: string): boolean => family === undefined || familyOf(address) === family;
		const addresses = guard.admitted(found.filter(isMeant), this.#filter);
		const routes = this.#routes(addresses);
		if (routes.length === 0) throw new Error('it has no address we can dial from ours');
		const socket = await this.#race(routes, {target, host, onread}, signal);
		if (this.#filter !== undefined && !guard.mayBeBlocked && !socket.destroyed) {
			this.#open.add(socket);
			socket.once('close', () => this.#open.delete(socket));
		}
		return socket;
	}

	/** Not bound, Node tries the addresses itself; bound, each is dialled from our address of its family. */
	#routes(addresses: readonly string[]): Route[] {
		if (!this.#local.isBound) return [{to: addresses, from: undefined}];
		return addresses
			.filter(address => this.#local.reaches(familyOf(address)))
			.slice(0, mostRoutes)
			.map(address => ({to: [address], from: this.#local.from(familyOf(address))}));
	}

	/** Has a connection closed with the address that it runs from. */
	#keep(socket: Socket, {from}: Route): void {
		if (from === undefined) return;
		const forget = this.#local.keep(familyOf(from), why => resetSocket(socket, new Error(why)));
		socket.once('close', forget);
	}

	/** The first connection that stands; the others are given up. */
	#race(routes: readonly Route[], server: Server, signal: AbortSignal): Promise<Socket> {
		return new Promise((resolve, reject) => {
			const dialled = new Set<Socket>();
			let next = 0;
			let timer = {clear: (): void => {}};
			const end = (winner: Socket | undefined): void => {
				timer.clear();
				signal.removeEventListener('abort', abort);
				for (const socket of dialled) if (socket !== winner) socket.destroy();
				dialled.clear();
			};
			const abort = (): void => {
				end(undefined);
				reject(signal.reason);
			};
			const begin = (): void => {
				timer.clear();
				const socket = open(server, routes[next++]!, () => {
					end(socket);
					resolve(socket);
				});
				dialled.add(socket);
				this.#keep(socket, routes[next - 1]!);
				const failed = (error: unknown): void => {
					if (!dialled.delete(socket)) return;
					if (next < routes.length) return begin();
					if (dialled.size > 0) return;
					end(undefined);
					reject(error);
				};
				socket.on('error', failed);
				socket.on('close', () => failed(new Error('the connection broke off')));
				if (next < routes.length) timer = this.#clock.after(nextRouteAfter, begin);
			};
			if (signal.aborted) return abort();
			signal.addEventListener('abort', abort);
			begin();
		});
	}
}

function open({target, host, onread}: Server, {to, from}: Route, ready: () => void): Socket {
	const secure = target.protocol === 'https:';
	const found = to.map(address => ({address, family: familyOf(address)}));
	const lookup: LookupFunction = (_name, {all}, done) => {
		if (all) done(null, found);
		else done(null, found[0]!.address, found[0]!.family);
	};
	const options = {
		host,
		port: target.port === '' ? (secure ? 443 : 80) : Number(target.port),
		lookup,
		...(from !== undefined && {localAddress: from, family: familyOf(from)}),
	};
	if (!secure) return connect(onread === undefined ? options : {...options, onread}, ready);
	// TLS takes its time to load, and many never need it.
	const tls: typeof import('node:tls') = createRequire(import.meta.url)('node:tls');
	const servername = isIP(host) === 0 ? {servername: host} : {};
	return tls.connect({...options, ...servername, ALPNProtocols: ['http/1.1']}, ready);
}
