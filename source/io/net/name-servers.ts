import {createSocket} from 'node:dgram';
import {Resolver} from 'node:dns';
import {isIP} from 'node:net';
import {addressScope, parseIp} from '../../base/ip-address.js';
import {familyOf, type LocalAddresses} from './local-addresses.js';

/** Which name servers may be asked from where we are bound. */
export interface NameServers {
	readonly usable: readonly string[];
	/** Resolvers of this machine among them, which ask others by whatever way they like. */
	readonly stubs: readonly string[];
}

/** The address that the system would send from to another; undefined when it has no way there. Nothing is sent. */
export type AddressTowards = (host: string) => Promise<string | undefined>;

/** By a socket that is bound to no address, and only told whom it will speak to. */
export const addressTowards: AddressTowards = host =>
	new Promise(resolve => {
		const socket = createSocket({
			type: familyOf(host) === 6 ? 'udp6' : 'udp4',
			lookup: (name, _, done) => done(null, name, familyOf(name)),
		});
		const end = (address: string | undefined): void => {
			socket.close();
			resolve(address);
		};
		socket.once('error', () => end(undefined));
		// What went wrong is handed to the callback, which the types do not tell.
		const connected = (error?: Error): void => end(error ? undefined : socket.address().address);
		socket.connect(53, host, connected);
	});

/** `192.0.2.1:5353` and `[2001:db8::1]:53` without the port. */
export function nameServerHost(server: string): string {
	const [, ipv6, ipv4] = /^\[([^\]]+)\]|^(\d+\.\d+\.\d+\.\d+)/.exec(server) ?? [];
	return ipv6 ?? ipv4 ?? server;
}

/**
 * The name servers this machine is configured to ask, without those to which it has another way than by the interface we
 * are bound to: what is sent to them would leave by that. Resolvers on this machine stay.
 */
export async function usableNameServers(
	local: Pick<LocalAddresses, 'from' | 'all'>,
	servers: readonly string[] = new Resolver().getServers(),
	towards: AddressTowards = addressTowards,
): Promise<NameServers> {
	const usable: string[] = [];
	const stubs: string[] = [];
	for (const server of servers) {
		const host = nameServerHost(server);
		const ip = parseIp(host);
		if (isIP(host) === 0 || ip === undefined || local.from(familyOf(host)) === undefined) continue;
		if (addressScope(ip) === 'loopback') stubs.push(server);
		else if (!local.all.includes((await towards(host)) ?? '')) continue;
		usable.push(server);
	}
	return {usable, stubs};
}
