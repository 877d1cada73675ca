import {type BytesPerSecond, blockLength, type Millis, type Seconds} from '../../base/units.js';
import type {SlowReadPeer} from '../limits/slow-reads.js';
import type {TorrentRateLimits} from '../limits/torrent-limits.js';
import type {BlockSource} from './block-source.js';
import type {Downloader} from './downloader.js';
import type {Uploader, UploadPeer, UploadSource} from './uploader.js';

/** More than this at a limit that was just set is taken back. */
const askedAhead: Seconds = 5;
/** How long a block may take under a limit so low that we ourselves let it wait. */
const pacedPatience: Millis = 60_000;
/** Passed over for so long by a peer that sends other blocks, a request is lost. */
const lostAfter: Millis = 60_000;

/** What request timeouts ask of a peer. */
export interface TimedPeer extends BlockSource, SlowReadPeer, UploadPeer {
	readonly ready: boolean;
	readonly traffic: UploadPeer['traffic'] & {readonly download: {rate(now: Millis): BytesPerSecond}};
	setInterested(interested: boolean): void;
	/** It is looked at now, though it said nothing. */
	lookedAt(now: Millis): void;
}

/** What request timeouts ask of their torrent. */
export interface RequestTimeoutsOwner {
	readonly peers: Iterable<TimedPeer>;
	/** Whether there is nobody. */
	readonly isAlone: boolean;
	readonly downloader: Downloader;
	readonly rateLimits: TorrentRateLimits;
	readonly uploadSource: UploadSource;
}

/** Takes back requests that wait too long, and asks peers anew as time goes by, without their having said anything. */
export class RequestTimeouts {
	readonly #owner: RequestTimeoutsOwner;
	readonly #uploader: Uploader;
	/** Whose turn it is to be served first when a limit allows more. */
	#turn = 0;

	constructor(owner: RequestTimeoutsOwner, uploader: Uploader) {
		this.#owner = owner;
		this.#uploader = uploader;
	}

	/** Once a second, while it runs. */
	tick(now: Millis): void {
		if (this.#owner.isAlone) return;
		const {downloader} = this.#owner;
		const late = this.#takeBackLate(now);
		for (const peer of this.#owner.peers) {
			if (!peer.ready) continue;
			if (peer.amInterested && peer.outstanding === 0) peer.setInterested(downloader.interesting(peer));
			peer.lookedAt(now);
			if (!late.has(peer)) downloader.refill(peer);
			if (peer.uploads.length > 0) this.#uploader.pump(peer, this.#owner.uploadSource);
		}
		for (const peer of late) downloader.refill(peer);
	}

	/**
	 * Takes back what silent peers were asked for, and at the end what late ones were: others come first then. And what
	 * was lost on the way.
	 */
	#takeBackLate(now: Millis): Set<TimedPeer> {
		const {downloader, rateLimits} = this.#owner;
		const late = new Set<TimedPeer>();
		const ending = downloader.endGame.nothingLeftToAsk;
		const paced = rateLimits.reads.active;
		for (const peer of this.#owner.peers) {
			if (!peer.ready) continue;
			const {queue} = peer.requests;
			queue.adapt(peer.traffic.download.rate(now));
			const silent = paced ? queue.oldest(now) > pacedPatience : queue.isSilent(now);
			if (silent) queue.snubbed = true;
			else if (paced || !ending || !queue.isLate(now)) {
				if (queue.oldest(now) > lostAfter) downloader.cancelAll(peer, now - lostAfter);
				continue;
			}
			late.add(peer);
			downloader.cancelAll(peer);
		}
		return late;
	}

	/** Tokens came: those who waited for them go on. */
	resupply(now: Millis): void {
		if (this.#owner.isAlone) return;
		const {downloader, rateLimits} = this.#owner;
		rateLimits.writes.wake(now);
		rateLimits.reads.wake(this.#owner.peers, now);
		const peers = [...this.#owner.peers];
		const first = this.#turn++;
		for (let step = 0; step < peers.length; step++) {
			const peer = peers[(first + step) % peers.length]!;
			if (!peer.ready) continue;
			peer.lookedAt(now);
			downloader.refill(peer);
			if (peer.uploads.length > 0) this.#uploader.pump(peer, this.#owner.uploadSource);
		}
	}

	/** A limit holds now: what goes far beyond it is not waited for. */
	takeBackExcess(maxDownload: BytesPerSecond): void {
		let asked = 0;
		for (const peer of this.#owner.peers) asked += peer.outstanding * blockLength;
		if (asked <= Math.max(8 * blockLength, maxDownload * askedAhead)) return;
		for (const peer of this.#owner.peers) if (peer.outstanding > 0) this.#owner.downloader.cancelAll(peer);
	}

	/** Which peers have something for us may have changed. */
	reviewInterest(): void {
		if (this.#owner.isAlone) return;
		const {downloader} = this.#owner;
		for (const peer of this.#owner.peers) {
			if (!peer.ready) continue;
			peer.setInterested(downloader.interesting(peer));
			downloader.refill(peer);
		}
	}
}
