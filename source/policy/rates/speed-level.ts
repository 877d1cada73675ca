import type {BytesPerSecond, Seconds} from '../../base/units.js';

/** What one entry of a level holds: the mean and the fastest second, of download and upload. */
export const speedColumns = ['download', 'upload', 'peakDownload', 'peakUpload'] as const;
export type SpeedColumn = (typeof speedColumns)[number];

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

	/** Takes the rates of one second; every second from `first` on must be told, in order. */
	put(second: Seconds, first: Seconds, download: BytesPerSecond, upload: BytesPerSecond): void {
		const entry = Math.floor(second / this.step);
		const begin = Math.max(entry * this.step, first);
		if (second === begin) for (const column of speedColumns) this.set(column, entry, 0);
		const count = second - begin + 1;
		this.set('download', entry, this.get('download', entry) * (1 - 1 / count) + download / count);
		this.set('upload', entry, this.get('upload', entry) * (1 - 1 / count) + upload / count);
		this.set('peakDownload', entry, Math.max(this.get('peakDownload', entry), download));
		this.set('peakUpload', entry, Math.max(this.get('peakUpload', entry), upload));
	}

	/** The first entry that is still held when the history runs from second `first` to `last`. */
	oldest(first: Seconds, last: Seconds): number {
		return Math.max(Math.floor(first / this.step), Math.floor(last / this.step) - this.size + 1);
	}
}
