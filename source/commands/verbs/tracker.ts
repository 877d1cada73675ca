import {networkInterfaces} from 'node:os';
import {setFlagsFromString} from 'node:v8';
import {UserError} from '../../base/errors.js';
import {addressScope, parseIp} from '../../base/ip-address.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {machineClock} from '../../io/machine/clock.js';
import {machineRandom} from '../../io/machine/random.js';
import {TrackerServer} from '../../tracker/tracker-server.js';
import {defineCommand} from '../arguments/command.js';
import {jsonOption} from '../arguments/flags.js';
import {integer, ipAddress} from '../arguments/quantities.js';
import {interruption} from '../transfer/interruption.js';

const defaultPort = 6969;

/** Serves until Ctrl-C. */
export const command = defineCommand({
	name: 'tracker',
	usage: ['tracker [options]'],
	summary: 'Runs a tracker, over HTTP and UDP, until Ctrl-C.',
	notes: [
		'Serves any torrent that somebody announces; keeps everything in memory.',
		'GET /torrents?q=WORDS lists what it knows as JSON.',
	],
	words: [0, 0],
	options: {
		port: {
			kind: 'value',
			short: 'p',
			value: 'N',
			read: integer(0, 65_535),
			help: `listen port, TCP and UDP; 0: any free one (${defaultPort})`,
		},
		bind: {kind: 'value', value: 'ADDRESS', read: ipAddress, help: 'listen on this address only (all)'},
		interval: {
			kind: 'value',
			value: 'SECONDS',
			read: integer(10, 86_400),
			help: 'how often peers are asked to announce (1800)',
		},
		...jsonOption,
		verbose: {kind: 'on', help: 'tell every announce'},
		quiet: {kind: 'on', help: 'print nothing but errors'},
	},
	async run({flags}, {stdout}) {
		const tell = (event: Readonly<Record<string, unknown>>, text: string): void => {
			if (!flags.quiet)
				stdout.write(
					flags.json ? `${terminalJson(event)}\n` : `${text.split('\n').map(terminalLine).join('\n')}\n`,
				);
		};
		keepNurserySmall();
		const port = flags.port ?? defaultPort;
		const server = new TrackerServer({
			port,
			bind: flags.bind,
			clock: machineClock,
			random: machineRandom,
			...(flags.interval !== undefined && {interval: flags.interval}),
			...(flags.verbose && {
				log: (level, text) =>
					tell({event: 'log', at: new Date().toISOString(), level, text}, `${timeOfDay()} ${text}`),
			}),
		});
		const interrupted = interruption();
		try {
			const address = await server.start().catch(error => {
				throw cannotListen(error, port, flags.bind);
			});
			const hosts = reachableHosts(address.host);
			const http = hosts.map(host => server.url('http', host));
			const udp = hosts.map(host => server.url('udp', host));
			tell(
				{event: 'listening', port: address.port, http, udp},
				['Announce to:', ...[...http, ...udp].map(url => `  ${url}`), 'Ctrl-C ends it.'].join('\n'),
			);
			const signal = await interrupted.first;
			const {torrents, peers} = server.service.size;
			tell(
				{event: 'stopped', signal, torrents, peers},
				`Stopped; it knew ${torrents} torrents, ${peers} peers.`,
			);
			return 0;
		} finally {
			interrupted.release();
			await server.close();
		}
	},
});

/**
 * Keeps the room for what lives for one request only as small as it begins: 100,000 peers take 83 MiB instead of 108,
 * after a flood of requests over HTTP 150 instead of up to 230, for no more CPU.
 */
function keepNurserySmall(): void {
	setFlagsFromString('--semi-space-growth-factor=1');
}

function timeOfDay(): string {
	return new Date().toTimeString().slice(0, 8);
}

/** Addresses under which others can reach us: this machine's own when we listen on all. */
function reachableHosts(bound: string): string[] {
	if (bound !== '::' && bound !== '0.0.0.0') return [bound];
	const hosts = new Set(['127.0.0.1']);
	for (const {address, internal, scopeid} of Object.values(networkInterfaces()).flatMap(list => list ?? [])) {
		const bytes = parseIp(address);
		// Link-local addresses mean something on their own link only.
		if (internal || !bytes || scopeid || addressScope(bytes) === 'loopback') continue;
		if (bytes.length === 4 || bound === '::') hosts.add(address);
	}
	return [...hosts];
}

function cannotListen(error: unknown, port: number, bind: string | undefined): UserError {
	const {code, message} = error as NodeJS.ErrnoException;
	switch (code) {
		case 'EADDRINUSE':
			return new UserError('port-taken', `port ${port} is taken: choose another with --port, or 0 for any`);
		case 'EACCES':
			return new UserError('port-not-permitted', `port ${port} is not permitted: choose one above 1023`);
		case 'EADDRNOTAVAIL':
			return new UserError(
				'no-such-address',
				`${bind ?? 'the address'} is not one of this machine: check --bind`,
			);
		default:
			return new UserError('cannot-listen', `cannot listen on port ${port}: ${message}`);
	}
}
