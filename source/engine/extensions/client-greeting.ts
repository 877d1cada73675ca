import type {BencodeNode} from '../../protocol/bencode/bencode.js';
import {readClientFields} from '../../protocol/wire/extension-handshake.js';
import type {ExtensionPeer, ExtensionTorrent, HandshakeFields, HandshakePart} from './peer-extension.js';

/** What we say of our own program. */
export interface OurClient {
	/** `tortui 1.0.0`. */
	readonly client: string;
	/** Requests we take at a time. */
	readonly reqq: number;
	/** Where who is at this address reaches us. */
	port(host: string): number;
}

/** Which program each side is, how many requests it takes and where it listens: `v`, `reqq` and `p` of BEP 10. */
export class ClientGreeting implements HandshakePart {
	readonly #torrent: ExtensionTorrent;
	readonly #ours: OurClient;

	constructor(torrent: ExtensionTorrent, ours: OurClient) {
		this.#torrent = torrent;
		this.#ours = ours;
	}

	greeting({address}: ExtensionPeer): HandshakeFields {
		const {client, reqq} = this.#ours;
		// 0 is no place to be reached at.
		return {v: client, reqq, p: this.#ours.port(address.host) || undefined};
	}

	greeted(peer: ExtensionPeer, theirs: BencodeNode): void {
		const {client, reqq, port} = readClientFields(theirs);
		if (client !== undefined) peer.extensions.client = client;
		if (reqq !== undefined) peer.takesRequests(reqq);
		if (port !== undefined && peer.incoming) this.#torrent.peerListens(peer, port);
	}
}
