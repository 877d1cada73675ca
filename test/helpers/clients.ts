import {chmodSync, existsSync, readFileSync, writeFileSync} from 'node:fs';
import {until} from './deadline.ts';
import {freePort} from './ports.ts';
import {findProgram, Running} from './processes.ts';
import type {Workspace} from './workspace.ts';

/** A BitTorrent client somebody else wrote, with one torrent. */
export interface Client {
	readonly program: Running;
	readonly port: number;
	/** `127.0.0.1:port` */
	readonly address: string;
	/** Waits until it has every byte and has checked it. */
	complete(ms?: number): Promise<void>;
}

export interface ClientOptions {
	/** The .torrent; or a magnet link. */
	readonly torrent: string;
	/** The download folder: the parent of the content. */
	readonly dir: string;
	/** The data is there already. */
	readonly seed?: boolean;
	/** aria2c and transmission-cli: bytes a second. */
	readonly maxUpload?: number;
	/** aria2c: believe that the data is right. */
	readonly trustData?: boolean;
	/** aria2c: where a node of the DHT is; without it the DHT is off. */
	readonly dhtNode?: string;
	/** transmission-daemon: speak uTP as well. */
	readonly utp?: boolean;
	/** aria2c: hear from peers of others, and tell them. */
	readonly pex?: boolean;
	/** aria2c: further options; transmission-daemon: how it encrypts: 0 rather not, 1 rather, 2 always. */
	readonly more?: readonly string[];
	readonly encryption?: 0 | 1 | 2;
	/** aria2c: listen on and dial from IPv6 as well. */
	readonly ipv6?: boolean;
}

/** A script that leaves a mark, for clients that run one when they are done. */
function marker(space: Workspace, port: number): {script: string; mark: string} {
	const mark = space.path(`mark-${port}`);
	const script = space.path(`mark-${port}.sh`);
	writeFileSync(script, `#!/bin/sh\n: >> '${mark}'\n`);
	chmodSync(script, 0o755);
	return {script, mark};
}

function marked(program: Running, mark: string, ms: number): Promise<unknown> {
	return until(
		() => `${program.name} to be complete`,
		ms,
		() => {
			if (program.ended) throw new Error(`${program.name} ended`);
			return existsSync(mark);
		},
	);
}

/** aria2c, from then on leeching or seeding. */
export async function aria2c(space: Workspace, options: ClientOptions): Promise<Client> {
	const port = await freePort();
	const {script, mark} = marker(space, port);
	const program = new Running(space, findProgram('aria2c')!, [
		'--no-conf',
		...(options.dhtNode === undefined
			? ['--enable-dht=false']
			: [
					'--enable-dht=true',
					`--dht-entry-point=${options.dhtNode}`,
					`--dht-listen-port=${await freePort()}`,
					`--dht-file-path=${space.path(`aria2-dht-${port}.dat`)}`,
				]),
		'--enable-dht6=false',
		`--disable-ipv6=${!options.ipv6}`,
		'--bt-enable-lpd=false',
		`--enable-peer-exchange=${options.pex === true}`,
		`--listen-port=${port}`,
		'--file-allocation=none',
		'--allow-overwrite=true',
		`--check-integrity=${options.seed === true && !options.trustData}`,
		`--bt-seed-unverified=${options.trustData === true}`,
		'--seed-ratio=0.0',
		'--bt-tracker-connect-timeout=5',
		'--summary-interval=0',
		'--console-log-level=notice',
		'--show-console-readout=false',
		...(options.maxUpload ? [`--max-upload-limit=${options.maxUpload}`] : []),
		...(options.more ?? []),
		`--on-bt-download-complete=${script}`,
		'-d',
		options.dir,
		options.torrent,
	]);
	return {
		program,
		port,
		address: `127.0.0.1:${port}`,
		complete: async (ms = 40_000) => void (await marked(program, mark, ms)),
	};
}

/** transmission-cli. It never dials 127.0.0.0/8 itself: who wants to meet it has to dial it. */
export async function transmissionCli(space: Workspace, options: ClientOptions): Promise<Client> {
	const port = await freePort();
	const {script, mark} = marker(space, port);
	const config = space.folder(`transmission-cli-${port}`);
	writeFileSync(
		`${config}/settings.json`,
		JSON.stringify({
			'dht-enabled': false,
			'lpd-enabled': false,
			'pex-enabled': false,
			'utp-enabled': false,
			'bind-address-ipv4': '127.0.0.1',
			'bind-address-ipv6': '::1',
		}),
	);
	const program = new Running(space, findProgram('transmission-cli')!, [
		'-M',
		'-g',
		config,
		'-p',
		`${port}`,
		'-w',
		options.dir,
		'-f',
		script,
		...(options.seed ? ['-v'] : []),
		options.torrent,
	]);
	return {
		program,
		port,
		address: `127.0.0.1:${port}`,
		complete: async (ms = 40_000) => void (await marked(program, mark, ms)),
	};
}

/** transmission-daemon, driven over its RPC. Like transmission-cli it never dials 127.0.0.0/8. */
export async function transmissionDaemon(space: Workspace, options: ClientOptions): Promise<Client> {
	const port = await freePort();
	const rpc = await freePort();
	const config = space.folder(`transmission-${port}`);
	writeFileSync(
		`${config}/settings.json`,
		JSON.stringify({
			'dht-enabled': false,
			'lpd-enabled': false,
			'pex-enabled': false,
			'utp-enabled': options.utp === true,
			'port-forwarding-enabled': false,
			encryption: options.encryption ?? 1,
			'peer-port': port,
			'rpc-port': rpc,
			'rpc-bind-address': '127.0.0.1',
			'bind-address-ipv4': '127.0.0.1',
			'bind-address-ipv6': '::1',
			preallocation: 0,
			'cache-size-mb': 64,
			'download-dir': options.dir,
			'ratio-limit-enabled': false,
		}),
	);
	const program = new Running(space, findProgram('transmission-daemon')!, ['-f', '-g', config]);
	let token = '';
	const call = async (method: string, args: object): Promise<Record<string, unknown>> => {
		for (let tries = 0; tries < 2; tries++) {
			const answer = await fetch(`http://127.0.0.1:${rpc}/transmission/rpc`, {
				method: 'POST',
				headers: {'X-Transmission-Session-Id': token},
				body: JSON.stringify({method, arguments: args}),
				signal: AbortSignal.timeout(5000),
			});
			if (answer.status === 409) {
				token = answer.headers.get('x-transmission-session-id') ?? '';
				continue;
			}
			const reply = (await answer.json()) as {result: string; arguments: Record<string, unknown>};
			if (reply.result !== 'success') throw new Error(`transmission ${method}: ${reply.result}`);
			return reply.arguments;
		}
		throw new Error(`transmission ${method}: no session id`);
	};
	await until(
		() => `transmission-daemon to answer`,
		10_000,
		() =>
			call('session-get', {}).then(
				() => true,
				() => false,
			),
	);
	const {torrent} = options;
	await call('torrent-add', {
		...(torrent.startsWith('magnet:')
			? {filename: torrent}
			: {metainfo: readFileSync(torrent).toString('base64')}),
		'download-dir': options.dir,
	});
	if (options.seed) await call('torrent-verify', {});
	return {
		program,
		port,
		address: `127.0.0.1:${port}`,
		async complete(ms = 40_000) {
			const seeding = 6;
			let state: unknown;
			await until(
				() => `transmission-daemon to be complete; it says ${JSON.stringify(state)}`,
				ms,
				async () => {
					const {torrents} = await call('torrent-get', {fields: ['status', 'leftUntilDone', 'errorString']});
					const [torrent] = torrents as Array<{status: number; leftUntilDone: number}>;
					state = torrent;
					return torrent?.status === seeding && torrent.leftUntilDone === 0;
				},
			);
		},
	};
}
