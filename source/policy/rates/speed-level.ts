import type {BytesPerSecond, Seconds} from '../../base/units.js';

/** What one entry of a level holds: the mean and the fastest three seconds together, of download and upload. */
export const speedColumns = ['download', 'upload', 'peakDownload', 'peakUpload'] as const;
export type SpeedColumn = (typeof speedColumns)[number];

/** A speed of each direction. */
export type SpeedPair = readonly [download: BytesPerSecond, upload: BytesPerSecond];

/** Speeds at one resolution, in a ring: entry n covers the seconds from n x step, counted since 1970. */
export class SpeedLevel {
	readonly step: Seconds;
	readonly size: number;
	readonly #columns: Readonly<Record<SpeedColumn, Float32Array>>;

	constructor(step: Seconds, size: number) {
		this.step = step;
		this.size = size;
		this.#columns = {
			download: new Float32Array(size),
			upload: new Float32Array(size),
			peakDownload: new Float32Array(size),
			peakUpload: new Float32Array(size),
		};
	}

	get(column: SpeedColumn, entry: number): BytesPerSecond {
		return this.#columns[column][entry % this.size]!;
	}

	set(column: SpeedColumn, entry: number, value: BytesPerSecond): void {
		this.#columns[column][entry % this.size] = value;
	}

	/**
	 * Takes the rates of one second, and what they were over a while, of which the fastest is kept; every second from `first`
	 * on must be told, in order.
	 */
	put(
		second: Seconds,
		first: Seconds,
		[download, upload]: SpeedPair,
		[peakDownload, peakUpload]: SpeedPair,
	): void {
		const entry = Math.floor(second / this.step);
		const begin = Math.max(entry * this.step, first);
		if (second === begin) for (const column of speedColumns) this.set(column, entry, 0);
		const count = second - begin + 1;
		this.set('download', entry, this.get('download', entry) * (1 - 1 / count) + download / count);
		this.set('upload', entry, this.get('upload', entry) * (1 - 1 / count) + upload / count);
		this.set('peakDownload', entry, Math.max(this.get('peakDownload', entry), peakDownload));
		this.set('peakUpload', entry, Math.max(this.get('peakUpload', entry), peakUpload));
	}

	/** Nothing moved from second `from` to `to`; every second before `from` must have been told. As many steps as entries. */
	rest(from: Seconds, to: Seconds, first: Seconds): void {
		const newest = Math.floor(to / this.step);
		const begun = Math.floor(from / this.step);
		for (let entry = Math.max(begun, newest - this.size + 1); entry <= newest; entry++) {
			const begin = Math.max(entry * this.step, first);
			if (begin >= from) {
				for (const column of speedColumns) this.set(column, entry, 0);
				continue;
			}
			const share = (from - begin) / (Math.min(to, (entry + 1) * this.step - 1) - begin + 1);
			this.set('download', entry, this.get('download', entry) * share);
			this.set('upload', entry, this.get('upload', entry) * share);
		}
	}

	/** Takes what an entry of another level holds, which lies within one of this: `before` of its seconds were told. */
	fold(from: SpeedLevel, entry: number, before: Seconds, seconds: Seconds): void {
		const own = Math.floor((entry * from.step) / this.step);
		const share = before / (before + seconds);
		for (const column of ['download', 'upload'] as const)
			this.set(column, own, this.get(column, own) * share + from.get(column, entry) * (1 - share));
		for (const column of ['peakDownload', 'peakUpload'] as const)
			this.set(column, own, Math.max(this.get(column, own), from.get(column, entry)));
	}

	/** The first entry that is still held when the history runs from second `first` to `last`. */
	oldest(first: Seconds, last: Seconds): number {
		return Math.max(Math.floor(first / this.step), Math.floor(last / this.step) - this.size + 1);
	}
}
