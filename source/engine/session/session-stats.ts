import type {Bytes, BytesPerSecond, Millis} from '../../base/units.js';
import type {SessionTotals} from '../../io/state/stats-store.js';
import {SpeedHistory} from '../../policy/rates/speed-history.js';
import type {Torrent} from '../torrent/torrent.js';

/** What all torrents together have moved: in all sessions, second by second for a day, and to the disk just now. */
export class SessionStats implements SessionTotals {
	downloaded: Bytes = 0;
	uploaded: Bytes = 0;
	history = new SpeedHistory();
	diskRate: BytesPerSecond = 0;
	#written: Bytes = 0;

	/** Takes up what an earlier session knew. */
	take({downloaded, uploaded, history}: SessionTotals): void {
		this.downloaded += downloaded;
		this.uploaded += uploaded;
		this.history = history;
	}

	/** What another account of earlier sessions says, where it is later. */
	atLeast(downloaded: Bytes, uploaded: Bytes): void {
		this.downloaded = Math.max(this.downloaded, downloaded);
		this.uploaded = Math.max(this.uploaded, uploaded);
	}

	/** Once a second, when the torrents have counted theirs. `wall` in ms since 1970. */
	sample(torrents: Iterable<Torrent>, wall: Millis): void {
		let downloaded = 0;
		let uploaded = 0;
		let written = 0;
		for (const {stats, storage} of torrents) {
			downloaded += stats.lately.downloaded;
			uploaded += stats.lately.uploaded;
			written += storage?.written ?? 0;
		}
		this.downloaded += downloaded;
		this.uploaded += uploaded;
		this.history.sample(wall, downloaded, uploaded);
		this.diskRate = Math.max(0, written - this.#written);
		this.#written = written;
	}
}
