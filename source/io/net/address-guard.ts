import {type LookupAddress, lookup} from 'node:dns';
import type {LookupFunction} from 'node:net';
import {addressScope, parseIp} from '../../base/ip-address.js';

/**
 * Sees which addresses a request goes to before it goes there, so that no stranger's URL or redirect makes us ask
 * things of machines only we can reach.
 */
export class AddressGuard {
	/** Whether the request may have reached a public address. */
	public = false;
	readonly #path: string;
	readonly #fromPublic: boolean;
	readonly #localPath: ((path: string) => boolean) | undefined;

	/**
	 * @param path what is asked for
	 * @param fromPublic whether a redirect from a public address leads here: then nothing local may be asked
	 * @param localPath which paths may be asked of loopback and LAN addresses; all when undefined
	 */
	constructor(path: string, fromPublic: boolean, localPath: ((path: string) => boolean) | undefined) {
		this.#path = path;
		this.#fromPublic = fromPublic;
		this.#localPath = localPath;
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
			return `${host} is a local address and no part of the path begins with announce: refused unless you name it with --tracker, or allow it with --local-trackers`;
		}
		return undefined;
	}

	/** `dns.lookup` without the addresses that may not be dialled. */
	readonly lookup: LookupFunction = (name, options, done) => {
		lookup(name, {...options, all: true}, (error, addresses) => {
			if (error) return done(error, '', 0);
			let refusal: string | undefined;
			const allowed = addresses.filter(({address}: LookupAddress) => {
				const reason = this.refuses(address);
				refusal ??= reason;
				return reason === undefined;
			});
			const [first] = allowed;
			if (!first) return done(new Error(refusal ?? 'no such host'), '', 0);
			if (options.all) done(null, allowed);
			else done(null, first.address, first.family);
		});
	};
}
