import {toHex} from '../../base/hex.js';
import type {LogLevel} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {MetadataDownload} from '../../policy/metadata/metadata-download.js';
import {networkKey, peerKey} from '../../policy/peers/peer-key.js';
import {idOf, type SwarmHashes} from '../../protocol/metainfo/swarm-hashes.js';
import {encodeMetadataRequest, type MetadataMessage} from '../../protocol/wire/ut-metadata.js';
import type {ExtensionPeer} from './peer-extension.js';

/** What fetching asks of, and tells, its torrent. */
export interface MetadataWish {
	/** The hashes it is known by; what is given as SHA-1 may be the beginning of SHA-256. BEP 52. */
	readonly identity: SwarmHashes;
	readonly sha1: (bytes: Uint8Array) => Uint8Array;
	readonly sha256: (bytes: Uint8Array) => Uint8Array;
	/** 0 <= x < 1 */
	readonly random: () => number;
	/** It is here: bytes that have the hash. */
	fetched(info: Uint8Array): void;
	log(level: LogLevel, text: string): void;
}

/** Fetches a torrent's info dictionary from its peers, for who has only a magnet link. BEP 9. */
export class MetadataFetch {
	readonly #wish: MetadataWish;
	readonly #download: MetadataDownload;
	readonly #peers = new Map<number, ExtensionPeer>();
	readonly #extension: string;
	/** Whoever was ever asked, and may answer late. */
	readonly #asked = new Set<number>();
	#isOver = false;

	/** @param extension the name by which peers know our messages */
	constructor(extension: string, wish: MetadataWish) {
		this.#extension = extension;
		this.#wish = wish;
		this.#download = new MetadataDownload(wish.random);
	}

	/** Peers that say they have it, of those who is asked now, wholes that were wrong, and how far it is: 0 .. 1. */
	get state(): {
		readonly sources: number;
		readonly asked: number;
		readonly failures: number;
		readonly progress: number;
	} {
		const {sources, asked, failures, progress} = this.#download;
		return {sources, asked, failures, progress};
	}

	/** Whether a peer was asked for it. */
	hasAsked({id}: ExtensionPeer): boolean {
		return this.#asked.has(id);
	}

	/** A peer says how long it is. */
	offered(peer: ExtensionPeer, size: number): void {
		const host = networkKey(peerKey(peer.address));
		if (this.#isOver || !this.#download.offer(peer.id, size, peer.now, host)) return;
		this.#peers.set(peer.id, peer);
		this.#ask(peer.now);
	}

	left(peer: ExtensionPeer): void {
		this.#asked.delete(peer.id);
		this.#peers.delete(peer.id);
		this.#download.left(peer.id);
		if (!this.#isOver) this.#ask(peer.now);
	}

	/** An answer came. */
	message(peer: ExtensionPeer, {type, piece, totalSize, data}: MetadataMessage): void {
		if (this.#isOver) return peer.redundantMessage();
		if (type === 'reject') {
			if (!this.#download.rejected(peer.id, piece, peer.now)) return peer.strike();
			return this.#ask(peer.now);
		}
		const outcome = this.#download.received(peer.id, piece, totalSize, data, peer.now);
		if (outcome.kind === 'wrong') peer.strike();
		if (outcome.kind === 'kept' || outcome.kind === 'whole') peer.extensions.sharedMetadata = true;
		if (outcome.kind === 'whole') this.#checkHash(outcome.bytes, outcome.attempt, peer);
		if (!this.#isOver) this.#ask(peer.now);
	}

	#checkHash(bytes: Uint8Array, attempt: number, peer: ExtensionPeer): void {
		const {identity, sha1, sha256} = this.#wish;
		const {infoHash, infoHashV2} = identity;
		const v2 = toHex(sha256(bytes));
		const isRight = infoHashV2 === v2 || infoHash === v2.slice(0, 40) || infoHash === toHex(sha1(bytes));
		if (isRight) {
			this.#isOver = true;
			this.#peers.clear();
			return this.#wish.fetched(bytes);
		}
		this.#download.failed(attempt, peer.now);
		this.#wish.log(
			'warn',
			`what peers gave as the file list of ${idOf(identity)} has another hash: others are asked`,
		);
	}

	/** Once a second: who is silent is passed over. */
	tick(now: Millis): void {
		if (!this.#isOver) this.#ask(now);
	}

	#ask(now: Millis): void {
		for (const {peer: id, piece} of this.#download.next(now)) {
			const peer = this.#peers.get(id);
			const number = peer?.extensions.numberOf(this.#extension);
			if (peer === undefined || number === undefined) this.#download.left(id);
			else {
				this.#asked.add(id);
				peer.sendExtended(number, encodeMetadataRequest(piece));
			}
		}
	}
}
