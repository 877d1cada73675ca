import {copyFile, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {ProtocolError} from '../base/errors.js';
import {textsOf, words} from './fields.js';
import type {ForeignProblem} from './foreign-torrent.js';
import type {LibtorrentResume} from './libtorrent-resume.js';
import type {QbittorrentFields} from './qbittorrent-torrent.js';
import {readStateFile, wholeDictionary} from './state-files.js';

/** One row of the table of torrents. */
export interface DatabaseRow {
	readonly name: string;
	readonly resume: LibtorrentResume;
	readonly metainfo: Uint8Array | undefined;
	readonly fields: QbittorrentFields;
	readonly queue: number | undefined;
}

/** What is written to the database and not in it yet. */
const companions = ['-wal'];

/**
 * The torrents in qBittorrent's database, in the order of its queue. A copy of it is read: opening it would make files
 * beside it.
 *
 * @throws {ProtocolError} when it cannot be read
 */
export async function* readRows(path: string): AsyncIterable<DatabaseRow | ForeignProblem> {
	const file = await readStateFile(path);
	if (file === undefined) return;
	const folder = await mkdtemp(join(tmpdir(), 'tortui-import-'));
	try {
		const copy = join(folder, 'torrents.db');
		await copyFile(path, copy);
		for (const ending of companions) await copyFile(`${path}${ending}`, `${copy}${ending}`).catch(() => {});
		for (const row of await selectAll(copy)) yield readRow(row, file.mtime);
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
}

type Row = Readonly<Record<string, unknown>>;

async function selectAll(path: string): Promise<Iterable<Row>> {
	const {DatabaseSync} = await import('node:sqlite').catch(() => {
		throw new ProtocolError('no-sqlite', 'reading a database takes Node.js 22.13 or later');
	});
	try {
		const database = new DatabaseSync(path);
		try {
			return database.prepare('SELECT * FROM torrents ORDER BY queue_position < 0, queue_position, id').all();
		} finally {
			database.close();
		}
	} catch (error) {
		throw new ProtocolError('bad-database', `torrents.db cannot be read: ${(error as Error).message}`);
	}
}

function readRow(row: Row, mtime: number): DatabaseRow | ForeignProblem {
	const text = (column: string) => {
		const value = row[column];
		if (value instanceof Uint8Array) return new TextDecoder().decode(value) || undefined;
		return typeof value === 'string' && value !== '' ? value : undefined;
	};
	const number = (column: string) => {
		const value = row[column];
		return typeof value === 'number' ? value : undefined;
	};
	const name = text('name') ?? text('torrent_id') ?? 'a torrent';
	const bytes = row['libtorrent_resume_data'];
	const metadata = row['metadata'];
	try {
		if (!(bytes instanceof Uint8Array)) throw new ProtocolError('bad-state', 'it has no resume data');
		const root = wholeDictionary(bytes, 'its resume data');
		const queue = number('queue_position') ?? -1;
		return {
			name,
			resume: {root, mtime},
			metainfo: metadata instanceof Uint8Array && metadata.length > 0 ? metadata : undefined,
			queue: queue < 0 ? undefined : queue,
			fields: {
				name: text('name') ?? words(root.get('qBt-name')),
				category: text('category'),
				tags:
					text('tags')
						?.split(',')
						.filter(tag => tag !== '') ?? textsOf(root.get('qBt-tags')),
				savePath: text('target_save_path'),
				downloadPath: text('download_path'),
				ratioLimit: number('ratio_limit'),
				seedingTimeLimit: number('seeding_time_limit'),
				inactiveTimeLimit: number('inactive_seeding_time_limit'),
				shareLimitAction: text('share_limit_action'),
				stopped: number('stopped') === 1,
			},
		};
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		return {name, problem: error.message};
	}
}
