import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import process from 'node:process';
import {missing, Running} from './processes.ts';
import type {Workspace} from './workspace.ts';

let absent: string | false | undefined;

/** For a test's `skip`: the reason when no gateway can be set up here, else false. */
export function noGateway(): string | false {
	if (absent !== undefined) return absent;
	absent = missing('miniupnpd', 'nft', 'unshare', 'ip');
	if (absent !== false) return absent;
	const script = 'ip link add one type veth peer name other && nft add table inet filter';
	const tried = process.getuid?.() === 0 && spawnSync('unshare', ['--net', 'sh', '-c', script]).status === 0;
	if (!tried) absent = 'network namespaces with nftables need root';
	return absent;
}

/** A machine of its own, as far as its network goes. */
export interface Machine {
	/** The beginning of a command line that runs on it. */
	readonly through: readonly string[];
	/** Runs a shell script on it, and answers what it said; throws when it fails. */
	run(script: string): string;
}

/** A machine that speaks to the internet through a gateway: nobody gets in but where a port is mapped. */
export interface GatewayNetwork {
	/** At 192.168.77.20, with its way out through `gateway`. */
	readonly inside: Machine;
	/** At 192.168.77.1 and 11.22.33.44, with miniupnpd. */
	readonly gateway: Machine;
	/** At 11.22.33.1. */
	readonly outside: Machine;
	/** Ends miniupnpd, which forgets what it has mapped, and begins it anew. */
	restart(): Promise<void>;
	/** What the gateway lets in: `tcp 6881 to 192.168.77.20:6881`. */
	mapped(): readonly string[];
}

async function openMachine(space: Workspace): Promise<{readonly pid: number; readonly machine: Machine}> {
	const holder = new Running(space, 'unshare', ['--net', 'sh', '-c', 'echo READY; exec sleep 600']);
	await holder.output(/READY/, 20_000);
	const through = ['nsenter', '--target', `${holder.pid}`, '--net', '--'];
	const machine: Machine = {
		through,
		run(script) {
			const [program, ...args] = [...through, 'sh', '-ec', script];
			const {status, stdout, stderr} = spawnSync(program!, args, {encoding: 'utf8'});
			if (status !== 0) throw new Error(`${script}: ${stderr}`);
			return stdout;
		},
	};
	machine.run('ip link set lo up');
	return {pid: holder.pid, machine};
}

const firewall = `
table inet filter {
	chain input { type filter hook input priority 0; policy accept; }
	chain forward {
		type filter hook forward priority 0; policy drop;
		ct state established,related accept
		iifname "lan" accept
		jump miniupnpd
	}
	chain miniupnpd { }
	chain prerouting { type nat hook prerouting priority -100; policy accept; jump prerouting_miniupnpd; }
	chain postrouting { type nat hook postrouting priority 100; policy accept; jump postrouting_miniupnpd; }
	chain prerouting_miniupnpd { }
	chain postrouting_miniupnpd { }
}`;

/** Sets the three machines up; miniupnpd speaks UPnP, and PCP and NAT-PMP as `settings` say. */
export async function gatewayNetwork(
	space: Workspace,
	settings: {readonly pcp: boolean; readonly upnp: boolean},
): Promise<GatewayNetwork> {
	const [inside, gateway, outside] = [
		await openMachine(space),
		await openMachine(space),
		await openMachine(space),
	];
	gateway.machine.run(
		`ip link add lan type veth peer name lan netns ${inside.pid}
		ip link add wan type veth peer name wan netns ${outside.pid}
		ip address add 192.168.77.1/24 dev lan; ip link set lan up
		ip address add 11.22.33.44/24 dev wan; ip link set wan up
		echo 1 > /proc/sys/net/ipv4/ip_forward`,
	);
	inside.machine.run(
		'ip address add 192.168.77.20/24 dev lan; ip link set lan up; ip route add default via 192.168.77.1',
	);
	outside.machine.run('ip address add 11.22.33.1/24 dev wan; ip link set wan up');
	writeFileSync(space.path('firewall'), firewall);
	gateway.machine.run(`nft -f ${space.path('firewall')}`);
	const yes = (wanted: boolean) => (wanted ? 'yes' : 'no');
	writeFileSync(
		space.path('miniupnpd.conf'),
		[
			'ext_ifname=wan',
			'listening_ip=lan',
			'ext_ip=11.22.33.44',
			`enable_natpmp=${yes(settings.pcp)}`,
			`enable_upnp=${yes(settings.upnp)}`,
			'secure_mode=yes',
			'ipv6_disable=yes',
			'upnp_table_name=filter',
			'upnp_nat_table_name=filter',
			'min_lifetime=10',
			'max_lifetime=86400',
			'uuid=00000000-0000-4000-8000-000000000011',
			'',
		].join('\n'),
	);
	const [command, ...rest] = [
		...gateway.machine.through,
		'miniupnpd',
		'-d',
		'-f',
		space.path('miniupnpd.conf'),
	];
	const begin = async (): Promise<Running> => {
		const started = new Running(space, command!, [...rest, '-P', space.path('miniupnpd.pid')]);
		await started.output(/HTTP listening on port|Listening for NAT-PMP/, 20_000);
		return started;
	};
	let daemon = await begin();
	return {
		inside: inside.machine,
		gateway: gateway.machine,
		outside: outside.machine,
		async restart() {
			await daemon.stop();
			gateway.machine.run(
				['prerouting', 'postrouting', '']
					.map(chain => `nft flush chain inet filter ${chain === '' ? 'miniupnpd' : `${chain}_miniupnpd`}`)
					.join('; '),
			);
			daemon = await begin();
		},
		mapped() {
			const rules = gateway.machine.run('nft list chain inet filter prerouting_miniupnpd');
			const pattern = /(?:0x(6|11)|\b(tcp|udp)\b) .*?dport (\d+) .*?dnat ip to (\S+)/g;
			return [...rules.matchAll(pattern)]
				.map(([, number, name, port, to]) => `${name ?? (number === '6' ? 'tcp' : 'udp')} ${port} to ${to}`)
				.sort();
		},
	};
}
