import type {Bytes, Millis} from '../../base/units.js';
import type {BencodeNode} from '../../protocol/bencode/bencode.js';
import {
	answerMetadataRequest,
	decodeMetadataMessage,
	metadataPiece,
	readMetadataSize,
} from '../../protocol/wire/ut-metadata.js';
import {MetadataFetch, type MetadataWish} from './metadata-fetch.js';
import type {ExtensionPeer, ExtensionTorrent, HandshakeFields, PeerExtension} from './peer-extension.js';

/** Metadata on its way to one peer. */
const mostBacklog: Bytes = 128 << 10;
/** So many times over one peer may have the metadata, on one connection: choking and limits do not hold it. */
const mostCopies = 4;

/** What one peer has of us. */
interface MetadataNotes {
	/** Pieces it has asked for and could not take yet. */
	readonly wanted: Set<number>;
	/** How many it was given so far. */
	given: number;
}

/** Gives the info dictionary to peers that have only its hash, and fetches it where we are such a peer. BEP 9. */
export class UtMetadata implements PeerExtension {
	readonly name = 'ut_metadata';
	readonly id = 1;
	readonly #torrent: ExtensionTorrent;
	/** Undefined where everything was known from the start. */
	readonly fetch: MetadataFetch | undefined;

	/** @param wish what fetching asks of the torrent; left out for one that has its info dictionary */
	constructor(torrent: ExtensionTorrent, wish?: MetadataWish) {
		this.#torrent = torrent;
		this.fetch = wish && new MetadataFetch(this.name, wish);
	}

	/** Who may have a private torrent has its file. BEP 27. */
	get offered(): boolean {
		return !this.#torrent.isPrivate;
	}

	newNotes(): MetadataNotes {
		return {wanted: new Set(), given: 0};
	}

	greeting(): HandshakeFields {
		return {metadata_size: this.offered ? this.#torrent.info?.length : undefined};
	}

	greeted(peer: ExtensionPeer, theirs: BencodeNode): void {
		const size = readMetadataSize(theirs);
		if (size === undefined || peer.extensions.numberOf(this.name) === undefined) return;
		if (this.#torrent.info === undefined) this.fetch?.offered(peer, size);
	}

	left(peer: ExtensionPeer): void {
		this.fetch?.left(peer);
	}

	tick(now: Millis): void {
		if (this.fetch !== undefined && this.#torrent.info === undefined) this.fetch.tick(now);
	}

	message(peer: ExtensionPeer, payload: Uint8Array): void {
		const message = decodeMetadataMessage(payload);
		const number = peer.extensions.numberOf(this.name);
		if (message === undefined || number === undefined) return peer.strike();
		if (message.type !== 'request') {
			// What it gives nobody asked for, unless it comes late.
			if (this.fetch?.hasAsked(peer) !== true) return peer.strike();
			return this.fetch.message(peer, message);
		}
		if (this.#torrent.info === undefined) {
			peer.askedInVain();
			return peer.sendExtended(number, answerMetadataRequest(undefined, message.piece));
		}
		const length = this.#torrent.info?.length ?? 0;
		const notes = peer.extensions.notes(this);
		const given = notes.given * metadataPiece;
		if (message.piece * metadataPiece >= length || given >= mostCopies * (length + metadataPiece)) {
			peer.strike();
			peer.sendExtended(number, answerMetadataRequest(undefined, message.piece));
			return;
		}
		if (notes.wanted.has(message.piece)) peer.askedInVain();
		notes.wanted.add(message.piece);
		this.drained(peer);
	}

	/** Sends as much of what it asked for as it can take soon: a request is small, its answer is not. */
	drained(peer: ExtensionPeer): void {
		const number = peer.extensions.numberOf(this.name);
		const notes = peer.extensions.notesOf(this);
		if (number === undefined || notes === undefined) return;
		for (const piece of notes.wanted) {
			if (peer.backlog > mostBacklog) return;
			notes.wanted.delete(piece);
			notes.given++;
			peer.extensions.sharedMetadata = true;
			peer.sendExtended(number, answerMetadataRequest(this.#torrent.info, piece));
		}
	}
}
