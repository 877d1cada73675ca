import {AddressRanges, RangeTableBuilder} from '../../source/base/address-ranges.ts';
import {AddressFilter} from '../../source/io/net/address-filter.ts';
import {BlocklistReader} from '../../source/protocol/blocklist/blocklist.ts';
import {seeded} from '../policy/seeded.ts';
import {secondsEach, tell} from './measure.ts';

const length = 50e6;
const lookups = 100_000;
const bar = '< 1 us';

/** What one peer more costs that is looked up in a list of 50 MB, in the form in which its address comes. */
export function benchBlocklist(): void {
	const random = seeded(1);
	const below = (most: number) => Math.floor(random() * most);
	const four = (address: number) =>
		[address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join('.');
	const six = () =>
		`2${below(4096).toString(16).padStart(3, '0')}:${below(65_536).toString(16)}:${below(65_536).toString(16)}::${below(65_536).toString(16)}`;
	const builder = new RangeTableBuilder();
	const reader = new BlocklistReader(builder);
	for (let bytes = 0; bytes < length; ) {
		const lines: string[] = [];
		for (let line = 0; line < 1000; line++) {
			const start = below(2 ** 32 - 256);
			lines.push(
				line % 8 === 0 ? `${six()}/64` : `Somebody of somewhere:${four(start)}-${four(start + below(256))}`,
			);
		}
		const chunk = Buffer.from(`${lines.join('\n')}\n`);
		bytes += chunk.length;
		reader.push(chunk);
	}
	reader.end();
	const ranges = new AddressRanges(builder.build());
	const filter = new AddressFilter();
	filter.use(ranges);
	let blocked = 0;
	for (const [what, address] of [
		['IPv4', () => four(below(2 ** 32))],
		['IPv6', six],
	] as const) {
		const hosts = Array.from({length: lookups}, address);
		const each = secondsEach(() => {
			for (const host of hosts) if (filter.blocks(host)) blocked++;
		});
		const us = (each / lookups) * 1e6;
		tell(`an address of ${what} in a blocklist of 50 MB, ${ranges.size} ranges`, `${us.toFixed(2)} us`, bar);
	}
	if (blocked === 0) throw new Error('nobody was blocked');
}
