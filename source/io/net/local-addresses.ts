import {isIP} from 'node:net';
import {addressFamilyOf} from '../../base/ip-address.js';

export type IpFamily = 4 | 6;

/** The family of an IP address in text form, as sockets number it. */
export function familyOf(host: string): IpFamily {
	return addressFamilyOf(host) === 'ipv6' ? 6 : 4;
}

/**
 * Which of this machine's addresses are used: what `--bind` says. Every socket of the engine asks here, so that nothing
 * leaves from another address. The system's resolver, which names are looked up by, is not bound.
 */
export class LocalAddresses {
	/** All to listen on; none for every address of the machine. */
	readonly all: readonly string[];
	readonly #first: Readonly<Record<IpFamily, string | undefined>>;

	/** @param bind IP addresses; none for every address of the machine */
	constructor(bind: readonly string[] = []) {
		this.all = bind;
		this.#first = {
			4: bind.find(address => isIP(address) === 4),
			6: bind.find(address => isIP(address) === 6),
		};
	}

	/** The address to send from to addresses of a family; undefined for the system's choice. */
	from(family: IpFamily): string | undefined {
		return this.#first[family];
	}

	/**
	 * Whether addresses of a family may be sent to: not when we are bound to addresses of the other alone. `::` stands
	 * for both.
	 */
	reaches(family: IpFamily): boolean {
		return this.all.length === 0 || this.all.includes('::') || this.#first[family] !== undefined;
	}
}
