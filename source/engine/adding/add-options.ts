import type {AddOptions} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {PeerAddress} from '../../base/peer-address.js';
import {safeText} from '../../base/safe-text.js';
import {asWebSeedUrl} from '../../protocol/metainfo/source-urls.js';
import {trackerUrlFault} from '../sources/tracker-url.js';
import type {Torrent} from '../torrent/torrent.js';

/** Trackers that may be named when a torrent is added: as many as a .torrent may name. */
export const mostTrackers = 500;
const mostPeers = 1000;

/**
 * Refuses more trackers and peers than anybody means: each is asked, or looked up.
 *
 * @throws {UserError}
 */
export function requireModest({trackers = [], peers = []}: AddOptions): void {
	if (trackers.length > mostTrackers)
		throw new UserError('too-many', `no more than ${mostTrackers} trackers can be added with a torrent`, 2);
	if (peers.length > mostPeers)
		throw new UserError('too-many', `no more than ${mostPeers} peers can be added with a torrent`, 2);
}

/**
 * Refuses a tracker that can be none, so that nothing is half done when it is told.
 *
 * @throws {UserError}
 */
export function requireTrackers(urls: readonly string[]): void {
	for (const url of urls) {
		const fault = trackerUrlFault(url.trim());
		if (fault) throw new UserError('bad-tracker', `not a tracker: ${safeText(url)}: ${fault}`);
	}
}

/**
 * Refuses what can be no web seed, so that nothing is half done when it is told.
 *
 * @throws {UserError}
 */
export function requireWebSeeds(urls: readonly string[]): void {
	for (const url of urls) {
		if (asWebSeedUrl(url) === undefined)
			throw new UserError(
				'bad-web-seed',
				`not a web seed: ${safeText(url)}: only http and https URLs are known`,
			);
	}
}

/** Says anew which files are wanted. @throws {UserError} for rules that do not fit */
export function selectFiles(torrent: Torrent, {select, priorities}: AddOptions): void {
	torrent.post({type: 'select', choices: {select, priorities}});
}

/**
 * Gives a torrent what the options of its adding ask for: settings, trackers, peers.
 *
 * @param addresses of the peers that the options name
 */
export function applyOptions(torrent: Torrent, options: AddOptions, addresses: readonly PeerAddress[]): void {
	applySettings(torrent, {...options, seedOnly: options.seedOnly === true});
	for (const url of options.trackers ?? []) torrent.post({type: 'addTracker', url});
	nameWebSeeds(torrent, options);
	if (addresses.length > 0) torrent.post({type: 'peers', addresses: [...addresses], source: 'manual'});
}

/** Adds the web seeds that the options name. */
export function nameWebSeeds(torrent: Torrent, {webSeeds = []}: AddOptions): void {
	const urls = webSeeds.flatMap(url => asWebSeedUrl(url) ?? []);
	if (urls.length > 0) torrent.post({type: 'addWebSeeds', urls, isNamed: true});
}

/** Changes those settings of a torrent that the options name. */
export function applySettings(torrent: Torrent, options: AddOptions): void {
	const {maxDownload, maxUpload} = options;
	if (options.overwrite || options.repair)
		torrent.post({
			type: 'allow',
			// On a command line nobody is asked about each of these by itself.
			consent: {overwrite: true, repair: true, absence: true},
		});
	const mayWrite =
		options.repair === true ? true : options.seedOnly === undefined ? undefined : !options.seedOnly;
	const {seedRatio, seedTime, goal, sequential, label, publish} = options;
	torrent.post({
		type: 'set',
		settings: {
			...(mayWrite !== undefined && {seedOnly: !mayWrite}),
			...(maxDownload !== undefined && {maxDownload}),
			...(maxUpload !== undefined && {maxUpload}),
			...(seedRatio !== undefined && {seedRatio}),
			...(seedTime !== undefined && {seedTime}),
			...(goal !== undefined && {goal}),
			...(sequential !== undefined && {sequential}),
			...(label !== undefined && {label}),
			...(publish !== undefined && {publish}),
		},
	});
}
