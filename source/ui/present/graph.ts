// Half of each, which stands in the middle, is said in two digits too.
const scales = [
	1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100, 120, 160, 200,
];
const moreScales = [240, 300, 400, 500, 600, 800, 1000];

/** The next round value (of bytes per second) a graph's axis can end at; at least 20 KiB. */
export function roundScale(peak: number): number {
	let unit = 1024;
	while (peak > unit * 1000) unit *= 1024;
	const inUnits = Math.max(peak / unit, unit === 1024 ? 20 : 0.9);
	for (const scale of [...scales, ...moreScales]) if (scale >= inUnits) return scale * unit;
	return 1024 * unit;
}

/** Fits values to exactly `count` samples, oldest first: means where there are too many, zeros before the first. */
export function resample(values: readonly number[], count: number): readonly number[] {
	if (values.length <= count) return [...new Array<number>(count - values.length).fill(0), ...values];
	const result: number[] = [];
	for (let index = 0; index < count; index++) {
		const from = Math.floor((index * values.length) / count);
		const to = Math.max(from + 1, Math.floor(((index + 1) * values.length) / count));
		let sum = 0;
		for (let at = from; at < to; at++) sum += values[at] ?? 0;
		result.push(sum / (to - from));
	}
	return result;
}

const leftDots = [0x40, 0x04, 0x02, 0x01];
const rightDots = [0x80, 0x20, 0x10, 0x08];

/**
 * A filled graph in braille, `rows` strings of `columns` cells from the top: two samples a cell across, four steps a
 * cell up. A value above nothing always shows at least one dot.
 */
export function brailleGraph(
	samples: readonly number[],
	columns: number,
	rows: number,
	scale: number,
): readonly string[] {
	const steps = rows * 4;
	const height = (value: number) =>
		value <= 0 ? 0 : Math.max(1, Math.min(steps, Math.round((value / scale) * steps)));
	const heights = resample(samples, columns * 2).map(height);
	const lines: string[] = [];
	for (let row = 0; row < rows; row++) {
		const below = (rows - 1 - row) * 4;
		let line = '';
		for (let column = 0; column < columns; column++) {
			let dots = 0;
			for (let dot = 0; dot < 4; dot++) {
				if ((heights[column * 2] ?? 0) > below + dot) dots |= leftDots[dot] ?? 0;
				if ((heights[column * 2 + 1] ?? 0) > below + dot) dots |= rightDots[dot] ?? 0;
			}
			line += dots === 0 ? ' ' : String.fromCharCode(0x2800 + dots);
		}
		lines.push(line);
	}
	return lines;
}

/** The same for terminals without UTF-8: one sample a cell, three steps a cell. */
export function asciiGraph(
	samples: readonly number[],
	columns: number,
	rows: number,
	scale: number,
): readonly string[] {
	const steps = rows * 3;
	const heights = resample(samples, columns).map(value =>
		value <= 0 ? 0 : Math.max(1, Math.min(steps, Math.round((value / scale) * steps))),
	);
	const lines: string[] = [];
	for (let row = 0; row < rows; row++) {
		const below = (rows - 1 - row) * 3;
		lines.push(heights.map(height => ' .:#'[Math.max(0, Math.min(3, height - below))] ?? ' ').join(''));
	}
	return lines;
}

/** So long the speeds are smoothed over that are drawn: what comes in whole blocks would be a comb. In seconds. */
const smoothTime = 3;

/**
 * Speeds as they are drawn: each with those before it, three seconds together. `step`: seconds from one to the next;
 * `isYoung`: nothing was before the first, so that the first second alone does not tower over the rest.
 */
export function smoothed(values: readonly number[], step: number, isYoung: boolean): readonly number[] {
	const width = Math.round(smoothTime / step);
	if (width <= 1) return values;
	let sum = 0;
	return values.map((value, at) => {
		sum += value - (at >= width ? (values[at - width] ?? 0) : 0);
		return Math.max(0, sum) / (isYoung ? width : Math.min(width, at + 1));
	});
}
