import type {Bytes} from '../../base/units.js';
import {
	answerMetadataRequest,
	decodeMetadataMessage,
	metadataPiece,
} from '../../protocol/wire/ut-metadata.js';
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

/** Gives the info dictionary to peers that have only its hash. BEP 9. */
export class UtMetadata implements PeerExtension {
	readonly name = 'ut_metadata';
	readonly id = 1;
	readonly #torrent: ExtensionTorrent;

	constructor(torrent: ExtensionTorrent) {
		this.#torrent = torrent;
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

	message(peer: ExtensionPeer, payload: Uint8Array): void {
		const message = decodeMetadataMessage(payload);
		const number = peer.extensions.numberOf(this.name);
		// What it gives nobody asked for.
		if (message?.type !== 'request' || number === undefined) return peer.strike();
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
			peer.sendExtended(number, answerMetadataRequest(this.#torrent.info, piece));
		}
	}
}
