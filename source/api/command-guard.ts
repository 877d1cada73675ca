import {isSeedGoal, isSeedRules} from '../base/seed-goal.js';
import type {Command, CommandType} from './command.js';
import {isFeedRule} from './feed-rules.js';
import {isKnownTorrent} from './known-torrent.js';
import {detailNames} from './torrent-details.js';

type Check = (value: unknown) => boolean;

const text: Check = value => typeof value === 'string';
/** No more than anybody types into a field. */
const isShort: Check = value => text(value) && (value as string).length <= 1000;
const flag: Check = value => typeof value === 'boolean';
const number: Check = value => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const count: Check = value => Number.isSafeInteger(value) && (value as number) >= 0;
const texts: Check = value => Array.isArray(value) && value.every(text);
/** No torrent has more files: more is not looked at one by one. */
const mostFiles = 3_000_000;
const counts: Check = value => Array.isArray(value) && value.length <= mostFiles && value.every(count);
const listed = 10_000;
const isPieces: Check = entry =>
	count(entry) || (Array.isArray(entry) && entry.length === 2 && entry.every(count) && entry[0] <= entry[1]);
const pieces: Check = value => Array.isArray(value) && value.length <= listed && value.every(isPieces);
const priority: Check = value => count(value) && (value as number) <= 4;
const isObject: Check = value => typeof value === 'object' && value !== null && !Array.isArray(value);
const optional =
	(check: Check): Check =>
	value =>
		value === undefined || check(value);
const limit: Check = value => value === undefined || value === null || number(value);

type Shape = Readonly<Record<string, Check>>;

const select = optional(value => text(value) || texts(value));
const priorities = optional(
	value =>
		Array.isArray(value) &&
		value.length <= mostFiles &&
		value.every(pair => Array.isArray(pair) && pair.length === 2 && count(pair[0]) && priority(pair[1])),
);

const addOptions: Shape = {
	dir: optional(text),
	paused: optional(flag),
	sequential: optional(flag),
	select,
	priorities,
	trackers: optional(texts),
	webSeeds: optional(texts),
	peers: optional(texts),
	label: optional(text),
	choose: optional(flag),
	maxPeers: optional(count),
	maxDownload: optional(number),
	maxUpload: optional(number),
	seedRatio: optional(number),
	seedTime: optional(number),
	goal: optional(value => isSeedGoal(value)),
	check: optional(value => value === 'full' || value === 'quick' || value === 'none'),
	trackersOff: optional(flag),
	overwrite: optional(flag),
	repair: optional(flag),
	seedOnly: optional(flag),
	publish: optional(flag),
	known: optional(isKnownTorrent),
	usual: optional(texts),
};

const minuteOfDay: Check = value => count(value) && (value as number) < 1440;
const slowTime: Shape = {
	days: value => Array.isArray(value) && value.length <= 7 && value.every(day => count(day) && day < 7),
	from: minuteOfDay,
	to: minuteOfDay,
	maxDownload: limit,
	maxUpload: limit,
	stop: optional(flag),
};
const places: Check = value => value === undefined || value === null || count(value);

const engineSettings: Shape = {
	dir: optional(text),
	port: optional(value => count(value) && (value as number) > 0 && (value as number) < 65_536),
	maxPeers: optional(value => count(value) && (value as number) > 0),
	maxConnections: optional(value => count(value) && (value as number) > 0),
	name: value => value === undefined || value === null || text(value),
	maxDownload: limit,
	maxUpload: limit,
	slowDownload: limit,
	slowUpload: limit,
	slowTimes: optional(
		value => Array.isArray(value) && value.length <= 1000 && value.every(time => fits(time, slowTime)),
	),
	activeDownloads: places,
	activeSeeds: places,
	minFreeSpace: limit,
	seedRules: optional(isSeedRules),
};

const isDetails: Check = value =>
	Array.isArray(value) &&
	value.length <= detailNames.length &&
	value.every(name => detailNames.includes(name));

const tiers: Check = value => Array.isArray(value) && value.every(texts);

const creationOptions: Shape = {
	version: optional(value => value === '1' || value === '2' || value === 'hybrid'),
	pieceLength: optional(count),
	targetPieces: optional(value => count(value) && (value as number) > 0),
	trackers: optional(tiers),
	webSeeds: optional(texts),
	private: optional(flag),
	source: optional(text),
	comment: optional(text),
	date: optional(flag),
	includeHidden: optional(flag),
	followLinks: optional(flag),
	exclude: optional(texts),
};

const options: Check = value => value === undefined || fits(value, addOptions);

const shapes: Readonly<Record<CommandType, Shape>> = {
	'torrent.add': {metainfo: text, options},
	'torrent.addLink': {link: text, options},
	'torrent.preview': {link: text},
	'torrent.create': {
		path: text,
		output: optional(text),
		seed: optional(flag),
		options: optional(value => fits(value, creationOptions)),
	},
	'creation.end': {creation: count},
	'torrent.export': {id: text},
	'torrent.pause': {id: text},
	'torrent.resume': {id: text, overwrite: optional(flag), repair: optional(flag), now: optional(flag)},
	'torrent.choose': {id: text, select, priorities},
	'torrent.remove': {id: text, withData: flag},
	'torrent.verify': {id: text},
	'torrent.move': {id: text, dir: text, find: optional(flag)},
	'torrent.rename': {id: text, fileIndex: count, name: text, depth: optional(count)},
	'torrent.reannounce': {id: text},
	'torrent.sequential': {id: text, on: flag},
	'torrent.superSeed': {id: text, on: flag},
	'torrent.label': {id: text, label: text},
	'torrent.publish': {id: text, on: flag},
	'torrent.queue': {id: text, position: count},
	'torrent.limits': {
		id: text,
		maxDownload: limit,
		maxUpload: limit,
		maxPeers: optional(value => count(value) && (value as number) > 0),
		seedRatio: limit,
		seedTime: limit,
	},
	'files.priority': {id: text, files: counts, priority},
	'piece.priority': {id: text, pieces, priority: value => value === null || priority(value)},
	'piece.deadline': {
		id: text,
		pieces,
		within: value => value === null || number(value),
		step: optional(number),
	},
	'tracker.add': {id: text, url: text, tier: optional(count)},
	'tracker.remove': {id: text, url: text},
	'webSeed.add': {id: text, url: text},
	'webSeed.remove': {id: text, url: text},
	'peer.add': {id: text, address: text},
	'peer.kick': {id: text, peer: count},
	'peer.ban': {id: text, peer: count},
	'piece.inspect': {id: text, cell: count, cells: count},
	'session.pauseAll': {},
	'session.resumeAll': {},
	'session.slowMode': {on: flag},
	'torrent.goal': {id: text, goal: value => isSeedGoal(value, true)},
	'session.limits': {
		mode: optional(value => value === 'normal' || value === 'slow'),
		maxDownload: limit,
		maxUpload: limit,
	},
	'session.configure': {settings: value => fits(value, engineSettings)},
	'session.reload': {},
	'session.find': {
		words: isShort,
		limit: value => count(value) && (value as number) >= 1 && (value as number) <= 200,
	},
	'session.list': {ids: optional(texts), details: optional(isDetails), reasons: optional(flag)},
	'session.log': {
		level: value => value === 'info' || value === 'warn' || value === 'error',
		text,
		torrent: optional(text),
	},
	'folders.share': {dir: text, trackers: optional(texts), label: optional(text), publish: optional(flag)},
	'folders.unshare': {dir: text},
	'folders.list': {},
	'feeds.add': {
		url: text,
		name: optional(text),
		interval: optional(number),
		cookie: optional(text),
		headers: optional(value => isObject(value) && Object.values(value as object).every(text)),
		rules: optional(value => Array.isArray(value) && value.length <= listed && value.every(isFeedRule)),
	},
	'feeds.remove': {feed: text},
	'feeds.check': {feed: optional(text)},
	'feeds.list': {items: optional(count)},
	'feeds.get': {feed: text, item: text, options},
	'feeds.rule': {feed: text, rule: isFeedRule},
	'feeds.unrule': {feed: text, name: text},
	'session.dht': {},
	'session.blocklist': {},
	'network.search': {
		words: text,
		min: optional(count),
		max: optional(count),
		sort: optional(value => value === 'seeds' || value === 'size' || value === 'new' || value === 'name'),
		after: optional(text),
		tracker: optional(text),
	},
	'network.browse': {nick: text, tracker: optional(text)},
	'network.look': {tracker: optional(text)},
	'network.use': {tracker: text},
	'network.preview': {infoHash: text, tracker: optional(text)},
	'network.get': {infoHash: text, tracker: optional(text), options},
	'network.nick': {nick: text},
	'stream.open': {id: text, files: counts},
	'stream.close': {stream: text},
	'session.stop': {handOver: optional(count)},
};

function fits(value: unknown, shape: Shape): boolean {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	const fields = value as Readonly<Record<string, unknown>>;
	return Object.entries(shape).every(([name, check]) => check(fields[name]));
}

/** The value as a command when every field it must have is there and of its kind; undefined otherwise. */
export function asCommand(value: unknown): Command | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const {type} = value as {type?: unknown};
	if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) return undefined;
	return fits(value, shapes[type as CommandType]) ? (value as Command) : undefined;
}
