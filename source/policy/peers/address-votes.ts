import {parseIp} from '../../base/ip-address.js';

/** So many voters are remembered, those who spoke last: after a change of address nine of them have to say so. */
const mostVoters = 16;
/** So many networks agree on an address that is certain: nobody has that many by chance. */
const certainVoters = 3;

/**
 * Decides which of the addresses of one family that others see us at is ours: the one that more than half of the last
 * voters name. Each network has one vote, the last one it gave.
 */
export class AddressVotes {
	/** What each network said last; who spoke last is at the end. */
	readonly #votes = new Map<string, string>();
	#address: string | undefined;

	/** The address most name; without a majority the one that had it last. Undefined before the first vote. */
	get address(): string | undefined {
		return this.#address;
	}

	/** Whether three networks and more than half of all name it. */
	get certain(): boolean {
		const count = this.#count(this.#address);
		return count >= certainVoters && count * 2 > this.#votes.size;
	}

	/** Somebody in this network (a `voterNetwork`) sees us at this address, in its usual text form. */
	add(address: string, network: string): void {
		this.#votes.delete(network);
		this.#votes.set(network, address);
		if (this.#votes.size > mostVoters) {
			const [oldest] = this.#votes.keys();
			this.#votes.delete(oldest!);
		}
		if (this.#count(address) * 2 > this.#votes.size) this.#address = address;
	}

	#count(address: string | undefined): number {
		let count = 0;
		for (const named of this.#votes.values()) if (named === address) count++;
		return count;
	}
}

/**
 * The network a voter speaks for: a /24 of IPv4, a /48 of IPv6, of a DNS name the last two parts. Whoever has one of
 * these has all addresses and names below it.
 */
export function voterNetwork(host: string): string {
	const ip = parseIp(host);
	if (ip !== undefined) return ip.subarray(0, ip.length === 4 ? 3 : 6).join('.');
	return host.toLowerCase().split('.').slice(-2).join('.');
}
