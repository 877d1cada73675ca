import type {Clock} from '../../base/ports.js';
import {type Bytes, type BytesPerSecond, blockLength, type Millis, type Seconds} from '../../base/units.js';
import type {StorageFailure} from '../../io/disk/storage.js';
import {writePieceHeader} from '../../protocol/wire/decoder.js';
import type {SlowWritePeer, SlowWrites} from '../limits/slow-writes.js';
import {blocksPerSlab, type UploadQueue, type UploadRun} from './upload-queue.js';

/** The bytes before a block on the wire. BEP 3. */
const frameHeader = 13;
const frameLength = frameHeader + blockLength;
const slabsPerPeer = 4;
/** Of what is read at once one is enough; so many go to a peer before the others' turn, however quickly it takes them. */
const slabsATurn = 8;
const mostSlabs = 64;
/** Smaller ones, for peers that take little at a time, or nothing: they must not keep the others from being served. */
const smallBlocks = 2;
const mostSmallSlabs = 512;
/** What is on its way can be neither cancelled nor choked, and all else we say waits behind it: half a second's worth. */
const sendTime: Seconds = 0.5;
/** Blocks from here and there go together as far as they leave within this: all of a write is on its way until its end is. */
const togetherTime: Seconds = 0.1;
/** Who has taken nothing for so long was quick once, and is left out when the shares are counted, at most so often. */
const stillTime: Millis = 1000;
const countTime: Millis = 100;
const leastOnItsWay: Bytes = smallBlocks * blockLength;

/** Room for some framed blocks, with views of where their data goes: a file is read straight into its frames. */
class Slab {
	readonly bytes: Buffer;
	readonly blocks: readonly Uint8Array[];

	constructor(blocks: number) {
		this.bytes = Buffer.allocUnsafeSlow(blocks * frameLength);
		this.blocks = Array.from({length: blocks}, (_, block) =>
			this.bytes.subarray(block * frameLength + frameHeader, (block + 1) * frameLength),
		);
	}
}

/** Slabs of one size, made when they are needed. */
class SlabRack {
	readonly #blocks: number;
	readonly #most: number;
	readonly #free: Slab[] = [];
	#made = 0;

	constructor(blocks: number, most: number) {
		this.#blocks = blocks;
		this.#most = most;
	}

	get hasFree(): boolean {
		return this.#free.length > 0;
	}

	/** Undefined when all are in use. */
	take(): Slab | undefined {
		const slab = this.#free.pop();
		if (slab !== undefined || this.#made === this.#most) return slab;
		this.#made++;
		return new Slab(this.#blocks);
	}

	give(slab: Slab): void {
		this.#free.push(slab);
	}

	/** Lets memory go that nobody needs just now. */
	trim(): void {
		while (this.#free.length > 2) {
			this.#free.pop();
			this.#made--;
		}
	}
}

/** What uploading asks of a peer. */
export interface UploadPeer extends SlowWritePeer {
	readonly id: number;
	/** The uploader's to write. */
	readonly uploads: UploadQueue;
	readonly traffic: {
		readonly upload: {rate(now: Millis): BytesPerSecond};
		left(bytes: Bytes, now: Millis): void;
	};
	sendReject(piece: number, begin: Bytes, length: Bytes): void;
	/** `done` is called when all of it has left, or the connection has ended. */
	sendFrames(bytes: Uint8Array, now: Millis, done: () => void): void;
}

/** Where the uploader gets data from, and whom it tells: one torrent. */
export interface UploadSource {
	readPiece(
		piece: number,
		begin: number,
		views: readonly Uint8Array[],
		done: (failure: StorageFailure | undefined) => void,
	): void;
	/** What is read next is likely to be in memory. */
	readonly isCached?: boolean;
	/** The same at once, of what is in memory; false when it is to be asked for by `readPiece`. */
	readCached?(piece: number, begin: number, views: readonly Uint8Array[]): boolean;
	/** Whether nothing is to be sent to this peer for a moment: ask again once a second. */
	holds?(peer: UploadPeer): boolean;
	/** How many of `wanted` bytes may leave now; 0 means ask again when woken. */
	uploadGrant(wanted: number): number;
	/** How many bytes of a grant, or beyond it, will leave. */
	uploadUsed(granted: number, used: number): void;
	/** Sends blocks bit by bit while a low limit holds. */
	readonly pacedWrites: SlowWrites;
	/** `piece`: of which it was. */
	uploadDone(peer: UploadPeer, bytes: number, blocks: number, piece: number): void;
	readFailed(peer: UploadPeer, failure: StorageFailure): void;
}

/** Serves what peers ask for: runs of blocks, one read and one write each, few at a time. */
export class Uploader {
	readonly #clock: Clock;
	readonly #large = new SlabRack(blocksPerSlab, mostSlabs);
	readonly #small = new SlabRack(smallBlocks, mostSmallSlabs);
	/** Peers with something on its way that take much at a time: large slabs are shared evenly among them. */
	readonly #quick = new Set<UploadPeer>();
	#countedAt: Millis = -Infinity;
	/** Peers that found no slab free. */
	readonly #waiting = new Map<UploadPeer, UploadSource>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Sends as much of the peer's queue as may be on its way at once. */
	pump(peer: UploadPeer, source: UploadSource): void {
		if (source.holds?.(peer) === true) return;
		const now = this.#clock.now();
		const rate = peer.traffic.upload.rate(now);
		const most = Math.max(leastOnItsWay, sendTime * rate);
		const slabs = source.isCached === true ? 1 : slabsPerPeer;
		while (!peer.isClosed && peer.uploads.length > 0 && peer.uploads.inFlight < slabs) {
			const room = most - peer.uploads.bytesInFlight;
			if (room <= 0) return;
			const isQuick = most > leastOnItsWay;
			if (isQuick && peer.uploads.inFlight >= this.#shareOf(peer, now)) return;
			const slab = (room > leastOnItsWay ? this.#large.take() : undefined) ?? this.#small.take();
			if (slab === undefined) {
				this.#waiting.set(peer, source);
				return;
			}
			const grant = source.uploadGrant(
				Math.min(slab.blocks.length * blockLength, Math.ceil(room / blockLength) * blockLength),
			);
			const runs = grant > 0 ? peer.uploads.takeRuns(grant, slab.blocks.length, togetherTime * rate) : [];
			const length = runs.reduce((sum, run) => sum + run.length, 0);
			source.uploadUsed(grant, length);
			if (runs.length === 0) {
				this.#give(slab);
				return;
			}
			// Who waits, or may send nothing for now, takes nothing from the others.
			if (isQuick) this.#quick.add(peer);
			this.#serve(peer, source, slab, runs, length);
		}
	}

	/** Large slabs that a quick peer may have at a time. */
	#shareOf(peer: UploadPeer, now: Millis): number {
		if (now - this.#countedAt >= countTime) {
			this.#countedAt = now;
			for (const quick of this.#quick) if (now - quick.uploads.movedAt > stillTime) this.#quick.delete(quick);
		}
		return Math.floor(mostSlabs / (this.#quick.has(peer) ? this.#quick.size : this.#quick.size + 1)) || 1;
	}

	/** Lets memory go that nobody needs just now. */
	trim(): void {
		this.#large.trim();
		this.#small.trim();
	}

	/** Peers wait for memory that others hold. */
	get isCrowded(): boolean {
		return this.#waiting.size > 0;
	}

	/** Reads each run to its place in the slab, and sends all when the last was read. */
	#serve(
		peer: UploadPeer,
		source: UploadSource,
		slab: Slab,
		runs: readonly UploadRun[],
		length: Bytes,
	): void {
		peer.uploads.bytesInFlight += length;
		if (peer.uploads.inFlight++ === 0) peer.uploads.movedAt = this.#clock.now();
		let reading = runs.length;
		let failure: StorageFailure | undefined;
		const read = (found: StorageFailure | undefined): void => {
			failure ??= found;
			if (--reading > 0) return;
			if (failure === undefined && !peer.isClosed) return this.#send(peer, source, slab, runs, length);
			source.pacedWrites.dropped();
			this.#done(peer, source, slab, length);
			if (failure === undefined) return;
			for (const lost of runs) reject(peer, lost);
			source.readFailed(peer, failure);
		};
		let at = 0;
		for (const run of runs) {
			const views = viewsOf(slab, at, run);
			at += run.count;
			if (source.readCached?.(run.piece, run.begin, views) === true) read(undefined);
			else source.readPiece(run.piece, run.begin, views, read);
		}
	}

	#send(peer: UploadPeer, source: UploadSource, slab: Slab, runs: readonly UploadRun[], length: Bytes): void {
		const frames = framed(slab, runs);
		let counted = 0;
		const done = (): void => {
			let early = counted;
			if (!peer.isClosed)
				for (const run of runs) {
					const known = Math.min(early, run.length);
					early -= known;
					source.uploadDone(peer, run.length - known, run.count, run.piece);
				}
			this.#done(peer, source, slab, length);
		};
		if (!source.pacedWrites.active) return peer.sendFrames(frames, this.#clock.now(), done);
		const left = (bytes: number): void => {
			const payload = Math.min(bytes, length - counted);
			counted += payload;
			source.uploadDone(peer, payload, 0, runs[0]!.piece);
		};
		source.pacedWrites.send(peer, frames, this.#clock.now(), left, done);
	}

	#done(peer: UploadPeer, source: UploadSource, slab: Slab, bytes: Bytes): void {
		peer.uploads.inFlight--;
		peer.uploads.bytesInFlight -= bytes;
		this.#give(slab);
		if (++peer.uploads.slabsServed % slabsATurn > 0 || source.isCached !== true) this.pump(peer, source);
		else this.#clock.soon(() => this.pump(peer, source));
		if (peer.uploads.inFlight === 0) this.#quick.delete(peer);
		// A copy, for who still finds none free goes to the end.
		for (const [waiting, its] of [...this.#waiting]) {
			if (!this.#large.hasFree && !this.#small.hasFree) break;
			this.#waiting.delete(waiting);
			this.pump(waiting, its);
		}
	}

	#give(slab: Slab): void {
		(slab.blocks.length > smallBlocks ? this.#large : this.#small).give(slab);
	}
}

/** Where the data of a run goes that begins with block `at` of the slab. */
function viewsOf(slab: Slab, at: number, {count, length}: UploadRun): readonly Uint8Array[] {
	const tail = length - (count - 1) * blockLength;
	if (tail === blockLength && count === slab.blocks.length) return slab.blocks;
	const views = slab.blocks.slice(at, at + count);
	if (tail < blockLength) views[count - 1] = views[count - 1]!.subarray(0, tail);
	return views;
}

/** Writes the headers of all blocks, of which only the last of all may be short; answers what is to be sent. */
function framed(slab: Slab, runs: readonly UploadRun[]): Uint8Array {
	let at = 0;
	let end = 0;
	for (const {piece, begin, count, length} of runs) {
		for (let block = 0; block < count; block++) {
			const from = block * blockLength;
			const size = Math.min(blockLength, length - from);
			writePieceHeader(slab.bytes, at, piece, begin + from, size);
			end = at + frameHeader + size;
			at += frameLength;
		}
	}
	return slab.bytes.subarray(0, end);
}

/** Tells a peer that it will not get these blocks. */
function reject(peer: UploadPeer, {piece, begin, length}: UploadRun): void {
	for (let from = 0; from < length; from += blockLength)
		peer.sendReject(piece, begin + from, Math.min(blockLength, length - from));
}
