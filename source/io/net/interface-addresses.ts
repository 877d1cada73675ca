import {networkInterfaces} from 'node:os';
import {addressFamilyOf, formatIp, parseIp} from '../../base/ip-address.js';
import {isLinkLocalIpv6} from '../../base/peer-address.js';

/** What the system tells of its interfaces: those that are up, with their addresses. */
export type ReadAddresses = () => NodeJS.Dict<ReadonlyArray<{readonly address: string}>>;

/** At most one address a family. */
export type AddressOfEach = Readonly<Partial<Record<4 | 6, string>>>;

/**
 * The addresses of one interface, or the one it is named by, as they are now. Of several of a family one is taken, and kept
 * for as long as it is there: others come and go beside it. Link-local IPv6 addresses mean nothing elsewhere.
 */
export class InterfaceAddresses {
	/** As its owner says it: `tun0`, or `10.8.0.2`. */
	readonly name: string;
	readonly #read: ReadAddresses;
	#current: AddressOfEach = {};

	constructor(name: string, read: ReadAddresses = networkInterfaces) {
		this.name = name;
		this.#read = read;
	}

	/** As it was looked at last. */
	get current(): AddressOfEach {
		return this.#current;
	}

	/** Looks again. Answers whether anything is other than before. */
	refresh(): boolean {
		const before = this.#current;
		const found = this.#find();
		const chosen = ([4, 6] as const).flatMap(family => {
			const all = found.filter(address => addressFamilyOf(address) === `ipv${family}`);
			const kept = before[family];
			const address = kept !== undefined && all.includes(kept) ? kept : all[0];
			return address === undefined ? [] : [[family, address] as const];
		});
		this.#current = Object.fromEntries(chosen);
		return before[4] !== this.#current[4] || before[6] !== this.#current[6];
	}

	#find(): string[] {
		const all = this.#read();
		const named = parseIp(this.name);
		const addresses =
			named === undefined ? (all[this.name] ?? []) : Object.values(all).flatMap(of => of ?? []);
		return addresses.flatMap(({address}) => {
			const ip = parseIp(address);
			if (ip === undefined || isLinkLocalIpv6(ip)) return [];
			const text = formatIp(ip);
			return named === undefined || text === formatIp(named) ? [text] : [];
		});
	}
}
