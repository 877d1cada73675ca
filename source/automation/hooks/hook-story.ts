import {join} from 'node:path';
import type {TorrentView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import type {HookEvent} from './hook-settings.js';

/** What has happened to a torrent, for whoever is told. */
export interface HookStory {
	readonly event: HookEvent;
	/** As it was then; `dir` is where its data is. */
	readonly torrent: TorrentView;
	/** What its file, or the folder of its files, is called there; undefined while nobody knows. */
	readonly root: string | undefined;
	/** Milliseconds since 1970. */
	readonly at: Millis;
	/** Why it was not moved to where it was to be; undefined when it was, or was not to be. */
	readonly moveError?: string | undefined;
}

/** The system takes no more of one variable, nor of all together. */
const longestValue = 30_000;

/** A value fit for the environment of a program, which ends at a zero. */
function value(text: string | number | undefined): string {
	return String(text ?? '')
		.replaceAll('\0', '')
		.slice(0, longestValue);
}

function hosts(magnet: string): string {
	const found = new URLSearchParams(magnet.slice(magnet.indexOf('?') + 1))
		.getAll('tr')
		.flatMap(url => URL.parse(url)?.hostname || []);
	return [...new Set(found)].join(',');
}

/** `Sun Sep  6 01:03:52 1973`, in the zone of the machine. */
function localTime(at: Millis): string {
	const [weekday, month, day, year, time] = new Date(at).toString().split(' ');
	return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}

function pathOf({torrent, root}: HookStory): string {
	return root === undefined ? '' : join(torrent.dir, root);
}

/**
 * The environment that a program is told by: names of our own, and those that scripts for Transmission know. What that has
 * as a number, `TR_TORRENT_ID`, is the info-hash, which its remotes take as well; `TR_TORRENT_NAME` is what lies in
 * `TR_TORRENT_DIR`.
 */
export function hookVariables(story: HookStory, version: string): Record<string, string> {
	const {event, torrent, root, at, moveError} = story;
	const hash = torrent.infoHash ?? torrent.id;
	const trackers = hosts(torrent.magnet);
	const error = event === 'error' ? torrent.reason?.text : undefined;
	const own = {
		EVENT: event,
		ID: torrent.id,
		HASH: hash,
		HASH_V2: torrent.infoHashV2,
		NAME: torrent.name,
		DIR: torrent.dir,
		PATH: pathOf(story),
		LABEL: torrent.label,
		SIZE: torrent.wanted,
		FILES: torrent.filesWanted,
		DOWNLOADED: torrent.downloaded,
		UPLOADED: torrent.uploaded,
		RATIO: torrent.ratio.toFixed(3),
		ADDED_AT: Math.round(torrent.addedAt / 1000),
		COMPLETED_AT: torrent.completedAt === undefined ? '' : Math.round(torrent.completedAt / 1000),
		TRACKERS: trackers,
		MAGNET: torrent.magnet,
		ERROR: error,
		MOVE_ERROR: moveError,
		VERSION: version,
	};
	const theirs = {
		APP_VERSION: version,
		TIME_LOCALTIME: localTime(at),
		TORRENT_BYTES_DOWNLOADED: torrent.downloaded,
		TORRENT_DIR: torrent.dir,
		TORRENT_HASH: hash,
		TORRENT_ID: hash,
		TORRENT_LABELS: torrent.label,
		TORRENT_NAME: root ?? torrent.name,
		TORRENT_PRIORITY: 0,
		TORRENT_TRACKERS: trackers,
	};
	return Object.fromEntries([
		...Object.entries(own).map(([name, text]) => [`TORTUI_${name}`, value(text)]),
		...Object.entries(theirs).map(([name, text]) => [`TR_${name}`, value(text)]),
	]);
}

/** Of the environment of the engine these are nobody else's: passwords, and how it speaks to its service manager. */
const ownNames = /^(?:TORTUI_\w*PASSWORD|NOTIFY_SOCKET|WATCHDOG_\w+)$/;

/** The environment of a program: that of the engine, what it is told, and which engine its `tortui` speaks to. */
export function programEnvironment(
	env: NodeJS.ProcessEnv,
	stateDir: string,
	variables: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
	const own = Object.entries(env).filter(([name]) => !ownNames.test(name));
	return {...Object.fromEntries(own), TORTUI_HOME: stateDir, ...variables};
}

/** What a server is told: the torrent as `tortui list --json` has it, with what has happened around it. */
export function hookJson(story: HookStory, version: string): string {
	const {event, torrent, at, moveError} = story;
	return JSON.stringify({
		event,
		at,
		version,
		path: pathOf(story),
		...(event === 'error' && {error: torrent.reason?.text ?? ''}),
		...(moveError !== undefined && {moveError}),
		torrent,
	});
}
