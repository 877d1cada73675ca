import {addressScope, formatIp, parseIp} from '../../base/ip-address.js';
import type {LogLevel} from '../../base/ports.js';
import {AddressVotes, voterNetwork} from '../../policy/peers/address-votes.js';

/**
 * Who says at which address it sees us: a tracker by `external ip` (BEP 24), a peer by `yourip` (BEP 10), a node by `ip`
 * (BEP 42), the gateway that maps our port.
 */
export type AddressWitness = 'tracker' | 'peer' | 'dht' | 'gateway';

/** Keeps the addresses at which the internet sees this machine, for all torrents: by votes of those who see us. */
export class ExternalAddress {
	readonly #ipv4 = new AddressVotes();
	readonly #ipv6 = new AddressVotes();
	readonly #machineHosts: () => readonly string[];
	readonly #log: (level: LogLevel, text: string) => void;
	#revision = 0;

	/** @param machineHosts the addresses of this machine's interfaces, as far as others may use them */
	constructor(machineHosts: () => readonly string[], log: (level: LogLevel, text: string) => void) {
		this.#machineHosts = machineHosts;
		this.#log = log;
	}

	/** The machine's own addresses are others now. */
	machineChanged(): void {
		this.#revision++;
	}

	/** Rises when an address changes, or becomes certain. */
	get revision(): number {
		return this.#revision;
	}

	/**
	 * Counts a vote. Addresses of LANs and of this machine itself say nothing of how the internet sees us, and who is in
	 * our LAN does not know, but for the gateway.
	 *
	 * @param host the address of ours that was named
	 * @param from the IP address or DNS name of who named it
	 */
	heardOurAddress(host: string, from: string, witness: AddressWitness): void {
		const ip = parseIp(host);
		const voter = parseIp(from);
		if (ip === undefined || addressScope(ip) !== 'public') return;
		const isBlind = voter !== undefined && (voter.length !== ip.length || addressScope(voter) !== 'public');
		if (isBlind && witness !== 'gateway') return;
		const votes = ip.length === 4 ? this.#ipv4 : this.#ipv6;
		const {address, certain} = votes;
		votes.add(formatIp(ip), voterNetwork(from));
		if (votes.address !== address)
			this.#log('debug', `others see this machine at ${votes.address}: the last to say so was a ${witness}`);
		if (votes.address !== address || votes.certain !== certain) this.#revision++;
	}

	/** What others say, at most one address a family. */
	get seen(): readonly string[] {
		return [this.#ipv4, this.#ipv6].flatMap(({address}) => address ?? []);
	}

	/**
	 * The addresses others may know us by; the first of a family is what they do. Against a public address of this
	 * machine only what is certain counts.
	 */
	get hosts(): readonly string[] {
		const machine = this.#machineHosts();
		const isPublic = (host: string, length: number): boolean => {
			const ip = parseIp(host);
			return ip?.length === length && addressScope(ip) === 'public';
		};
		const best = (votes: AddressVotes, length: number): string[] => {
			if (votes.address === undefined) return [];
			const isKnown = machine.some(host => isPublic(host, length));
			return votes.certain || !isKnown ? [votes.address] : [];
		};
		return [...best(this.#ipv4, 4), ...best(this.#ipv6, 16), ...machine];
	}
}
