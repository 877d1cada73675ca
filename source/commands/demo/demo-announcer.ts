import type {Bytes, Millis} from '../../base/units.js';
import type {AnnounceEvent} from '../../protocol/tracker/announce.js';
import type {TrackerService} from '../../tracker/tracker-service.js';
import {type DemoPeer, demoHost} from './demo-peer.js';

const announceTime: Millis = 60_000;

/** Tells the demo's tracker of its peers: nobody needs a wire to speak to a tracker in the same process. */
export class DemoAnnouncer {
	readonly #service: TrackerService;
	readonly #joined = new Map<DemoPeer, {announcedAt: Millis; left: Bytes}>();

	constructor(service: TrackerService) {
		this.#service = service;
	}

	/** Announces a peer where that is due. */
	announce(peer: DemoPeer, now: Millis): void {
		const last = this.#joined.get(peer);
		const {left} = peer;
		let event: AnnounceEvent | undefined;
		if (last === undefined) event = 'started';
		else if (left === 0 && last.left > 0) event = 'completed';
		else if (now - last.announcedAt < announceTime) return;
		this.#joined.set(peer, {announcedAt: now, left});
		const {infoHash, peerId, port} = peer;
		this.#service.announce(
			{infoHash, peerId, port, uploaded: 0, downloaded: 0, left, event, key: 0, numwant: 0},
			{host: demoHost, over: 'http'},
			'ipv4',
		);
	}
}
