import type {PeerAddress} from '../../source/base/peer-address.js';
import type {Clock} from '../../source/base/ports.js';
import {Catalogue, type CatalogueOptions} from '../../source/tracker/catalogue/catalogue.js';
import {TrackerServer} from '../../source/tracker/tracker-server.js';
import type {TrackerAccess} from '../../source/tracker/tracker-service.js';
import {HandClock} from './hand-clock.ts';
import type {Workspace} from './workspace.ts';

/** What came back. */
export interface Answered {
	readonly status: number;
	readonly text: string;
	readonly headers: Headers;
	// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
	readonly json: any;
}

/** A tracker with a catalogue on loopback. */
export class CatalogueServer<Turned extends Clock = HandClock> {
	readonly clock: Turned;
	readonly server: TrackerServer;
	readonly catalogue: Catalogue;
	readonly log: string[] = [];
	readonly probed: PeerAddress[] = [];
	port = 0;

	constructor(clock: Turned, options: Partial<CatalogueOptions>, access?: TrackerAccess) {
		this.clock = clock;
		this.server = new TrackerServer({
			port: 0,
			bind: '127.0.0.1',
			clock,
			random: {next: () => 0.5, bytes: length => new Uint8Array(length)},
			...(access && {access}),
		});
		this.catalogue = new Catalogue(this.server.service, {
			clock,
			dir: undefined,
			log: (level, text) => void this.log.push(`${level}: ${text}`),
			probe: async address => {
				this.probed.push(address);
				return true;
			},
			...options,
		});
		this.server.add(this.catalogue);
	}

	async open(): Promise<void> {
		await this.catalogue.open();
		this.port = (await this.server.start()).port;
	}

	get base(): string {
		return `http://127.0.0.1:${this.port}/catalogue/v1`;
	}

	async ask(
		method: string,
		path: string,
		{body, key, token}: {body?: unknown; key?: string; token?: string} = {},
	): Promise<Answered> {
		const response = await fetch(`${this.base}${path}`, {
			method,
			signal: AbortSignal.timeout(10_000),
			headers: {
				...(key !== undefined && {authorization: `Bearer ${keyOf(key)}`}),
				...(token !== undefined && {'x-tortui-token': token}),
			},
			...(body !== undefined && {
				body:
					body instanceof Uint8Array
						? Uint8Array.from(body)
						: typeof body === 'string'
							? body
							: JSON.stringify(body),
			}),
		});
		const text = await response.text();
		let json: unknown;
		try {
			json = JSON.parse(text);
		} catch {}
		return {status: response.status, text, headers: response.headers, json};
	}

	/** Says to the tracker that somebody is in a swarm. */
	announce(
		infoHash: string,
		peerId: string,
		{left = 0, event = undefined as 'stopped' | undefined, port = 5000} = {},
	): void {
		this.server.service.announceCompact(
			{
				infoHash: Buffer.from(infoHash.slice(0, 40), 'hex'),
				peerId: Buffer.from(peerId, 'hex'),
				port,
				uploaded: 0,
				downloaded: 0,
				left,
				event,
				numwant: 0,
				key: 0,
			},
			{host: '127.0.0.1', over: 'http'},
			'both',
		);
	}
}

/** A key as publishers make them, the same for the same name. */
export function keyOf(name: string): string {
	return Buffer.from(name.padEnd(16, '-')).toString('base64url').padEnd(22, 'A');
}

/** Opens one; it is closed when the test ends. */
export async function openCatalogueServer(
	space: Workspace,
	options: Partial<CatalogueOptions> = {},
	access?: TrackerAccess,
): Promise<CatalogueServer> {
	const opened = new CatalogueServer(new HandClock(), options, access);
	await opened.open();
	space.defer(() => opened.server.close());
	return opened;
}
