import type {Bytes, Seconds} from './units.js';

const multipliers: Readonly<Record<string, number>> = {
	'': 1,
	k: 1024,
	m: 1024 ** 2,
	g: 1024 ** 3,
	t: 1024 ** 4,
};

/** Reads a size: `16384`, `500K`, `2 M`, `1.5GiB`; K, M, G and T count by 1,024. Undefined when it is none. */
export function parseSize(text: string): Bytes | undefined {
	const match = /^(\d{1,15}(?:\.\d{0,9})?|\.\d{1,9})\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
	if (!match) return undefined;
	const size = Math.round(Number(match[1]) * multipliers[match[2]!.toLowerCase()]!);
	return Number.isSafeInteger(size) ? size : undefined;
}

/** Reads bytes a second: as a size, `/s` may follow. Undefined when it is none. */
export function parseRate(text: string): Bytes | undefined {
	return parseSize(text.trim().replace(/\/s$/i, ''));
}

const units: Readonly<Record<string, Seconds>> = {s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800};

/** Reads a time: `90`, `90s`, `10m`, `2 h`, `1d`, and sums of them such as `1h30m`. Undefined when it is none. */
export function parseDuration(text: string): Seconds | undefined {
	const plain = text.trim().toLowerCase();
	if (/^\d{1,10}(?:\.\d{1,6})?$/.test(plain)) return Number(plain);
	const parts = [...plain.matchAll(/(\d{1,10}(?:\.\d{1,6})?)\s*(min|[smhdw])\s*/g)];
	if (parts.length === 0 || parts.map(([part]) => part).join('') !== plain) return undefined;
	return parts.reduce((sum, [, number, unit]) => sum + Number(number) * units[unit!]!, 0);
}
