import type {Watch} from './snapshot.js';

type Loose = Readonly<Record<string, unknown>>;

/** More samples, cells or log lines than any screen has room for are not computed. */
const most = 10_000;
/** Nobody looks less often than once a day. */
const longestInterval = 86_400_000;
const levels: ReadonlySet<unknown> = new Set(['debug', 'info', 'warn', 'error']);

function isObject(value: unknown): value is Loose {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFlag(value: unknown): boolean {
	return value === undefined || typeof value === 'boolean';
}

function isCount(value: unknown): boolean {
	return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function isSpeed(value: unknown): boolean {
	if (value === undefined) return true;
	if (!isObject(value)) return false;
	const {range, samples} = value;
	return typeof range === 'number' && range > 0 && range < 1e9 && isCount(samples);
}

function isTorrent(value: unknown): boolean {
	if (value === undefined) return true;
	if (!isObject(value)) return false;
	const {id, overview, pieces, cell, peers, peerMaps, peer, trackers, files, speed} = value;
	return (
		typeof id === 'string' &&
		[overview, peers, peerMaps, trackers, files].every(isFlag) &&
		[pieces, cell].every(count => count === undefined || isCount(count)) &&
		(peer === undefined || (Number.isSafeInteger(peer) && (peer as number) >= 0)) &&
		isSpeed(speed)
	);
}

/** The value as a subscription when it is one; intervals too short are lengthened to 50 ms. */
export function asWatch(value: unknown): Watch | undefined {
	if (!isObject(value)) return undefined;
	const {interval, session, torrents, torrent, speed, log, logFrom, creations, network, folders, feeds} =
		value;
	const {everyPeer, everyTracker, keeps, changes} = value;
	if (typeof interval !== 'number' || !Number.isFinite(interval)) return undefined;
	if (
		![session, torrents, creations, network, folders, feeds, everyPeer, everyTracker, keeps, changes].every(
			isFlag,
		) ||
		!isTorrent(torrent) ||
		!isSpeed(speed)
	)
		return undefined;
	if (log !== undefined && !isCount(log)) return undefined;
	if (logFrom !== undefined && !levels.has(logFrom)) return undefined;
	return {...(value as unknown as Watch), interval: Math.min(longestInterval, Math.max(50, interval))};
}
