import type {Options} from './command.js';
import {engineOptions, stateOptions, torrentOptions} from './flags.js';
import {duration} from './quantities.js';
import {wayOptions} from './way-out.js';

/** How long a link is asked for unless told. */
export const usualResolveTime = 120;

/** What `info --resolve` takes for asking peers what a link holds. */
export const resolveOptions = {
	resolve: {kind: 'on', help: 'ask peers what a magnet link or an info-hash holds; nothing is downloaded'},
	peer: torrentOptions.peer,
	tracker: torrentOptions.tracker,
	timeout: {
		kind: 'value',
		value: 'TIME',
		read: duration,
		help: 'give up after this time',
		standard: `${usualResolveTime / 60}m`,
	},
	port: engineOptions.port,
	...wayOptions,
	blocklist: engineOptions.blocklist,
	dht: engineOptions.dht,
	dhtBootstrap: engineOptions.dhtBootstrap,
	pex: engineOptions.pex,
	lsd: engineOptions.lsd,
	encryption: engineOptions.encryption,
	trackers: engineOptions.trackers,
	localTrackers: engineOptions.localTrackers,
	...stateOptions,
} as const satisfies Options;
