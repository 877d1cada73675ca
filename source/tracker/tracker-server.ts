import {formatAddress} from '../base/peer-address.js';
import type {Timer} from '../base/ports.js';
import {TrackerHttpServer} from './http-listener.js';
import type {TrackerPart} from './http-route.js';
import {TrackerRoute} from './tracker-route.js';
import {TrackerService, type TrackerServiceOptions} from './tracker-service.js';
import {TrackerUdpServer} from './udp-listener.js';

export interface TrackerServerOptions extends TrackerServiceOptions {
	/** Both protocols listen on this number; 0 for any that is free in both. */
	readonly port: number;
	/** Listens on this address only; on all when left out. */
	readonly bind?: string | undefined;
}

/** Where a tracker can be reached. */
export interface TrackerAddress {
	/** As bound: `::` or `0.0.0.0` for all. */
	readonly host: string;
	readonly port: number;
}

const tries = 20;
const expiry = 60_000;

/** A BitTorrent tracker over HTTP and UDP. Who announces is kept in memory only. */
export class TrackerServer {
	readonly service: TrackerService;
	readonly #options: TrackerServerOptions;
	readonly #parts: TrackerPart[] = [];
	#http: TrackerHttpServer | undefined;
	#udp: TrackerUdpServer | undefined;
	#timer: Timer | undefined;
	#address: TrackerAddress | undefined;

	constructor(options: TrackerServerOptions) {
		this.#options = options;
		this.service = new TrackerService(options);
	}

	/** Has it do something more; to be called before it starts. */
	add(part: TrackerPart): void {
		this.#parts.push(part);
	}

	/** Listens. Rejects with the system's error (`EADDRINUSE`, `EACCES`, …) when the port cannot be had. */
	async start(): Promise<TrackerAddress> {
		const {bind, port} = this.#options;
		let last: unknown;
		for (let attempt = 0; attempt < tries; attempt++) {
			for (const host of bind === undefined ? ['::', '0.0.0.0'] : [bind]) {
				try {
					this.#address = {host, port: await this.#listen(port, host)};
					this.#expireLater();
					return this.#address;
				} catch (error) {
					last = error;
					await this.#unlisten();
					const {code} = error as NodeJS.ErrnoException;
					// Machines without IPv6 listen on IPv4 alone.
					if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL') break;
				}
			}
			// Of any port somebody may have the UDP half; one that was asked for will not become free by itself.
			if (port !== 0 || (last as NodeJS.ErrnoException).code !== 'EADDRINUSE') break;
		}
		throw last;
	}

	/** The announce URL of this server under a host name or address of this machine. */
	url(protocol: 'http' | 'udp', host: string): string {
		if (!this.#address) throw new Error('not started');
		return `${protocol}://${formatAddress({host, port: this.#address.port})}/announce`;
	}

	/** What shall survive a crash is written down. */
	async save(): Promise<void> {
		await Promise.all(this.#parts.map(part => part.save?.()));
	}

	/** Files that somebody has changed are read anew. */
	async reload(): Promise<void> {
		await Promise.all(this.#parts.map(part => part.reload?.()));
	}

	async close(): Promise<void> {
		if (this.#address !== undefined) {
			await this.save();
			await Promise.all(this.#parts.map(part => part.close?.()));
		}
		await this.#unlisten();
	}

	async #unlisten(): Promise<void> {
		this.#timer?.clear();
		this.#address = undefined;
		const [http, udp] = [this.#http, this.#udp];
		this.#http = undefined;
		this.#udp = undefined;
		await Promise.all([http?.close(), udp?.close()]);
	}

	async #listen(port: number, host: string): Promise<number> {
		const routes = [new TrackerRoute(this.service), ...this.#parts.flatMap(({route}) => route ?? [])];
		this.#http = new TrackerHttpServer(this.service, routes, this.#options.clock);
		this.#udp = new TrackerUdpServer(this.service, this.#options.clock);
		const taken = await this.#http.listen(port, host);
		return this.#udp.listen(taken, host);
	}

	#expireLater(): void {
		this.#timer = this.#options.clock.after(expiry, () => {
			this.service.expire();
			void this.save();
			this.#expireLater();
		});
	}
}
