import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {BlockRequests, type BlockSource} from '../../../source/engine/transfer/block-source.ts';
import type {DownloadOwner} from '../../../source/engine/transfer/download-owner.ts';
import {Downloader} from '../../../source/engine/transfer/downloader.ts';
import {BlockPool} from '../../../source/io/disk/block-pool.ts';
import type {Storage} from '../../../source/io/disk/storage.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';

const map = PieceGeometry.uniform(5 * blockLength + 100, 2 * blockLength);

/** A server that has everything and never chokes: what a source is that is no peer. */
class Server implements BlockSource {
	readonly id: number;
	readonly pieces = undefined;
	readonly onParole = false;
	readonly amInterested = true;
	readonly roundTrip = Infinity;
	readonly requests = new BlockRequests(map.blocksPerPiece, 0);
	offered: ReadonlySet<number> | undefined;
	now = 0;
	isClosed = false;
	strikes = 0;
	/** What it was asked for, as `piece+begin:length`; what was cancelled begins with `-`. */
	readonly heard: string[] = [];

	constructor(id: number) {
		this.id = id;
	}

	get snubbed(): boolean {
		return this.requests.queue.snubbed;
	}

	get outstanding(): number {
		return this.requests.queue.outstanding;
	}

	get blockTime(): number {
		return this.requests.queue.blockTime;
	}

	asked(piece: number, block: number): boolean {
		return this.requests.queue.has(piece, block);
	}

	sendRequest(piece: number, begin: number, length: number): void {
		this.heard.push(`${piece}+${begin}:${length}`);
	}

	sendCancel(piece: number, begin: number, length: number): void {
		this.heard.push(`-${piece}+${begin}:${length}`);
	}

	strike(): void {
		this.strikes++;
	}

	close(): void {
		this.isClosed = true;
	}
}

/** A downloader with everything wanted, and what it hands to the disk. */
function download() {
	const pool = new BlockPool(16);
	const stored: number[] = [];
	const servers: Server[] = [];
	/** Bytes that came or are to come, as the limits see it. */
	let counted = 0;
	const owner: DownloadOwner = {
		pool,
		have: new Bitfield(map.pieceCount),
		sequential: true,
		storage: {storePiece: (piece: number) => stored.push(piece)} as Partial<Storage> as Storage,
		blockSources: servers,
		readsPaced: false,
		piecePriority: () => 1,
		budget: {requestQuota: () => 100},
		downloadGrant: wanted => {
			counted += wanted;
			return wanted;
		},
		downloadUsed: (granted, used) => {
			counted -= granted - used;
		},
		wasted() {},
	};
	const downloader = new Downloader(map, owner, () => 0);
	downloader.setPriorities(new Uint8Array(map.pieceCount).fill(1));
	const server = (): Server => {
		const one = new Server(servers.length);
		servers.push(one);
		return one;
	};
	/** All that the server was asked for and not told to leave comes. */
	const serve = (one: Server): void => {
		for (const request of one.heard.splice(0)) {
			if (request.startsWith('-')) continue;
			const [piece, begin, length] = request.split(/[+:]/).map(Number);
			downloader.incoming.start(one, piece!, begin!, length!);
			downloader.incoming.end(one);
		}
	};
	return {downloader, pool, stored, server, serve, counted: () => counted};
}

test('whoever gives blocks is served, peer or not: asked for all, heard to the last, cancelled when another was first', () => {
	const {downloader, pool, stored, server, serve} = download();
	const [one, other] = [server(), server()];
	downloader.refill(one);
	assert.deepEqual(one.heard, [
		'0+0:16384',
		'0+16384:16384',
		'1+0:16384',
		'1+16384:16384',
		'2+0:16384',
		'2+16384:100',
	]);
	// There is nothing else left to ask for.
	other.now = 30_000;
	downloader.refill(other);
	assert.ok(other.heard.length > 0);
	const asked = [...other.heard];
	serve(other);
	const cancelled = one.heard.filter(words => words.startsWith('-'));
	assert.deepEqual(
		cancelled,
		asked.map(words => `-${words}`),
	);
	// They come all the same, and twice is no offence.
	serve(one);
	assert.equal(one.strikes, 0);
	assert.deepEqual(stored.sort(), [0, 1, 2]);
	assert.equal(pool.available, 16 - 6, 'the disk has the blocks, and no more are promised');
});

test('a source that gives little is asked for that alone, and what it is asked for is taken back when it goes', () => {
	const {downloader, pool, server, counted} = download();
	const one = server();
	one.offered = new Set([2]);
	downloader.refill(one);
	assert.deepEqual(one.heard, ['2+0:16384', '2+16384:100']);
	assert.equal(pool.available, 14);
	assert.equal(downloader.rejected(one, 2, 0, blockLength), true);
	assert.equal(downloader.rejected(one, 9, 0, blockLength), false);
	assert.equal(one.strikes, 1);
	one.isClosed = true;
	downloader.release(one);
	assert.deepEqual([pool.available, one.outstanding, downloader.partials.size], [16, 0, 0]);
	assert.equal(counted(), 0, 'the limits get back what did not come');
});
