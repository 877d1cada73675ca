import {basename, dirname, join} from 'node:path';
import {ProtocolError} from '../base/errors.js';
import {isSet, textsOf, words} from './fields.js';
import type {ForeignClient, ForeignEntry, ForeignTorrent, Person} from './foreign-torrent.js';
import {type QbittorrentFields, type QbittorrentSettings, qbittorrentTorrent} from './qbittorrent-torrent.js';
import {findProcess} from './running-client.js';
import {firstWith, isFile, namesIn, readStateFile, readStateJson, wholeDictionary} from './state-files.js';

const programs = ['qbittorrent', 'qbittorrent-nox'];

/** Where it keeps its state for somebody who has said nothing else. */
function ownDirs({home, env}: Person): string[] {
	const data = env['XDG_DATA_HOME'] || join(home, '.local/share');
	return [join(data, 'qBittorrent'), join(data, 'data/qBittorrent')];
}

/** qBittorrent 4 and 5: `BT_backup` with a .fastresume and .torrent each, or the database `torrents.db`. */
export const qbittorrent: ForeignClient = {
	name: 'qbittorrent',
	title: 'qBittorrent',
	usualDirs(person) {
		const {home} = person;
		return [
			...ownDirs(person),
			join(home, '.var/app/org.qbittorrent.qBittorrent/data/qBittorrent'),
			join(home, 'Library/Application Support/qBittorrent'),
			'/var/lib/qbittorrent/.local/share/qBittorrent',
			'/var/lib/qbittorrent-nox/.local/share/qBittorrent',
			'/var/lib/qbittorrent/qBittorrent/data',
		];
	},
	async open(dir, person) {
		const places = ['', 'data', 'qBittorrent', 'qBittorrent/data', '..'].map(place => join(dir, place));
		const database = await firstWith(places.slice(0, 4), at => isFile(join(at, 'torrents.db')));
		const backups = places.slice(0, 4).map(place => join(place, 'BT_backup'));
		const backup = await firstWith([dir, ...backups], async at => {
			const names = await namesIn(at, '.fastresume');
			return names !== undefined && (names.length > 0 || basename(at) === 'BT_backup');
		});
		if (database === undefined && backup === undefined) return undefined;
		// Whoever changed to the database has left the files where they were: what was written to later is what counts.
		const state = database ?? backup!;
		const settings = await readSettings(database ?? dirname(backup!), person);
		const entries =
			database !== undefined && !(await isFresher(backup, join(database, 'torrents.db')))
				? () => readDatabase(join(database, 'torrents.db'), settings)
				: () => readFolder(backup!, settings);
		return {dir: database === undefined ? backup! : state, entries};
	},
	async running(dir) {
		return findProcess(programs, {state: dir, option: ['--profile'], usualDirs: ownDirs});
	},
};

async function isFresher(backup: string | undefined, database: string): Promise<boolean> {
	if (backup === undefined) return false;
	const queue = await readStateFile(join(backup, 'queue')).catch(() => undefined);
	const other = await readStateFile(database).catch(() => undefined);
	return queue !== undefined && other !== undefined && queue.mtime > other.mtime;
}

/** @param data the folder of `BT_backup` or the database: that of the settings is beside it, or the person's own */
async function readSettings(data: string, {home, env}: Person): Promise<QbittorrentSettings> {
	const config = env['XDG_CONFIG_HOME'] || join(home, '.config');
	const own = /\/\.local\/share\/(?:data\/)?qBittorrent$/.test(data);
	const places = [
		join(dirname(data), 'config'),
		data,
		...(own ? [data.replace(/\/\.local\/share\/(?:data\/)?qBittorrent$/, '/.config/qBittorrent')] : []),
		join(config, 'qBittorrent'),
	];
	const place = await firstWith(places, at => isFile(join(at, 'qBittorrent.conf')));
	if (place === undefined) return {savePath: undefined, categories: new Map()};
	const text = await readStateFile(join(place, 'qBittorrent.conf')).then(
		file => new TextDecoder().decode(file?.bytes),
		() => '',
	);
	const json = await readStateJson(join(place, 'categories.json'));
	const categories = new Map<string, string>();
	for (const [name, category] of Object.entries(typeof json === 'object' && json !== null ? json : {})) {
		const path = (category as {save_path?: unknown; savePath?: unknown} | null)?.save_path;
		if (typeof path === 'string' && path !== '') categories.set(name, path);
	}
	const saved = /^(?:Session\\DefaultSavePath|Downloads\\SavePath)=(.+)$/m.exec(text)?.[1]?.trim();
	return {savePath: saved?.replace(/^"(.*)"$/, '$1') ?? join(home, 'Downloads'), categories};
}

async function* readFolder(dir: string, settings: QbittorrentSettings): AsyncIterable<ForeignEntry> {
	const names = (await namesIn(dir, '.fastresume')) ?? [];
	const queue = await readStateFile(join(dir, 'queue')).catch(() => undefined);
	const lines = new TextDecoder().decode(queue?.bytes).split('\n');
	const order = new Map(lines.map((id, place) => [id.trim(), place]));
	const placed = names.map(name => ({name, place: order.get(name.replace(/\.fastresume$/, '')) ?? Infinity}));
	placed.sort((a, b) => (a.place === b.place ? 0 : a.place - b.place));
	for (const {name, place} of placed) {
		try {
			yield await readOne(dir, name, settings, place === Infinity ? undefined : place);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			yield {name, problem: error.message};
		}
	}
}

async function readOne(
	dir: string,
	name: string,
	settings: QbittorrentSettings,
	queue: number | undefined,
): Promise<ForeignTorrent> {
	const torrent = await readStateFile(join(dir, name.replace(/\.fastresume$/, '.torrent')));
	const file = await readStateFile(join(dir, name));
	if (file === undefined) throw new ProtocolError('unreadable', 'it is gone');
	const root = wholeDictionary(file.bytes, 'its .fastresume');
	const number = (key: string) => root.get(`qBt-${key}`)?.number();
	const fields: QbittorrentFields = {
		name: words(root.get('qBt-name')),
		category: words(root.get('qBt-category')),
		tags: textsOf(root.get('qBt-tags')),
		savePath: words(root.get('qBt-savePath')),
		downloadPath: words(root.get('qBt-downloadPath')),
		ratioLimit: number('ratioLimit'),
		seedingTimeLimit: number('seedingTimeLimit'),
		inactiveTimeLimit: number('inactiveSeedingTimeLimit'),
		shareLimitAction: words(root.get('qBt-shareLimitAction')),
		stopped: isSet(root.get('paused')) && !isSet(root.get('auto_managed')),
	};
	return qbittorrentTorrent({root, mtime: file.mtime}, torrent?.bytes, fields, settings, queue);
}

async function* readDatabase(path: string, settings: QbittorrentSettings): AsyncIterable<ForeignEntry> {
	const {readRows} = await import('./qbittorrent-database.js');
	for await (const row of readRows(path)) {
		try {
			if ('problem' in row) yield row;
			else yield qbittorrentTorrent(row.resume, row.metainfo, row.fields, settings, row.queue);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			yield {name: row.name, problem: error.message};
		}
	}
}
