import type {Clock} from '../../base/ports.js';
import {type OpenDatagramSocket, openDatagramSocket} from './datagram-socket.js';
import {HostResolver} from './host-resolver.js';
import {type HttpClient, NodeHttpClient} from './http/http-client.js';
import {LocalAddresses} from './local-addresses.js';
import {TcpTransport} from './tcp-transport.js';
import type {Transport} from './transport.js';
import {UdpMux} from './udp-mux.js';

/** Every way an engine speaks to other machines. Nothing else of it opens a socket. */
export interface Sockets {
	readonly local: LocalAddresses;
	/** Streams to peers. */
	readonly tcp: Transport;
	/** Datagrams of everybody. */
	readonly udp: UdpMux;
	/** Datagrams of those who need a socket of their own, with machines of our own network alone. */
	readonly datagrams: OpenDatagramSocket;
	/** Trackers, and links to .torrent files. */
	readonly http: HttpClient;
	readonly resolver: HostResolver;
}

export interface SocketsOptions {
	readonly clock: Clock;
	/** IP addresses to listen on and send from; none for all of the machine's. */
	readonly bind: readonly string[];
	readonly userAgent: string;
	/** Told when the port that peers know is taken for UDP, and another is sent from. */
	readonly udpTaken?: (port: number) => void;
}

/** Puts the sockets of an engine together; none is open yet. */
export function makeSockets({clock, bind, userAgent, udpTaken}: SocketsOptions): Sockets {
	const local = new LocalAddresses(bind);
	const resolver = new HostResolver(clock);
	return {
		local,
		tcp: new TcpTransport(local, clock),
		udp: new UdpMux({local, clock, open: openDatagramSocket, taken: udpTaken}),
		datagrams: openDatagramSocket,
		http: new NodeHttpClient({clock, userAgent, local, lookUp: resolver.lookUp}),
		resolver,
	};
}
