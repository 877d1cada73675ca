import {join} from 'node:path';
import {UserError} from '../../base/errors.js';
import {typedPath} from '../../io/files/typed-path.js';
import {machineClock} from '../../io/machine/clock.js';
import {machineRandom} from '../../io/machine/random.js';
import {RedisStore} from '../../tracker/store/redis-store.js';
import {TrackerServer} from '../../tracker/tracker-server.js';
import {defineCommand} from '../arguments/command.js';
import {jsonOption} from '../arguments/flags.js';
import {integer, ipAddress, text} from '../arguments/quantities.js';
import {keepNurserySmall} from '../engine-process/memory.js';
import {makeStateDir} from '../engine-process/state-dir.js';
import {addCatalogue, readTokens} from '../tracker/compose-catalogue.js';
import {onHangUp} from '../tracker/hang-up.js';
import {reachableHosts} from '../tracker/reachable-hosts.js';
import {TrackerLines} from '../tracker/tracker-lines.js';
import {interruption} from '../transfer/interruption.js';

const defaultPort = 6969;

/** Serves until Ctrl-C. */
export const command = defineCommand({
	name: 'tracker',
	usage: ['tracker [options]'],
	summary: 'Runs a tracker, over HTTP and UDP on one port, until Ctrl-C.',
	notes: [
		'Serves any torrent that somebody announces, unless --only or --passkeys is given.',
		'With --cert and --key it speaks HTTPS too, on the same port.',
		'Who announces is kept over a restart; SIGHUP reads certificate, passkeys and torrents anew.',
		'A passkey goes into the announce URL: http://HOST:6969/PASSKEY/announce, likewise with udp.',
		'GET / is a page for people, /stats JSON, /metrics for Prometheus,',
		'and /torrents?q=WORDS lists what it knows as JSON.',
		'With --catalogue, those who share say so there, and others find it: tortui search.',
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
		maxTorrents: {
			kind: 'value',
			value: 'N',
			read: integer(1, 10_000_000),
			help: 'torrents known at once, some 400 bytes each (20000)',
		},
		maxPeers: {
			kind: 'value',
			value: 'N',
			read: integer(1, 10_000_000),
			help: 'peers known at once in all torrents, some 500 bytes each (200000)',
		},
		only: {
			kind: 'value',
			value: 'DIR',
			read: text,
			help: 'serve only the torrents whose .torrent lies in this folder, which is watched',
		},
		passkeys: {
			kind: 'value',
			value: 'FILE',
			read: text,
			help: 'serve only who has one of the passkeys in this file, one a line',
		},
		catalogue: {kind: 'on', help: 'keep a catalogue of who shares what, for tortui search and others'},
		catalogueToken: {
			kind: 'list',
			value: 'TOKEN',
			read: text,
			help: 'only who has it may publish and search there; publish:TOKEN or search:TOKEN for one of these; @FILE',
		},
		cert: {kind: 'value', value: 'FILE', read: text, help: 'a certificate (PEM), for HTTPS'},
		key: {kind: 'value', value: 'FILE', read: text, help: 'its private key (PEM)'},
		store: {
			kind: 'value',
			value: 'URL',
			read: redisUrl,
			help: 'share swarms with other trackers through this Redis or Valkey; needs the package ioredis',
		},
		stateDir: {
			kind: 'value',
			value: 'DIR',
			read: text,
			help: 'where it keeps who announces (or TORTUI_HOME)',
		},
		state: {kind: 'off', help: 'keep nothing over a restart'},
		...jsonOption,
		verbose: {kind: 'on', help: 'tell every announce, 50 a second at most'},
		quiet: {kind: 'on', help: 'print nothing but errors'},
	},
	async run({flags}, {stdout, env, warn}) {
		const lines = new TrackerLines({
			json: flags.json,
			quiet: flags.quiet,
			clock: machineClock,
			write: line => void stdout.write(line),
			warn,
		});
		if ((flags.cert === undefined) !== (flags.key === undefined))
			throw new UserError('tls', 'HTTPS needs both --cert and --key', 2);
		keepNurserySmall();
		const port = flags.port ?? defaultPort;
		const state = flags.state && port !== 0 ? statePath(flags, port, env, warn) : undefined;
		const absolute = (path: string | undefined): string | undefined =>
			path === undefined ? undefined : typedPath(path);
		const server = new TrackerServer({
			port,
			bind: flags.bind,
			clock: machineClock,
			random: machineRandom,
			only: absolute(flags.only),
			passkeys: absolute(flags.passkeys),
			tls: flags.cert && flags.key ? {cert: typedPath(flags.cert), key: typedPath(flags.key)} : undefined,
			state,
			store: flags.store === undefined ? undefined : new RedisStore(flags.store, machineClock, machineRandom),
			limits: {
				...(flags.maxTorrents !== undefined && {torrents: flags.maxTorrents}),
				...(flags.maxPeers !== undefined && {peers: flags.maxPeers}),
			},
			...(flags.interval !== undefined && {interval: flags.interval}),
			log: (level, text) => lines.log(level, text),
			logsAnnounces: flags.verbose,
		});
		if (flags.catalogueToken.length > 0 && !flags.catalogue)
			throw new UserError('usage', '--catalogue-token goes with --catalogue', 2);
		if (flags.catalogue)
			await addCatalogue(server, {
				clock: machineClock,
				dir: state?.replace(/\.swarms$/, '.catalogue'),
				tokens: readTokens(flags.catalogueToken),
				log: (level, text) => lines.log(level, text),
			});
		const interrupted = interruption(['SIGINT', 'SIGTERM']);
		const hungUp = Promise.withResolvers<NodeJS.Signals>();
		const release = onHangUp(
			stdout.isTTY,
			() =>
				void server.reload().then(faults => {
					for (const fault of faults) lines.log('warn', `not reloaded: ${fault}`);
					if (faults.length === 0) lines.log('info', 'reloaded');
				}),
			() => hungUp.resolve('SIGHUP'),
		);
		try {
			const address = await server.start().catch(error => {
				throw error instanceof UserError ? error : cannotListen(error, port, flags.bind);
			});
			const urls = urlsOf(server, reachableHosts(address.host), flags);
			lines.tell(
				{event: 'listening', port: address.port, ...urls},
				[
					'Announce to:',
					...Object.values(urls)
						.flat()
						.map(url => `  ${url}`),
					...(flags.catalogue ? ['Who shares what: tortui search --tracker with any of these.'] : []),
					'Ctrl-C ends it.',
				].join('\n'),
			);
			const signal = await Promise.race([interrupted.first, hungUp.promise]);
			const {torrents, peers} = server.service.size;
			await server.close();
			lines.tell(
				{event: 'stopped', signal, torrents, peers},
				`Stopped; it knew ${plural(torrents, 'torrent')}, ${plural(peers, 'peer')}.`,
			);
			return 0;
		} finally {
			release();
			interrupted.release();
			await server.close();
		}
	},
});

function plural(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The address of Redis or Valkey: what it is told about it names no password. */
function redisUrl(value: string, where: string): string {
	const url = URL.canParse(value) ? new URL(value) : undefined;
	if ((url?.protocol === 'redis:' || url?.protocol === 'rediss:') && url.hostname !== '') return value;
	throw new UserError('bad-value', `${where}: not a URL such as redis://localhost:6379`, 2);
}

function urlsOf(
	server: TrackerServer,
	hosts: readonly string[],
	{cert, passkeys}: {readonly cert?: string | undefined; readonly passkeys?: string | undefined},
): Readonly<Record<string, string[]>> {
	const all = (protocol: 'http' | 'https' | 'udp'): string[] =>
		hosts.map(host =>
			passkeys === undefined
				? server.url(protocol, host)
				: server.url(protocol, host).replace(/announce$/, 'PASSKEY/announce'),
		);
	return {http: all('http'), ...(cert !== undefined && {https: all('https')}), udp: all('udp')};
}

/** Where this tracker keeps its swarms; undefined when there is no place for them and none was asked for. */
function statePath(
	{stateDir, bind}: {readonly stateDir?: string | undefined; readonly bind?: string | undefined},
	port: number,
	env: NodeJS.ProcessEnv,
	warn: (message: string) => void,
): string | undefined {
	const host = bind === undefined ? '' : `${bind.replaceAll(':', '_')}-`;
	try {
		return join(makeStateDir(stateDir, env), `tracker-${host}${port}.swarms`);
	} catch (error) {
		if (stateDir !== undefined || !(error instanceof UserError)) throw error;
		warn(`swarms are not kept over a restart: ${error.message}`);
		return undefined;
	}
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
