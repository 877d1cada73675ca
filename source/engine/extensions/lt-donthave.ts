import {decodeDonthave} from '../../protocol/wire/lt-donthave.js';
import type {ExtensionPeer, PeerExtension} from './peer-extension.js';

/** Peers say that they have a piece no more. BEP 54. */
export class LtDonthave implements PeerExtension {
	readonly name = 'lt_donthave';
	readonly id = 3;
	readonly offered = true;

	message(peer: ExtensionPeer, payload: Uint8Array): void {
		const piece = decodeDonthave(payload);
		peer.redundantMessage();
		if (piece !== undefined && !peer.isClosed) peer.lacks(piece);
	}
}
