import {addressScope, parseIp} from '../../../base/ip-address.js';
import type {AddressFilter} from '../address-filter.js';

const noAnnounce =
	'no part of the path begins with announce: refused unless you name it with --tracker, or allow it with --local-trackers';

/**
 * Sees which addresses a request goes to before it goes there, so that no stranger's URL or redirect makes us ask
 * things of machines only we can reach.
 */
export class AddressGuard {
	/** Whether the request may have reached a public address. */
	public = false;
	/** What is asked for is our own affair: addresses of a blocklist may be dialled. */
	mayBeBlocked = false;
	readonly #path: string;
	readonly #fromPublic: boolean;
	readonly #localPath: ((path: string) => boolean) | undefined;
	readonly #refusal: string;

	/**
	 * @param path what is asked for
	 * @param fromPublic whether a redirect from a public address leads here: then nothing local may be asked
	 * @param localPath which paths may be asked of loopback and LAN addresses; all when undefined
	 * @param refusal what is wrong with the others, and what to do
	 */
	constructor(
		path: string,
		fromPublic: boolean,
		localPath: ((path: string) => boolean) | undefined,
		refusal = noAnnounce,
	) {
		this.#path = path;
		this.#fromPublic = fromPublic;
		this.#localPath = localPath;
		this.#refusal = refusal;
	}

	/** Why this address may not be dialled; undefined when it may, or is a name. */
	refuses(host: string): string | undefined {
		const address = parseIp(host);
		if (!address) return undefined;
		if (addressScope(address) === 'public') {
			this.public = true;
			return undefined;
		}
		if (this.#fromPublic) return `it redirects into the local network (${host}): refused`;
		if (this.#localPath?.(this.#path) === false) {
			return `${host} is a local address and ${this.#refusal}`;
		}
		return undefined;
	}

	/**
	 * Those of a host's addresses that may be dialled. Throws why when there is none.
	 *
	 * @param filter knows those of a blocklist
	 */
	admitted(addresses: readonly string[], filter?: Pick<AddressFilter, 'blocks'>): string[] {
		let refusal: string | undefined;
		const admitted = addresses.filter(address => {
			const isBlocked = !this.mayBeBlocked && filter?.blocks(address);
			const reason = isBlocked ? `its address ${address} is on the blocklist` : this.refuses(address);
			refusal ??= reason;
			return reason === undefined;
		});
		if (admitted.length === 0) throw new Error(refusal ?? 'no such host');
		return admitted;
	}
}
