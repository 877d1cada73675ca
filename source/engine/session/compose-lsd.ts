import {addressScope, parseIp} from '../../base/ip-address.js';
import type {LogLevel} from '../../base/ports.js';
import type {LocalAddresses} from '../../io/net/local-addresses.js';
import {localNetworks} from '../../io/net/local-networks.js';
import {Multicast} from '../../io/net/multicast.js';
import {lsdGroup, lsdPort} from '../../protocol/lan/lsd.js';
import {LocalDiscovery} from '../lan/local-discovery.js';
import type {SessionOptions} from './session-options.js';
import type {SessionServices} from './session-services.js';

/** Puts local discovery together; undefined when it is switched off. */
export function composeLsd(
	{lsd, proxy}: Pick<SessionOptions, 'lsd' | 'proxy'>,
	local: LocalAddresses,
	services: Pick<SessionServices, 'clock' | 'random' | 'port'>,
	log: (level: LogLevel, text: string) => void,
): LocalDiscovery | undefined {
	// Multicast goes through no proxy.
	if (lsd !== true || proxy !== undefined) return undefined;
	const isOfThisMachine = (host: string): boolean => {
		const ip = parseIp(host);
		return ip !== undefined && addressScope(ip) === 'loopback';
	};
	return new LocalDiscovery({
		clock: services.clock,
		random: services.random,
		port: () => services.port(),
		open: heard =>
			new Multicast({
				group: {4: lsdGroup.ipv4, 6: lsdGroup.ipv6, port: lsdPort},
				networks: () => (local.gone === undefined ? localNetworks(local.all) : []),
				heard,
				name: 'local discovery',
				log,
			}),
		isAlone: local.isBound && local.gone === undefined && local.all.every(isOfThisMachine),
		log,
	});
}
