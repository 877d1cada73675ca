import {UserError} from '../../base/errors.js';
import type {SlowTime} from '../../base/slow-time.js';
import type {Bytes, BytesPerSecond} from '../../base/units.js';
import {choice, hostAndPort, integer, rate, size} from './quantities.js';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const form =
	/^(?:([a-z,\s-]+)\s+)?(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})((?:\s+(?:stop|(?:down|up)=\S+))*)$/;

/** A rate; null is no limit, which is something else than none given. */
export function rateOrNone(value: string, where: string): BytesPerSecond | null {
	return rate(value, where) ?? null;
}

/** A size of 1 KiB at least; null for `none`. */
export function sizeOrNone(value: string, where: string): Bytes | null {
	if (/^(?:none|off|unlimited)$/i.test(value.trim())) return null;
	return Math.max(1024, size(value, where));
}

/** A whole number; null for `none`. */
export function countOrNone(value: string, where: string): number | null {
	return /^(?:none|off|unlimited)$/i.test(value.trim()) ? null : integer(1, 100_000)(value, where);
}

/** Days of the week, 0 for Monday; undefined when it is none. `mon-fri,sun` goes on past Sunday where need be. */
function readDays(text: string): number[] | undefined {
	const found = new Set<number>();
	for (const part of text.split(',')) {
		const [first, last = first, ...more] = part.trim().split('-');
		const from = days.indexOf(first!.trim() as (typeof days)[number]);
		const to = days.indexOf(last!.trim() as (typeof days)[number]);
		if (from < 0 || to < 0 || more.length > 0) return undefined;
		for (let day = from; ; day = (day + 1) % 7) {
			found.add(day);
			if (day === to) break;
		}
	}
	return [...found].sort((one, other) => one - other);
}

/** What holds in a time: `stop`, `down=1M`, `up=none`. */
function slowLimits(words: string, where: string): Pick<SlowTime, 'maxDownload' | 'maxUpload' | 'stop'> {
	let limits: Pick<SlowTime, 'maxDownload' | 'maxUpload' | 'stop'> = {};
	for (const word of words.split(/\s+/).filter(each => each !== '')) {
		const [name, value = ''] = word.split('=');
		if (name === 'stop') limits = {...limits, stop: true};
		else if (/^0+(?:\.0*)?[kmgt]?(?:i?b)?(?:\/s)?$/.test(value))
			throw new UserError(
				'bad-value',
				`${where}: ${word}: write stop for nothing at all, none for no limit`,
				2,
			);
		else limits = {...limits, [name === 'down' ? 'maxDownload' : 'maxUpload']: rateOrNone(value, where)};
	}
	return limits;
}

/**
 * A time of the day, on all days or some, and what holds then: `08:00-18:00`, `mon-fri 22:30-06:00 down=1M up=none`,
 * `sat,sun 10:00-12:00 stop`.
 */
export function parseSlowTime(value: string, where: string): SlowTime {
	const match = form.exec(value.trim().toLowerCase());
	const on = match && (match[1] === undefined ? [0, 1, 2, 3, 4, 5, 6] : readDays(match[1]));
	const [fromHour, fromMinute, toHour, toMinute] = (match ?? []).slice(2, 6).map(Number) as number[];
	const isTime = (hour = 99, minute = 99) => hour < 24 && minute < 60;
	// Midnight may be called 24:00 at the end.
	const end = toHour === 24 && toMinute === 0 ? 0 : toHour;
	if (!on || !isTime(fromHour, fromMinute) || !isTime(end, toMinute)) {
		throw new UserError(
			'bad-value',
			`${where}: ${JSON.stringify(value)} is not a time such as 08:00-18:00, "mon-fri 22:30-06:00 down=1M" or "sat 10:00-12:00 stop"`,
			2,
		);
	}
	const limits = slowLimits(match?.[6] ?? '', where);
	return {days: on, from: fromHour! * 60 + fromMinute!, to: end! * 60 + toMinute!, ...limits};
}

/** A node of the DHT that is asked first, or `none`: nobody is but those known from earlier. */
export function bootstrapNode(value: string, where: string): string {
	return value.trim().toLowerCase() === 'none' ? 'none' : hostAndPort(value, where);
}

/** The nodes that are asked first when nobody says otherwise: kept by the authors of other clients for all. */
const usualBootstrap = [
	'dht.libtorrent.org:25401',
	'dht.transmissionbt.com:6881',
	'router.bt.ouinet.work:6881',
];

/** Those that are meant by what was said, split into host and port. */
export function bootstrapNodes(
	chosen: readonly string[] = [],
): ReadonlyArray<{readonly host: string; readonly port: number}> {
	const nodes = chosen.length === 0 ? usualBootstrap : chosen.filter(node => node !== 'none');
	return nodes.map(node => {
		const colon = node.lastIndexOf(':');
		return {host: node.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(node.slice(colon + 1))};
	});
}

/** How much connections are to be encrypted. */
export const encryption = choice('prefer', 'require', 'off');

/** As `parseSlowTime`, kept as it was written. */
export function slowTime(value: string, where: string): string {
	parseSlowTime(value, where);
	return value.trim();
}
