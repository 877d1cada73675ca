import {addressScope, parseIp} from '../../base/ip-address.js';
import type {Millis} from '../../base/units.js';
import {type MappingState, protocolName} from './port-mapping.js';

/** What one gateway does for us. */
export interface MappedGateway {
	readonly family: 4 | 6;
	/** Its address, as we reach it. */
	readonly host: string;
	readonly state: MappingState;
	/** Its address outside, as it says. */
	readonly outside: string | undefined;
}

/** How it stands with port mapping, in a word and in words. */
export interface MappingSummary {
	/** `none`: there is no gateway to ask. */
	readonly state: 'open' | 'asking' | 'failed' | 'none';
	readonly text: string;
}

/**
 * Says how it stands with the gateways of this machine: `port 6881 open through PCP until 14:20`.
 *
 * @param gateways the one that is used first comes first
 * @param port on which we listen
 * @param timeOf a time of the clock as people write it, `14:20`
 */
export function mappingSummary(
	gateways: readonly MappedGateway[],
	port: number,
	timeOf: (at: Millis) => string,
): MappingSummary {
	if (gateways.length === 0) return {state: 'none', text: 'no gateway to ask for an open port'};
	const open = (family: 4 | 6) =>
		gateways.find(gateway => gateway.family === family && gateway.state.name === 'open');
	const [ipv4, ipv6] = [open(4), open(6)];
	if (ipv4 !== undefined) {
		const also = ipv6 === undefined ? '' : ', and over IPv6';
		return {state: 'open', text: `${openText(ipv4, port, timeOf)}${also}`};
	}
	if (ipv6 !== undefined) return {state: 'open', text: `${openText(ipv6, port, timeOf)}, over IPv6 only`};
	const asking = gateways.find(({state}) => state.name === 'asking');
	if (asking !== undefined) return {state: 'asking', text: `asking ${asking.host} to open port ${port}`};
	for (const {state} of gateways) {
		if (state.name === 'failed' && state.why !== undefined)
			return {state: 'failed', text: `the gateway refuses: ${state.why}`};
	}
	return {state: 'failed', text: 'no gateway answered'};
}

function openText({state, outside}: MappedGateway, port: number, timeOf: (at: Millis) => string): string {
	if (state.name !== 'open') return '';
	const {tcp, udp} = state.ports;
	const number = (tcp ?? udp)!.externalPort;
	const only = tcp && udp ? '' : state.isPartial ? '' : tcp ? ' for TCP only' : ' for UDP only';
	const other = tcp && udp && tcp.externalPort !== udp.externalPort ? ` (UDP ${udp.externalPort})` : '';
	const until = Math.min(tcp?.until ?? Infinity, udp?.until ?? Infinity);
	const end = until === Infinity ? '' : ` until ${timeOf(until)}`;
	const here = number === port ? '' : `, ${port} here`;
	const ip = outside === undefined ? undefined : parseIp(outside);
	const isInner = ip !== undefined && addressScope(ip) !== 'public';
	const inner = isInner ? `; the gateway is behind another one, at ${outside}` : '';
	return `port ${number}${other} open${only} through ${protocolName(state.protocol)}${end}${here}${inner}`;
}
