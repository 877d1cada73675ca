import type {PeerSourceName} from '../../base/peer-source.js';
import type {PeerSource} from './peer-source.js';

/** A source that nobody can ask: its peers come when they come, as those a person names, or those that come to us. */
export class PassiveSource implements PeerSource {
	readonly kind: PeerSourceName;
	readonly off: string | undefined;

	/** @param off why it names nobody; left out when it may */
	constructor(kind: PeerSourceName, off?: string) {
		this.kind = kind;
		this.off = off;
	}

	nextAt(): undefined {}

	start(): void {}

	completed(): void {}

	needPeers(): void {}

	hurry(): void {}

	async stop(): Promise<void> {}
}
