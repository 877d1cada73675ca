import {createSocket} from 'node:dgram';
import type {TestContext} from 'node:test';
import {decodeKrpc, encodeResponse} from '../../../source/protocol/dht/krpc.js';

/** A node of the DHT on loopback that knows nobody, lets everybody announce, and keeps every datagram. */
export class ListeningNode {
	readonly datagrams: Buffer[] = [];
	readonly #socket = createSocket('udp4');

	private constructor() {
		this.#socket.on('message', (bytes, {port}) => {
			this.datagrams.push(bytes);
			const message = decodeKrpc(bytes);
			if (message.kind !== 'query') return;
			const sender = {id: new Uint8Array(20).fill(7), client: Uint8Array.of(76, 78, 0, 1), readOnly: false};
			const to = Uint8Array.of(127, 0, 0, 1, port >> 8, port & 255);
			const answer = encodeResponse(sender, message.transaction, to, {
				nodes: {ipv4: []},
				...(message.name === 'get_peers' && {token: Uint8Array.of(1, 2)}),
			});
			this.#socket.send(answer, port, '127.0.0.1');
		});
	}

	static async open(t: TestContext): Promise<ListeningNode> {
		const node = new ListeningNode();
		await new Promise<void>(resolve => node.#socket.bind(0, '127.0.0.1', resolve));
		t.after(() => node.#socket.close());
		return node;
	}

	get address(): {readonly host: string; readonly port: number} {
		return {host: '127.0.0.1', port: this.#socket.address().port};
	}

	/** How many of the datagrams name a torrent, by the queries they are; `id` in hex. */
	naming(id: string): Record<string, number> {
		const counts: Record<string, number> = {};
		for (const bytes of this.datagrams) {
			if (!bytes.includes(Buffer.from(id, 'hex'))) continue;
			const message = decodeKrpc(bytes);
			const name = message.kind === 'query' ? message.name : message.kind;
			counts[name] = (counts[name] ?? 0) + 1;
		}
		return counts;
	}
}
