import {fromHex} from '../../source/base/hex.js';
import {blockLength} from '../../source/base/units.js';
import type {Connection} from '../../source/io/net/transport.js';
import {
	messageId,
	PeerWireDecoder,
	type PeerWireSink,
	PeerWireWriter,
	writePieceHeader,
} from '../../source/protocol/wire/decoder.js';
import {encodeHandshake, type Handshake} from '../../source/protocol/wire/handshake.js';
import {fillBlock} from '../simulation/memory-disk.js';
import type {Node, SwarmWorld} from '../simulation/swarm-world.js';
import type {VirtualHost} from '../simulation/virtual-network.js';

/** What an attacker does with each of its connections. */
export interface AttackScript {
	/** What it says after its handshake, when the other's has come. */
	readonly says?: (writer: PeerWireWriter, attacker: Attacker) => void;
	/** What it says to each message, by its name in `PeerWireSink`. */
	readonly answers?: (
		writer: PeerWireWriter,
		what: string,
		numbers: readonly number[],
		attacker: Attacker,
	) => void;
	/** Told the other's peer id. */
	readonly hears?: (peerId: Uint8Array) => void;
	/** 20 bytes; its own when left out. */
	readonly peerId?: Uint8Array;
	/** Dials again so soon after its connection has ended; never when left out. */
	readonly redials?: number;
	/** Ends its connection itself after so many ms. */
	readonly leaves?: number;
}

/** Has everything, unchokes us, gives a right block at once when it is asked for one, and another one every so many ms. */
export function trickler(every: number): AttackScript {
	const owed = new Map<Attacker, Array<readonly number[]>>();
	const give = (writer: PeerWireWriter, attacker: Attacker): void => {
		const [piece = 0, begin = 0, length = 0] = owed.get(attacker)?.at(0) ?? [];
		if (length > 0) {
			const frame = new Uint8Array(13 + length);
			writePieceHeader(frame, 0, piece, begin, length);
			fillBlock(frame.subarray(13), piece, begin / blockLength);
			writer.raw(frame);
			owed.get(attacker)?.shift();
		}
		attacker.later(every, later => give(later, attacker));
	};
	return {
		says: (writer, attacker) => {
			owed.set(attacker, []);
			writer.plain(messageId.haveAll);
			writer.plain(messageId.unchoke);
			attacker.later(200, later => give(later, attacker));
		},
		answers: (_, what, numbers, attacker) => {
			const queue = owed.get(attacker);
			if (what === 'request') queue?.push(numbers);
			const at =
				what === 'cancel'
					? (queue?.findIndex(([piece, begin]) => piece === numbers[0] && begin === numbers[1]) ?? -1)
					: -1;
			if (at >= 0) queue?.splice(at, 1);
		},
		redials: 1000,
	};
}

/** One hostile machine on the virtual network, with an address of its own, that dials one of our engines. */
export class Attacker {
	readonly host: string;
	/** When its connections were let in: when the other's handshake came. */
	readonly greeted: number[] = [];
	dials = 0;
	connected = false;
	readonly #world: SwarmWorld;
	readonly #network: VirtualHost;
	readonly #victim: Node;
	readonly #script: AttackScript;
	#connection: Connection | undefined;
	#stopped = false;

	constructor(world: SwarmWorld, victim: Node, number: number, script: AttackScript) {
		this.host = `172.16.${number >> 8}.${number & 255}`;
		this.#world = world;
		this.#victim = victim;
		this.#script = script;
		this.#network = world.network.join(this.host, {up: 10_000_000, down: 10_000_000, latency: 5});
	}

	dial(): void {
		if (this.#stopped) return;
		this.dials++;
		const {clock} = this.#world;
		const {says, answers, hears, leaves, redials, peerId} = this.#script;
		let ended = false;
		const say = (tell: (writer: PeerWireWriter) => void): void => {
			const writer = new PeerWireWriter();
			tell(writer);
			if (writer.length > 0 && !ended) connection.write(writer.take());
		};
		const sink = new Proxy({} as PeerWireSink, {
			get:
				(_, name) =>
				(...numbers: number[]) => {
					if (name === 'handshake') {
						this.connected = true;
						this.greeted.push(clock.now());
						hears?.((numbers[0] as unknown as Handshake).peerId);
						say(writer => says?.(writer, this));
					} else say(writer => answers?.(writer, String(name), numbers, this));
					return -1;
				},
		});
		const decoder = new PeerWireDecoder(sink, new Uint8Array(0));
		const how = {timeout: 15_000, infoHash: fromHex(this.#world.id)!};
		const connection: Connection = this.#network.dial({host: this.#victim.host, port: 6881}, how, {
			connected: () => {
				connection.write(
					encodeHandshake({
						infoHash: fromHex(this.#world.id)!,
						peerId: peerId ?? Buffer.from(`-XX0000-${this.host.padEnd(12, 'x')}`.slice(0, 20)),
						extended: false,
						fast: true,
						dht: false,
						v2: false,
					}),
				);
				if (leaves !== undefined) clock.after(leaves, () => connection.close('had enough'));
			},
			data: (bytes, length) => decoder.push(bytes, length),
			drained: () => {},
			closed: () => {
				ended = true;
				this.connected = false;
				if (redials !== undefined) clock.after(redials, () => this.dial());
			},
		});
		this.#connection = connection;
	}

	/** Says something on the connection that stands, so many ms from now, if that still stands then. */
	later(wait: number, tell: (writer: PeerWireWriter) => void): void {
		const connection = this.#connection;
		this.#world.clock.after(wait, () => {
			if (!this.connected || this.#connection !== connection) return;
			const writer = new PeerWireWriter();
			tell(writer);
			if (writer.length > 0) connection?.write(writer.take());
		});
	}

	/** Reads nothing any more on the connection that stands. */
	goDeaf(): void {
		this.#connection?.pause();
	}

	stop(): void {
		this.#stopped = true;
		this.#connection?.close('stopped');
	}
}

/** So many attackers, that dial one after the other within a second. */
export function attack(world: SwarmWorld, victim: Node, count: number, script: AttackScript): Attacker[] {
	const attackers = Array.from({length: count}, (_, at) => new Attacker(world, victim, at + 1, script));
	for (const [at, attacker] of attackers.entries())
		world.clock.after((at * 1000) / count, () => attacker.dial());
	return attackers;
}
