import {randomBytes} from 'node:crypto';
import {connect, type Socket} from 'node:net';
import type {Random} from '../../source/base/ports.ts';
import {blockLength, handshake, interested, message} from '../helpers/raw-peer.ts';
import type {Torrent} from '../helpers/torrents.ts';

/** Requests that one has open at a time, as clients have on a quick line. */
const open = 256;
const requestLength = 17;

/** How they ask: piece after piece, pieces by lot and their blocks in order, or blocks by lot. */
export type Order = 'in order' | 'pieces by lot' | 'blocks by lot';

/** One that asks for block after block, throws away what comes, and never has anything: what is left is the seeder's work. */
class ThirstyPeer {
	bytes = 0;
	readonly socket: Socket;
	readonly #next: () => number;
	readonly #torrent: Torrent;
	/** Of the greeting, or of the message at hand: what is still to come. */
	#left = 68;
	#header = 0;
	#headerBytes = 0;
	#greeted = false;
	#isBlock = false;

	constructor(address: string, port: number, torrent: Torrent, next: () => number, shared: Buffer) {
		this.#torrent = torrent;
		this.#next = next;
		this.socket = connect({
			...{host: '127.0.0.1', port, localAddress: address, noDelay: true},
			onread: {
				buffer: shared,
				callback: length => {
					this.#read(shared, length);
					return true;
				},
			},
		});
		this.socket.on('error', () => {});
		this.socket.write(Buffer.concat([handshake(torrent.infoHash, randomBytes(20)), message(interested)]));
	}

	#ask(count: number): void {
		const bytes = Buffer.allocUnsafe(count * requestLength);
		const {pieceLength} = this.#torrent;
		for (let at = 0; at < bytes.length; at += requestLength) {
			const from = this.#next() * blockLength;
			bytes.writeUInt32BE(requestLength - 4, at);
			bytes[at + 4] = 6;
			bytes.writeUInt32BE(Math.floor(from / pieceLength), at + 5);
			bytes.writeUInt32BE(from % pieceLength, at + 9);
			bytes.writeUInt32BE(blockLength, at + 13);
		}
		this.socket.write(bytes);
	}

	#read(buffer: Buffer, length: number): void {
		let wanted = 0;
		for (let at = 0; at < length; ) {
			if (this.#left > 0) {
				const part = Math.min(this.#left, length - at);
				this.#left -= part;
				at += part;
				if (this.#left > 0) continue;
				if (this.#isBlock) {
					this.bytes += blockLength;
					wanted++;
				}
				this.#isBlock = false;
				this.#greeted = true;
				continue;
			}
			this.#header = this.#header * 256 + buffer[at++]!;
			if (++this.#headerBytes < 4) continue;
			if (this.#headerBytes === 4) {
				this.#left = 0;
				if (this.#header === 0) this.#headerBytes = 0;
				continue;
			}
			const id = this.#header % 256;
			this.#left = Math.floor(this.#header / 256) - 1;
			this.#header = 0;
			this.#headerBytes = 0;
			this.#isBlock = id === 7;
			if (id === 1) wanted += open;
		}
		if (wanted > 0 && this.#greeted) this.#ask(wanted);
	}
}

/** So many of them, each from an address of its own, at one seeder of one torrent whose pieces are whole blocks. */
export class ThirstyPeers {
	readonly #peers: ThirstyPeer[] = [];

	constructor(port: number, torrent: Torrent, count: number, order: Order, random: Random) {
		const shared = Buffer.allocUnsafeSlow(65_536);
		const blocks = Math.floor(torrent.content.length / blockLength);
		const perPiece = torrent.pieceLength / blockLength;
		for (let n = 0; n < count; n++) {
			let at = Math.floor((blocks * n) / count / perPiece) * perPiece;
			const next = (): number => {
				if (order === 'blocks by lot') return Math.floor(random.next() * blocks);
				if (at % perPiece === 0 && order === 'pieces by lot')
					at = Math.floor(random.next() * (blocks / perPiece)) * perPiece;
				const block = at % blocks;
				at = block + 1;
				return block;
			};
			const address = `127.0.${1 + Math.floor(n / 250)}.${1 + (n % 250)}`;
			this.#peers.push(new ThirstyPeer(address, port, torrent, next, shared));
		}
	}

	/** Bytes of whole blocks that came, for each. */
	get taken(): number[] {
		return this.#peers.map(({bytes}) => bytes);
	}

	close(): void {
		for (const {socket} of this.#peers) socket.destroy();
	}
}
