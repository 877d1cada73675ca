import type {PeerAddress} from '../../source/base/peer-address.ts';
import {blockLength} from '../../source/base/units.ts';
import {WriteBatch} from '../../source/engine/peers/write-batch.ts';
import {BlockBudget} from '../../source/engine/session/block-budget.ts';
import type {SessionServices} from '../../source/engine/session/session-services.ts';
import {Torrent} from '../../source/engine/torrent/torrent.ts';
import {BlockPool} from '../../source/io/disk/block-pool.ts';
import {machineClock} from '../../source/io/machine/clock.ts';
import {hashFunctions} from '../../source/io/machine/hash-functions.ts';
import type {ConnectionEvents, PeerStream, Transport} from '../../source/io/net/transport.ts';
import {encodeBencode} from '../../source/protocol/bencode/bencode.ts';
import {parseMetainfo} from '../../source/protocol/metainfo/metainfo-reader.ts';
import {
	messageId,
	PeerWireDecoder,
	PeerWireWriter,
	writePieceHeader,
} from '../../source/protocol/wire/decoder.ts';
import {encodeHandshake} from '../../source/protocol/wire/handshake.ts';
import {LoneTorrent, turn} from '../helpers/lone-torrent.ts';
import {weightlessDisk} from '../helpers/weightless-disk.ts';
import {seeded} from '../policy/seeded.ts';
import {tell} from './measure.ts';

const pieceLength = 16 * blockLength;
const pieces = 4096;
const headerLength = 13;
const frameLength = headerLength + blockLength;
/** What a read brings, from whomever. */
const received = Buffer.alloc(65_536);
const ignore = (): void => {};

/** A seeder that costs next to nothing: gives whatever bytes for what it is asked for, in reads that end anywhere. */
class CheapSeeder implements PeerStream {
	readonly transport = 'tcp';
	readonly encrypted = false;
	readonly incoming = false;
	readonly paused = false;
	readonly unsent = 0;
	readonly remote: PeerAddress;
	readonly #events: ConnectionEvents;
	readonly #decoder: PeerWireDecoder;
	readonly #header = new Uint8Array(headerLength);
	/** Pieces and begins, in turns. */
	#asked: number[] = [];
	#first = 0;
	/** Bytes of the frame at hand that have been sent. */
	#sent = 0;
	writes = 0;

	constructor(remote: PeerAddress, events: ConnectionEvents) {
		this.remote = remote;
		this.#events = events;
		const others = {
			...{handshake: ignore, keepAlive: ignore, choke: ignore, unchoke: ignore, interested: ignore},
			...{notInterested: ignore, have: ignore, bitfield: ignore, blockEnd: ignore, cancel: ignore},
			...{port: ignore, suggest: ignore, haveAll: ignore, haveNone: ignore, reject: ignore},
			...{allowedFast: ignore, extended: ignore, blockStart: () => -1},
		};
		const request = (piece: number, begin: number) => void this.#asked.push(piece, begin);
		this.#decoder = new PeerWireDecoder({...others, request}, new Uint8Array(0));
	}

	write(bytes: Uint8Array): void {
		this.writes++;
		this.#decoder.push(bytes);
	}

	pause(): void {}
	resume(): void {}
	close(): void {}

	/** Shakes hands, has everything and lets us have it. */
	meet(infoHash: Uint8Array, id: number): void {
		this.#events.connected();
		const peerId = new Uint8Array(20).fill(id);
		this.#say(encodeHandshake({infoHash, peerId, extended: false, fast: true, dht: false, v2: false}));
		const writer = new PeerWireWriter();
		writer.plain(messageId.haveAll);
		writer.plain(messageId.unchoke);
		this.#say(writer.take());
	}

	#say(bytes: Uint8Array): void {
		this.#events.data(Buffer.from(bytes), bytes.length);
	}

	get isAsked(): boolean {
		return this.#first < this.#asked.length;
	}

	/** Sends as much as one read takes. */
	send(): void {
		let at = 0;
		while (at < received.length && this.isAsked) {
			if (this.#sent < headerLength) {
				const [piece, begin] = [this.#asked[this.#first]!, this.#asked[this.#first + 1]!];
				writePieceHeader(this.#header, 0, piece, begin, blockLength);
				while (this.#sent < headerLength && at < received.length)
					received[at++] = this.#header[this.#sent++]!;
			}
			const count = Math.min(received.length - at, frameLength - this.#sent);
			at += count;
			this.#sent += count;
			if (this.#sent < frameLength) break;
			this.#sent = 0;
			this.#first += 2;
		}
		if (this.#first > 1000) {
			this.#asked = this.#asked.slice(this.#first);
			this.#first = 0;
		}
		this.#events.data(received, at);
	}
}

/** A disk that has done so many blocks a turn. */
function slowDisk(pool: BlockPool, perTurn: number) {
	const disk = weightlessDisk(pool, false);
	const waiting: Array<{slots: Int32Array; store: () => void}> = [];
	let due = 0;
	return {
		open(...of: Parameters<typeof disk.open>) {
			const storage = disk.open(...of);
			const storePiece = storage.storePiece.bind(storage);
			storage.storePiece = (piece, given) => {
				const slots = Int32Array.from(given);
				for (const slot of slots) if (slot >= 0) pool.queued(1);
				waiting.push({slots, store: () => storePiece(piece, slots)});
			};
			return storage;
		},
		exists: disk.exists,
		freeSpace: disk.freeSpace,
		close: disk.close,
		turn(): void {
			due = waiting.length === 0 ? 0 : due + perTurn;
			while (waiting.length > 0 && due >= waiting[0]!.slots.length) {
				const {slots, store} = waiting.shift()!;
				due -= slots.length;
				for (const slot of slots) if (slot >= 0) pool.queued(-1);
				store();
			}
		},
	};
}

/** Downloads a GiB from so many seeders, each of which sends all it was asked for when it has its turn. */
async function download(count: number, perTurn = Infinity) {
	const pool = new BlockPool(4096);
	const torrents = new Map<string, Torrent>();
	const seeders: CheapSeeder[] = [];
	const transport: Transport = {
		dial(to, _how, events) {
			const seeder = new CheapSeeder(to, events);
			seeders.push(seeder);
			return seeder;
		},
		listen: () => Promise.reject(new Error('nobody listens here')),
	};
	const disk = slowDisk(pool, perTurn);
	const {services: lone, listener} = new LoneTorrent({pieces: 1});
	const services: SessionServices = {
		...lone,
		...{clock: machineClock, pool, transport, disk},
		writeBatch: new WriteBatch(machineClock),
		budget: new BlockBudget(pool, torrents, machineClock),
	};
	const length = pieces * pieceLength;
	const info = {length, name: 'many', 'piece length': pieceLength, pieces: new Uint8Array(pieces * 20)};
	const metainfo = parseMetainfo(encodeBencode({info}), hashFunctions);
	const options = {dir: '/nowhere/at/all', maxPeers: count, trackers: [], addedAt: 0};
	const torrent = new Torrent(
		{identity: metainfo, name: undefined, metainfo, webSeeds: undefined, ...options},
		services,
		listener,
	);
	torrents.set('', torrent);
	torrent.post({type: 'start', check: 'none'});
	while (torrent.activity.name === 'checking') await turn();
	const addresses = Array.from({length: count}, (_, n) => ({host: `198.51.100.${n + 1}`, port: 7000}));
	// So many are dialled in one go.
	for (let at = 0; at < count; at += 30)
		torrent.post({type: 'peers', addresses: addresses.slice(at, at + 30), source: 'tracker'});
	for (const [n, seeder] of seeders.entries()) seeder.meet(torrent.infoHash, n + 1);
	await turn();
	const random = seeded(7);
	const {needed} = torrent.content!.downloader;
	const cpu = process.cpuUsage();
	let fewestFree = pool.free;
	for (let idle = 0; needed.count > 0; ) {
		const seeder = seeders[Math.floor(random() * seeders.length)]!;
		if (++idle > 100_000)
			throw new Error(`${needed.count} pieces do not come from ${seeders.length} seeders`);
		while (seeder.isAsked) {
			seeder.send();
			idle = 0;
		}
		fewestFree = Math.min(fewestFree, pool.free);
		disk.turn();
		await turn();
	}
	const {user, system} = process.cpuUsage(cpu);
	const writes = seeders.reduce((sum, seeder) => sum + seeder.writes, 0);
	return {
		seconds: (user + system) / 1e6,
		memory: ((pool.capacity - fewestFree) * blockLength) / 2 ** 20,
		writes,
	};
}

/** What a download costs our own lines by the number of seeders, and how much memory its blocks take. */
export async function benchManyPeers(): Promise<void> {
	await download(20);
	for (const count of [1, 20, 50, 200]) {
		const {seconds, writes} = await download(count);
		const each = ((pieces * 16) / writes).toFixed(0);
		tell(
			`our part of 1 GiB from ${count} seeders`,
			`${seconds.toFixed(2)} CPU s`,
			`< 0.25 s, ${each} blocks a write`,
		);
	}
	for (const count of [1, 20, 50, 200]) {
		const {memory} = await download(count, 12);
		tell(`memory for blocks of ${count}, the disk being slower`, `${memory.toFixed(0)} MiB`, '< 32 MiB');
	}
}
