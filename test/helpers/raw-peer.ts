import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {connect, createServer, type Socket} from 'node:net';
import {join} from 'node:path';
import {freePort} from './ports.ts';
import type {Torrent} from './torrents.ts';
import type {Workspace} from './workspace.ts';

/** Message ids of BEP 3. */
export const choke = 0;
export const unchoke = 1;
export const interested = 2;
export const have = 4;
export const bitfield = 5;
export const request = 6;
export const piece = 7;
export const cancel = 8;

const protocol = Buffer.from('\x13BitTorrent protocol', 'latin1');
export const blockLength = 16_384;

/** The 68 bytes a connection begins with; no extensions are offered. */
export function handshake(infoHash: Uint8Array, peerId: Uint8Array = randomBytes(20)): Buffer {
	return Buffer.concat([protocol, Buffer.alloc(8), infoHash, peerId]);
}

/** A message: 32-bit numbers are written big-endian, bytes as they are. */
export function message(id: number, ...fields: ReadonlyArray<number | Uint8Array>): Buffer {
	const payload = fields.map(field => {
		if (typeof field !== 'number') return field;
		const bytes = Buffer.alloc(4);
		bytes.writeUInt32BE(field);
		return bytes;
	});
	const length = 1 + payload.reduce((sum, bytes) => sum + bytes.length, 0);
	const head = Buffer.alloc(5);
	head.writeUInt32BE(length);
	head[4] = id;
	return Buffer.concat([head, ...payload]);
}

/** The bitfield message of a peer that has everything. */
export function fullBitfield(pieces: number): Buffer {
	const bits = Buffer.alloc(Math.ceil(pieces / 8), 0xff);
	if (pieces % 8 !== 0) bits[bits.length - 1] = 0xff << (8 - (pieces % 8));
	return message(bitfield, bits);
}

/** The whole content as one run of bytes, as a torrent sees it. */
export function contentBytes({content}: Torrent): Buffer {
	return Buffer.concat(content.files.map(({path}) => readFileSync(join(content.root, ...path))));
}

/**
 * Our end of one connection, driven by hand. It reads the other's handshake and messages when `onMessage` is there,
 * and keeps nothing of them.
 */
export class RawPeer {
	readonly socket: Socket;
	/** Resolves when the connection is gone, whoever ended it. */
	readonly closed: Promise<void>;
	/** Resolves with the other's 68 bytes. */
	readonly greeted: Promise<Buffer>;
	onMessage: (id: number, payload: Buffer) => void = () => {};
	#pending: Buffer = Buffer.alloc(0);
	#greet: (bytes: Buffer) => void = () => {};
	#greetingSeen = false;

	constructor(socket: Socket) {
		this.socket = socket;
		this.greeted = new Promise(resolve => {
			this.#greet = resolve;
		});
		this.closed = new Promise(resolve => {
			socket.once('close', () => resolve());
		});
		socket.on('error', () => {});
		socket.on('data', (chunk: Buffer) => this.#take(chunk));
	}

	/** It began with a plain handshake: who tries to encrypt first comes back with one. */
	get isGreeted(): boolean {
		return this.#greetingSeen;
	}

	get isClosed(): boolean {
		return this.socket.destroyed;
	}

	/** Sends bytes, whatever they are; resolves when there is room for more, or nobody to take it. */
	async send(...chunks: readonly Uint8Array[]): Promise<void> {
		if (this.socket.destroyed) return;
		if (!this.socket.write(Buffer.concat(chunks)))
			await Promise.race([once(this.socket, 'drain').catch(() => {}), this.closed]);
	}

	#take(chunk: Buffer): void {
		this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
		if (!this.#greetingSeen) {
			if (this.#pending.length < 68) {
				// Not a plain BEP 3 handshake (an obfuscated one, say): who wants to talk to us comes back with one.
				const seen = Math.min(this.#pending.length, protocol.length);
				if (!this.#pending.subarray(0, seen).equals(protocol.subarray(0, seen))) this.socket.destroy();
				return;
			}
			if (!this.#pending.subarray(0, protocol.length).equals(protocol)) return void this.socket.destroy();
			this.#greetingSeen = true;
			this.#greet(this.#pending.subarray(0, 68));
			this.#pending = this.#pending.subarray(68);
		}
		while (this.#pending.length >= 4) {
			const length = this.#pending.readUInt32BE();
			if (this.#pending.length < 4 + length) break;
			if (length > 0) this.onMessage(this.#pending[4]!, this.#pending.subarray(5, 4 + length));
			this.#pending = this.#pending.subarray(4 + length);
		}
	}
}

/** Where a peer listens, and whom it has met. */
export interface Listener {
	readonly host: string;
	readonly port: number;
	/** `host:port`, as `--peer` takes it. */
	readonly address: string;
	readonly peers: readonly RawPeer[];
}

/** Listens; every connection is given to `meet`. `host` may be any of 127.0.0.0/8, or ::1. */
export async function listen(
	space: Workspace,
	host: string,
	meet: (peer: RawPeer) => unknown,
): Promise<Listener> {
	const peers: RawPeer[] = [];
	const server = createServer({noDelay: true}, socket => {
		const peer = new RawPeer(socket);
		peers.push(peer);
		meet(peer);
	});
	const port = await freePort();
	server.listen(port, host);
	await once(server, 'listening');
	space.defer(() => {
		server.close();
		for (const peer of peers) peer.socket.destroy();
	});
	return {host, port, address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`, peers};
}

/** Dials, from `localAddress` when that is given. */
export async function dial(space: Workspace, port: number, localAddress?: string): Promise<RawPeer> {
	const socket = connect({port, host: '127.0.0.1', ...(localAddress ? {localAddress} : {})});
	const peer = new RawPeer(socket);
	space.defer(() => socket.destroy());
	await Promise.race([
		once(socket, 'connect').catch(() => {
			throw new Error(`nobody takes connections on port ${port}`);
		}),
	]);
	return peer;
}

export interface SeederOptions {
	readonly host?: string;
	/** Bytes a second, all connections together. */
	readonly rate?: number;
	/** Unchokes no one before this has come. */
	readonly unchokeAfter?: Promise<unknown>;
	/** Changes the bytes of a block before it is sent: this is how one lies. */
	readonly alter?: (block: Buffer, pieceIndex: number, begin: number) => Buffer;
	/** Which requests are answered; all when left out. */
	readonly answers?: (pieceIndex: number, begin: number) => boolean;
}

/** A peer that has everything, speaks plain BEP 3, and counts. */
export interface RawSeeder extends Listener {
	readonly served: {bytes: number; blocks: number; requests: number};
	/** Bytes a second from now on. */
	setRate(rate: number): void;
}

export async function rawSeeder(
	space: Workspace,
	torrent: Torrent,
	options: SeederOptions = {},
): Promise<RawSeeder> {
	const content = contentBytes(torrent);
	const served = {bytes: 0, blocks: 0, requests: 0};
	const peerId = Buffer.concat([Buffer.from('-RS0001-'), randomBytes(12)]);
	let rate = options.rate ?? Number.POSITIVE_INFINITY;
	let budget = 0;
	let filledAt = performance.now();

	const meet = (peer: RawPeer) => {
		const wanted: Array<{index: number; begin: number; length: number}> = [];
		let pumping = false;
		const pump = async () => {
			if (pumping) return;
			pumping = true;
			while (wanted.length > 0 && !peer.isClosed) {
				const now = performance.now();
				budget = Math.min(budget + ((now - filledAt) / 1000) * rate, Math.max(rate / 20, blockLength));
				filledAt = now;
				if (rate !== Number.POSITIVE_INFINITY && budget < wanted[0]!.length) {
					await new Promise(resolve => setTimeout(resolve, 10));
					continue;
				}
				const {index, begin, length} = wanted.shift()!;
				if (rate !== Number.POSITIVE_INFINITY) budget -= length;
				const at = index * torrent.pieceLength + begin;
				const honest = content.subarray(at, at + length);
				const block = options.alter ? options.alter(Buffer.from(honest), index, begin) : honest;
				served.blocks++;
				served.bytes += length;
				await peer.send(message(piece, index, begin, block));
			}
			pumping = false;
		};
		peer.onMessage = (id, payload) => {
			if (id === interested) {
				const open = () => peer.send(message(unchoke));
				if (options.unchokeAfter) options.unchokeAfter.then(open);
				else open();
			}
			if (id !== request && id !== cancel) return;
			const [index, begin, length] = [
				payload.readUInt32BE(),
				payload.readUInt32BE(4),
				payload.readUInt32BE(8),
			];
			if (id === request) {
				served.requests++;
				if (options.answers && !options.answers(index, begin)) return;
				wanted.push({index, begin, length});
				pump();
				return;
			}
			const at = wanted.findIndex(block => block.index === index && block.begin === begin);
			if (at !== -1) wanted.splice(at, 1);
		};
		peer.greeted.then(() => peer.send(handshake(torrent.infoHash, peerId), fullBitfield(torrent.pieces)));
	};
	const listener = await listen(space, options.host ?? '127.0.0.1', meet);
	return {
		...listener,
		served,
		setRate(next) {
			rate = next;
		},
	};
}
