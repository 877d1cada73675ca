import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {until} from './deadline.ts';
import {findProgram, missing, Running} from './processes.ts';
import {noNamespaces, type TestNetwork, twoNetworks} from './two-networks.ts';
import type {Workspace} from './workspace.ts';

/** For a test's `skip`: the reason when packets cannot be counted here, or one of these proxies is missing; else false. */
export function noProxies(...names: readonly string[]): string | false {
	const absent = missing('nft', 'unshare', ...names) || noNamespaces();
	if (absent) return absent;
	const tried = spawnSync('unshare', ['--net', 'nft', 'add', 'table', 'inet', 'counted']).status === 0;
	return tried ? false : 'nftables cannot be used';
}

/** The internet, as far as the client sees. */
export const worldHost = '11.22.33.44';
/** Where the proxy is. */
export const proxyHost = '10.77.0.1';

/** The names of the world, which its proxies know, and nobody else. */
const names = ['tracker.test', 'router.test', 'web.test', 'hooks.test'];

/** Packets that left the client. */
export interface Packets {
	/** To the proxy. */
	readonly proxy: number;
	/** To anybody else, in all. */
	readonly other: number;
	/** Of these: questions for names. */
	readonly dns: number;
	/** Of these: to this machine itself. */
	readonly own: number;
}

const counters = `
table inet counted {
	counter proxy {}
	counter other {}
	counter dns {}
	counter own {}
	chain out {
		type filter hook output priority 0; policy accept;
		meta l4proto != { tcp, udp, igmp } accept
		ip daddr ${proxyHost} tcp dport { 1080, 8888 } counter name proxy accept
		ip daddr ${proxyHost} udp dport != { 53, 1900, 5351 } counter name proxy accept
		counter name other
		meta l4proto { tcp, udp } th dport 53 counter name dns
		oif lo counter name own
	}
}`;

/** A machine whose packets are counted, and the world at the other end of its cable. */
export class ProxiedNetwork {
	readonly client: TestNetwork;
	readonly world: TestNetwork;
	readonly #space: Workspace;

	private constructor(space: Workspace, client: TestNetwork, world: TestNetwork) {
		this.#space = space;
		this.client = client;
		this.world = world;
	}

	static async open(space: Workspace): Promise<ProxiedNetwork> {
		const [client, world] = await twoNetworks(
			space,
			['10.77.0.2/24', 'fd77::2/64'],
			[`${proxyHost}/24`, 'fd77::1/64'],
		);
		world.run('ip', 'address', 'add', `${worldHost}/32`, 'dev', 'lo');
		client.run('ip', 'route', 'add', 'default', 'via', proxyHost);
		client.run('ip', '-6', 'route', 'add', 'default', 'via', 'fd77::1');
		const network = new ProxiedNetwork(space, client, world);
		writeFileSync(space.path('counters'), counters);
		client.run('nft', '-f', space.path('counters'));
		// Whoever asks for a name at all asks where nobody but the counter hears it.
		writeFileSync(space.path('resolv.conf'), `nameserver ${worldHost}\noptions timeout:1 attempts:1\n`);
		writeFileSync(
			space.path('hosts'),
			`127.0.0.1 localhost\n${names.map(name => `${worldHost} ${name}\n`).join('')}`,
		);
		return network;
	}

	/** The beginning of a command line on the client: its resolver asks a server in the world. */
	get onClient(): readonly string[] {
		return [...this.client.through, ...this.#mounted('resolv.conf')];
	}

	/** On the world's side, where the names are known. */
	get inWorld(): readonly string[] {
		return [...this.world.through, ...this.#mounted('hosts')];
	}

	#mounted(file: string): string[] {
		const script = `mount --bind ${this.#space.path(file)} /etc/${file} && exec "$@"`;
		return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'];
	}

	#start(...words: readonly string[]): Running {
		const [command, ...rest] = [...this.inWorld, ...words];
		return new Running(this.#space, command!, rest);
	}

	async #listens(port: number): Promise<void> {
		await until(`port ${port} of the proxy`, 20_000, () =>
			this.world.run('ss', '-Hltn').includes(`:${port} `),
		);
	}

	/** dante, at port 1080: UDP too. */
	async dante(): Promise<Running> {
		const path = this.#space.path('danted.conf');
		writeFileSync(
			path,
			[
				'logoutput: stderr',
				`internal: ${proxyHost} port = 1080`,
				`external: ${proxyHost}`,
				'clientmethod: none',
				'socksmethod: none',
				'user.privileged: root',
				'user.unprivileged: root',
				'client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 log: error }',
				'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 log: connect error iooperation }\n',
			].join('\n'),
		);
		const proxy = this.#start(findProgram('danted')!, '-f', path);
		await this.#listens(1080);
		return proxy;
	}

	/** microsocks, at port 1080, with a password: no UDP. */
	async microsocks(user: string, password: string): Promise<Running> {
		const words = ['-i', proxyHost, '-p', '1080', '-u', user, '-P', password];
		const proxy = this.#start(findProgram('microsocks')!, ...words);
		await this.#listens(1080);
		return proxy;
	}

	/** tinyproxy, at port 8888. */
	async tinyproxy(): Promise<Running> {
		const path = this.#space.path('tinyproxy.conf');
		writeFileSync(path, `Port 8888\nListen ${proxyHost}\nTimeout 600\nMaxClients 100\nAllow 0.0.0.0/0\n`);
		const proxy = this.#start(findProgram('tinyproxy')!, '-d', '-c', path);
		await this.#listens(8888);
		return proxy;
	}

	/** What left the client so far. */
	packets(): Packets {
		const {nftables} = JSON.parse(this.client.run('nft', '-j', 'list', 'counters')) as {
			nftables: ReadonlyArray<{counter?: {name: keyof Packets; packets: number}}>;
		};
		const found = nftables.flatMap(({counter}) =>
			counter === undefined ? [] : [[counter.name, counter.packets]],
		);
		return Object.fromEntries(found) as unknown as Packets;
	}
}
