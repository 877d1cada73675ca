import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ProtocolError} from '../../source/base/errors.ts';
import {findState} from '../../source/importer/foreign-clients.ts';
import type {ClientName, ForeignEntry, Person} from '../../source/importer/foreign-torrent.ts';
import type {PathChange} from '../../source/importer/path-map.ts';
import {type PreparedTorrent, prepareTorrent} from '../../source/importer/prepare-torrent.ts';
import {type Bencodable, encodeBencode} from '../../source/protocol/bencode/bencode.ts';
import {makeTorrent, type Torrent, writeFolder} from '../helpers/torrents.ts';
import type {Workspace} from '../helpers/workspace.ts';

/** A torrent another client has, whole or in part, with its data on the disk. */
export interface Had {
	readonly torrent: Torrent;
	readonly metainfo: Buffer;
	readonly id: string;
	/** The folder above its own. */
	readonly dir: string;
	readonly have: readonly boolean[];
}

/** Three files of two pieces each, the first and the last pieces of which are had: of all, or without the second file. */
export function hadTorrent(space: Workspace, name: string, isWhole = true, pieceLength = 16_384): Had {
	const dir = space.folder('data');
	const length = 2 * pieceLength;
	const files = isWhole ? ['a', 'b', 'c'] : ['a', 'c'];
	const source = writeFolder(space.folder('content'), name, [
		['a', length],
		['b', length],
		['c', length],
	]);
	for (const file of files) {
		mkdirSync(join(dir, name), {recursive: true});
		writeFileSync(join(dir, name, file), readFileSync(join(source.root, file)));
	}
	const torrent = makeTorrent(source, pieceLength);
	const path = torrent.write(space.path(`${name}.torrent`), ['http://tracker.example/announce']);
	return {
		torrent,
		metainfo: readFileSync(path),
		id: torrent.infoHash.toString('hex'),
		dir,
		have: [true, true, isWhole, isWhole, true, true],
	};
}

type Fields = Record<string, Bencodable | undefined>;

function bits(have: readonly boolean[]): Uint8Array {
	const bytes = new Uint8Array(Math.ceil(have.length / 8));
	for (const [at, is] of have.entries()) if (is) bytes[at >> 3]! |= 128 >> (at & 7);
	return bytes;
}

/** The state of a client, as it would write it, with other fields where they are given. */
export interface StateWriter {
	readonly client: ClientName;
	/** Answers the folder. */
	write(dir: string, all: readonly Had[], more?: Fields): void;
	/** The files of the first torrent, and those of all, below the folder. */
	files(had: Had): readonly string[];
}

/** As Transmission 3 and 4 do; blocks of 16 KiB, and so one a piece. */
export const transmissionState: StateWriter = {
	client: 'transmission',
	write(dir, all, more = {}) {
		for (const folder of ['torrents', 'resume']) mkdirSync(join(dir, folder), {recursive: true});
		writeFileSync(join(dir, 'settings.json'), JSON.stringify({'download-dir': all[0]?.dir}));
		for (const had of all) {
			writeFileSync(join(dir, `torrents/${had.id}.torrent`), had.metainfo);
			const resume: Fields = {
				'added-date': 1_700_000_000,
				destination: had.dir,
				dnd: [0, 0, 0],
				downloaded: 100_000,
				labels: ['boats'],
				name: had.torrent.content.name,
				paused: 0,
				priority: [0, 1, -1],
				progress: {
					blocks: bits(
						had.have.flatMap(is => Array(Math.ceil(had.torrent.pieceLength / 16_384)).fill(is) as boolean[]),
					),
				},
				'ratio-limit': {'ratio-limit': '1.500000', 'ratio-mode': 1},
				uploaded: 50_000,
				...more,
			};
			writeFileSync(join(dir, `resume/${had.id}.resume`), encodeBencode(resume));
		}
	},
	files: ({id}) => [`torrents/${id}.torrent`, `resume/${id}.resume`, 'settings.json'],
};

function libtorrentFields(had: Had, more: Fields): Fields {
	return {
		'file-format': 'libtorrent resume file',
		'file-version': 1,
		'libtorrent-version': '2.0.8.0',
		'info-hash': had.torrent.infoHash,
		'info-hash2': new Uint8Array(32),
		added_time: 1_700_000_000,
		file_priority: [4, 4, 1],
		name: had.torrent.content.name,
		pieces: Uint8Array.from(had.have, is => (is ? 1 : 0)),
		save_path: had.dir,
		total_downloaded: 100_000,
		total_uploaded: 50_000,
		trackers: [['http://tracker.example/announce']],
		...more,
	};
}

export const qbittorrentState: StateWriter = {
	client: 'qbittorrent',
	write(dir, all, more = {}) {
		mkdirSync(join(dir, 'BT_backup'), {recursive: true});
		writeFileSync(join(dir, 'BT_backup/queue'), all.map(({id}) => `${id}\n`).join(''));
		for (const had of all) {
			writeFileSync(join(dir, `BT_backup/${had.id}.torrent`), had.metainfo);
			const fields = libtorrentFields(had, {
				'qBt-category': 'boats',
				'qBt-savePath': had.dir,
				'qBt-ratioLimit': 1500,
				auto_managed: 1,
				...more,
			});
			writeFileSync(join(dir, `BT_backup/${had.id}.fastresume`), encodeBencode(fields));
		}
	},
	files: ({id}) => [`BT_backup/${id}.torrent`, `BT_backup/${id}.fastresume`, 'BT_backup/queue'],
};

export const rtorrentState: StateWriter = {
	client: 'rtorrent',
	write(dir, all, more = {}) {
		mkdirSync(dir, {recursive: true});
		for (const had of all) {
			const path = join(dir, `${had.id.toUpperCase()}.torrent`);
			const root = join(had.dir, had.torrent.content.name);
			writeFileSync(path, had.metainfo);
			const files = ['a', 'b', 'c'].map(file => ({mtime: secondOf(join(root, file)), priority: 1}));
			writeFileSync(
				`${path}.libtorrent_resume`,
				encodeBencode({bitfield: bits(had.have), files, trackers: {}, ...more}),
			);
			writeFileSync(
				`${path}.rtorrent`,
				encodeBencode({
					custom1: 'boats',
					directory: root,
					state: 1,
					'timestamp.started': 1_700_000_000,
					total_uploaded: 50_000,
					total_downloaded: 100_000,
					...more,
				}),
			);
		}
	},
	files: ({id}) => ['', '.libtorrent_resume', '.rtorrent'].map(more => `${id.toUpperCase()}.torrent${more}`),
};

function secondOf(path: string): number {
	try {
		return Math.floor(statSync(path).mtimeMs / 1000);
	} catch {
		return -1;
	}
}

/** What a pickle of Deluge holds: plain values, and objects of its two classes. */
export type Pickled =
	| string
	| number
	| boolean
	| null
	| readonly Pickled[]
	| {readonly class?: string; readonly fields: Readonly<Record<string, Pickled>>};

/** As Python's pickle writes it, protocol 2. */
export function pickle(value: Pickled): Buffer {
	const parts: Buffer[] = [Buffer.from([0x80, 2])];
	const text = (word: string) => {
		const bytes = Buffer.from(word);
		const length = Buffer.alloc(4);
		length.writeUInt32LE(bytes.length);
		parts.push(Buffer.from('X'), length, bytes);
	};
	const put = (each: Pickled): void => {
		if (each === null) parts.push(Buffer.from('N'));
		else if (typeof each === 'boolean') parts.push(Buffer.from([each ? 0x88 : 0x89]));
		else if (typeof each === 'string') text(each);
		else if (typeof each === 'number' && Number.isInteger(each) && Math.abs(each) < 2 ** 31) {
			const bytes = Buffer.alloc(4);
			bytes.writeInt32LE(each);
			parts.push(Buffer.from('J'), bytes);
		} else if (typeof each === 'number') {
			const bytes = Buffer.alloc(8);
			bytes.writeDoubleBE(each);
			parts.push(Buffer.from('G'), bytes);
		} else if (Array.isArray(each)) {
			parts.push(Buffer.from(']('));
			for (const item of each as readonly Pickled[]) put(item);
			parts.push(Buffer.from('e'));
		} else {
			const {class: name, fields} = each as Extract<Pickled, {fields: unknown}>;
			if (name !== undefined) parts.push(Buffer.from(`c${name.replace(' ', '\n')}\n)\x81`, 'latin1'));
			parts.push(Buffer.from('}('));
			for (const [key, item] of Object.entries(fields)) {
				text(key);
				put(item);
			}
			parts.push(Buffer.from('u'));
			if (name !== undefined) parts.push(Buffer.from('b'));
		}
	};
	put(value);
	parts.push(Buffer.from('.'));
	return Buffer.concat(parts);
}

const module = 'deluge.core.torrentmanager';

export function delugeTorrents(torrents: readonly Readonly<Record<string, Pickled>>[]): Buffer {
	return pickle({
		class: `${module} TorrentManagerState`,
		fields: {torrents: torrents.map(fields => ({class: `${module} TorrentState`, fields}))},
	});
}

export const delugeState: StateWriter = {
	client: 'deluge',
	write(dir, all, more = {}) {
		mkdirSync(join(dir, 'state'), {recursive: true});
		const torrents = all.map((had, queue) => ({
			torrent_id: had.id,
			filename: 'x.torrent',
			save_path: had.dir,
			paused: false,
			queue,
			is_finished: false,
			stop_at_ratio: true,
			stop_ratio: 1.5,
			magnet: null,
			trackers: [{fields: {url: 'http://tracker.example/announce', tier: 0}}],
		}));
		writeFileSync(join(dir, 'state/torrents.state'), delugeTorrents(torrents));
		const resumes = new Map(all.map(had => [had.id, encodeBencode(libtorrentFields(had, more))]));
		writeFileSync(join(dir, 'state/torrents.fastresume'), encodeBencode(resumes));
		for (const had of all) writeFileSync(join(dir, `state/${had.id}.torrent`), had.metainfo);
		const labels = Object.fromEntries(all.map(({id}) => [id, 'boats']));
		writeFileSync(
			join(dir, 'label.conf'),
			`{\n    "file": 1,\n    "format": 1\n}${JSON.stringify({labels: {boats: {}}, torrent_labels: labels})}`,
		);
	},
	files: ({id}) => [`state/${id}.torrent`, 'state/torrents.state', 'state/torrents.fastresume', 'label.conf'],
};

export const stateWriters = [transmissionState, qbittorrentState, rtorrentState, delugeState] as const;

/** What reading a state came to: what could be brought, and what not, a line each. */
export interface Brought {
	readonly torrents: readonly PreparedTorrent[];
	readonly problems: ReadonlyArray<{readonly name: string; readonly problem: string}>;
}

/** Reads a state and prepares all of it, as the command does. */
export async function bring(
	client: ClientName,
	dir: string,
	person: Person = {home: '/nowhere', env: {}},
	changes: readonly PathChange[] = [],
): Promise<Brought> {
	const {state} = await findState(client, dir, person);
	const torrents: PreparedTorrent[] = [];
	const problems: Array<{name: string; problem: string}> = [];
	const take = async (entry: ForeignEntry): Promise<void> => {
		if ('problem' in entry) return void problems.push(entry);
		try {
			torrents.push((await prepareTorrent(entry, {changes, paused: false})) as PreparedTorrent);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			problems.push({name: entry.name, problem: error.message});
		}
	};
	for await (const entry of state.entries()) await take(entry);
	return {torrents, problems};
}
