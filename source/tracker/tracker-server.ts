import {formatAddress} from '../base/peer-address.js';
import type {Timer} from '../base/ports.js';
import {TrackerHttpServer} from './http/http-listener.js';
import type {TrackerPart} from './http/http-route.js';
import {StatsRoute} from './http/stats-route.js';
import {TlsFiles} from './http/tls-files.js';
import {TrackerRoute} from './http/tracker-route.js';
import {Passkeys} from './passkeys.js';
import type {ServerFacts} from './server-facts.js';
import {SwarmStore} from './store/swarm-store.js';
import {TorrentFolder} from './torrent-folder.js';
import {TrackerService, type TrackerServiceOptions} from './tracker-service.js';
import {TrackerUdpServer} from './udp/udp-listener.js';

export interface TrackerServerOptions extends TrackerServiceOptions {
	/** Both protocols listen on this number; 0 for any that is free in both. */
	readonly port: number;
	/** Listens on this address only; on all when left out. */
	readonly bind?: string | undefined;
	/** PEM files of a certificate and its key: HTTPS is spoken too, on the same port. Absolute paths, as all below. */
	readonly tls?: {readonly cert: string; readonly key: string} | undefined;
	/** Only the torrents whose .torrent lies in this folder are served. */
	readonly only?: string | undefined;
	/** Only who announces with a passkey in this file is served. */
	readonly passkeys?: string | undefined;
	/** Swarms are kept in this file over a restart; in memory only when left out. */
	readonly state?: string | undefined;
}

/** Where a tracker can be reached. */
export interface TrackerAddress {
	/** As bound: `::` or `0.0.0.0` for all. */
	readonly host: string;
	readonly port: number;
}

const tries = 20;
const expiry = 60_000;
const patience = 5000;

/** A BitTorrent tracker over HTTP, HTTPS and UDP on one port. */
export class TrackerServer {
	readonly service: TrackerService;
	readonly #options: TrackerServerOptions;
	readonly #parts: TrackerPart[] = [];
	readonly #tls: TlsFiles | undefined;
	readonly #only: TorrentFolder | undefined;
	readonly #passkeys: Passkeys | undefined;
	readonly #store: SwarmStore | undefined;
	#secret: Uint8Array;
	#http: TrackerHttpServer | undefined;
	#udp: TrackerUdpServer | undefined;
	#timer: Timer | undefined;
	#address: TrackerAddress | undefined;

	constructor(options: TrackerServerOptions) {
		const {clock, random, tls, only, passkeys, state} = options;
		this.#options = options;
		this.#tls = tls && new TlsFiles(tls.cert, tls.key);
		this.#passkeys = passkeys === undefined ? undefined : new Passkeys(passkeys);
		this.#only =
			only === undefined
				? undefined
				: new TorrentFolder(only, clock, {
						hybrid: (infoHash, infoHashV2) => this.service.tellHybrid(infoHash, infoHashV2),
						changed: () => this.service.dropUnserved(),
						warn: text => this.service.say('warn', text),
					});
		this.#secret = random.bytes(32);
		this.service = new TrackerService({
			...options,
			access: {
				...(this.#only && {torrents: this.#only}),
				...(this.#passkeys && {passkeys: this.#passkeys}),
				...options.access,
			},
		});
		this.#store =
			state === undefined ? undefined : new SwarmStore(state, clock, text => this.service.say('warn', text));
	}

	/** Has it do something more; to be called before it starts. */
	add(part: TrackerPart): void {
		this.#parts.push(part);
	}

	/**
	 * Reads its files and listens. Rejects with a UserError that says what is wrong with a file, and with the system's error
	 * (`EADDRINUSE`, `EACCES`, …) when the port cannot be had.
	 */
	async start(): Promise<TrackerAddress> {
		await this.#tls?.load();
		await this.#passkeys?.load();
		await this.#only?.start();
		this.#secret = (await this.#store?.load(this.service)) ?? this.#secret;
		this.service.dropUnserved();
		try {
			const address = await this.#listenSomewhere();
			this.#address = address;
			this.#expireLater();
			await this.service.openStore();
			return address;
		} catch (error) {
			await this.#unlisten();
			this.#only?.close();
			throw error;
		}
	}

	async #listenSomewhere(): Promise<TrackerAddress> {
		const {bind, port} = this.#options;
		let last: unknown;
		for (let attempt = 0; attempt < tries; attempt++) {
			for (const host of bind === undefined ? ['::', '0.0.0.0'] : [bind]) {
				try {
					return {host, port: await this.#listen(port, host)};
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
	url(protocol: 'http' | 'https' | 'udp', host: string): string {
		if (!this.#address) throw new Error('not started');
		return `${protocol}://${formatAddress({host, port: this.#address.port})}/announce`;
	}

	/** What shall survive a crash is written down. */
	async save(): Promise<void> {
		await Promise.all([
			this.#store?.save(this.service, this.#secret),
			...this.#parts.map(part => part.save?.()),
		]);
	}

	/**
	 * Files that somebody has changed are read anew: certificate, passkeys, torrents. Nobody is let go for it; what cannot be
	 * read stays as it was. Answers what was wrong, a sentence each.
	 */
	async reload(): Promise<string[]> {
		const faults: string[] = [];
		const attempt = (work: Promise<void> | undefined): Promise<void> =>
			(work ?? Promise.resolve()).catch(error => void faults.push((error as Error).message));
		await Promise.all([
			attempt(this.#tls?.load()),
			attempt(this.#passkeys?.load()),
			attempt(this.#only?.look()),
			...this.#parts.map(part => attempt(part.reload?.())),
		]);
		return faults;
	}

	/** Writes down what it knows and closes. Takes 5 s at most when a part hangs. */
	async close(): Promise<void> {
		this.#only?.close();
		if (this.#address !== undefined) {
			this.#timer?.clear();
			await this.#store?.saveLast(this.service, this.#secret);
			const parts = this.#parts.map(async part => {
				await part.save?.();
				await part.close?.();
			});
			let timer: Timer | undefined;
			const late = new Promise<void>(resolve => {
				timer = this.#options.clock.after(patience, resolve);
			});
			await Promise.race([Promise.allSettled(parts), late]);
			timer?.clear();
		}
		await this.#unlisten();
		await this.service.closeStore();
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
		const {clock} = this.#options;
		const routes = [
			new TrackerRoute(this.service),
			new StatsRoute(this.service, () => this.#facts()),
			...this.#parts.flatMap(({route}) => route ?? []),
		];
		this.#http = new TrackerHttpServer(this.service, routes, clock, this.#tls);
		this.#udp = new TrackerUdpServer(this.service, clock, this.#secret);
		const taken = await this.#http.listen(port, host);
		await this.#udp.listen(taken, host);
		return taken;
	}

	#facts(): ServerFacts {
		return {
			connections: this.#http?.connections ?? 0,
			memory: process.memoryUsage.rss(),
			port: this.#address?.port ?? 0,
			hasTls: this.#tls !== undefined,
			store: this.service.storeState,
		};
	}

	#expireLater(): void {
		this.#timer = this.#options.clock.after(expiry, () => {
			this.service.expire();
			void this.save();
			this.#expireLater();
		});
	}
}
