import {spawnSync} from 'node:child_process';
import process from 'node:process';
import {until} from './deadline.ts';
import {Running} from './processes.ts';
import type {Workspace} from './workspace.ts';

let absent: string | false | undefined;

/** For a test's `skip`: the reason when no network namespaces can be made here, else false. */
export function noNamespaces(): string | false {
	if (absent !== undefined) return absent;
	const script = 'ip link set lo up && ip link add one type veth peer name other';
	const tried = process.getuid?.() === 0 && spawnSync('unshare', ['--net', 'sh', '-c', script]).status === 0;
	absent = tried ? false : 'network namespaces need root and iproute2';
	return absent;
}

/** A network namespace with one interface, `lan`, to another. */
export interface TestNetwork {
	/** The beginning of a command line that runs in it. */
	readonly through: readonly string[];
	/** Runs a command in it, and answers what it said; throws when it fails. */
	run(...command: string[]): string;
}

/** A network namespace with nothing in it but loopback; `pid` is of whoever holds it. */
export async function openNamespace(
	space: Workspace,
): Promise<{readonly pid: number; readonly network: TestNetwork}> {
	const holder = new Running(space, 'unshare', ['--net', 'sh', '-c', 'echo READY; exec sleep 600']);
	await holder.output(/READY/, 20_000);
	const through = ['nsenter', '--target', `${holder.pid}`, '--net', '--'];
	const network: TestNetwork = {
		through,
		run(...command) {
			const [program, ...args] = [...through, ...command];
			const {status, stdout, stderr} = spawnSync(program!, args, {encoding: 'utf8'});
			if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
			return stdout;
		},
	};
	network.run('ip', 'link', 'set', 'lo', 'up');
	return {pid: holder.pid, network};
}

/** Two machines on one cable, as far as they can tell: what they send leaves neither. They have these addresses, `/24` or `/64` included. */
export async function twoNetworks(
	space: Workspace,
	ours: readonly string[],
	theirs: readonly string[],
): Promise<readonly [TestNetwork, TestNetwork]> {
	const [one, other] = [await openNamespace(space), await openNamespace(space)];
	const link = `ip link add lan type veth peer name lan netns ${other.pid}`.split(' ');
	one.network.run(...link);
	for (const [{network}, addresses] of [
		[one, ours],
		[other, theirs],
	] as const) {
		for (const address of addresses)
			network.run('ip', 'address', 'add', address, 'dev', 'lan', ...(address.includes(':') ? ['nodad'] : []));
		network.run('ip', 'link', 'set', 'lan', 'up');
	}
	// Programs do not see an interface before its cable is plugged in at both ends.
	for (const {network} of [one, other])
		await until('the cable is plugged in', 20_000, () =>
			/\bstate UP\b/.test(network.run('ip', 'link', 'show', 'lan')),
		);
	return [one.network, other.network];
}

/** What went over the cable, as an onlooker counts it. */
export interface Traffic {
	/** Packets of local discovery, and how many of them name the hash. */
	readonly lsd: number;
	readonly lsdNamed: number;
	/** Other datagrams that name the hash, in any form. */
	readonly named: number;
	/** Segments that speak of peer exchange. */
	readonly pex: number;
	/** Datagrams, whatever they are. */
	readonly udp: number;
}

const counter = `
import json, signal, socket, sys, time
hash = bytes.fromhex(sys.argv[1])
sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
sniffer.bind(('lan', 0))
seen = dict(lsd=0, lsdNamed=0, named=0, pex=0, udp=0)
print('READY', flush=True)
while True:
    packet = sniffer.recv(65536)[14:]
    if not packet: continue
    version = packet[0] >> 4
    protocol, rest = (packet[9], packet[20:]) if version == 4 else (packet[6], packet[40:])
    names = hash in packet or hash.hex().encode() in packet.lower()
    if protocol == 17 and version in (4, 6):
        port = int.from_bytes(rest[2:4], 'big')
        seen['udp'] += 1
        if port == 6771:
            seen['lsd'] += 1
            seen['lsdNamed'] += names
        else:
            seen['named'] += names
    elif protocol == 6 and b'ut_pex' in rest: seen['pex'] += 1
    print(json.dumps(seen), flush=True)
`;

/** Somebody who listens to what goes over the cable. */
export interface Onlooker {
	readonly program: Running;
	/** So far. */
	seen(): Traffic;
}

/** Begins to count what a network sends and receives. @param hash in hex */
export async function watchNetwork(
	space: Workspace,
	{through}: TestNetwork,
	hash: string,
): Promise<Onlooker> {
	const [command, ...rest] = [...through, '/usr/bin/python3', '-c', counter, hash];
	const program = new Running(space, command!, rest);
	await program.output(/READY/, 20_000);
	return {
		program,
		seen() {
			const line = program.stdout
				.split('\n')
				.slice(0, -1)
				.findLast(text => text.startsWith('{'));
			return line === undefined
				? {lsd: 0, lsdNamed: 0, named: 0, pex: 0, udp: 0}
				: (JSON.parse(line) as Traffic);
		},
	};
}
