import {parseIp} from '../../base/ip-address.js';

/** Bytes of a host's address in the table, whatever its family. */
const addressLength = 16;

/** Addresses that one network is likely to have all of: a /24 of IPv4, a /64 of IPv6. */
export function networkOf(host: string): string {
	if (!host.includes(':')) return host.slice(0, host.lastIndexOf('.'));
	const bytes = parseIp(host);
	return bytes ? bytes.subarray(0, 8).join('.') : host;
}

interface Network {
	readonly key: string;
	hosts: number;
	peers: number;
	alone: number;
}

/**
 * The hosts that a tracker knows peers of, each by a small number while it has any, with what is counted of it and of
 * its network. Numbers of hosts that are gone are given again.
 */
export class HostTable {
	readonly #numbers = new Map<string, number>();
	readonly #networks = new Map<string, Network>();
	readonly #free: number[] = [];
	readonly #names: string[] = [];
	readonly #network: Network[] = [];
	#bytes = new Uint8Array(64 * addressLength);
	/** 4 or 16. */
	#lengths = new Uint8Array(64);
	#peers = new Uint32Array(64);
	#alone = new Uint32Array(64);

	/** Hosts that have peers. */
	get size(): number {
		return this.#numbers.size;
	}

	/** Its number; undefined when it has no peers. */
	find(host: string): number | undefined {
		return this.#numbers.get(host);
	}

	/** Its number; a new one when it had none. Who asks adds a peer of it. */
	number(host: string): number {
		const known = this.#numbers.get(host);
		if (known !== undefined) return known;
		const number = this.#free.pop() ?? this.#names.length;
		if (number >= this.#lengths.length) this.#grow();
		const address = parseIp(host) ?? new Uint8Array(4);
		this.#bytes.set(address, number * addressLength);
		this.#lengths[number] = address.length;
		this.#names[number] = host;
		this.#numbers.set(host, number);
		const key = networkOf(host);
		let network = this.#networks.get(key);
		if (!network) {
			network = {key, hosts: 0, peers: 0, alone: 0};
			this.#networks.set(key, network);
		}
		network.hosts++;
		this.#network[number] = network;
		return number;
	}

	name(number: number): string {
		return this.#names[number]!;
	}

	isIpv6(number: number): boolean {
		return this.#lengths[number] === 16;
	}

	/** Writes its 4 or 16 bytes. */
	write(number: number, out: Uint8Array, at: number): void {
		const from = number * addressLength;
		const length = this.#lengths[number]!;
		for (let index = 0; index < length; index++) out[at + index] = this.#bytes[from + index]!;
	}

	/** One peer more or less; without peers a host is forgotten. */
	countPeer(number: number, by: 1 | -1): void {
		const network = this.#network[number]!;
		network.peers += by;
		this.#peers[number]! += by;
		if (this.#peers[number]! > 0) return;
		this.#numbers.delete(this.#names[number]!);
		if (--network.hosts === 0) this.#networks.delete(network.key);
		this.#free.push(number);
	}

	/** One torrent more or less of which it has the only peer. */
	countAlone(number: number, by: 1 | -1): void {
		this.#alone[number]! += by;
		this.#network[number]!.alone += by;
	}

	/** Peers of a host and of its network, and torrents in which they have the only one; zeros for an unknown host. */
	counts(host: string): Record<'peers' | 'alone' | 'networkPeers' | 'networkAlone', number> {
		const number = this.#numbers.get(host);
		const network = number === undefined ? this.#networks.get(networkOf(host)) : this.#network[number];
		return {
			peers: number === undefined ? 0 : this.#peers[number]!,
			alone: number === undefined ? 0 : this.#alone[number]!,
			networkPeers: network?.peers ?? 0,
			networkAlone: network?.alone ?? 0,
		};
	}

	#grow(): void {
		const size = this.#lengths.length * 2;
		this.#bytes = grown(this.#bytes, new Uint8Array(size * addressLength));
		this.#lengths = grown(this.#lengths, new Uint8Array(size));
		this.#peers = grown(this.#peers, new Uint32Array(size));
		this.#alone = grown(this.#alone, new Uint32Array(size));
	}
}

/** The larger array with what was in the smaller one. */
export function grown<Numbers extends {set(from: Numbers): void}>(from: Numbers, to: Numbers): Numbers {
	to.set(from);
	return to;
}
