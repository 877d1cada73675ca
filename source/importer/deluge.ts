import {join} from 'node:path';
import type {FilePriority} from '../api/snapshot.js';
import {ProtocolError} from '../base/errors.js';
import type {SeedGoal} from '../base/seed-goal.js';
import type {BencodeNode} from '../protocol/bencode/bencode.js';
import type {ForeignClient, ForeignEntry, ForeignState, ForeignTorrent} from './foreign-torrent.js';
import {type LibtorrentResume, torrentOf} from './libtorrent-resume.js';
import {type PickleDictionary, PickleInstance, type PickleValue, readPickle} from './pickle.js';
import {findProcess, runsProgram} from './running-client.js';
import {firstWith, isFile, readStateFile, wholeDictionary} from './state-files.js';

const module = 'deluge.core.torrentmanager';
const torrentClass = `${module} TorrentState`;
const classes: ReadonlySet<string> = new Set([torrentClass, `${module} TorrentManagerState`]);
/** No list of torrents is longer: what a hand has made may hold itself. */
const mostTorrents = 1_000_000;

/** Deluge 1.3 and 2: `state/torrents.state`, a pickle, `torrents.fastresume`, and a .torrent each. */
export const deluge: ForeignClient = {
	name: 'deluge',
	title: 'Deluge',
	usualDirs({home, env}) {
		const config = env['XDG_CONFIG_HOME'] || join(home, '.config');
		return [
			join(config, 'deluge'),
			join(home, 'Library/Application Support/deluge'),
			'/var/lib/deluged/config',
			'/var/lib/deluge/.config/deluge',
			'/var/lib/deluge/config',
		];
	},
	async open(dir) {
		const state = await firstWith(
			[dir, join(dir, 'state')],
			async at =>
				(await isFile(join(at, 'torrents.state'))) || (await isFile(join(at, 'torrents.state.bak'))),
		);
		return state === undefined ? undefined : openState(state);
	},
	async running(dir) {
		for (const at of [dir, join(dir, '..')]) {
			const file = await readStateFile(join(at, 'deluged.pid')).catch(() => undefined);
			const pid = /^(\d+);/.exec(new TextDecoder().decode(file?.bytes))?.[1];
			if (pid !== undefined && (await runsProgram(Number(pid), 'deluge'))) return `deluged (process ${pid})`;
		}
		return findProcess(['deluged', 'deluge', 'deluge-gtk'], {
			state: dir,
			option: ['-c', '--config'],
			usualDirs: ({home, env}) => [join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'deluge')],
		});
	},
};

async function openState(dir: string): Promise<ForeignState> {
	return {dir, entries: () => readAll(dir)};
}

/** What is damaged has a copy from before beside it. */
async function withBackup<Value>(
	path: string,
	read: (bytes: Uint8Array, mtime: number) => Value,
): Promise<{readonly value: Value | undefined; readonly problem?: string}> {
	let problem: string | undefined;
	for (const at of [path, `${path}.bak`]) {
		try {
			const file = await readStateFile(at);
			if (file !== undefined) return {value: read(file.bytes, file.mtime), ...(problem && {problem})};
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			problem ??= error.message;
		}
	}
	return {value: undefined, problem: problem ?? 'it is gone'};
}

async function* readAll(dir: string): AsyncIterable<ForeignEntry> {
	const list = await withBackup(join(dir, 'torrents.state'), readTorrents);
	if (list.problem !== undefined)
		yield {
			name: 'torrents.state',
			problem: list.problem + (list.value ? ': the copy from before is taken' : ''),
		};
	const resumes = await withBackup(join(dir, 'torrents.fastresume'), readResumes);
	if (resumes.problem !== undefined && (list.value?.length ?? 0) > 0)
		yield {
			name: 'torrents.fastresume',
			problem: `${resumes.problem}: ${resumes.value ? 'the copy from before is taken' : 'what is in their folders is hashed'}`,
		};
	const labels = await readLabels(dir);
	for (const fields of list.value ?? []) {
		const id = textOf(fields, 'torrent_id') ?? '';
		try {
			yield await readOne(dir, id, fields, resumes.value, labels.get(id));
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			yield {
				name: textOf(fields, 'name') ?? textOf(fields, 'filename') ?? (id || 'a torrent'),
				problem: error.message,
			};
		}
	}
}

/** The fields of each torrent, in the order of the queue; those that are complete stand in none. */
function readTorrents(bytes: Uint8Array): PickleDictionary[] {
	const state = readPickle(bytes, classes);
	const torrents = state instanceof PickleInstance ? state.fields.get('torrents') : undefined;
	if (!Array.isArray(torrents) || torrents.length > mostTorrents)
		throw new ProtocolError('bad-state', 'it has no list of torrents');
	const all = torrents.flatMap(each =>
		each instanceof PickleInstance && each.className === torrentClass ? [each.fields] : [],
	);
	const place = (fields: PickleDictionary) => {
		const queue = numberOf(fields, 'queue') ?? -1;
		return queue < 0 ? Infinity : queue;
	};
	return all
		.map(fields => ({fields, at: place(fields)}))
		.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at))
		.map(({fields}) => fields);
}

/** Of its plug-in Label: two objects of JSON one after the other, of which the second holds them. */
async function readLabels(dir: string): Promise<ReadonlyMap<string, string>> {
	for (const at of [join(dir, '../label.conf'), join(dir, 'label.conf')]) {
		const file = await readStateFile(at).catch(() => undefined);
		if (file === undefined) continue;
		const text = new TextDecoder().decode(file.bytes);
		try {
			const second = text.indexOf('{', text.indexOf('}'));
			const {torrent_labels: labels} = JSON.parse(text.slice(second)) as {torrent_labels?: unknown};
			if (typeof labels !== 'object' || labels === null) continue;
			return new Map(
				Object.entries(labels).flatMap(([id, label]) =>
					typeof label === 'string' && label !== '' ? [[id, label]] : [],
				),
			);
		} catch {
			// What it holds besides is of no use here.
		}
	}
	return new Map();
}

async function readOne(
	dir: string,
	id: string,
	fields: PickleDictionary,
	resumes: Resumes | undefined,
	label: string | undefined,
): Promise<ForeignTorrent> {
	if (!/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(id))
		throw new ProtocolError('bad-state', 'it has no info-hash');
	const file = await readStateFile(join(dir, `${id}.torrent`));
	const notes: string[] = [];
	const root = resumeOf(resumes?.entries.get(id), notes);
	const resume = root && resumes && {root, mtime: resumes.mtime};
	const link = textOf(fields, 'magnet');
	const common = resume && torrentOf(resume, file?.bytes, priorityOf);
	const metainfo = file?.bytes ?? common?.metainfo;
	if (metainfo === undefined && link === undefined && common?.link === undefined)
		throw new ProtocolError('bad-state', 'its .torrent is gone, and its link is not known');
	const dirNow = textOf(fields, 'save_path');
	if (dirNow === undefined) throw new ProtocolError('bad-state', 'nobody knows which folder its data is in');
	const isMoved = fields.get('move_completed') === true || fields.get('move_on_completed') === true;
	const target = textOf(fields, 'move_completed_path') ?? textOf(fields, 'move_on_completed_path');
	const isFinished = fields.get('is_finished') === true;
	if (resume === undefined && metainfo !== undefined && notes.length === 0)
		notes.push('what was known of it: what is in its folder is hashed');
	return {
		...common,
		name: textOf(fields, 'name') ?? common?.name ?? textOf(fields, 'filename') ?? id,
		metainfo,
		link: metainfo === undefined ? (link ?? common?.link) : undefined,
		dirs: [dirNow],
		doneDir: isMoved && !isFinished && target !== undefined && target !== dirNow ? target : undefined,
		paused: fields.get('paused') === true,
		queue: queueOf(fields),
		label,
		trackers: common?.trackers?.length ? common.trackers : trackersOf(fields.get('trackers')),
		goal: goalOf(fields),
		notes,
	};
}

function queueOf(fields: PickleDictionary): number | undefined {
	const queue = numberOf(fields, 'queue') ?? -1;
	return queue < 0 ? undefined : queue;
}

/** Resume data by info-hash. */
interface Resumes {
	readonly entries: ReadonlyMap<string, BencodeNode>;
	readonly mtime: LibtorrentResume['mtime'];
}

function readResumes(bytes: Uint8Array, mtime: number): Resumes {
	const root = wholeDictionary(bytes, 'torrents.fastresume');
	const latin = new TextDecoder('latin1');
	return {entries: new Map([...root.entries()].map(([key, value]) => [latin.decode(key), value])), mtime};
}

/** Each is bencoded once more; earlier versions did not. */
function resumeOf(entry: BencodeNode | undefined, notes: string[]): BencodeNode | undefined {
	if (entry === undefined || entry.type === 'dictionary') return entry;
	try {
		return wholeDictionary(entry.bytes() ?? new Uint8Array(), 'its resume data');
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		notes.push(`what was known of it (${error.message}): what is in its folder is hashed`);
		return undefined;
	}
}

function priorityOf(theirs: number): FilePriority {
	if (theirs <= 0) return 0;
	return theirs < 4 ? 1 : theirs < 6 ? 2 : 3;
}

function goalOf(fields: PickleDictionary): SeedGoal {
	const ratio = numberOf(fields, 'stop_ratio');
	if (fields.get('stop_at_ratio') !== true || ratio === undefined || !(ratio >= 0)) return {};
	return {ratio, ...(fields.get('remove_at_ratio') === true && {atGoal: 'remove'})};
}

function trackersOf(value: PickleValue | undefined): string[][] | undefined {
	if (!Array.isArray(value)) return undefined;
	const tiers: string[][] = [];
	for (const entry of value.slice(0, 10_000)) {
		if (!(entry instanceof Map)) continue;
		const [url, tier = 0] = [textOf(entry, 'url'), numberOf(entry, 'tier')];
		if (url !== undefined && tier >= 0 && tier < 1000) {
			tiers[tier] ??= [];
			tiers[tier].push(url);
		}
	}
	const all = tiers.filter(tier => tier !== undefined);
	return all.length === 0 ? undefined : all;
}

function textOf(fields: PickleDictionary, key: string): string | undefined {
	const value = fields.get(key);
	return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(fields: PickleDictionary, key: string): number | undefined {
	const value = fields.get(key);
	return typeof value === 'number' ? value : undefined;
}
