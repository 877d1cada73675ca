import type {Clock, LogLevel} from '../../base/ports.js';
import type {ProxyAddress} from '../../protocol/transport/proxy-address.js';
import {AddressFilter} from './address-filter.js';
import {boundLookUp} from './bound-resolver.js';
import {bindDatagrams, type OpenDatagramSocket, openDatagramSocket} from './datagram-socket.js';
import {HostResolver} from './host-resolver.js';
import {type HttpClient, NodeHttpClient} from './http/http-client.js';
import {HttpDialer} from './http/http-dialer.js';
import {NodeRangeDialer, type RangeDialer} from './http/range-connection.js';
import {InterfaceAddresses} from './interface-addresses.js';
import {LocalAddresses} from './local-addresses.js';
import {ProxiedDialer} from './proxy/proxied-dialer.js';
import {ProxiedTransport} from './proxy/proxied-transport.js';
import {ProxyWay} from './proxy/proxy-way.js';
import {noDatagrams, SocksDatagrams, type UdpCondition} from './proxy/socks-datagrams.js';
import {TcpTransport} from './tcp-transport.js';
import type {Transport} from './transport.js';
import {UdpMux} from './udp-mux.js';

/** Every way an engine speaks to other machines. Nothing else of it opens a socket. */
export interface Sockets {
	readonly local: LocalAddresses;
	/** By which addresses a proxy is dialled, where there is one; else `local` tells. */
	readonly bound?: LocalAddresses | undefined;
	/** Streams to peers. */
	readonly tcp: Transport;
	/** Datagrams of everybody. */
	readonly udp: UdpMux;
	/** Datagrams of those who need a socket of their own, with machines of our own network alone. */
	readonly datagrams: OpenDatagramSocket;
	/** Trackers, and links to .torrent files. */
	readonly http: HttpClient;
	/** Web servers that have torrents' files. */
	readonly ranges: RangeDialer;
	readonly resolver: HostResolver;
	/** Addresses with which nothing is to do. */
	readonly filter: AddressFilter;
	/** The only way out of all of these; undefined when there is no such thing between us and others. */
	readonly proxy?: ProxyInUse | undefined;
}

/** A proxy, and how it does. */
export interface ProxyInUse {
	readonly way: ProxyWay;
	/** Whether it passes datagrams on; `unknown` before anybody wanted to know. */
	readonly udp: () => UdpCondition;
}

/** By which way everything goes to others. */
export interface WayOut {
	/** IP addresses to listen on and send from; none for all of the machine's. */
	readonly bind: readonly string[];
	/** An interface, or one of its addresses, that all goes by instead; nothing goes while it is not there. */
	readonly interface?: string | undefined;
	/** Who is asked for names; the system's resolver when there is neither one nor an interface. */
	readonly dnsServers?: readonly string[] | undefined;
	/** What everything goes through; then nobody comes in, and names are for the proxy to look up. */
	readonly proxy?: ProxyAddress | undefined;
}

export interface SocketsOptions extends WayOut {
	readonly clock: Clock;
	/** Told once, when names are asked of resolvers of this machine, which ask by whatever way they like. */
	readonly stubs?: (servers: readonly string[]) => void;
	readonly userAgent: string;
	/** Told when the port that peers know is taken for UDP, and another is sent from. */
	readonly udpTaken?: (port: number) => void;
	/** Told how the proxy does. */
	readonly log?: (level: LogLevel, text: string) => void;
}

/** Puts the sockets of an engine together; none is open yet. */
export function makeSockets(options: SocketsOptions): Sockets {
	const {clock, bind, userAgent, udpTaken, dnsServers: servers = [], stubs} = options;
	const watched = options.interface === undefined ? undefined : new InterfaceAddresses(options.interface);
	const local = new LocalAddresses(bind, watched, clock);
	const filter = new AddressFilter();
	const isOwn = watched !== undefined || servers.length > 0;
	const resolver = new HostResolver(clock, isOwn ? boundLookUp({local, servers, stubs}) : undefined);
	if (options.proxy !== undefined) return proxiedSockets(options, options.proxy, local, resolver);
	return {
		local,
		tcp: new TcpTransport(local, clock),
		udp: new UdpMux({local, clock, open: openDatagramSocket, filter, taken: udpTaken}),
		datagrams: bindDatagrams(openDatagramSocket, local),
		http: new NodeHttpClient({clock, userAgent, local, lookUp: resolver.lookUp, filter}),
		ranges: new NodeRangeDialer(new HttpDialer(local, resolver.lookUp, clock, filter), userAgent),
		resolver,
		filter,
	};
}

/**
 * Sockets that lead to a proxy and to nobody else. Only the proxy's own name is looked up here: all others are their own
 * address, which the proxy understands.
 */
function proxiedSockets(
	{clock, userAgent, log}: SocketsOptions,
	address: ProxyAddress,
	local: LocalAddresses,
	{lookUp}: HostResolver,
): Sockets {
	const way = new ProxyWay({address, clock, local, lookUp, log});
	const datagrams = address.kind === 'socks5' ? new SocksDatagrams({way, clock, local, log}) : noDatagrams;
	const names = new HostResolver(clock, async name => [name]);
	const everywhere = new LocalAddresses();
	const filter = new AddressFilter();
	const dialer = new ProxiedDialer(way, filter);
	return {
		local: everywhere,
		bound: local,
		tcp: new ProxiedTransport(way, clock),
		udp: new UdpMux({local: everywhere, clock, open: datagrams.open, filter}),
		datagrams: noDatagrams.open,
		http: new NodeHttpClient({
			clock,
			userAgent,
			local: everywhere,
			lookUp: names.lookUp,
			dialer,
		}),
		ranges: new NodeRangeDialer(dialer, userAgent),
		resolver: names,
		filter,
		proxy: {way, udp: () => datagrams.condition},
	};
}
