import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {freePort} from '../../helpers/ports.ts';
import {findProgram} from '../../helpers/processes.ts';
import {qbittorrentSettings} from '../../helpers/qbittorrent.ts';
import {cli, node} from '../../helpers/tortui.ts';
import type {Launch} from './measured-process.ts';
import type {Ability, Wire} from './rows.ts';

/** What one client is to do once. */
export interface ClientRun {
	/**
	 * `leech`: download; `seed`: check what is there, then give it; `trust`: give it as it is, with no check; `serve`: the
	 * same, as quickly as it can be made to.
	 */
	readonly mode: 'leech' | 'seed' | 'trust' | 'serve';
	/** A .torrent. */
	readonly torrent: string;
	/** Where the data is, or is to be. */
	readonly dir: string;
	readonly host: string;
	/** Addresses besides at which it is to be met, a peer at each; none for one that is not `manyPeers`. */
	readonly others?: readonly string[];
	readonly port: number;
	/** An empty folder for what it keeps. */
	readonly work: string;
	/** Requests that the other side lets wait. */
	readonly requests: number;
	readonly wire: Wire;
}

/** A program that can be measured. */
export interface ComparedClient {
	readonly name: string;
	/** What brings it on Debian and its kin; of one that is always there, what it is. */
	readonly package: string;
	/** Of what not every client can. */
	readonly abilities: readonly Ability[];
	/** Measured only when it is named. */
	readonly isExtra?: boolean;
	/** Why it cannot be measured here; undefined when it can. */
	absent(): string | undefined;
	version(): string;
	launch(run: ClientRun): Launch | Promise<Launch>;
	/** It does not dial addresses of this machine: the others have to dial it. */
	readonly isDialled?: boolean;
	/** It asks for so many blocks at a time that one who lets fewer wait would drop some, and be waited for. */
	readonly asksForMany?: boolean;
	/** It can be told that what is there is right. */
	readonly trusts?: boolean;
	/** It can be at many addresses at a time, as if it were a peer at each. */
	readonly manyPeers?: boolean;
}

const manyRequests = 100_000;
const usualRequests = 500;

const inWords: Readonly<Record<Ability, string>> = {
	rc4: 'it cannot be told to speak RC4',
	utp: 'it does not speak uTP',
	'web-seed': 'it does not know web seeds',
	v2: 'it does not read v2 and hybrid torrents',
};

/** Why a client has no part in what takes all of these; undefined when it has. */
export function whyUnable({abilities}: ComparedClient, needed: readonly Ability[]): string | undefined {
	const lacking = needed.find(ability => !abilities.includes(ability));
	return lacking && inWords[lacking];
}

/** How many requests one is to let wait who gives to this client. Deeper queues than needed cost both sides CPU. */
export function requestsFor({asksForMany}: ComparedClient): number {
	return asksForMany ? manyRequests : usualRequests;
}

function firstLine(command: string, ...args: readonly string[]): string {
	const {stdout, stderr} = spawnSync(command, args, {encoding: 'utf8', timeout: 10_000});
	return `${stdout}${stderr}`.trim().split('\n')[0] ?? '';
}

/** The first number of a version in what a program says of itself. */
function versionIn(text: string): string {
	return /\d+(\.\d+)+/.exec(text)?.[0] ?? '';
}

function installed(program: string): () => string | undefined {
	return () => (findProgram(program) === undefined ? `${program} is not installed` : undefined);
}

/** A script that leaves a mark, for clients that run one when they are done. */
function hook(work: string): {readonly script: string; readonly mark: string} {
	const mark = join(work, 'mark');
	const script = join(work, 'hook.sh');
	writeFileSync(script, `#!/bin/sh\n: >> '${mark}'\n`);
	chmodSync(script, 0o755);
	return {script, mark};
}

function checksNothing(mode: ClientRun['mode']): boolean {
	return mode === 'serve' || mode === 'trust';
}

const tortuiWires: Readonly<Record<Wire, readonly string[]>> = {
	tcp: [],
	rc4: ['--encryption', 'require'],
	utp: ['--no-tcp', '--encryption', 'off'],
};

/** @param options of the command line, beside those of the run */
function launchTortui({mode, torrent, dir, host, port, work}: ClientRun, options: readonly string[]): Launch {
	return {
		command: node,
		args: [
			...[cli, 'get', torrent, '-d', dir, '--json', '--seed-time', '10m', '--state-dir', work],
			...[
				'--bind',
				host,
				'--port',
				`${port}`,
				...options,
				...(checksNothing(mode) ? ['--check', 'none'] : []),
			],
		],
	};
}

const tortui: ComparedClient = {
	name: 'tortui',
	package: 'this one',
	abilities: ['rc4', 'utp', 'web-seed', 'v2'],
	trusts: true,
	absent: () => undefined,
	version: () => versionIn(firstLine(node, cli, '--version')),
	// All that is on by default stays on; what would leave the machine does not.
	launch: run =>
		launchTortui(run, ['--dht-bootstrap', 'none', '--no-port-map', '--no-lsd', ...tortuiWires[run.wire]]),
};

const bareTortui: ComparedClient = {
	...tortui,
	name: 'tortui-bare',
	package: 'this one, without DHT, PEX, uTP and encryption',
	abilities: ['web-seed', 'v2'],
	isExtra: true,
	launch: run =>
		launchTortui(run, [
			...['--no-dht', '--no-lsd', '--no-port-map', '--no-pex', '--no-utp', '--encryption', 'off'],
		]),
};

// The module is the system's, so the Python has to be, too.
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : findProgram('python3');
const script = join(import.meta.dirname, 'libtorrent-client.py');

const libtorrent: ComparedClient = {
	name: 'libtorrent',
	package: 'python3-libtorrent',
	abilities: ['rc4', 'utp', 'web-seed', 'v2'],
	absent() {
		const found = python !== undefined && spawnSync(python, ['-c', 'import libtorrent']).status === 0;
		return found ? undefined : 'there is no libtorrent for Python';
	},
	version: () => firstLine(python!, '-c', 'import libtorrent; print(libtorrent.__version__)'),
	manyPeers: true,
	trusts: true,
	launch: ({mode, torrent, dir, host, others = [], port, requests, wire}) => ({
		command: python!,
		args: [script, mode, torrent, dir, [host, ...others].join(','), `${port}`, `${requests}`, wire],
	}),
};

const aria2: ComparedClient = {
	name: 'aria2',
	package: 'aria2',
	abilities: ['rc4', 'web-seed'],
	trusts: true,
	absent: installed('aria2c'),
	version: () => versionIn(firstLine('aria2c', '--version')),
	launch({mode, torrent, dir, host, port, work, wire}) {
		const {script: done, mark} = hook(work);
		return {
			command: findProgram('aria2c')!,
			args: [
				...['--no-conf', '--enable-dht=false', '--enable-dht6=false', '--disable-ipv6=true'],
				...['--bt-enable-lpd=false', '--enable-peer-exchange=false', '--file-allocation=none'],
				...[`--listen-port=${port}`, `--interface=${host}`, '--allow-overwrite=true', '--bt-max-peers=100'],
				`--check-integrity=${mode === 'seed'}`,
				`--bt-seed-unverified=${checksNothing(mode)}`,
				...['--seed-ratio=0.0', '--summary-interval=0', '--quiet=true'],
				...(wire === 'rc4' ? ['--bt-require-crypto=true', '--bt-min-crypto-level=arc4'] : []),
				...[`--on-bt-download-complete=${done}`, '-d', dir, torrent],
			],
			env: {HOME: work},
			mark,
		};
	},
};

const rtorrent: ComparedClient = {
	name: 'rtorrent',
	package: 'rtorrent',
	abilities: ['rc4'],
	absent: installed('rtorrent'),
	version: () => versionIn(firstLine('rtorrent', '-h')),
	asksForMany: true,
	launch({mode, torrent, dir, host, port, work, wire}) {
		const {script: done, mark} = hook(work);
		mkdirSync(join(work, 'session'));
		const settings = [
			'system.daemon.set = true',
			`network.port_range.set = ${port}-${port}`,
			'network.port_random.set = no',
			`network.bind_address.set = ${host}`,
			`directory.default.set = ${dir}`,
			`session.path.set = ${work}/session`,
			'dht.mode.set = disable',
			'protocol.pex.set = no',
			'trackers.use_udp.set = no',
			`protocol.encryption.set = ${wire === 'rc4' ? 'allow_incoming,try_outgoing,require,require_RC4' : 'none'}`,
			'pieces.hash.on_completion.set = no',
			`method.set_key = event.download.${mode === 'leech' ? 'finished' : 'hash_done'}, compare, "execute.nothrow=${done}"`,
			`schedule2 = load, 0, 0, "load.start=${torrent}"`,
		];
		writeFileSync(join(work, 'rc'), `${settings.join('\n')}\n`);
		const command = findProgram('rtorrent')!;
		return {command, args: ['-n', '-o', `import=${work}/rc`], env: {HOME: work}, mark};
	},
};

const transmission: ComparedClient = {
	name: 'transmission',
	package: 'transmission-daemon',
	abilities: ['rc4', 'utp', 'web-seed'],
	absent: installed('transmission-daemon'),
	version: () => versionIn(firstLine('transmission-daemon', '--version')),
	isDialled: true,
	asksForMany: true,
	async launch({mode, torrent, dir, host, port, work, wire}) {
		const {script: done, mark} = hook(work);
		const rpcPort = await freePort();
		const settings = {
			'dht-enabled': false,
			'lpd-enabled': false,
			'pex-enabled': false,
			'utp-enabled': wire === 'utp',
			'port-forwarding-enabled': false,
			encryption: wire === 'rc4' ? 2 : 0,
			'peer-port': port,
			'rpc-port': rpcPort,
			'bind-address-ipv4': host,
			'rpc-bind-address': '127.0.0.1',
			'cache-size-mb': 64,
			'script-torrent-done-enabled': true,
			'script-torrent-done-filename': done,
			'download-dir': dir,
			preallocation: 0,
		};
		writeFileSync(join(work, 'settings.json'), JSON.stringify(settings));
		let key = '';
		const call = async (method: string, args: unknown = {}): Promise<Record<string, unknown>> => {
			const answer = await fetch(`http://127.0.0.1:${rpcPort}/transmission/rpc`, {
				method: 'POST',
				headers: {'x-transmission-session-id': key},
				body: JSON.stringify({method, arguments: args}),
			});
			if (answer.status !== 409)
				return ((await answer.json()) as {arguments: Record<string, unknown>}).arguments;
			key = answer.headers.get('x-transmission-session-id') ?? '';
			return call(method, args);
		};
		return {
			command: findProgram('transmission-daemon')!,
			args: ['-f', '-g', work],
			mark,
			async after() {
				await answering(() => call('session-get'));
				const metainfo = readFileSync(torrent).toString('base64');
				await call('torrent-add', {metainfo, 'download-dir': dir});
				if (mode === 'leech') return;
				await call('torrent-verify');
				const fields = ['status', 'leftUntilDone'];
				for (;;) {
					const {torrents} = await call('torrent-get', {fields});
					const [first] = torrents as Array<{status: number; leftUntilDone: number}>;
					if (first?.status === 6 && first.leftUntilDone === 0) break;
					await delay(20);
				}
				writeFileSync(mark, '');
			},
		};
	},
};

const qbittorrent: ComparedClient = {
	name: 'qbittorrent',
	package: 'qbittorrent-nox',
	abilities: ['utp', 'web-seed', 'v2'],
	absent: installed('qbittorrent-nox'),
	version: () => versionIn(firstLine('qbittorrent-nox', '--version')),
	async launch({torrent, dir, port, work, wire}) {
		const mark = join(work, 'mark');
		const webPort = await freePort();
		const config = join(work, 'qBittorrent', 'config');
		mkdirSync(config, {recursive: true});
		const more = [
			'Session\\QueueingSystemEnabled=false',
			`Session\\BTProtocol=${wire === 'utp' ? 'UTP' : 'TCP'}`,
			`Session\\DefaultSavePath=${dir}`,
		];
		writeFileSync(join(config, 'qBittorrent.conf'), qbittorrentSettings(port, webPort, more));
		const call = async (path: string, body?: FormData): Promise<string> => {
			const url = `http://127.0.0.1:${webPort}/api/v2/${path}`;
			const answer = await fetch(url, body === undefined ? {} : {method: 'POST', body});
			if (!answer.ok) throw new Error(`qbittorrent-nox answers ${path} with ${answer.status}`);
			return answer.text();
		};
		return {
			command: findProgram('qbittorrent-nox')!,
			args: [`--profile=${work}`, `--webui-port=${webPort}`],
			env: {HOME: work, XDG_CONFIG_HOME: work, XDG_DATA_HOME: work},
			mark,
			async after() {
				await answering(() => call('app/version'));
				const form = new FormData();
				form.set('savepath', dir);
				form.set('torrents', new Blob([readFileSync(torrent)]), basename(torrent));
				await call('torrents/add', form);
				for (;;) {
					const [first] = JSON.parse(await call('torrents/info')) as Array<{progress: number; state: string}>;
					if (first?.progress === 1 && /UP|uploading/.test(first.state) && first.state !== 'checkingUP')
						break;
					await delay(20);
				}
				writeFileSync(mark, '');
			},
		};
	},
};

/** Waits until a program answers, for a while. */
async function answering(ask: () => Promise<unknown>): Promise<void> {
	for (let round = 0; round < 1000; round++) {
		if (
			await ask().then(
				() => true,
				() => false,
			)
		)
			return;
		await delay(10);
	}
}

/** All that can be compared, tortui first. */
export const clients: readonly ComparedClient[] = [
	tortui,
	bareTortui,
	libtorrent,
	aria2,
	rtorrent,
	transmission,
	qbittorrent,
];
