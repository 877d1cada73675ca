import type {Bytes} from '../../base/units.js';
import type {Storage, StorageFailure} from '../../io/disk/storage.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {HashExchange} from '../hashes/hash-exchange.js';
import type {SlowWrites} from '../limits/slow-writes.js';
import type {TorrentRateLimits} from '../limits/torrent-limits.js';
import type {SessionServices} from '../session/session-services.js';
import type {TorrentEvent} from '../torrent/torrent-event.js';
import type {TransferStats} from '../torrent/transfer-stats.js';
import type {SentLately} from './sent-lately.js';
import type {UploadPeer, UploadSource} from './uploader.js';

/** What uploading asks of its torrent. */
export interface UploadSourceOwner {
	readonly map: PieceGeometry;
	readonly rateLimits: TorrentRateLimits;
	readonly stats: TransferStats;
	readonly active: boolean;
	readonly sentLately: SentLately;
	/** It has hashes of both kinds. */
	readonly isHybrid: boolean;
	/** Undefined where there is no v2 half. */
	readonly exchange: Pick<HashExchange, 'isAsking'> | undefined;
	/** Undefined while nothing can be read. */
	readonly storage: Storage | undefined;
	/** Whom everything that happens is told. */
	readonly torrent: {post(event: TorrentEvent): void};
}

/** What of some views lies within `length` bytes, counted through all of them. The rest is padding: zeros. BEP 52. */
function zeroBehind(views: readonly Uint8Array[], length: Bytes): readonly Uint8Array[] {
	let left = length;
	let isCut = false;
	for (const view of views) {
		if (view.length > left) {
			view.fill(0, Math.max(0, left));
			isCut = true;
		}
		left -= view.length;
	}
	if (!isCut) return views;
	left = length;
	const inside: Uint8Array[] = [];
	for (const view of views) {
		if (left > 0) inside.push(view.subarray(0, left));
		left -= view.length;
	}
	return inside;
}

/** What the uploader asks of one torrent: its data, leave to send it, and an account of what has left. */
export class TorrentUploadSource implements UploadSource {
	readonly #owner: UploadSourceOwner;
	readonly #services: SessionServices;

	constructor(owner: UploadSourceOwner, services: SessionServices) {
		this.#owner = owner;
		this.#services = services;
	}

	readPiece(
		piece: number,
		begin: number,
		views: readonly Uint8Array[],
		done: (failure: StorageFailure | undefined) => void,
	): void {
		const {storage, map} = this.#owner;
		const position = map.pieceStart(piece) + begin;
		if (storage === undefined) done({code: 'io', message: 'stopped'});
		else if (position >= map.length) {
			zeroBehind(views, 0);
			process.nextTick(done, undefined);
		} else storage.read(position, zeroBehind(views, map.length - position), done);
	}

	get isCached(): boolean {
		return this.#owner.storage?.isCached === true;
	}

	readCached(piece: number, begin: number, views: readonly Uint8Array[]): boolean {
		const {storage, map} = this.#owner;
		const position = map.pieceStart(piece) + begin;
		if (storage?.readCached === undefined || position >= map.length) return false;
		return storage.readCached(position, zeroBehind(views, map.length - position));
	}

	/** Who may fail when blocks come before hashes has those first. */
	holds(peer: UploadPeer): boolean {
		const {isHybrid, exchange} = this.#owner;
		return isHybrid && exchange?.isAsking(peer, this.#services.clock.now()) === true;
	}

	uploadGrant(wanted: Bytes): Bytes {
		return this.#owner.rateLimits.uploadGrant(this.#services.clock.now(), wanted);
	}

	uploadUsed(granted: Bytes, used: Bytes): void {
		this.#owner.rateLimits.uploadUsed(this.#services.clock.now(), granted, used);
	}

	get pacedWrites(): SlowWrites {
		return this.#owner.rateLimits.writes;
	}

	uploadDone(peer: UploadPeer, bytes: Bytes, blocks: number, piece: number): void {
		const now = this.#services.clock.now();
		const {stats, map} = this.#owner;
		this.#owner.sentLately.note(piece, now);
		peer.uploads.movedAt = now;
		peer.traffic.left(bytes, now);
		peer.uploads.piecesSinceUnchoke += blocks / map.blocksPerPiece;
		stats.upload.add(bytes, now);
		stats.uploaded += bytes;
	}

	readFailed(_peer: UploadPeer, failure: StorageFailure): void {
		if (this.#owner.active) this.#owner.torrent.post({type: 'failure', failure});
	}
}
