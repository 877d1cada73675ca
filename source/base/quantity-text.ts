import type {Bytes, BytesPerSecond} from './units.js';

const units = ['', 'K', 'M', 'G', 'T', 'P'] as const;

/** A quantity in three digits and a unit of 1024: `0`, `853 K`, `1.2 M`, `4.64 G`. At most 6 cells. */
export function quantity(value: number, digits: 2 | 3 = 3): string {
	if (!Number.isFinite(value) || value <= 0) return '0';
	let scaled = value;
	let unit = 0;
	while (scaled >= 999.5 && unit < units.length - 1) {
		scaled /= 1024;
		unit++;
	}
	if (unit === 0) return `${Math.round(scaled)}`;
	const decimals = scaled < 9.995 ? digits - 1 : scaled < 99.95 ? digits - 2 : 0;
	return `${scaled.toFixed(Math.max(0, decimals))} ${units[unit]}`;
}

/** A size: `4.64 G`. */
export function size(bytes: Bytes): string {
	return quantity(bytes);
}

/** A size within a sentence: `4.64 G`, `8 B`. */
export function sizeText(bytes: Bytes): string {
	const text = quantity(bytes);
	return /^\d+$/.test(text) ? `${text} B` : text;
}

/** A speed in few digits, so that equal speeds stay equal text: `1.2 M`, `12 M`, `853 K`. At most 5 cells. */
export function rate(bytesPerSecond: BytesPerSecond): string {
	return bytesPerSecond < 512 ? '0' : quantity(Math.max(1024, bytesPerSecond), 2);
}

/** A speed with its unit: `1.2 M/s`. */
export function rateWithUnit(bytesPerSecond: BytesPerSecond): string {
	const text = rate(bytesPerSecond);
	return text === '0' ? '0 B/s' : `${text}/s`;
}

/** What a speed is limited to, as speeds are written, but true below 1 K too: `50 K/s`, `400 B/s`. */
export function limitWithUnit(bytesPerSecond: BytesPerSecond): string {
	return bytesPerSecond < 1000
		? `${Math.max(0, Math.round(bytesPerSecond))} B/s`
		: rateWithUnit(bytesPerSecond);
}
