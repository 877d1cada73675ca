import type {Bytes, Millis} from '../../base/units.js';
import {SmoothedRate} from '../../policy/rates/smoothed-rate.js';
import {SpeedMeter} from '../../policy/rates/speed-meter.js';

const longAge: Millis = 60_000;

/** What one peer has given us and taken from us: payload, and how fast. */
export class PeerTraffic {
	readonly download = new SpeedMeter();
	readonly upload = new SpeedMeter();
	/** What it gives us, to rank it by. */
	readonly giving: SmoothedRate;
	/** What it gives and takes, over a minute or so. */
	readonly givingLong: SmoothedRate;
	readonly takingLong: SmoothedRate;
	downloaded: Bytes = 0;
	uploaded: Bytes = 0;
	/** When either side last moved a block; at first, when the connection began. */
	lastUsefulAt: Millis;

	constructor(now: Millis) {
		this.giving = new SmoothedRate(now);
		this.givingLong = new SmoothedRate(now, longAge);
		this.takingLong = new SmoothedRate(now, longAge);
		this.lastUsefulAt = now;
	}

	/** So much of a block came from it. */
	came(bytes: Bytes, now: Millis): void {
		this.download.add(bytes, now);
		this.downloaded += bytes;
	}

	/** So much of a block has left for it. */
	left(bytes: Bytes, now: Millis): void {
		this.upload.add(bytes, now);
		this.uploaded += bytes;
		this.lastUsefulAt = now;
	}
}
