import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {BlockPool} from '../../io/disk/block-pool.js';
import type {Torrent} from '../torrent/torrent.js';
import type {BlockSource} from '../transfer/block-source.js';
import type {SessionService} from './session-service.js';

const fewestShare = 8;
const shareTime: Millis = 100;
/** A TCP handshake that takes no longer is one with a peer nearby: 16 MiB on their way fill any line to there. */
const nearRoundTrip: Millis = 50;
/** Blocks on their way from all near peers together, and from each at least. */
const nearBlocks = 1024;
const fewestNear = 64;
/** No memory has been free for so many ticks: the disk is behind, not just busy. */
const longExhausted = 3;

/** Shares the memory for blocks out among the peers of all torrents, and sees to those who found none free. */
export class BlockBudget implements SessionService {
	readonly #pool: BlockPool;
	readonly #torrents: ReadonlyMap<string, Torrent>;
	readonly #clock: Clock;
	readonly #waiting = new Map<BlockSource, (source: BlockSource) => void>();
	#share = {at: -Infinity, far: 512, near: 256};
	#exhausted = 0;

	constructor(pool: BlockPool, torrents: ReadonlyMap<string, Torrent>, clock: Clock) {
		this.#pool = pool;
		this.#torrents = torrents;
		this.#clock = clock;
	}

	/** No memory has been free for some time. */
	get diskBehind(): boolean {
		return this.#exhausted >= longExhausted;
	}

	/** Blocks one source may be asked for. */
	requestQuota({roundTrip}: Pick<BlockSource, 'roundTrip'>): number {
		const now = this.#clock.now();
		if (now - this.#share.at >= shareTime) this.#share = this.#countShares(now);
		return roundTrip < nearRoundTrip ? this.#share.near : this.#share.far;
	}

	/** Of peers that are near little need be on its way at a time, and what is not in memory is not cold. */
	#countShares(now: Millis): {at: Millis; far: number; near: number} {
		let senders = 0;
		for (const torrent of this.#torrents.values()) {
			for (const peer of torrent.swarm.peers.values()) if (peer.amInterested && !peer.peerChoking) senders++;
		}
		const share = (blocks: number): number =>
			Math.max(fewestShare, Math.floor(blocks / Math.max(1, senders)));
		const far = share(this.#pool.capacity * 0.9);
		return {at: now, far, near: Math.min(far, Math.max(fewestNear, share(nearBlocks)))};
	}

	/** A source found no memory free: it is asked again when there is. */
	waitForBuffer(source: BlockSource, refill: (source: BlockSource) => void): void {
		this.#waiting.set(source, refill);
		this.buffersFreed();
	}

	/** Memory is short: peers that wait are served as it comes free; blocks that wait for nothing go to the disk. */
	buffersFreed(): void {
		const pool = this.#pool;
		if (this.#waiting.size === 0) return;
		if (pool.available > 0) {
			const waiting = [...this.#waiting];
			this.#waiting.clear();
			for (const [source, refill] of waiting) {
				source.requests.waitsForBuffer = false;
				refill(source);
			}
			return;
		}
		if (pool.free > pool.capacity / 4) return;
		for (const torrent of this.#torrents.values()) {
			const {content, active} = torrent;
			const storage = content?.storage;
			if (storage === undefined || !active || storage.waiting > 0) continue;
			void content?.downloader.unfinished.save(storage).then(() => this.buffersFreed());
		}
	}

	/** Once a second. */
	tick(): void {
		this.#exhausted = this.#pool.available <= 0 ? this.#exhausted + 1 : 0;
		this.buffersFreed();
	}
}
