import {networkInterfaces} from 'node:os';
import {addressScope, parseIp} from '../../base/ip-address.js';

/** Addresses under which others can reach a server: this machine's own when it listens on all. */
export function reachableHosts(bound: string): string[] {
	if (bound !== '::' && bound !== '0.0.0.0') return [bound];
	const hosts = new Set(['127.0.0.1']);
	for (const {address, internal, scopeid} of Object.values(networkInterfaces()).flatMap(list => list ?? [])) {
		const bytes = parseIp(address);
		// Link-local addresses mean something on their own link only.
		if (internal || !bytes || scopeid || addressScope(bytes) === 'loopback') continue;
		if (bytes.length === 4 || bound === '::') hosts.add(address);
	}
	return [...hosts];
}
