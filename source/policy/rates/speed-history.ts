import type {Bytes, BytesPerSecond, Millis, Seconds} from '../../base/units.js';
import {type SpeedColumn, SpeedLevel, type SpeedPair, speedColumns} from './speed-level.js';

/** 10 min by the second, 2 h by 10 s, 24 h by the minute, 30 days by the hour. */
const resolutions = [
	[1, 600],
	[10, 720],
	[60, 1440],
	[3600, 721],
] as const;
/** As many were kept before there was one of days. */
const formerResolutions = 3;
const longest: Seconds = 30 * 86_400;
const rest: SpeedPair = [0, 0];

/** Bytes told late are spread over at most this: a longer gap was sleep. */
const longestSpread: Seconds = 10;

/** Evenly spaced means, oldest first; means are over the range, peaks the fastest three seconds together in it. */
export interface SpeedHistoryView {
	readonly range: Seconds;
	readonly download: readonly BytesPerSecond[];
	readonly upload: readonly BytesPerSecond[];
	readonly peakDownload: BytesPerSecond;
	readonly peakUpload: BytesPerSecond;
	readonly meanDownload: BytesPerSecond;
	readonly meanUpload: BytesPerSecond;
}

/** A history as plain data. */
export interface SpeedHistoryData {
	readonly first: Seconds;
	readonly last: Seconds;
	/** One a resolution, finest first, each oldest entry first; none when nothing ever moved. */
	readonly levels: ReadonlyArray<Readonly<Record<SpeedColumn, readonly number[]>>>;
}

/**
 * Download and upload speed of the last 30 days at four resolutions, in 57 kB; nothing is held before the first byte
 * moves. Told the bytes moved about once a second, by the wall clock: late calls are spread over the time
 * they cover, a clock that jumps back is followed, one that jumps forward leaves a gap of zeros.
 */
export class SpeedHistory {
	#levels: readonly SpeedLevel[] = [];
	#first: Seconds | undefined;
	#last: Seconds = 0;
	/** What the wall clock must be moved by so that it never runs backwards. */
	#shift: Seconds = 0;
	#downloaded: Bytes = 0;
	#uploaded: Bytes = 0;
	/** The two seconds before: blocks come at once, so that one second alone is no speed. */
	#before: readonly [SpeedPair, SpeedPair] = [rest, rest];

	/** Restores what `export` gave; undefined when it is not that. */
	static from(data: unknown): SpeedHistory | undefined {
		if (!isData(data)) return undefined;
		const history = new SpeedHistory();
		history.#first = data.first;
		history.#last = data.last;
		if (data.levels.length > 0) history.#allocate();
		for (const [index, level] of history.#levels.slice(0, data.levels.length).entries()) {
			const oldest = level.oldest(data.first, data.last);
			for (const column of speedColumns) {
				for (const [at, value] of data.levels[index]![column].entries())
					level.set(column, oldest + at, value);
			}
		}
		if (data.levels.length === formerResolutions) history.#foldDay();
		return history;
	}

	/** Fills the hours from the minutes: those were all that was kept once. */
	#foldDay(): void {
		const [minutes, hours] = this.#levels.slice(formerResolutions - 1);
		if (minutes === undefined || hours === undefined || this.#first === undefined) return;
		const last = this.#last;
		const oldest = minutes.oldest(this.#first, last);
		const first = Math.max(this.#first, oldest * minutes.step);
		for (let minute = oldest; minute <= Math.floor(last / minutes.step); minute++) {
			const begin = Math.max(first, minute * minutes.step);
			const end = Math.min(last, (minute + 1) * minutes.step - 1);
			const hour = Math.floor(begin / hours.step) * hours.step;
			hours.fold(minutes, minute, Math.max(0, begin - Math.max(hour, first)), end - begin + 1);
		}
	}

	/** `downloaded` and `uploaded` are the bytes since the last call, `wall` milliseconds since 1970. */
	sample(wall: Millis, downloaded: Bytes, uploaded: Bytes): void {
		this.#downloaded += downloaded;
		this.#uploaded += uploaded;
		let second = Math.floor(wall / 1000) + this.#shift;
		if (this.#first === undefined) {
			this.#first = second;
			this.#last = second - 1;
		}
		if (second < this.#last) {
			this.#shift += this.#last - second;
			second = this.#last;
		}
		if (second === this.#last) return;
		if (second - this.#last > longest) {
			this.#first = second;
			this.#last = second - 1;
			this.#before = [rest, rest];
			this.#levels = [];
		}
		const spread = Math.min(second - this.#last, longestSpread);
		const now: SpeedPair = [this.#downloaded / spread, this.#uploaded / spread];
		if (this.#levels.length === 0 && now[0] + now[1] > 0) this.#allocate();
		const quiet = second - spread;
		for (const level of this.#levels) {
			if (quiet > this.#last) level.rest(this.#last + 1, quiet, this.#first);
			let [older, old] = quiet > this.#last ? ([rest, rest] as const) : this.#before;
			for (let at = quiet + 1; at <= second; at++) {
				level.put(at, this.#first, now, [(older[0] + old[0] + now[0]) / 3, (older[1] + old[1] + now[1]) / 3]);
				[older, old] = [old, now];
			}
		}
		const isRested = quiet > this.#last;
		this.#before = [spread > 1 ? now : isRested ? rest : this.#before[1], now];
		this.#last = second;
		this.#downloaded = 0;
		this.#uploaded = 0;
	}

	/**
	 * The last `range` seconds (up to 30 days) as `samples` means, oldest first; fewer when the history is younger.
	 * Bars keep to a fixed grid, so only the newest one changes from one second to the next.
	 */
	view(range: Seconds, samples: number): SpeedHistoryView {
		const view = {
			range,
			download: [] as BytesPerSecond[],
			upload: [] as BytesPerSecond[],
			peakDownload: 0,
			peakUpload: 0,
			meanDownload: 0,
			meanUpload: 0,
		};
		if (this.#first === undefined || !(range >= 1 && samples >= 1)) return view;
		const begin = Math.max(this.#first, this.#last - Math.ceil(range) + 1);
		const level =
			this.#levels.find(({step, size}) => step * (size - 1) >= this.#last - begin) ?? this.#levels.at(-1);
		const step = level?.step ?? 1;
		const oldest = Math.max(level?.oldest(this.#first, this.#last) ?? 0, Math.floor(begin / step));
		const newest = Math.floor(this.#last / step);
		const width = range / samples;
		const last = Math.ceil((this.#last + 1) / width) - 1;
		for (let bar = last - samples + 1; bar <= last; bar++) {
			const from = Math.floor((bar * width) / step);
			const to = Math.max(from + 1, Math.floor(((bar + 1) * width) / step));
			if (to <= oldest) continue;
			const [low, high] = [Math.max(from, oldest), Math.min(to, newest + 1)];
			view.download.push(mean(level, 'download', low, high));
			view.upload.push(mean(level, 'upload', low, high));
		}
		if (!level) return view;
		view.meanDownload = mean(level, 'download', oldest, newest + 1);
		view.meanUpload = mean(level, 'upload', oldest, newest + 1);
		for (let entry = oldest; entry <= newest; entry++) {
			view.peakDownload = Math.max(view.peakDownload, level.get('peakDownload', entry));
			view.peakUpload = Math.max(view.peakUpload, level.get('peakUpload', entry));
		}
		return view;
	}

	/**
	 * Plain data for keeping over restarts; undefined before the first sample. What the second that is not over has moved
	 * counts for the next one.
	 */
	export(): SpeedHistoryData | undefined {
		if (this.#downloaded + this.#uploaded > 0) this.sample((this.#last + 1 - this.#shift) * 1000, 0, 0);
		const [first, last] = [this.#first, this.#last];
		if (first === undefined || last < first) return undefined;
		const levels = this.#levels.map(level => {
			const oldest = level.oldest(first, last);
			const length = Math.floor(last / level.step) - oldest + 1;
			const list = (column: SpeedColumn): number[] =>
				Array.from({length}, (_, at) => Math.round(level.get(column, oldest + at)));
			return {
				download: list('download'),
				upload: list('upload'),
				peakDownload: list('peakDownload'),
				peakUpload: list('peakUpload'),
			};
		});
		return {first, last, levels};
	}

	#allocate(): void {
		this.#levels = resolutions.map(([step, size]) => new SpeedLevel(step, size));
	}
}

function mean(level: SpeedLevel | undefined, column: SpeedColumn, from: number, to: number): BytesPerSecond {
	let sum = 0;
	for (let entry = from; level && entry < to; entry++) sum += level.get(column, entry);
	return to > from ? sum / (to - from) : 0;
}

function isData(data: unknown): data is SpeedHistoryData {
	const {first, last, levels} = (data ?? {}) as Partial<Record<keyof SpeedHistoryData, unknown>>;
	const isSecond = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
	if (!isSecond(first) || !isSecond(last) || first > last || last > 1e11 || !Array.isArray(levels))
		return false;
	if (levels.length === 0) return true;
	if (levels.length !== resolutions.length && levels.length !== formerResolutions) return false;
	return resolutions.slice(0, levels.length).every(([step, size], index) => {
		const length = Math.min(size, Math.floor(last / step) - Math.floor(first / step) + 1);
		return speedColumns.every(column => {
			const list: unknown = levels[index]?.[column];
			return Array.isArray(list) && list.length === length && list.every(value => value >= 0 && value < 1e15);
		});
	});
}
