import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {BlockPool} from '../../io/disk/block-pool.js';
import {type Ask, longestRun, RequestTurns} from '../../policy/requests/request-turns.js';
import type {Torrent} from '../torrent/torrent.js';
import type {BlockSource} from '../transfer/block-source.js';
import type {SessionService} from './session-service.js';

const fewestShare = 8;
/** Shares are counted anew after this, and after longer where there is more to count: it may not cost. */
const shareTime: Millis = 10;
const longestShareTime: Millis = 100;
const countedPerMilli = 20;
/** A peer that answers sooner is a near one: 16 MiB on their way fill any line to there, and less where it is nearer. */
const nearRoundTrip: Millis = 50;
const nearBlocks = 1024;
const fewestNear = 768;
/** From each of many near peers at least, while the disk keeps up: less where less is enough for 500 Mbit/s. */
const eachNear = 64;
const fewestOfEach = 32;
const enoughPerMilli = 4;
/** More near peers than this take turns … */
const fewestInTurns = 12;
/** … with so many blocks each at most. */
const turnBlocks = 128;
/** No memory has been free for so many ticks: the disk is behind, not just busy. */
const longExhausted = 3;

/** Shares the memory for blocks out among the peers of all torrents, and sees to those who found none free. */
export class BlockBudget implements SessionService {
	readonly #pool: BlockPool;
	readonly #torrents: ReadonlyMap<string, Torrent>;
	readonly #clock: Clock;
	readonly #waiting = new Map<BlockSource, (source: BlockSource) => void>();
	/** Those who give us something. */
	#senders = 0;
	/** When they are to be counted anew. */
	#until: Millis = -Infinity;
	/** Those who were counted when they were asked for the first time. */
	readonly #begun = new WeakSet<object>();
	#exhausted = 0;
	readonly #turns = new RequestTurns<BlockSource>();
	#looksAtTurns = false;

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
	requestQuota(source: Pick<BlockSource, 'roundTrip' | 'requests'>): number {
		this.#count(source);
		const senders = Math.max(1, this.#senders);
		const far = Math.max(fewestShare, Math.floor((this.#pool.capacity * 0.9) / senders));
		const time = timeTo(source);
		if (time >= nearRoundTrip) return far;
		const each = Math.min(eachNear, Math.max(fewestOfEach, Math.ceil(time * enoughPerMilli)));
		const all = Math.max(fewestNear, Math.ceil((nearBlocks * time) / nearRoundTrip));
		const blocks = Math.max(all, Math.min(each * senders, this.#pool.capacity >> 1));
		// Near peers send faster than any disk takes: what waits for it is memory that has gone cold when its turn comes.
		const left = Math.max(blocks - this.#pool.atDisk, blocks / 2);
		return Math.min(far, Math.max(fewestShare, Math.floor(left / senders)));
	}

	/**
	 * The same for one whose share is less than it could send: who is near and quick takes turns with the others.
	 *
	 * @param ask called with those whose turn it is now
	 */
	turnQuota(source: BlockSource, share: number, ask: Ask<BlockSource>): number {
		if (this.#senders <= fewestInTurns || timeTo(source) >= nearRoundTrip) return share;
		const now = this.#clock.now();
		const most = Math.min(turnBlocks, source.requests.queue.target);
		const quota = this.#turns.quota(source, share, most, now, ask);
		this.#lookAtTurns();
		return quota;
	}

	/** Nobody waits for long behind those who have stopped sending. */
	#lookAtTurns(): void {
		if (this.#looksAtTurns || !this.#turns.isAwaited) return;
		this.#looksAtTurns = true;
		this.#clock.after(longestRun, () => {
			this.#looksAtTurns = false;
			this.#turns.look(this.#clock.now());
			this.#lookAtTurns();
		});
	}

	#count(source: Pick<BlockSource, 'requests'>): void {
		const now = this.#clock.now();
		if (now >= this.#until) this.#countAll(now);
		else if (source.requests.queue.lastAskedAt === -Infinity && !this.#begun.has(source)) this.#senders++;
		else return;
		// Many begin at the same time: each counts at once, and once.
		this.#begun.add(source);
	}

	#countAll(now: Millis): void {
		let senders = 0;
		let counted = 0;
		for (const torrent of this.#torrents.values()) {
			counted += 1 + torrent.swarm.peers.size;
			for (const peer of torrent.swarm.peers.values()) if (peer.amInterested && !peer.peerChoking) senders++;
		}
		this.#senders = senders;
		this.#until = now + Math.min(longestShareTime, shareTime + counted / countedPerMilli);
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

/** Connecting is slow while we are busy, as at the beginning; no block comes before it can. */
function timeTo({roundTrip, requests}: Pick<BlockSource, 'roundTrip' | 'requests'>): Millis {
	return Math.min(roundTrip, requests.queue.fastest);
}
