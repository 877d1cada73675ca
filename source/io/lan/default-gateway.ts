import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {endianness, type NetworkInterfaceInfo, networkInterfaces} from 'node:os';
import process from 'node:process';
import {addressScope, formatIp, parseIp} from '../../base/ip-address.js';
import type {Millis} from '../../base/units.js';
import type {IpFamily} from '../net/local-addresses.js';

/** A way out, as the system's table of routes has it. */
export interface DefaultRoute {
	readonly family: IpFamily;
	/** In the form of `formatIp`. */
	readonly gateway: string;
	/** The name of the interface. */
	readonly device: string;
	/** The lowest is the one that is used. */
	readonly metric: number;
}

/** A gateway in our own network, and where we are in it. */
export interface Gateway {
	readonly family: IpFamily;
	/** In the form of `formatIp`. */
	readonly host: string;
	/** The interface it is reached through: link-local addresses mean nothing without. */
	readonly device: string;
	/** Our address in its network, as the gateway sees it. */
	readonly ours: string;
	/** How many bits of our address name that network. */
	readonly prefix: number;
}

const up = 0x1;
const viaGateway = 0x2;
const rejected = 0x200;
const mostRoutes = 2000;

/** Reads the default routes of Linux' `/proc/net/route`. Lines it does not understand are left out. */
export function readIpv4Routes(text: string, isLittleEndian = endianness() === 'LE'): DefaultRoute[] {
	const routes: DefaultRoute[] = [];
	for (const line of text.split('\n').slice(1, mostRoutes)) {
		const [device, target, gateway, flags, , , metric, mask] = line.trim().split(/\s+/);
		if (device === undefined || mask === undefined || !/^[\dA-F]{8}$/i.test(gateway ?? '')) continue;
		const bits = Number.parseInt(flags!, 16);
		if (!/^0{8}$/.test(target!) || !/^0{8}$/.test(mask)) continue;
		if ((bits & (up | viaGateway)) !== (up | viaGateway) || (bits & rejected) !== 0) continue;
		const bytes = Uint8Array.from(Buffer.from(gateway!, 'hex'));
		if (isLittleEndian) bytes.reverse();
		routes.push({family: 4, gateway: formatIp(bytes), device, metric: Number(metric) || 0});
	}
	return routes;
}

/** Reads the default routes of Linux' `/proc/net/ipv6_route`. Lines it does not understand are left out. */
export function readIpv6Routes(text: string): DefaultRoute[] {
	const routes: DefaultRoute[] = [];
	for (const line of text.split('\n').slice(0, mostRoutes)) {
		const [target, length, , , gateway, metric, , , flags, device] = line.trim().split(/\s+/);
		if (device === undefined || !/^[\da-f]{32}$/i.test(gateway ?? '')) continue;
		const bits = Number.parseInt(flags!, 16);
		if (!/^0{32}$/.test(target!) || length !== '00') continue;
		if ((bits & (up | viaGateway)) !== (up | viaGateway) || (bits & rejected) !== 0) continue;
		const host = formatIp(Uint8Array.from(Buffer.from(gateway!, 'hex')));
		routes.push({family: 6, gateway: host, device, metric: Number.parseInt(metric!, 16) || 0});
	}
	return routes;
}

/** Reads what `route -n get default` of macOS and the BSDs says; none when it names no address. */
export function readRouteAnswer(text: string): DefaultRoute[] {
	const gateway = parseIp(/^\s*gateway: (\S+)$/m.exec(text)?.[1] ?? '');
	const device = /^\s*interface: (\S+)$/m.exec(text)?.[1];
	if (gateway === undefined || device === undefined) return [];
	return [{family: gateway.length === 4 ? 4 : 6, gateway: formatIp(gateway), device, metric: 0}];
}

/** Of one gateway; a machine may have several addresses of IPv6, and each is a way in of its own. */
const mostAddresses = 3;
const mostGateways = 6;

/**
 * The gateways these routes lead through, the one that is used first, once for each of our addresses behind it. Only
 * those inside our own network: nobody else maps ports for us. Where our own IPv4 address is public there is nothing to
 * map.
 */
export function gatewaysOf(
	routes: readonly DefaultRoute[],
	interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): Gateway[] {
	const found: Gateway[] = [];
	for (const {family, gateway, device} of [...routes].sort((one, other) => one.metric - other.metric)) {
		const scope = addressScope(parseIp(gateway)!);
		if (scope !== 'local' && scope !== 'loopback') continue;
		const usable = (interfaces[device] ?? []).flatMap(({address, cidr, family: kind}) => {
			const ip = parseIp(address);
			if (ip === undefined || kind !== `IPv${family}`) return [];
			const prefix = Number(cidr?.split('/')[1] ?? (family === 4 ? 24 : 64));
			if (family === 4) return addressScope(ip) === 'public' ? [] : [{address: formatIp(ip), prefix}];
			// Nobody outside can send to any other; what begins with fc or fd is for inside.
			return addressScope(ip) === 'public' ? [{address: formatIp(ip), prefix}] : [];
		});
		const near = usable.filter(({address, prefix}) => isInNetwork(gateway, address, prefix));
		const chosen = family === 4 ? [near[0] ?? usable[0]] : usable.slice(0, mostAddresses);
		for (const ours of chosen) {
			if (ours === undefined || found.some(({ours: known}) => known === ours.address)) continue;
			found.push({family, host: gateway, device, ours: ours.address, prefix: ours.prefix});
		}
	}
	return found.slice(0, mostGateways);
}

/** Whether two addresses of a family have so many bits in common. */
export function isInNetwork(one: string, other: string, prefix: number): boolean {
	const [left, right] = [parseIp(one), parseIp(other)];
	if (left === undefined || left.length !== right?.length) return false;
	return left.every((byte, at) => {
		const bits = Math.min(8, Math.max(0, prefix - at * 8));
		return (byte ^ right[at]!) >> (8 - bits) === 0;
	});
}

const commandTime: Millis = 2000;

async function fileText(path: string): Promise<string> {
	try {
		return await readFile(path, 'latin1');
	} catch {
		return '';
	}
}

function askRoute(args: readonly string[]): Promise<string> {
	return new Promise(resolve => {
		execFile('route', args, {timeout: commandTime, maxBuffer: 65_536}, (_, text) => resolve(text ?? ''));
	});
}

async function defaultRoutes(): Promise<DefaultRoute[]> {
	if (process.platform === 'linux') {
		const [ipv4, ipv6] = await Promise.all([fileText('/proc/net/route'), fileText('/proc/net/ipv6_route')]);
		return [...readIpv4Routes(ipv4), ...readIpv6Routes(ipv6)];
	}
	if (process.platform !== 'darwin' && !process.platform.endsWith('bsd')) return [];
	const answers = await Promise.all([
		askRoute(['-n', 'get', 'default']),
		askRoute(['-n', 'get', '-inet6', 'default']),
	]);
	return answers.flatMap(readRouteAnswer);
}

/** The gateways of this machine, now: by its table of routes on Linux, by `route` on macOS and the BSDs, else none. */
export async function findGateways(): Promise<readonly Gateway[]> {
	return gatewaysOf(await defaultRoutes(), networkInterfaces());
}
