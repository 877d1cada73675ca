import {homedir} from 'node:os';
import {isAbsolute, join, normalize} from 'node:path';
import type {
	FolderSettings,
	SharedFolderSettings,
	WatchedFolderSettings,
} from '../../automation/folder-settings.js';
import {UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';
import {trackerUrl} from './quantities.js';

type Loose = Readonly<Record<string, unknown>>;

const known = {
	'shared-folders': ['dir', 'trackers', 'label', 'publish'],
	'watch-folders': ['dir', 'target', 'label', 'start', 'delete-after'],
} as const;

/** What is wrong with a section of the config file, with where. */
export class Fault extends Error {}

/** Reads one list; adds a sentence to `faults` for everything in it that cannot be meant, and leaves that out. */
function readList<Folder>(
	name: keyof typeof known,
	value: unknown,
	where: string,
	faults: string[],
	read: (item: Loose, where: string) => Folder,
): Folder[] {
	if (!Array.isArray(value)) {
		faults.push(`${where} must be a list, such as ["~/share"] or [{"dir": "~/share"}]`);
		return [];
	}
	const folders: Folder[] = [];
	for (const [index, item] of value.entries()) {
		const at = `${where}[${index + 1}]`;
		try {
			folders.push(read(asItem(name, item, at), at));
		} catch (error) {
			if (!(error instanceof Fault) && !(error instanceof UserError)) throw error;
			faults.push(error.message);
		}
	}
	return folders;
}

function asItem(name: keyof typeof known, value: unknown, where: string): Loose {
	if (typeof value === 'string') return {dir: value};
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw new Fault(`${where} must be a folder, or an object such as {"dir": "~/share"}`);
	for (const key of Object.keys(value)) {
		if ((known[name] as readonly string[]).includes(key)) continue;
		const guess = nearest(key, known[name]);
		const advice = guess ? `did you mean ${guess}?` : `it may have ${known[name].join(', ')}`;
		throw new Fault(`${where}: unknown name ${JSON.stringify(key)}; ${advice}`);
	}
	return value as Loose;
}

/** An absolute path, `~` replaced. Throws a Fault. */
export function folder(value: unknown, env: NodeJS.ProcessEnv, where: string): string {
	if (typeof value !== 'string' || value === '') throw new Fault(`${where} must be a folder`);
	const isHome = value === '~' || value.startsWith('~/');
	const path = isHome ? join(env['HOME'] || homedir(), value.slice(1)) : value;
	if (!isAbsolute(path)) throw new Fault(`${where}: ${value} is not absolute: write it in full, or with ~/`);
	const plain = normalize(path);
	return plain.length > 1 ? plain.replace(/\/$/, '') : plain;
}

/** True or false, or what holds when nothing is said. Throws a Fault. */
export function flag(value: unknown, standard: boolean, where: string): boolean {
	if (value === undefined) return standard;
	if (typeof value !== 'boolean') throw new Fault(`${where} must be true or false`);
	return value;
}

/** A text, or nothing. Throws a Fault. */
export function text(value: unknown, where: string): string | undefined {
	if (value === undefined || value === '') return undefined;
	if (typeof value !== 'string') throw new Fault(`${where} must be a text`);
	return value;
}

function trackers(value: unknown, where: string): string[] {
	if (value === undefined) return [];
	const urls = typeof value === 'string' ? [value] : value;
	if (!Array.isArray(urls) || !urls.every(url => typeof url === 'string'))
		throw new Fault(`${where} must be a list of announce URLs`);
	return urls.map(url => trackerUrl(url, where));
}

/** Those of one place once: the first holds. */
function distinct<Folder extends {readonly dir: string}>(
	folders: readonly Folder[],
	where: string,
	faults: string[],
): Folder[] {
	const there = new Set<string>();
	return folders.filter(({dir}) => {
		if (!there.has(dir)) return there.add(dir);
		faults.push(`${where}: ${dir} is in it twice`);
		return false;
	});
}

/**
 * Reads the folders that are shared and watched.
 *
 * @param settings of the config file, by name
 * @param placeOf where a setting stands, for what is wrong with it
 * @param usualTrackers what torrents get without trackers of their own
 */
export function readFolders(
	settings: Loose,
	placeOf: (name: string) => string,
	env: NodeJS.ProcessEnv,
	usualTrackers: readonly string[] = [],
): {readonly folders: FolderSettings; readonly faults: readonly string[]} {
	const faults: string[] = [];
	const list = <Folder extends {readonly dir: string}>(
		name: keyof typeof known,
		read: (item: Loose, where: string) => Folder,
	): Folder[] => {
		if (settings[name] === undefined) return [];
		const where = placeOf(name);
		return distinct(readList(name, settings[name], where, faults, read), where, faults);
	};
	const shared = list(
		'shared-folders',
		(item, where): SharedFolderSettings => ({
			dir: folder(item['dir'], env, `${where}: dir`),
			from: 'config',
			trackers:
				item['trackers'] === undefined ? usualTrackers : trackers(item['trackers'], `${where}: trackers`),
			label: text(item['label'], `${where}: label`),
			publish: flag(item['publish'], true, `${where}: publish`),
		}),
	);
	const watched = list(
		'watch-folders',
		(item, where): WatchedFolderSettings => ({
			dir: folder(item['dir'], env, `${where}: dir`),
			target: item['target'] === undefined ? undefined : folder(item['target'], env, `${where}: target`),
			label: text(item['label'], `${where}: label`),
			start: flag(item['start'], true, `${where}: start`),
			deleteAfter: flag(item['delete-after'], false, `${where}: delete-after`),
		}),
	);
	return {folders: {shared, watched}, faults};
}
