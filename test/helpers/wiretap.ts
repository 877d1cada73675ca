import {type AddressInfo, connect, createServer, type Socket} from 'node:net';
import {until} from './deadline.ts';
import type {Workspace} from './workspace.ts';

type Ending = Pick<Workspace, 'defer'>;

/** What somebody between two peers sees of them: nothing of what it is, only what is sent, or that it is BitTorrent. */
export type Seen = 'rc4' | 'handshake' | 'clear';

/** Somebody between two peers: who dials it is put through to `target`. */
export interface Wiretap {
	readonly port: number;
	/** `127.0.0.1:port` */
	readonly address: string;
	/** Connections that have ended. */
	readonly ended: number;
	/** Waits until much was sent over a connection, and answers how it looked. */
	seen(ms?: number): Promise<Seen>;
	/** Waits until so many connections have come to nothing. */
	refused(count: number, ms?: number): Promise<void>;
}

const greeting = Buffer.from('\u0013BitTorrent protocol', 'latin1');

/** @param sample some bytes of what will be sent, by which it is known @param much bytes that are more than a handshake */
export async function wiretap(
	space: Ending,
	target: number | (() => number),
	sample: Buffer,
	much: number,
	host = '127.0.0.1',
): Promise<Wiretap> {
	const sockets = new Set<Socket>();
	const calls: Call[] = [];
	const server = createServer(dialler => {
		const dialled = connect({host, port: typeof target === 'number' ? target : target()});
		const call = new Call(sample);
		calls.push(call);
		for (const [from, to, side] of [
			[dialler, dialled, 0],
			[dialled, dialler, 1],
		] as const) {
			sockets.add(from);
			from.setNoDelay(true);
			from.on('data', bytes => {
				call.hear(bytes, side);
				to.write(bytes);
			});
			from.on('end', () => to.end());
			from.on('error', () => to.destroy());
			from.on('close', () => {
				call.ended = true;
				to.destroy();
				sockets.delete(from);
			});
		}
	});
	await new Promise<void>(resolve => server.listen(0, host, resolve));
	space.defer(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const {port} = server.address() as AddressInfo;
	const said = () => calls.map(({bytes, ended}) => `${bytes} bytes${ended ? ', ended' : ''}`).join('; ');
	return {
		port,
		address: `${host}:${port}`,
		get ended() {
			return calls.filter(({ended}) => ended).length;
		},
		seen: async (ms = 30_000) =>
			(
				await until(
					() => `a transfer to be seen: ${said()}`,
					ms,
					() => calls.find(({bytes}) => bytes > much),
				)
			).verdict,
		async refused(count, ms = 30_000) {
			await until(
				() => `${count} connections to come to nothing: ${said()}`,
				ms,
				() => calls.filter(({ended}) => ended).length >= count,
			);
			if (calls.some(({bytes}) => bytes > much)) throw new Error(`they did meet: ${said()}`);
		},
	};
}

/** One connection. */
class Call {
	bytes = 0;
	ended = false;
	readonly #sample: Buffer;
	readonly #begins: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
	readonly #ends: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
	#showsContent = false;

	constructor(sample: Buffer) {
		this.#sample = sample;
	}

	hear(bytes: Buffer, side: 0 | 1): void {
		this.bytes += bytes.length;
		const [begin, end] = [this.#begins[side], this.#ends[side]];
		if (begin.length < greeting.length)
			this.#begins[side] = Buffer.concat([begin, bytes.subarray(0, greeting.length)]);
		const all = Buffer.concat([end, bytes]);
		this.#showsContent ||= all.includes(this.#sample);
		this.#ends[side] = Buffer.from(all.subarray(Math.max(0, all.length - this.#sample.length)));
	}

	get verdict(): Seen {
		if (this.#begins.some(begin => begin.subarray(0, greeting.length).equals(greeting))) return 'clear';
		return this.#showsContent ? 'handshake' : 'rc4';
	}
}
