import {UserError} from '../../base/errors.js';
import {parseIp} from '../../base/ip-address.js';
import {parseDuration, parseRate, parseSize} from '../../base/quantities.js';
import type {Bytes, BytesPerSecond, Seconds} from '../../base/units.js';
import {asWebSeedUrl} from '../../protocol/metainfo/source-urls.js';

/**
 * Readers of what people type as a value. `where` names the place (`--port`, `port in config.json`) for the
 * error, a `UserError` with exit status 2.
 */
export type ValueReader<Value> = (text: string, where: string) => Value;

function wrong(where: string, text: string, expected: string): UserError {
	return new UserError('bad-value', `${where}: ${JSON.stringify(text)} is not ${expected}`, 2);
}

/** Any text but an empty one. */
export function text(value: string, where: string): string {
	if (value.trim() === '') throw new UserError('bad-value', `${where} needs a value`, 2);
	return value;
}

/** An IPv4 or IPv6 address; brackets around it are left out. */
export function ipAddress(value: string, where: string): string {
	const address = value.trim().replace(/^\[(.*)\]$/, '$1');
	if (parseIp(address) === undefined) throw wrong(where, value, 'an IP address');
	return address;
}

/** The name of a network interface, or an IP address of one. */
export function interfaceName(value: string, where: string): string {
	const name = value.trim().replace(/^\[(.*)\]$/, '$1');
	if (name === '' || name.length > 64 || /[\s/]/.test(name))
		throw wrong(where, value, 'the name of a network interface');
	return name;
}

/** A whole number between two bounds, both allowed. */
export function integer(low: number, high: number): ValueReader<number> {
	return (value, where) => {
		const number = /^[+-]?\d{1,16}$/.test(value.trim()) ? Number(value) : Number.NaN;
		if (!(number >= low && number <= high)) {
			const range = high >= Number.MAX_SAFE_INTEGER ? `of ${low} or more` : `from ${low} to ${high}`;
			throw wrong(where, value, `a whole number ${range}`);
		}
		return number;
	};
}

/** A number that may have a fraction, not below zero: `1.5`. */
export function ratio(value: string, where: string): number {
	const number = /^(?:\d{1,9}(?:\.\d*)?|\.\d+)$/.test(value.trim()) ? Number(value) : Number.NaN;
	if (Number.isNaN(number)) throw wrong(where, value, 'a number such as 1.5');
	return number;
}

/** A size in bytes: `16384`, `500K`, `2M`, `1.5GiB`; K, M, G and T count by 1,024. */
export function size(value: string, where: string): Bytes {
	const number = parseSize(value);
	if (number === undefined) throw wrong(where, value, 'a size such as 500K, 2M or 1.5G');
	return number;
}

/** Bytes per second: as a size, `/s` may follow. `0` and `none` mean no limit: undefined. */
export function rate(value: string, where: string): BytesPerSecond | undefined {
	if (/^(?:none|off|unlimited)$/i.test(value.trim())) return undefined;
	const number = parseRate(value);
	if (number === undefined) throw wrong(where, value, 'a rate such as 500K or 2M (bytes per second)');
	return number === 0 ? undefined : number;
}

/** A length of time in seconds: `90`, `90s`, `10m`, `2h`, `1d`, and sums of them: `1h30m`. */
export function duration(value: string, where: string): Seconds {
	const seconds = parseDuration(value);
	if (seconds === undefined) throw wrong(where, value, 'a time such as 90s, 10m or 2h');
	return seconds;
}

/** One of a few words. */
export function choice<const Word extends string>(...words: readonly Word[]): ValueReader<Word> {
	const reader: ValueReader<Word> = (value, where) => {
		const found = words.find(word => word === value.trim().toLowerCase());
		if (found === undefined) throw wrong(where, value, `one of: ${words.join(', ')}`);
		return found;
	};
	return Object.assign(reader, {words});
}

/** The words that a reader made by `choice` takes; undefined for all other readers. */
export function wordsOf(reader: ValueReader<unknown>): readonly string[] | undefined {
	return (reader as {readonly words?: readonly string[]}).words;
}

/** `HOST:PORT` or `[IPV6]:PORT`, kept as it was written; the port is 1 to 65,535. */
export function hostAndPort(value: string, where: string): string {
	const match = /^(?:\[[0-9a-f:.]+(?:%\w+)?\]|[^\s:[\]/@]+):(\d{1,5})$/i.exec(value.trim());
	const port = Number(match?.[1]);
	if (!(port >= 1 && port <= 65_535)) throw wrong(where, value, 'HOST:PORT');
	return value.trim();
}

/** The URL of a web server that has a torrent's files. BEP 19. */
export function webSeedUrl(value: string, where: string): string {
	const url = asWebSeedUrl(value);
	if (url === undefined) throw wrong(where, value, 'an http(s) URL');
	return url;
}

/** An announce URL: `http:`, `https:` or `udp:`, with a host. BEP 3, BEP 15. */
export function trackerUrl(value: string, where: string): string {
	const url = URL.canParse(value.trim()) ? new URL(value.trim()) : undefined;
	if (!url || !/^(?:https?|udp):$/.test(url.protocol) || url.hostname === '') {
		throw wrong(where, value, 'a tracker URL (http://, https:// or udp://)');
	}
	return value.trim();
}
