import {UserError} from '../../base/errors.js';
import {parseIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {HostResolver} from './host-resolver.js';

/** Reads `HOST:PORT` (`[2001:db8::1]:6881` for IPv6) and looks names up. Rejects with a UserError a person can act on. */
export async function resolvePeer(text: string, resolver: HostResolver): Promise<PeerAddress> {
	const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text.trim());
	const host = match?.[1] ?? match?.[2];
	const port = Number(match?.[3]);
	if (host === undefined || !(port >= 1 && port <= 65_535)) {
		throw new UserError(
			'bad-peer',
			`${text} is not the address of a peer: write HOST:PORT, as in 192.0.2.1:6881`,
			2,
		);
	}
	const address = await resolver.first(host);
	if (address !== undefined && parseIp(address) === undefined)
		throw new UserError(
			'bad-peer',
			`${text}: with a proxy, which looks up names, a peer is named by its IP address`,
			2,
		);
	if (address !== undefined) return {host: address, port};
	throw new UserError('unknown-host', `the peer ${text} cannot be found: no address is known for ${host}`);
}
