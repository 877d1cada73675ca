import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {bencode} from '../../helpers/bencode.ts';

/** Where a peer is. */
export interface PeerPlace {
	readonly host: string;
	readonly port: number;
}

/** A tracker that names whom it is told to, and keeps the time at which it was first asked by who lacks something. */
export class CountingTracker {
	readonly url: string;
	#peers: readonly PeerPlace[] = [];
	/** By `performance.now()`. */
	#announcedAt: number | undefined;
	readonly #server: Server;

	private constructor(server: Server) {
		this.#server = server;
		this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`;
		server.on('request', (request, response) => {
			const lacks = !/[?&]left=0(&|$)/.test(request.url ?? '');
			if (lacks) this.#announcedAt ??= performance.now();
			const body = bencode({interval: 1800, peers: lacks ? compact(this.#peers) : Buffer.alloc(0)});
			response.writeHead(200, {'content-length': body.length, connection: 'close'}).end(body);
		});
	}

	static async open(): Promise<CountingTracker> {
		const server = createServer();
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return new CountingTracker(server);
	}

	/** From now on these are named. */
	expect(peers: readonly PeerPlace[]): void {
		this.#peers = peers;
		this.#announcedAt = undefined;
	}

	get announcedAt(): number | undefined {
		return this.#announcedAt;
	}

	close(): void {
		this.#server.close();
		this.#server.closeAllConnections();
	}
}

/** Six bytes each. BEP 23. */
function compact(peers: readonly PeerPlace[]): Buffer {
	return Buffer.concat(
		peers.map(({host, port}) => Buffer.from([...host.split('.').map(Number), port >> 8, port & 255])),
	);
}
