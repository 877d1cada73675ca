import type {Clock, LogLevel, Random} from '../../base/ports.js';
import type {Gateway} from '../../io/lan/default-gateway.js';
import type {OpenDatagramSocket} from '../../io/net/datagram-socket.js';
import type {HttpClient} from '../../io/net/http/http-client.js';
import {pcpPort} from '../../protocol/lan/pcp.js';
import {ssdpGroup, ssdpPort} from '../../protocol/lan/ssdp.js';

/** Where gateways listen. */
export interface GatewayPorts {
	/** Of PCP and NAT-PMP. */
	readonly pcp: number;
	readonly ssdpGroup: string;
	readonly ssdp: number;
}

/** As the standards have it. */
export const usualPorts: GatewayPorts = {pcp: pcpPort, ssdpGroup, ssdp: ssdpPort};

/** What speaking to gateways stands on. */
export interface LanGround {
	readonly clock: Clock;
	readonly random: Random;
	readonly http: HttpClient;
	/** Sockets of their own: gateways look at the address and port that a question comes from. */
	readonly open: OpenDatagramSocket;
	/** Replaced in tests. */
	readonly ports: GatewayPorts;
	/** A gateway says at which address it is seen from outside. */
	heardOurAddress(host: string, gateway: Gateway): void;
	log(level: LogLevel, text: string): void;
}
