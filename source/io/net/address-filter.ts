import type {AddressRanges} from '../../base/address-ranges.js';
import {parseIp} from '../../base/ip-address.js';

/** Addresses with which nothing is to do: those of a blocklist. */
export class AddressFilter {
	#ranges: AddressRanges | undefined;
	/** Those who send much are looked up once in a row. */
	#last = '';
	#isLast = false;
	readonly #listeners = new Set<() => void>();

	/** Whether there is any. */
	get isOn(): boolean {
		return this.#ranges !== undefined;
	}

	/** Whether an IP address, in text form, is one of them; a name is none. */
	blocks(host: string): boolean {
		const ranges = this.#ranges;
		if (ranges === undefined) return false;
		if (host === this.#last) return this.#isLast;
		const ip = parseIp(host);
		this.#last = host;
		this.#isLast = ip !== undefined && ranges.has(ip);
		return this.#isLast;
	}

	/** Others from now on; none for undefined. */
	use(ranges: AddressRanges | undefined): void {
		this.#ranges = ranges;
		this.#last = '';
		this.#isLast = false;
		for (const listener of [...this.#listeners]) listener();
	}

	/** Tells somebody each time when they are others. */
	subscribe(listener: () => void): void {
		this.#listeners.add(listener);
	}
}
