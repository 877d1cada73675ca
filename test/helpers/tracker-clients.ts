import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {until} from './deadline.ts';
import {libtorrentCommand, noLibtorrent} from './libtorrent.ts';
import {findProgram, missing, Running} from './processes.ts';
import type {TestNetwork} from './two-networks.ts';
import type {Workspace} from './workspace.ts';

/** What a client is asked to do: with the data it seeds, without it downloads. It knows its tracker from the torrent alone. */
export interface TrackerClientOptions {
	/** The .torrent. */
	readonly torrent: string;
	/** The download folder. */
	readonly dir: string;
	readonly port: number;
	readonly seeds: boolean;
	/** Its own address; of IPv6 without brackets. */
	readonly address: string;
	/** Another folder, for what it keeps. */
	readonly home: string;
}

/** A client somebody else wrote, told to take whatever certificate its tracker has. */
export interface TrackerClient {
	readonly name: string;
	/** For a test's `skip`. */
	readonly absent: () => string | false;
	/** `http4`: over HTTP to an IPv4 address. What a client cannot do at all is not listed. */
	readonly speaks: readonly string[];
	readonly command: (options: TrackerClientOptions) => readonly string[];
}

export const trackerClients: readonly TrackerClient[] = [
	{
		name: 'aria2',
		absent: () => missing('aria2c'),
		// Its UDP trackers are of IPv4 alone.
		speaks: ['http4', 'http6', 'https4', 'https6', 'udp4'],
		command: ({torrent, dir, port, seeds, home}) => [
			findProgram('aria2c')!,
			'--no-conf',
			// Its socket for the DHT is that of UDP trackers as well; it knows no node to ask.
			'--enable-dht=true',
			`--dht-listen-port=${port}`,
			`--dht-file-path=${join(home, 'dht.dat')}`,
			'--enable-dht6=false',
			'--bt-enable-lpd=false',
			'--enable-peer-exchange=false',
			'--check-certificate=false',
			`--listen-port=${port}`,
			'--file-allocation=none',
			`--check-integrity=${seeds}`,
			'--seed-ratio=0.0',
			'--bt-tracker-connect-timeout=5',
			'--summary-interval=0',
			'--show-console-readout=false',
			'-d',
			dir,
			torrent,
		],
	},
	{
		name: 'transmission',
		absent: () => missing('transmission-cli'),
		// Likewise. It believes certificates that it is handed as an authority's: CURL_CA_BUNDLE.
		speaks: ['http4', 'http6', 'https4', 'https6', 'udp4'],
		command({torrent, dir, port, seeds, home}) {
			writeFileSync(
				join(home, 'settings.json'),
				JSON.stringify({
					'dht-enabled': false,
					'lpd-enabled': false,
					'pex-enabled': false,
					'utp-enabled': false,
					'port-forwarding-enabled': false,
				}),
			);
			const check = seeds ? ['-v'] : [];
			return [
				findProgram('transmission-cli')!,
				'-M',
				'-g',
				home,
				'-p',
				`${port}`,
				'-w',
				dir,
				...check,
				torrent,
			];
		},
	},
	{
		name: 'libtorrent',
		absent: noLibtorrent,
		speaks: ['http4', 'http6', 'https4', 'https6', 'udp4', 'udp6'],
		command: ({torrent, dir, port, address}) =>
			libtorrentCommand(torrent, dir, `${port}`, `ip=${address.includes(':') ? `[${address}]` : address}`),
	},
	{
		name: 'rtorrent',
		absent: () => missing('rtorrent'),
		speaks: ['http4', 'http6', 'https4', 'https6', 'udp4'],
		command: ({torrent, dir, port, home}) => [
			findProgram('rtorrent')!,
			'-n',
			...[
				'system.daemon.set=true',
				`session.path.set=${home}`,
				`directory.default.set=${dir}`,
				`network.port_range.set=${port}-${port}`,
				'network.port_random.set=no',
				'dht.mode.set=off',
				'protocol.pex.set=no',
				'trackers.use_udp.set=yes',
				'network.http.ssl_verify_peer.set=0',
				'network.http.ssl_verify_host.set=0',
			].flatMap(option => ['-o', option]),
			torrent,
		],
	},
];

/** Starts one on a machine of its own, as far as it can tell. @param cert a certificate that is to be believed */
export function startTrackerClient(
	space: Workspace,
	client: TrackerClient,
	{through}: TestNetwork,
	options: Omit<TrackerClientOptions, 'home'>,
	cert = '',
): Running {
	const home = space.folder(`${client.name}-${options.port}-${options.seeds ? 'seeds' : 'leeches'}`);
	const [command, ...args] = [...through, ...client.command({...options, home})];
	return new Running(space, command!, args, {env: {HOME: home, CURL_CA_BUNDLE: cert}});
}

/** Waits until a file has these bytes, whoever writes it. */
export async function hasCome(path: string, bytes: Buffer, program: Running, ms = 60_000): Promise<void> {
	await until(
		() => `${program.name} to have everything`,
		ms,
		() => {
			if (program.ended) throw new Error(`${program.name} ended`);
			return existsSync(path) && readFileSync(path).equals(bytes);
		},
		100,
	);
}
