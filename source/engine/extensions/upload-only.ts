import type {BencodeNode} from '../../protocol/bencode/bencode.js';
import {decodeUploadOnly, encodeUploadOnly, readUploadOnly} from '../../protocol/wire/upload-only.js';
import type {ExtensionPeer, ExtensionTorrent, HandshakeFields, PeerExtension} from './peer-extension.js';

/** Each side says whether it only uploads: two such need no connection. BEP 21. */
export class UploadOnly implements PeerExtension {
	readonly name = 'upload_only';
	readonly id = 4;
	readonly offered = true;
	readonly #torrent: ExtensionTorrent;

	constructor(torrent: ExtensionTorrent) {
		this.#torrent = torrent;
	}

	greeting(): HandshakeFields {
		return {upload_only: this.#torrent.uploadOnly};
	}

	greeted({extensions}: ExtensionPeer, theirs: BencodeNode): void {
		extensions.uploadOnly = readUploadOnly(theirs) ?? extensions.uploadOnly;
	}

	message(peer: ExtensionPeer, payload: Uint8Array): void {
		peer.redundantMessage();
		const uploadOnly = decodeUploadOnly(payload);
		if (uploadOnly !== undefined) peer.extensions.uploadOnly = uploadOnly;
	}

	/** Who has everything too hears no more haves of us, and could not tell that there is nothing to give. */
	completed(complete: boolean): void {
		for (const peer of this.#torrent.peers) {
			const number = peer.extensions.numberOf(this.name);
			if (number !== undefined) peer.sendExtended(number, encodeUploadOnly(complete));
		}
	}
}
