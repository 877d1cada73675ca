import {catalogueUrl, nickname} from '../network/catalogue-values.js';
import type {Options} from './command.js';
import {
	bootstrapNode,
	countOrNone,
	encryption,
	rateOrNone,
	sizeOrNone,
	slowTime,
} from './engine-quantities.js';
import {proxyUrl} from './proxy-setting.js';
import {
	choice,
	duration,
	hostAndPort,
	integer,
	interfaceName,
	ipAddress,
	rate,
	ratio,
	text,
	trackerUrl,
	webSeedUrl,
} from './quantities.js';
import {atGoal, seedRule} from './seed-goal-values.js';
import {themeName, themeNames} from './theme-name.js';

/** `--json`: machine-readable output. */
export const jsonOption = {
	json: {kind: 'on', help: 'machine-readable output on stdout'},
} as const satisfies Options;

/** Where the engine keeps resume data, socket and log. */
export const stateOptions = {
	stateDir: {
		kind: 'value',
		value: 'DIR',
		read: text,
		help: 'resume data, engine socket, log (or TORTUI_HOME)',
	},
} as const satisfies Options;

/** `--stop-timeout` of those who wait for downloads. */
export const stopTimeoutOption = {
	stopTimeout: {
		kind: 'value',
		value: 'TIME',
		read: duration,
		help: 'give up when not a byte came for so long: 90s, 10m',
		standard: 'never',
	},
} as const satisfies Options;

/** How much is told, and where. */
export const logOptions = {
	log: {kind: 'value', value: 'FILE', read: text, help: 'write a log, one JSON object a line'},
	logLevel: {
		kind: 'value',
		value: 'LEVEL',
		read: choice('debug', 'info', 'warn', 'error'),
		help: 'log this and what is worse: debug, info, warn or error',
		standard: 'info',
	},
	logSize: {
		kind: 'value',
		value: 'SIZE',
		read: sizeOrNone,
		help: 'begin another log at this size, and put that aside as FILE.1',
		standard: '10M',
	},
	logFiles: {
		kind: 'value',
		value: 'N',
		read: integer(0, 1000),
		help: 'logs to keep that were put aside',
		standard: '5',
	},
	verbose: {kind: 'on', help: 'log everything; show where an error came from'},
} as const satisfies Options;

/** What belongs to the whole engine: fixed when it starts. */
export const engineOptions = {
	maxConnections: {
		kind: 'value',
		value: 'N',
		read: integer(1, 20_000),
		help: 'connections of all torrents together',
		standard: '200',
	},
	port: {
		kind: 'value',
		short: 'p',
		value: 'N',
		read: integer(0, 65_535),
		help: 'listen port, TCP and UDP; 0: any free one',
		standard: '6881, or the next free one',
	},
	portFile: {
		kind: 'value',
		value: 'FILE',
		read: text,
		help: 'listen on the port in this file, also when it changes, as VPNs that forward a port write it',
	},
	bind: {
		kind: 'list',
		value: 'ADDRESS',
		read: ipAddress,
		help: 'listen and dial from this address only (repeatable)',
	},
	interface: {
		kind: 'value',
		value: 'NAME',
		read: interfaceName,
		help: 'send everything by this interface, or this address, and nothing while it is gone: tun0',
	},
	blocklist: {
		kind: 'value',
		value: 'FILE',
		read: text,
		help: 'speak to nobody whose address is in this list, or in that of an http(s) URL: P2P, DAT or CIDR, also gzip',
	},
	dnsServer: {
		kind: 'list',
		value: 'ADDRESS',
		read: ipAddress,
		help: 'ask this server for names, not those of the system (repeatable)',
	},
	proxy: {
		kind: 'value',
		value: 'URL',
		read: proxyUrl,
		help: 'go to others through this proxy, and past it to nobody: socks5://HOST:PORT, or http://HOST:PORT, which passes no UDP on',
	},
	proxyPasswordFile: {
		kind: 'value',
		value: 'FILE',
		read: text,
		help: "its first line is the password of the proxy's user (or TORTUI_PROXY_PASSWORD)",
	},
	dht: {kind: 'off', help: 'do not look for peers in the DHT'},
	dhtBootstrap: {
		kind: 'list',
		value: 'HOST:PORT',
		read: bootstrapNode,
		help: 'a DHT node to ask first (repeatable); none: only those known',
	},
	portMap: {kind: 'off', help: 'do not ask the gateway to open the listen port'},
	pex: {kind: 'off', help: 'do not exchange peers with peers'},
	lsd: {kind: 'off', help: 'do not look for peers on the local network'},
	utp: {kind: 'off', help: 'do not speak to peers over uTP'},
	tcp: {kind: 'off', help: 'do not speak to peers over TCP'},
	trackers: {kind: 'off', help: 'do not speak to trackers'},
	localTrackers: {
		kind: 'on',
		help: 'trackers that torrents name on this machine or network may have any path',
	},
	encryption: {
		kind: 'value',
		value: 'MODE',
		read: encryption,
		help: 'encrypt connections: prefer, require (meet nobody else) or off',
		standard: 'prefer',
	},
	maxDownload: {
		kind: 'value',
		value: 'RATE',
		read: rate,
		help: 'bytes per second: 500K, 2M',
		standard: 'no limit',
	},
	maxUpload: {kind: 'value', value: 'RATE', read: rate, help: 'the same for sending', standard: 'no limit'},
	slowDownload: {
		kind: 'value',
		value: 'RATE',
		read: rateOrNone,
		help: 'what holds in slow mode instead',
		standard: '50K',
	},
	slowUpload: {
		kind: 'value',
		value: 'RATE',
		read: rateOrNone,
		help: 'the same for sending',
		standard: '50K',
	},
	slowTimes: {
		kind: 'list',
		value: 'TIME',
		read: slowTime,
		help: "slow mode by itself: '08:00-18:00', 'mon-fri 22:00-06:00 down=1M up=none', or nothing at all: 'sat 10:00-12:00 stop'; of several at a time the first holds (repeatable)",
	},
	activeDownloads: {
		kind: 'value',
		value: 'N',
		read: countOrNone,
		help: 'torrents of the session that download at a time',
		standard: '5',
	},
	activeSeeds: {
		kind: 'value',
		value: 'N',
		read: countOrNone,
		help: 'torrents of the session that seed at a time',
		standard: 'no limit',
	},
	catalogue: {
		kind: 'list',
		value: 'URL',
		read: catalogueUrl,
		help: 'a tracker that tells who shares what: http://HOST:6969 (repeatable)',
	},
	nick: {
		kind: 'value',
		value: 'NAME',
		read: nickname,
		help: 'what you are called in those',
		standard: 'guest and a number',
	},
	seedRules: {
		kind: 'list',
		value: 'RULE',
		read: seedRule,
		help: "goals in the session by label or tracker: 'label=linux ratio=2' (repeatable)",
	},
	allocation: {
		kind: 'value',
		value: 'MODE',
		read: choice('sparse', 'full'),
		help: 'room on the disk: as data comes (sparse), or all at once (full)',
		standard: 'sparse',
	},
	minFreeSpace: {
		kind: 'value',
		value: 'SIZE',
		read: sizeOrNone,
		help: 'download nothing where less is free on the disk, until there is more: 5G',
		standard: 'none',
	},
	name: {
		kind: 'value',
		value: 'TEXT',
		read: text,
		help: 'what the screen calls this engine; nobody else is told',
		standard: 'tortui',
	},
} as const satisfies Options;

/** What a torrent is added with. */
export const torrentOptions = {
	dir: {
		kind: 'value',
		short: 'd',
		value: 'DIR',
		read: text,
		help: 'where the data goes',
		standard: 'the current folder',
	},
	peer: {kind: 'list', value: 'HOST:PORT', read: hostAndPort, help: 'a peer to dial at once (repeatable)'},
	tracker: {kind: 'list', value: 'URL', read: trackerUrl, help: 'one more tracker (repeatable)'},
	webSeed: {
		kind: 'list',
		value: 'URL',
		read: webSeedUrl,
		help: 'a web server that has the files (repeatable)',
	},
	select: {
		kind: 'list',
		value: 'LIST',
		read: text,
		help: "files to download: 1,3-5, '*.mkv', '>100M', NAME … (repeatable)",
		standard: 'all',
	},
	sequential: {kind: 'on', help: 'download pieces in order'},
	maxPeers: {
		kind: 'value',
		value: 'N',
		read: integer(1, 10_000),
		help: 'connections per torrent',
		standard: '50',
	},
	seedRatio: {kind: 'value', value: 'R', read: ratio, help: 'stop seeding at this ratio'},
	seedTime: {
		kind: 'value',
		value: 'TIME',
		read: duration,
		help: 'stop seeding after this time: 90s, 10m, 2h',
	},
	seedIdle: {
		kind: 'value',
		value: 'TIME',
		read: duration,
		help: 'stop seeding when nobody took anything for so long',
	},
	seedMatch: {
		kind: 'value',
		value: 'HOW',
		read: choice('any', 'all'),
		help: 'whether any of these three is enough, or all must hold',
		standard: 'any',
	},
	atGoal: {
		kind: 'value',
		value: 'WHAT',
		read: atGoal,
		help: 'then stop, remove, remove-with-data, or slow down to a rate: 50K',
		standard: 'stop',
	},
	keepLastSeed: {kind: 'on', help: 'go on beyond the goal while no other seed is known'},
	check: {
		kind: 'value',
		value: 'MODE',
		read: choice('full', 'quick', 'none'),
		help: 'data already on disk: full, quick or none',
		standard: 'quick',
	},
	overwrite: {kind: 'on', help: 'replace files in the way that are none of the torrent'},
	publish: {kind: 'on', help: 'tell trackers with a catalogue that you share it'},
} as const satisfies Options;

/** How the screen looks. */
export const screenOptions = {
	color: {
		kind: 'value',
		value: 'WHEN',
		read: choice('auto', 'always', 'never'),
		help: 'colour: auto, always or never',
		standard: 'auto',
	},
	ascii: {kind: 'on', help: 'draw with ASCII characters only'},
	theme: {
		kind: 'value',
		value: 'NAME',
		read: themeName,
		help: `colours: ${themeNames.join(', ')}`,
		standard: themeNames[0]!,
	},
	mouse: {kind: 'off', help: 'leave the mouse to the terminal'},
	fps: {kind: 'value', value: 'N', read: integer(1, 30), help: 'at most so many frames a second'},
} as const satisfies Options;

/** Everything that the session, `get` and `seed` share. */
export const sharedOptions = {
	...torrentOptions,
	...engineOptions,
	...stateOptions,
	...logOptions,
	...jsonOption,
	...screenOptions,
} as const satisfies Options;
