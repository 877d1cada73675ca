import {connect} from 'node:net';
import type {PeerAddress} from '../../base/peer-address.js';
import type {CatalogueIndex} from '../../policy/catalogue/catalogue-index.js';

/** Whether somebody answers at an address. */
export type Probe = (address: PeerAddress) => Promise<boolean>;

const patience = 4000;
/** At a time. */
const most = 8;

/**
 * Finds out whether others can connect to those who publish: once for each of them, by a connection to where they announce
 * from that says nothing. They are only ever sought at the address by which they came.
 */
export class ReachabilityProbe {
	readonly #index: CatalogueIndex;
	readonly #addressesOf: (infoHash: string, peerId: string) => readonly PeerAddress[];
	readonly #probe: Probe;
	readonly #underWay = new Set<unknown>();
	#isClosed = false;

	constructor(
		index: CatalogueIndex,
		addressesOf: (infoHash: string, peerId: string) => readonly PeerAddress[],
		probe: Probe = answers,
	) {
		this.#index = index;
		this.#addressesOf = addressesOf;
		this.#probe = probe;
	}

	/** Seeks some of those of whom it is not known yet. */
	tick(): void {
		for (const {publisher, infoHash, peerId} of this.#index.unprobed()) {
			if (this.#underWay.size >= most || this.#isClosed) return;
			if (this.#underWay.has(publisher)) continue;
			const addresses = this.#addressesOf(infoHash, peerId).slice(0, 2);
			if (addresses.length === 0) continue;
			this.#underWay.add(publisher);
			void Promise.all(addresses.map(this.#probe))
				.then(answered => {
					publisher.reachable = answered.includes(true);
				})
				.finally(() => this.#underWay.delete(publisher));
		}
	}

	close(): void {
		this.#isClosed = true;
	}
}

function answers({host, port}: PeerAddress): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect({host, port});
		const end = (answered: boolean): void => {
			socket.destroy();
			resolve(answered);
		};
		socket.setTimeout(patience, () => end(false));
		socket.once('connect', () => end(true));
		socket.once('error', () => end(false));
		socket.unref();
	});
}
