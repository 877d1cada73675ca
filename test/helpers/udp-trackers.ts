import type {Clock, Random} from '../../source/base/ports.ts';
import {openDatagramSocket} from '../../source/io/net/datagram-socket.ts';
import {HostResolver} from '../../source/io/net/host-resolver.ts';
import {LocalAddresses} from '../../source/io/net/local-addresses.ts';
import {UdpMux} from '../../source/io/net/udp-mux.ts';
import {UdpTrackerClient} from '../../source/io/net/udp-tracker-client.ts';

/** Asks UDP trackers over real sockets of its own. */
export function udpTrackerClient(clock: Clock, random: Random) {
	const local = new LocalAddresses();
	const udp = new UdpMux({local, clock, open: openDatagramSocket});
	const client = new UdpTrackerClient({clock, random, udp, local, lookUp: new HostResolver(clock).lookUp});
	return {
		announce: client.announce.bind(client),
		scrape: client.scrape.bind(client),
		close(): void {
			client.close();
			udp.close();
		},
	};
}
