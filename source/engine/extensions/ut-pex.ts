import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import {reachOf} from '../../policy/peers/address-reach.js';
import {PexDeltas} from '../../policy/peers/pex-deltas.js';
import type {BencodeNode} from '../../protocol/bencode/bencode.js';
import {readClientFields} from '../../protocol/wire/extension-handshake.js';
import {decodePex, encodePex, type PexPeer, pexFlag} from '../../protocol/wire/ut-pex.js';
import type {ExtensionPeer, ExtensionTorrent, PeerExtension} from './peer-extension.js';

/** Once a minute is the rule; clocks differ, and some are in more of a hurry. */
const leastGap: Millis = 45_000;
/** Peers of one message that are looked at; of the first, which tells all, more. */
const mostTaken = 50;
const mostAtFirst = 200;
/** What comes too often, or is too long, costs as much as so many small messages. */
const tooMuch = 40;

/** What peer exchange asks of, and tells, its torrent. */
export interface PexTorrent extends ExtensionTorrent {
	/** Whether it may be told to its peers who else is here: not of private torrents. BEP 27. */
	readonly exchanges: boolean;
	/** It has all it wants, as far as is known. */
	isSeed(peer: ExtensionPeer): boolean;
	/** A peer named others. */
	found(peers: readonly PeerAddress[], by: PeerAddress): void;
}

/** What is known of one peer. */
interface PexNotes {
	/** Where others reach it, when it dialled us; undefined when it did not say. */
	port: number | undefined;
	readonly deltas: PexDeltas<PexPeer>;
	heardAt: Millis;
	heard: number;
	/** Whom it named last as one who can be brought together with others. BEP 55. */
	readonly punchable: Set<string>;
}

/** Somebody who is here, and how far its address is known: it is worked out once for all who are told. */
interface KnownPeer {
	readonly told: PexPeer;
	readonly reach: number;
}

/** Peers tell each other who else is here. BEP 11. */
export class UtPex implements PeerExtension {
	readonly name = 'ut_pex';
	readonly id = 2;
	readonly #torrent: PexTorrent;

	constructor(torrent: PexTorrent) {
		this.#torrent = torrent;
	}

	get offered(): boolean {
		return this.#torrent.exchanges;
	}

	newNotes(): PexNotes {
		return {port: undefined, deltas: new PexDeltas(), heardAt: -Infinity, heard: 0, punchable: new Set()};
	}

	greeted(peer: ExtensionPeer, theirs: BencodeNode): void {
		const {port} = readClientFields(theirs);
		if (port !== undefined) peer.extensions.notes(this).port = port;
	}

	message(peer: ExtensionPeer, payload: Uint8Array): void {
		const notes = peer.extensions.notes(this);
		const isFirst = notes.heard++ === 0;
		const most = isFirst ? mostAtFirst : mostTaken;
		if (peer.now - notes.heardAt < leastGap) return peer.redundantMessage(tooMuch);
		notes.heardAt = peer.now;
		const {added} = decodePex(payload, most);
		peer.redundantMessage(payload.length > most * 2 * 19 + 200 ? tooMuch : 1);
		if (peer.isClosed) return;
		const reach = Math.max(0, reachOf(peer.address.host));
		const found = added.filter(({host}) => reachOf(host) >= reach);
		for (const {host, port, flags} of found)
			if ((flags & pexFlag.holepunch) !== 0) note(notes.punchable, formatAddress({host, port}));
		if (found.length > 0) {
			const addresses = found.map(({host, port}) => ({host, port}));
			this.#torrent.found(addresses, peer.address);
		}
	}

	/** Tells everybody whose time has come. */
	tick(now: Millis): void {
		if (!this.offered) return;
		let here: ReadonlyMap<string, KnownPeer> | undefined;
		for (const peer of this.#torrent.peers) {
			const number = peer.extensions.numberOf(this.name);
			if (number === undefined || peer.isClosed) continue;
			const {deltas} = peer.extensions.notes(this);
			if (!deltas.isDue(now)) continue;
			here ??= this.#here();
			const delta = deltas.next(this.#for(peer, here), now);
			if (delta !== undefined) peer.sendExtended(number, encodePex(delta));
		}
	}

	/** Where others reach a peer; undefined when it dialled us and did not say. */
	reachedAt(peer: ExtensionPeer): PeerAddress | undefined {
		if (!peer.incoming) return peer.address;
		const port = peer.extensions.notesOf(this)?.port;
		return port === undefined ? undefined : {host: peer.address.host, port};
	}

	/** Who named a peer as one that can be brought together with others. BEP 55. */
	*introducers(address: PeerAddress): Generator<ExtensionPeer> {
		const key = formatAddress(address);
		for (const peer of this.#torrent.peers) if (peer.extensions.notesOf(this)?.punchable.has(key)) yield peer;
	}

	/** Who is here and can be reached by others. */
	#here(): Map<string, KnownPeer> {
		const here = new Map<string, KnownPeer>();
		for (const peer of this.#torrent.peers) {
			if (!peer.extensions.joined || peer.isClosed) continue;
			const at = this.reachedAt(peer);
			if (at === undefined) continue;
			const {host, port} = at;
			const flags =
				(peer.incoming ? 0 : pexFlag.reachable) |
				(this.#torrent.isSeed(peer) ? pexFlag.onlyUploads : 0) |
				(peer.transport === 'utp' ? pexFlag.speaksUtp : 0) |
				(peer.extensions.numberOf('ut_holepunch') === undefined ? 0 : pexFlag.holepunch);
			here.set(formatAddress({host, port}), {told: {host, port, flags}, reach: reachOf(host)});
		}
		return here;
	}

	/** Those of them that mean something to a peer, without itself. */
	#for(peer: ExtensionPeer, here: ReadonlyMap<string, KnownPeer>): Map<string, PexPeer> {
		const port = peer.incoming ? peer.extensions.notesOf(this)?.port : peer.address.port;
		const itself = formatAddress({host: peer.address.host, port: port ?? 0});
		const others = new Map<string, PexPeer>();
		const least = Math.max(0, reachOf(peer.address.host));
		for (const [key, {told, reach}] of here) if (key !== itself && reach >= least) others.set(key, told);
		return others;
	}
}

/** Adds to those a peer named; of too many the first are forgotten. */
function note(named: Set<string>, key: string): void {
	named.add(key);
	if (named.size > mostAtFirst) for (const oldest of named) return void named.delete(oldest);
}
