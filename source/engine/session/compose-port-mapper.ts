import {addressScope, parseIp} from '../../base/ip-address.js';
import type {Clock, LogLevel} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {findGateways} from '../../io/lan/default-gateway.js';
import type {LocalAddresses} from '../../io/net/local-addresses.js';
import {localNetworks} from '../../io/net/local-networks.js';
import {Multicast} from '../../io/net/multicast.js';
import type {Sockets} from '../../io/net/sockets.js';
import {pcpClientPort, pcpGroup} from '../../protocol/lan/pcp.js';
import {usualPorts} from '../lan/lan-ground.js';
import {type GatewayEars, PortMapper} from '../lan/port-mapper.js';
import type {Torrent} from '../torrent/torrent.js';
import type {SessionOptions} from './session-options.js';
import type {SessionServices} from './session-services.js';

/** Longer than a tracker has to be left alone after an answer. */
const busyTime: Millis = 15_000;

/** Puts port mapping together; undefined when it is switched off, or nobody outside could reach us anyway. */
export function composePortMapper(
	options: SessionOptions,
	{datagrams, http, local}: Sockets,
	services: Pick<SessionServices, 'clock' | 'random' | 'externalAddress' | 'port'> & {
		readonly torrents: ReadonlyMap<string, Torrent>;
	},
	log: (level: LogLevel, text: string) => void,
): PortMapper | undefined {
	// Behind a proxy nobody comes in.
	if (options.proxy !== undefined) return undefined;
	const isHere = local.isBound && local.gone === undefined && local.all.every(isLoopback);
	if (options.portMap !== true || isHere) return undefined;
	const {clock, random, externalAddress, torrents, port} = services;
	return new PortMapper({
		clock,
		random,
		http,
		open: datagrams,
		ports: options.gateways?.ports ?? usualPorts,
		findGateways: options.gateways?.find ?? findGateways,
		...(options.gateways === undefined && {hearGateways: heard => earsFor(local, heard, log)}),
		listensAt: host =>
			!local.isBound ||
			local.all.includes('::') ||
			local.all.includes(host) ||
			(local.all.includes('0.0.0.0') && !host.includes(':')),
		localPort: port,
		portChanged: () => {
			for (const torrent of torrents.values()) announceAnew(torrent, clock);
		},
		heardOurAddress: (host, gateway) => externalAddress.heardOurAddress(host, gateway.host, 'gateway'),
		log,
	});
}

function earsFor(
	local: LocalAddresses,
	heard: (host: string) => void,
	log: (level: LogLevel, text: string) => void,
): GatewayEars {
	return new Multicast({
		group: {4: pcpGroup.ipv4, 6: pcpGroup.ipv6, port: pcpClientPort},
		networks: () => (local.gone === undefined ? localNetworks(local.all) : []),
		heard: (_, host) => heard(host),
		hearsOnly: true,
		name: 'port mapping',
		// They are asked every few minutes anyway.
		log: (_, text) => log('debug', text),
	});
}

/** Trackers and the DHT still have the other port; those that are just being told it hear it a little later. */
function announceAnew(torrent: Torrent, clock: Clock): void {
	torrent.post({
		type: 'announce',
		done: ({busy}) => {
			if (busy.length > 0) clock.after(busyTime, () => torrent.post({type: 'announce', done: () => {}}));
		},
	});
}

function isLoopback(host: string): boolean {
	const ip = parseIp(host);
	return ip !== undefined && addressScope(ip) === 'loopback';
}
