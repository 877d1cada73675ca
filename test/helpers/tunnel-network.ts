import {until} from './deadline.ts';
import {missing} from './processes.ts';
import {noNamespaces, openNamespace, type TestNetwork} from './two-networks.ts';
import type {Workspace} from './workspace.ts';

/**
 * A machine with two ways out: `tun0` to a network of its own, and `out` with a default route to everybody else, whose
 * packets are counted.
 */
export interface TunnelNetwork {
	/** At 10.8.0.2 and fd08::2 by `tun0`, at 10.9.0.2 and fd09::2 by `out`. */
	readonly here: TestNetwork;
	/** At 10.8.0.1 and fd08::1, where `tun0` leads to. */
	readonly beyond: TestNetwork;
	/** At 10.9.0.1 and fd09::1, where `out` leads to. */
	readonly outside: TestNetwork;
	/** Packets of this machine that left by `out` since the start, those by which neighbours are found left out. */
	leaked(): number;
	/** Packets that left by `tun0` since it was last set up. */
	tunnelled(): number;
	/** `tun0` with its address is not there any more. */
	remove(): void;
	/** `tun0` loses its addresses, and nothing else. */
	strip(): void;
	/** `tun0` is set down, and keeps its address of IPv4. */
	down(): void;
	/** `tun0` is there as before; or with other addresses. */
	restore(last?: number): Promise<void>;
}

const counters = (name: string, device: string) => `
table inet ${name} {
	chain output {
		type filter hook output priority 0;
		oifname "${device}" icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, mld2-listener-report } accept
		oifname "${device}" counter
	}
}`;

function counted({run}: TestNetwork, name: string): number {
	return Number(/counter packets (\d+)/.exec(run('nft', 'list', 'table', 'inet', name))?.[1] ?? Number.NaN);
}

/** For a test's `skip`: the reason when no such network can be made here, else false. */
export function noTunnel(): string | false {
	return noNamespaces() || missing('nft');
}

/**
 * Sets it up.
 *
 * @param internet an address that both ways lead to: by `tun0` as long as it is there
 */
export async function tunnelNetwork(space: Workspace, internet: string): Promise<TunnelNetwork> {
	const ipv6 = internet.includes(':');
	const {network: here} = await openNamespace(space);
	const [beyond, outside] = [await openNamespace(space), await openNamespace(space)];
	const all = [here, beyond.network, outside.network];
	const shell = ({run}: TestNetwork, script: string) => run('sh', '-ec', script);
	// What a family that nobody asked for says of itself is not counted.
	if (!ipv6)
		for (const network of all)
			shell(network, 'for of in all default; do echo 1 > /proc/sys/net/ipv6/conf/$of/disable_ipv6; done');
	const [option, net6, length] = ipv6 ? ['-6', 'fd0', '64'] : ['-4', '10.', '24'];
	const at = (net: string, last: number) => (ipv6 ? `${net6}${net}::${last}` : `${net6}${net}.0.${last}`);
	const addresses = (device: string, net: string, last: number) =>
		`ip address add ${at(net, last)}/${length} dev ${device}${ipv6 ? ' nodad' : ''}`;
	const routes = (device: string, net: string, metric: number) =>
		`ip ${option} route add default via ${at(net, 1)} dev ${device} metric ${metric} onlink`;
	const plugged = (network: TestNetwork, device: string) =>
		until(`${device} is plugged in`, 20_000, () =>
			/\bstate UP\b/.test(network.run('ip', 'link', 'show', device)),
		);
	const connect = async (device: string, net: string, other: typeof beyond, metric: number, last: number) => {
		shell(here, `ip link add ${device} type veth peer name ${device} netns ${other.pid}`);
		shell(other.network, `${addresses(device, net, 1)}\nip link set ${device} up`);
		shell(here, `ip link set ${device} up`);
		await plugged(here, device);
		await plugged(other.network, device);
		// Nobody who sees the address shall find the route missing.
		shell(here, `${routes(device, net, metric)}\n${addresses(device, net, last)}`);
	};
	for (const {network} of [beyond, outside]) network.run('ip', 'address', 'add', internet, 'dev', 'lo');
	await connect('out', '9', outside, 100, 2);
	await connect('tun0', '8', beyond, 10, 2);
	here.run('nft', counters('leaks', 'out'));
	here.run('nft', counters('tunnel', 'tun0'));
	return {
		here,
		beyond: beyond.network,
		outside: outside.network,
		leaked: () => counted(here, 'leaks'),
		tunnelled: () => counted(here, 'tunnel'),
		remove: () => void here.run('ip', 'link', 'delete', 'tun0'),
		strip: () => void here.run('ip', 'address', 'flush', 'dev', 'tun0'),
		down: () => void here.run('ip', 'link', 'set', 'tun0', 'down'),
		async restore(last = 2) {
			const state = here.run('ip', '-br', 'link');
			if (/tun0\S* +DOWN/.test(state)) shell(here, `ip link set tun0 up\n${routes('tun0', '8', 10)}`);
			else if (state.includes('tun0'))
				shell(here, `${routes('tun0', '8', 10)}\n${addresses('tun0', '8', last)}`);
			else await connect('tun0', '8', beyond, 10, last);
		},
	};
}
