import type {PeerAddress} from '../../base/peer-address.js';
import type {LogLevel} from '../../base/ports.js';
import type {Bytes, PieceIndex} from '../../base/units.js';
import type {Storage} from '../../io/disk/storage.js';
import type {HashTrees} from '../../policy/hashes/hash-trees.js';
import {type PeerKey, peerKey} from '../../policy/peers/peer-key.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {TrustPoints, type Verdict} from '../../policy/pieces/smart-ban.js';
import type {Swarm} from '../swarm/swarm.js';
import type {BlockSource} from './block-source.js';
import type {Downloader} from './downloader.js';

/** Of so many peers is remembered who they were, though they are gone. */
const mostSenders = 10_000;

/** What the smart ban asks of a peer. */
export interface SmartBanPeer extends BlockSource {
	readonly address: PeerAddress;
	/** The smart ban's to write. */
	onParole: boolean;
}

/** A web server that gives blocks. */
export interface SmartBanServer extends BlockSource {
	readonly name: string;
	/** What it is known by; the smart ban's to write. */
	sender: string;
	/** The smart ban's to write. */
	onParole: boolean;
	/** It was found guilty of a wrong piece. */
	gaveWrong(piece: number): void;
}

/** What the smart ban asks of its torrent. */
export interface SmartBanOwner {
	readonly map: PieceGeometry;
	readonly downloader: Downloader;
	/** What is known of the v2 hashes; undefined where there are none. */
	readonly hashes: Pick<HashTrees, 'canVerify' | 'leaves'> | undefined;
	/** The hashes of the blocks of a piece are worth asking peers for; `leavesCame` is told when they are known. */
	wantLeaves(piece: PieceIndex): void;
	readonly swarm: Swarm;
	readonly peers: Iterable<SmartBanPeer>;
	readonly storage: Storage | undefined;
	wasted(bytes: Bytes): void;
	log(level: LogLevel, text: string): void;
}

/** Finds out who sends wrong data, from what the disk says of whole pieces, and has them banned. */
export class SmartBan {
	/** Pieces that were wrong, and peers that were banned, since the start. */
	hashFailures = 0;
	bans = 0;
	readonly #owner: SmartBanOwner;
	readonly #trust = new TrustPoints();
	/** Who gave blocks, by peer id: peers may be gone when the verdict comes. */
	readonly #senders = new Map<number, PeerKey>();
	/** Web servers, by what they are known by just now. */
	readonly #servers = new Map<PeerKey, SmartBanServer>();

	constructor(owner: SmartBanOwner) {
		this.#owner = owner;
	}

	met(peer: SmartBanPeer): void {
		this.#senders.set(peer.id, peerKey(peer.address));
		peer.onParole = this.#trust.onParole(peerKey(peer.address));
	}

	metServer(server: SmartBanServer): void {
		this.#servers.set(server.sender, server);
		this.#senders.set(server.id, server.sender);
	}

	/** A peer has gone: what is known of those who went long ago is let go now and then. */
	left(): void {
		if (this.#senders.size <= mostSenders) return;
		for (const [id, key] of this.#senders)
			if (!this.#owner.swarm.peers.has(id) && !this.#servers.has(key)) this.#senders.delete(id);
	}

	#keysOf(piece: number, senders: Int32Array): Array<PeerKey | undefined> {
		const keys = Array.from(senders, sender => (sender < 0 ? undefined : this.#senders.get(sender)));
		// Padding came from nobody, and is right whoever gave the rest.
		const anybody = keys.find(key => key !== undefined);
		for (const block of this.#owner.map.padBlocks(piece)) keys[block] ??= anybody;
		return keys;
	}

	/** The disk says that a piece is right. To be told before the partial piece that knows who gave its blocks is dropped. */
	right(piece: number): void {
		const partial = this.#owner.downloader.partials.get(piece);
		if (partial === undefined) return;
		const keys = this.#keysOf(piece, partial.senders.subarray(0, partial.blocks));
		if (!this.#trust.hasFailed(piece)) {
			this.#apply(piece, this.#trust.piecePassed(piece, keys));
			return;
		}
		// Whose block differed from the right one is known only now.
		void this.#owner.storage?.blockDigests(piece).then(digests => {
			this.#apply(piece, this.#trust.piecePassed(piece, keys, digests && eachDigest(keys, digests)));
		});
	}

	/** The hashes of the blocks of a piece are known: if it was wrong, so is whoever gave another block. */
	leavesCame(piece: number): void {
		const leaves = this.#owner.hashes?.leaves(piece);
		if (leaves === undefined || !this.#trust.hasFailed(piece)) return;
		const digests = Array.from({length: this.#owner.map.blockCount(piece)}, (_, block) => {
			const digest = new Uint8Array(20);
			digest.set(leaves.subarray(block * 32, block * 32 + 20));
			return digest;
		});
		this.#apply(piece, this.#trust.blocksKnown(piece, digests));
	}

	/** The disk says that a piece is wrong: it is fetched again. `digests` has 20 bytes of each block, as the disk has it. */
	wrong(piece: number, digests: Uint8Array): void {
		const partial = this.#owner.downloader.partials.get(piece);
		this.hashFailures++;
		this.#owner.wasted(this.#owner.map.pieceSize(piece));
		if (partial === undefined) return;
		const keys = this.#keysOf(piece, partial.senders.subarray(0, partial.blocks));
		const who = new Set(keys.filter(key => key !== undefined));
		const [first = ''] = who;
		const from = who.size === 1 ? (this.#servers.get(first)?.name ?? first) : `${who.size} peers`;
		this.#owner.log('warn', `piece ${piece} from ${from} is wrong: fetched again`);
		this.#owner.downloader.again(piece);
		this.#apply(piece, this.#trust.pieceFailed(piece, keys, eachDigest(keys, digests)));
		this.#seekGuilty(piece);
		for (const peer of this.#owner.peers) this.#owner.downloader.refill(peer);
	}

	/** The hashes of its blocks would show whose fault it was, before it has come once more. BEP 52. */
	#seekGuilty(piece: number): void {
		const {hashes, map} = this.#owner;
		if (hashes === undefined || !this.#trust.hasFailed(piece) || !map.isPiece(piece)) return;
		if (hashes.leaves(piece) !== undefined) this.leavesCame(piece);
		else if (hashes.canVerify(piece)) this.#owner.wantLeaves(piece);
	}

	#apply(piece: number, {ban, parole}: Verdict): void {
		const guilty = ban.flatMap(key => this.#servers.get(key) ?? []);
		for (const key of ban) {
			if (this.#servers.has(key)) continue;
			// What it sent before that is still being hashed.
			if (!this.#owner.swarm.list.isBanned(key)) this.bans++;
			this.#owner.swarm.ban(key, 'sent wrong data');
		}
		if (ban.length > 0) {
			const corruptors = new Set<number>();
			for (const [id, key] of this.#senders)
				if (ban.includes(key) && !this.#servers.has(key)) corruptors.add(id);
			this.#owner.wasted(this.#owner.downloader.unfinished.discardFrom(corruptors));
			for (const server of guilty) this.#convict(server, piece);
			for (const peer of this.#owner.peers) this.#owner.downloader.refill(peer);
		}
		// Those who were suspected wrongly are cleared as the guilty are found.
		for (const peer of this.#owner.peers) {
			if (peer.onParole || parole.length > 0) peer.onParole = this.#trust.onParole(peerKey(peer.address));
		}
		for (const [key, server] of this.#servers) server.onParole = this.#trust.onParole(key);
	}

	/** A server loses what it has wrong, and may well have the rest as it should be: that is another's trust. */
	#convict(server: SmartBanServer, piece: number): void {
		const [kind, id, times] = server.sender.split(':');
		this.#servers.delete(server.sender);
		server.sender = `${kind}:${id}:${Number(times) + 1}`;
		this.metServer(server);
		server.gaveWrong(piece);
		const lacks = (of: number): boolean => server.pieces?.has(of) === false;
		this.#owner.wasted(this.#owner.downloader.unfinished.discardFrom(new Set([server.id]), lacks));
	}
}

/** Digests of 20 bytes a block, one by one. */
function eachDigest(blocks: readonly unknown[], digests: Uint8Array): Uint8Array[] {
	return blocks.map((_, block) => digests.subarray(block * 20, block * 20 + 20));
}
