import {mostRanges, type RangeTableBuilder} from '../../base/address-ranges.js';
import {parseIp} from '../../base/ip-address.js';

/** No list has longer lines: what is longer is none. In bytes. */
const longestLine = 2000;
/** At this level and above eMule lets an address through. */
const allowedLevel = 128;

/** What came of reading a list. */
export interface BlocklistCount {
	/** Lines that name addresses, or say that some are let through. */
	readonly good: number;
	/** Lines that are neither that nor a remark. */
	readonly broken: number;
	/** The first of them: its number, from 1. */
	readonly firstBroken: number | undefined;
	/** There were more ranges than can be kept: the others are left out. */
	readonly isCut: boolean;
}

/**
 * Reads a blocklist as it comes, line by line, whichever of the usual forms each has: `name:1.2.3.4-1.2.3.9` (P2P,
 * PeerGuardian), `001.002.003.004 - 001.002.003.009 , 000 , name` (DAT, eMule), `1.2.3.0/24`, `2001:db8::/32`, or an
 * address or range by itself. Lines that begin with `#`, `;` or `//`, and empty ones, are remarks.
 */
export class BlocklistReader {
	readonly #builder: RangeTableBuilder;
	readonly #decoder = new TextDecoder('latin1');
	#rest = '';
	/** The line has become too long: what comes of it is left out. */
	#isLong = false;
	#lines = 0;
	#good = 0;
	#broken = 0;
	#firstBroken: number | undefined;
	#isCut = false;

	constructor(builder: RangeTableBuilder) {
		this.#builder = builder;
	}

	/** The next bytes of it. */
	push(bytes: Uint8Array): void {
		const text = this.#rest + this.#decoder.decode(bytes, {stream: true});
		let from = 0;
		for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
			this.#line(this.#isLong ? undefined : text.slice(from, at));
			this.#isLong = false;
			from = at + 1;
		}
		this.#rest = text.slice(from);
		if (this.#rest.length <= longestLine) return;
		this.#rest = '';
		this.#isLong = true;
	}

	end(): BlocklistCount {
		if (this.#isLong || this.#rest.trim() !== '') this.#line(this.#isLong ? undefined : this.#rest);
		this.#rest = '';
		return {good: this.#good, broken: this.#broken, firstBroken: this.#firstBroken, isCut: this.#isCut};
	}

	/** @param line undefined for one that was too long */
	#line(line: string | undefined): void {
		this.#lines++;
		const text = line?.trim();
		if (text === '' || (text !== undefined && /^(?:[#;]|\/\/)/.test(text))) return;
		if (text !== undefined && text.length <= longestLine && this.#take(text)) this.#good++;
		else {
			this.#broken++;
			this.#firstBroken ??= this.#lines;
		}
	}

	#take(text: string): boolean {
		const four = ranges4.exec(text);
		if (four !== null) {
			const [, start = '', end = '', level] = four;
			const [first, last] = [number4(start), number4(end)];
			if (first === undefined || last === undefined) return false;
			if (level !== undefined && Number(level) >= allowedLevel) return first <= last;
			return this.#isFull || this.#builder.add4(first, last);
		}
		// Behind an address a list may say more.
		const [word = ''] = /^[^\s#;,]+/.exec(text) ?? [];
		if (word.includes('-')) {
			const [start, end] = word.split('-', 2).map(each => parseIp(each));
			return start !== undefined && end !== undefined && (this.#isFull || this.#builder.add(start, end));
		}
		const [address = '', bits, more] = word.split('/');
		const ip = parseIp(address);
		if (ip === undefined || more !== undefined || address.includes('%')) return false;
		// An IPv4 address inside IPv6 has a prefix of its own length and 96.
		const lead = ip.length === 4 && address.includes(':') ? 96 : 0;
		const prefix = bits === undefined ? ip.length * 8 : /^\d{1,3}$/.test(bits) ? Number(bits) - lead : -1;
		if (prefix < 0 || prefix > ip.length * 8) return false;
		return this.#isFull || this.#builder.add(edge(ip, prefix, 0), edge(ip, prefix, 255));
	}

	get #isFull(): boolean {
		this.#isCut ||= this.#builder.count >= mostRanges;
		return this.#isCut;
	}
}

/** Two addresses of IPv4 with a line between them, after a name and a colon or nothing; and the level that eMule gives them. */
const ranges4 =
	/^(?:.*:)?\s*(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\s*-\s*(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\s*(?:,\s*(\d{1,3})\s*(?:,.*)?|[#;].*)?$/;

/** An address of IPv4, whose numbers may begin with zeros, as a number. */
function number4(text: string): number | undefined {
	let address = 0;
	for (const part of text.split('.')) {
		const value = Number(part);
		if (value > 255) return undefined;
		address = address * 256 + value;
	}
	return address;
}

/** The first address with the same prefix (`fill` 0), or the last (255). */
function edge(ip: Uint8Array, prefix: number, fill: number): Uint8Array {
	return ip.map((byte, at) => {
		const bits = Math.min(8, Math.max(0, prefix - at * 8));
		const mask = (0xff00 >> bits) & 0xff;
		return (byte & mask) | (fill & ~mask & 0xff);
	});
}
