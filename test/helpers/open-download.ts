import {blockLength} from '../../source/base/units.ts';
import {BlockRequests, type BlockSource} from '../../source/engine/transfer/block-source.ts';
import type {DownloadOwner} from '../../source/engine/transfer/download-owner.ts';
import {Downloader} from '../../source/engine/transfer/downloader.ts';
import {BlockPool} from '../../source/io/disk/block-pool.ts';
import type {Storage} from '../../source/io/disk/storage.ts';
import {PieceGeometry} from '../../source/policy/pieces/piece-geometry.ts';
import {Bitfield} from '../../source/protocol/wire/bitfield.ts';

const map = PieceGeometry.uniform(5 * blockLength + 100, 2 * blockLength);

/** A server that has everything and never chokes: what a source is that is no peer. */
export class Server implements BlockSource {
	readonly id: number;
	readonly pieces = undefined;
	onParole = false;
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
export function openDownload() {
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
		mayAsk: true,
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
