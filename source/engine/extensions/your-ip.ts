import {formatIp, parseIp} from '../../base/ip-address.js';
import type {BencodeNode} from '../../protocol/bencode/bencode.js';
import {readYourIp} from '../../protocol/wire/extension-handshake.js';
import type {ExtensionPeer, HandshakeFields, HandshakePart} from './peer-extension.js';

/** Who wants to know that somebody at `from` sees us at `host`. */
export type HeardOurAddress = (host: string, from: string) => void;

/** Each side tells the other at which address it sees it: `yourip` of BEP 10. */
export class YourIp implements HandshakePart {
	readonly #heardOurAddress: HeardOurAddress;

	constructor(heardOurAddress: HeardOurAddress) {
		this.#heardOurAddress = heardOurAddress;
	}

	greeted({address}: ExtensionPeer, theirs: BencodeNode): void {
		const ip = readYourIp(theirs);
		if (ip !== undefined) this.#heardOurAddress(formatIp(ip), address.host);
	}

	greeting({address}: ExtensionPeer): HandshakeFields {
		return {yourip: parseIp(address.host)};
	}
}
