import {networkInterfaces} from 'node:os';
import type {Millis} from '../../base/units.js';
import {familyOf, type IpFamily, type LocalAddresses} from './local-addresses.js';

/** Addresses come and go with cables, VPNs and sleep: reading them costs some 100 µs. */
const pollTime: Millis = 30_000;

/** The addresses others may know this machine by; loopback and link-local ones left out. */
function machineAddresses(): string[] {
	return Object.values(networkInterfaces()).flatMap(addresses =>
		(addresses ?? [])
			.filter(({internal, address}) => !internal && !address.startsWith('fe80:'))
			.map(({address}) => address),
	);
}

/** Knows by which of its addresses this machine is used, now: those we are bound to, or what its interfaces have. */
export class AddressWatch {
	readonly #local: Pick<LocalAddresses, 'all' | 'isBound'>;
	readonly #read: () => readonly string[];
	readonly #changed: (hosts: readonly string[]) => void;
	#hosts: readonly string[];
	#readAt: Millis | undefined;

	/**
	 * @param local what we are bound to
	 * @param changed told when the addresses are others than before
	 * @param read those of the machine's interfaces
	 */
	constructor(
		local: Pick<LocalAddresses, 'all' | 'isBound'>,
		changed: (hosts: readonly string[]) => void,
		read: () => readonly string[] = machineAddresses,
	) {
		this.#local = local;
		this.#changed = changed;
		this.#read = read;
		this.#hosts = this.#look();
	}

	/** None of them twice; in the order of the interfaces. */
	get hosts(): readonly string[] {
		return this.#hosts;
	}

	/** Once a second: looks every 30 s. */
	tick(now: Millis): void {
		this.#readAt ??= now;
		if (now - this.#readAt < pollTime) return;
		this.#readAt = now;
		this.look();
	}

	/** Looks now. */
	look(): void {
		const hosts = this.#look();
		if (hosts.length === this.#hosts.length && hosts.every(host => this.#hosts.includes(host))) return;
		this.#hosts = hosts;
		this.#changed(hosts);
	}

	#look(): readonly string[] {
		const {all: bind, isBound} = this.#local;
		const isAny = (host: string): boolean => host === '0.0.0.0' || host === '::';
		if (isBound && !bind.some(isAny)) return bind;
		const named = bind.filter(host => !isAny(host));
		// `::` stands for IPv4 as well, unless that has addresses of its own.
		const isBoundTo = (family: IpFamily): boolean => {
			const hasIpv4 = bind.some(host => familyOf(host) === 4);
			return bind.includes(family === 4 && hasIpv4 ? '0.0.0.0' : '::');
		};
		const isUsed = (host: string): boolean => !isBound || isBoundTo(familyOf(host));
		return [...new Set([...named, ...this.#read().filter(isUsed)])];
	}
}
