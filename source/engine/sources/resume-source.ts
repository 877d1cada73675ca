import type {PeerAddress} from '../../base/peer-address.js';
import {PassiveSource} from './passive-source.js';

/** Names the peers that resume data remembers, each time the torrent starts. */
export class ResumeSource extends PassiveSource {
	readonly #found: (peers: readonly PeerAddress[]) => void;
	#peers: readonly PeerAddress[] = [];

	constructor(found: (peers: readonly PeerAddress[]) => void) {
		super('resume');
		this.#found = found;
	}

	/** These are named at the next start. */
	remember(peers: readonly PeerAddress[]): void {
		this.#peers = peers;
	}

	override start(): void {
		if (this.#peers.length > 0) this.#found(this.#peers);
	}
}
