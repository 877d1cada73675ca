import type {AddressFamily} from '../../base/ip-address.js';
import type {LogLevel} from '../../base/ports.js';
import {hashFunctions} from '../../io/machine/hash-functions.js';
import type {ProxyInUse, Sockets} from '../../io/net/sockets.js';
import {DhtStore} from '../../io/state/dht-store.js';
import {whyUnused} from '../../policy/dht/unused-family.js';
import {Dht} from '../dht/dht.js';
import type {SessionOptions} from './session-options.js';
import type {SessionServices} from './session-services.js';

/** The client and version of DHT messages. BEP 20 has `TT` for tortui. */
const client = Uint8Array.of(0x54, 0x54, 0, 1);

/**
 * Puts the DHT together; undefined when it is switched off.
 *
 * @param mappedPort by which a gateway lets peers of a family in; undefined when none does
 */
export function composeDht(
	options: SessionOptions,
	{udp, resolver, local, proxy}: Sockets,
	services: Pick<SessionServices, 'clock' | 'random' | 'externalAddress' | 'port'> & {
		readonly ownHosts: () => readonly string[];
	},
	mappedPort: (family: 4 | 6) => number | undefined,
	log: (level: LogLevel, text: string) => void,
): Dht | undefined {
	if (options.dht === undefined) return undefined;
	const {clock, random, externalAddress} = services;
	return new Dht({
		clock,
		random,
		sha1: hashFunctions.sha1,
		client,
		readOnly: options.dht.readOnly ?? false,
		bootstrap: options.dht.bootstrap,
		udp,
		store: storeFor(options, text => log('warn', text)),
		lookUp: name => resolver.lookUp(name),
		offWhy: family => {
			const through = whyNotThrough(proxy, family);
			if (through !== undefined) return through;
			const isReached = local.reaches(family === 'ipv4' ? 4 : 6);
			if (local.watched === undefined || isReached) return whyUnused(family, isReached, services.ownHosts());
			return local.gone ?? `${local.watched} has no address of IPv${family.slice(-1)}`;
		},
		localPort: () => services.port(),
		givenPort: family =>
			mappedPort(family === 'ipv4' ? 4 : 6) ??
			(options.portFixed || options.portFile !== undefined ? services.port() : undefined),
		heardOurAddress: (host, from) => externalAddress.heardOurAddress(host, from, 'dht'),
		ourAddresses: () => ({hosts: externalAddress.seen, revision: externalAddress.revision}),
		log,
	});
}

/** Why nothing is sent in a family through the proxy that is set, in words; undefined when it is, or none is set. */
function whyNotThrough(proxy: ProxyInUse | undefined, family: AddressFamily): string | undefined {
	if (proxy === undefined) return undefined;
	if (family === 'ipv6') return 'through a proxy nodes are asked over IPv4 alone';
	return proxy.udp().state === 'no' ? (proxy.udp().why ?? 'the proxy passes no UDP on') : undefined;
}

/** Where nodes are kept: with the torrents, or in the folder of somebody whose guest this session is. */
function storeFor(
	{persist, stateDir, dht}: SessionOptions,
	say: (text: string) => void,
): DhtStore | undefined {
	if (persist) return new DhtStore(stateDir, false, say);
	return dht?.guestOf === undefined ? undefined : new DhtStore(dht.guestOf, true, say);
}
