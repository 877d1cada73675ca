import {fromHex} from '../../base/hex.js';
import type {Bytes, BytesPerSecond, Millis} from '../../base/units.js';
import type {Listener, Transport} from '../../io/net/transport.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import {DemoConnection, type DemoConnectionOwner} from './demo-connection.js';
import type {DemoContent} from './demo-content.js';

/** What a peer of the demo is like. */
export interface DemoRole {
	readonly client: string;
	/** Its mean; it goes up and down around that. */
	readonly upload: BytesPerSecond;
	/** How fast it fetches what it misses. */
	readonly download: BytesPerSecond;
	/** The part of the torrent it begins with: 0 .. 1. */
	readonly has: number;
	/** A liar gives wrong data once it is trusted; a silent one chokes for ever. */
	readonly manner?: 'liar' | 'silent';
	/** Comes so long after the others, and dials instead of being dialled. */
	readonly joinsAfter?: Millis;
}

/** What all peers of the demo share. */
export interface DemoWorld {
	/** Bound to loopback. */
	readonly transport: Transport;
	readonly content: DemoContent;
	readonly metainfo: Metainfo;
	/** Whether nobody holds back. */
	readonly unlimited: boolean;
	/** 0 <= x < 1 */
	readonly random: () => number;
}

/** Where the demo's swarm lives. */
export const demoHost = '127.0.0.1';
const mostConnections = 8;
const connectTimeout: Millis = 5000;
const redialAfter: Millis = 10_000;
/** Saved up at most while nobody asks. */
const burst: Millis = 250;
const swing = 0.3;
const swingPeriod: Millis = 11_000;

/** A peer of the demo: it listens on loopback, and gives and takes what its role says. */
export class DemoPeer implements DemoConnectionOwner {
	readonly role: DemoRole;
	readonly peerId: Uint8Array;
	readonly have: Bitfield;
	readonly metainfo: Metainfo;
	readonly infoHash: Uint8Array;
	readonly #world: DemoWorld;
	readonly #phase: number;
	readonly #connections = new Set<DemoConnection>();
	#listener: Listener | undefined;
	#given: Bytes = 0;
	#mayGive: Bytes = 0;
	#mayTake: Bytes = 0;
	#tickedAt: Millis | undefined;
	#dialAt: Millis = 0;
	#scanFrom: number;

	/** @param peerId 20 bytes */
	constructor(role: DemoRole, peerId: Uint8Array, world: DemoWorld) {
		this.role = role;
		this.peerId = peerId;
		this.metainfo = world.metainfo;
		this.infoHash = fromHex(world.metainfo.infoHash!)!;
		this.#world = world;
		this.#phase = world.random() * 2 * Math.PI;
		this.have = new Bitfield(world.metainfo.pieceCount);
		this.#scanFrom = Math.floor(world.random() * this.have.length);
		if (role.has === 1) this.have.fill();
		else
			for (let piece = 0; piece < this.have.length; piece++)
				if (world.random() < role.has) this.have.set(piece);
	}

	get client(): string {
		return this.role.client;
	}

	get silent(): boolean {
		return this.role.manner === 'silent';
	}

	/** Where it listens. */
	get port(): number {
		return this.#listener?.port ?? 0;
	}

	/** Bytes it misses, to the piece. */
	get left(): Bytes {
		return (this.have.length - this.have.count) * this.metainfo.pieceLength;
	}

	/** Listens on a free port of the loopback address. Rejects with the system's error. */
	async listen(): Promise<void> {
		this.#listener = await this.#world.transport.listen({port: 0}, stream => {
			if (this.#connections.size >= mostConnections) return undefined;
			const connection = this.#connection(false);
			connection.attach(stream);
			return connection;
		});
	}

	close(): void {
		void this.#listener?.close();
		this.#listener = undefined;
		for (const connection of this.#connections) connection.close();
	}

	/** Connects to somebody on loopback unless it is connected, was a moment ago, or has nothing to fetch. */
	dial(port: number, now: Millis): void {
		if (this.#connections.size > 0 || now < this.#dialAt || this.have.full) return;
		this.#dialAt = now + redialAfter;
		const connection = this.#connection(true);
		const how = {timeout: connectTimeout, infoHash: this.infoHash};
		connection.attach(this.#world.transport.dial({host: demoHost, port}, how, connection));
	}

	/** Gives and takes as much as is due. */
	tick(now: Millis): void {
		const elapsed = Math.min(burst, now - (this.#tickedAt ?? now));
		this.#tickedAt = now;
		const {upload, download} = this.role;
		const {unlimited} = this.#world;
		const tide = 1 + swing * Math.sin(this.#phase + (now / swingPeriod) * 2 * Math.PI);
		this.#mayGive = unlimited ? Infinity : save(this.#mayGive, upload * tide, elapsed);
		this.#mayTake = unlimited && download > 0 ? Infinity : save(this.#mayTake, download, elapsed);
		for (const connection of this.#connections) {
			if (this.#mayGive > 0) this.#mayGive -= connection.serve(this.#mayGive);
			if (this.#mayTake > 0) this.#mayTake -= connection.fetch(this.#mayTake);
			connection.tick(now);
		}
	}

	giveBlock(position: Bytes, into: Uint8Array): void {
		const {content} = this.#world;
		content.read(position, into);
		const lies = this.role.manner === 'liar' && this.#given > Math.min(3_000_000, content.length / 40);
		if (lies) for (let at = 0; at < into.length; at += 64) into[at]! ^= 0x55;
		this.#given += into.length;
	}

	gotPiece(piece: number): void {
		if (!this.have.set(piece)) return;
		for (const connection of this.#connections) connection.tellHave(piece);
	}

	choosePiece(theirs: Bitfield): number | undefined {
		if (this.role.download === 0 || this.have.full) return undefined;
		for (let step = 0; step < theirs.length; step++) {
			const piece = (this.#scanFrom + step) % theirs.length;
			if (!theirs.has(piece) || this.have.has(piece)) continue;
			this.#scanFrom = piece;
			return piece;
		}
		return undefined;
	}

	#connection(dialled: boolean): DemoConnection {
		const connection = new DemoConnection(this, dialled, () => this.#connections.delete(connection));
		this.#connections.add(connection);
		return connection;
	}
}

/** What may be moved now, when so much was left and time has passed. */
function save(left: Bytes, rate: BytesPerSecond, elapsed: Millis): Bytes {
	return Math.min(left + (rate * elapsed) / 1000, Math.max(1, (rate * burst) / 1000));
}
