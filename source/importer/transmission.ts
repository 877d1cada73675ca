import {basename, dirname, join} from 'node:path';
import type {FilePriority} from '../api/snapshot.js';
import {ProtocolError} from '../base/errors.js';
import {toHex} from '../base/hex.js';
import type {SeedGoal} from '../base/seed-goal.js';
import {asInfoHash, type Bytes, blockLength, type Millis} from '../base/units.js';
import type {BencodeNode} from '../protocol/bencode/bencode.js';
import {formatMagnet} from '../protocol/metainfo/magnet.js';
import type {Metainfo} from '../protocol/metainfo/metainfo.js';
import {Bitfield} from '../protocol/wire/bitfield.js';
import {allOf, bitsOf, isSet, pathOf, positive, textsOf, tiersOf, timeOf, words} from './fields.js';
import type {ForeignClient, ForeignData, ForeignEntry, ForeignTorrent, Person} from './foreign-torrent.js';
import {findProcess} from './running-client.js';
import {firstWith, isFolder, namesIn, readStateFile, readStateJson, wholeDictionary} from './state-files.js';

/** What its settings say of all torrents. */
interface Settings {
	readonly downloadDir: string | undefined;
	readonly incompleteDir: string | undefined;
}

/** Resume data may be on the disk a moment before what it is about. */
const slack: Millis = 2000;
const programs = [
	'transmission-daemon',
	'transmission-gtk',
	'transmission-qt',
	'transmission-cli',
	'Transmission',
];

/** Where it keeps its state for somebody who has said nothing else. */
function ownDirs({home, env}: Person): string[] {
	const config = env['XDG_CONFIG_HOME'] || join(home, '.config');
	return [
		...(env['TRANSMISSION_HOME'] ? [env['TRANSMISSION_HOME']] : []),
		join(config, 'transmission-daemon'),
		join(config, 'transmission'),
	];
}

/** Transmission 2 to 4: a .torrent (or .magnet) and a file `.resume` each, and settings.json. */
export const transmission: ForeignClient = {
	name: 'transmission',
	title: 'Transmission',
	usualDirs(person) {
		const {home} = person;
		return [
			...ownDirs(person),
			join(home, '.var/app/com.transmissionbt.Transmission/config/transmission'),
			join(home, 'Library/Application Support/Transmission'),
			'/var/lib/transmission-daemon/.config/transmission-daemon',
			'/var/lib/transmission-daemon/info',
			'/var/lib/transmission/.config/transmission-daemon',
			'/var/lib/transmission/config',
		];
	},
	async open(dir) {
		const found = await firstWith([dir, join(dir, 'info')], at => isFolder(join(at, 'torrents')));
		// Or the folder of the .torrent files itself was named.
		const state = found ?? (basename(dir) === 'torrents' && (await isFolder(dir)) ? dirname(dir) : undefined);
		return state === undefined ? undefined : {dir: state, entries: () => readAll(state)};
	},
	async running(dir) {
		return findProcess(programs, {state: dir, option: ['-g', '--config-dir'], usualDirs: ownDirs});
	},
};

async function* readAll(dir: string): AsyncIterable<ForeignEntry> {
	const settings = await readSettings(dir);
	const folder = join(dir, 'torrents');
	const names = [
		...((await namesIn(folder, '.torrent')) ?? []),
		...((await namesIn(folder, '.magnet')) ?? []),
	];
	const order = await readQueue(dir);
	const placed = names.map(name => ({name, place: order.get(name) ?? Infinity}));
	placed.sort((a, b) => (a.place === b.place ? 0 : a.place - b.place));
	for (const {name} of placed) {
		try {
			yield await readOne(dir, name, settings, order.get(name));
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			yield {name, problem: error.message};
		}
	}
}

/** Version 4.1 keeps the order of the queue in a list of file names. */
async function readQueue(dir: string): Promise<Map<string, number>> {
	const list = await readStateJson(join(dir, 'queue.json'));
	if (!Array.isArray(list)) return new Map();
	return new Map(list.flatMap((name, place) => (typeof name === 'string' ? [[name, place]] : [])));
}

async function readSettings(dir: string): Promise<Settings> {
	const json = await readStateJson(join(dir, 'settings.json'));
	const all = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
	// Version 4.1 writes them with underscores.
	const setting = (name: string) => all[name] ?? all[name.replaceAll('-', '_')];
	const path = (name: string) => {
		const value = setting(name);
		return typeof value === 'string' && value !== '' ? value : undefined;
	};
	const isEnabled = setting('incomplete-dir-enabled') === true;
	return {
		downloadDir: path('download-dir'),
		incompleteDir: isEnabled ? path('incomplete-dir') : undefined,
	};
}

async function readOne(
	dir: string,
	name: string,
	settings: Settings,
	queue: number | undefined,
): Promise<ForeignTorrent> {
	const file = await readStateFile(join(dir, 'torrents', name));
	if (file === undefined) throw new ProtocolError('unreadable', 'it is gone');
	const source = readSource(name, file.bytes);
	const stem = name.replace(/\.(?:torrent|magnet)$/, '');
	const notes: string[] = [];
	const resume = await readResume(join(dir, 'resume', `${stem}.resume`), notes);
	const root = resume?.root;
	const field = (key: string): BencodeNode | undefined =>
		root?.get(key) ?? root?.get(key.replaceAll('-', '_'));
	const destination = words(field('destination')) ?? settings.downloadDir;
	const incomplete = words(field('incomplete-dir'));
	if (destination === undefined)
		throw new ProtocolError('bad-state', 'nobody knows which folder its data is in');
	const [label, ...labels] = textsOf(field('labels'));
	if (labels.length > 0) notes.push(`more than one label: ${labels.join(', ')}`);
	if (words(field('group'))) notes.push('its group of limits');
	if ((field('bandwidth-priority')?.number() ?? 0) !== 0) notes.push('its priority among torrents');
	const [down, up] = [positive(field('downloading-time-seconds')), positive(field('seeding-time-seconds'))];
	return {
		...source,
		name: words(field('name')) ?? source.name,
		dirs: incomplete === undefined ? [destination] : [incomplete, destination],
		doneDir: incomplete === undefined ? undefined : destination,
		ending: '.part',
		paused: isSet(field('paused')),
		queue,
		label,
		sequential: isSet(field('sequential-download')),
		maxDownload: limitOf(field('speed-limit-down')),
		maxUpload: limitOf(field('speed-limit-up')),
		goal: goalOf(field('ratio-limit'), field('idle-limit')),
		addedAt: timeOf(field('added-date')),
		completedAt: timeOf(field('done-date')),
		downloaded: positive(field('downloaded')),
		uploaded: positive(field('uploaded')),
		activeTime: (down ?? 0) + (up ?? 0),
		seedingTime: up,
		notes,
		data: resume && source.metainfo ? metainfo => dataOf(resume, metainfo) : undefined,
	};
}

interface Resume {
	readonly root: BencodeNode;
	readonly mtime: Millis;
}

/** One that cannot be read costs only what it says: Transmission itself does as if there were none. */
async function readResume(path: string, notes: string[]): Promise<Resume | undefined> {
	try {
		const file = await readStateFile(path);
		if (file !== undefined) return {root: wholeDictionary(file.bytes, 'its .resume'), mtime: file.mtime};
		notes.push('what was known of it, for its .resume is gone: what is in its folder is hashed');
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		notes.push(`what was known of it (${error.message}): what is in its folder is hashed`);
	}
	return undefined;
}

/** The .torrent, or the link that stands for one: as text in version 4, before that as a .torrent without content. */
function readSource(name: string, bytes: Uint8Array): Pick<ForeignTorrent, 'name' | 'metainfo' | 'link'> {
	if (name.endsWith('.magnet')) {
		const link = new TextDecoder().decode(bytes).trim();
		return {name: name.replace(/\.magnet$/, ''), link};
	}
	const root = wholeDictionary(bytes, 'its .torrent');
	const magnet = root.get('magnet-info');
	const hash = magnet?.get('info_hash')?.bytes();
	if (magnet === undefined || root.get('info')) return {name, metainfo: bytes};
	if (hash?.length !== 20) throw new ProtocolError('bad-state', 'its link has no info-hash');
	const title = words(magnet.get('display-name')) ?? '';
	const link = formatMagnet({
		infoHash: asInfoHash(toHex(hash)),
		infoHashV2: undefined,
		name: title,
		trackers: tiersOf(root.get('announce-list')) ?? [textsOf(root.get('announce'))],
		webSeeds: textsOf(root.get('url-list')),
	});
	return {name: title || name, link};
}

function limitOf(node: BencodeNode | undefined): number | undefined {
	const flag = node?.get('use-speed-limit') ?? node?.get('use_speed_limit');
	const speed = node?.get('speed-Bps') ?? node?.get('speed_Bps');
	return isSet(flag) ? positive(speed) : undefined;
}

/** 0 as all have it, 1 its own, 2 without end. */
function goalOf(ratio: BencodeNode | undefined, idle: BencodeNode | undefined): SeedGoal {
	const ratioMode = (ratio?.get('ratio-mode') ?? ratio?.get('ratio_mode'))?.number();
	const ratioText = (ratio?.get('ratio-limit') ?? ratio?.get('ratio_limit'))?.text();
	const idleMode = (idle?.get('idle-mode') ?? idle?.get('idle_mode'))?.number();
	const minutes = (idle?.get('idle-limit') ?? idle?.get('idle_limit'))?.number();
	const wish = Number(ratioText);
	return {
		...(ratioMode === 1 && ratioText && wish >= 0 && Number.isFinite(wish) && {ratio: wish}),
		...(ratioMode === 2 && {ratio: 'none'}),
		...(idleMode === 1 && minutes !== undefined && minutes > 0 && {idle: minutes * 60}),
		...(idleMode === 2 && {idle: 'none'}),
	};
}

function dataOf({root, mtime}: Resume, metainfo: Metainfo): ForeignData {
	const {files, pieceCount} = metainfo;
	const progress = root.get('progress');
	const {have, partials} = readBlocks(progress, metainfo);
	const skipped = [...(root.get('dnd')?.items() ?? [])].map(isSet);
	const wishes = [...(root.get('priority')?.items() ?? [])].map(item => item.number() ?? 0);
	const isUnchecked = readUnchecked(progress, pieceCount);
	const times = [...(progress?.get('mtimes')?.items() ?? [])].map(item => item.number() ?? 0);
	return {
		have,
		partials,
		priorities: files.map((_, file): FilePriority => {
			if (skipped[file]) return 0;
			const wish = wishes[file] ?? 0;
			return wish < 0 ? 1 : wish > 0 ? 3 : 2;
		}),
		paths: pathsOf(root, metainfo),
		isAsLeft(file, found) {
			if (isUnchecked?.(metainfo, file)) return false;
			const time = times[file];
			// It knows the whole second in which it was.
			if (time !== undefined && time > 0) return Math.abs(Math.floor(found.mtime / 1000) - time) <= 1;
			return found.mtime <= mtime + slack;
		},
	};
}

/** Files by the names they were given; the name of the torrent's own folder is kept apart from them. */
function pathsOf(root: BencodeNode, {files, name}: Metainfo): Array<readonly string[] | undefined> {
	const given = [...(root.get('files')?.items() ?? [])].map(item => item.bytes());
	const title = root.get('name')?.bytes();
	const [top, ...more] = title === undefined || title.length === 0 ? [] : pathOf(title);
	const isOther = top !== undefined && more.length === 0 && top !== name && given.some(path => path?.length);
	return files.map(({path, pad}, file) => {
		if (pad) return undefined;
		const bytes = given[file];
		if (bytes && bytes.length > 0) return pathOf(bytes);
		return isOther ? [top, ...path.slice(1)] : undefined;
	});
}

/** How long one of its blocks may be, the likeliest first: 16 KiB, or before version 4 what a piece can be halved to. */
function blockLengths({pieceLength}: Metainfo, isOld: boolean): Bytes[] {
	let halved = pieceLength;
	while (halved > blockLength) halved /= 2;
	if (!Number.isInteger(halved) || halved === blockLength) return [blockLength];
	return isOld ? [halved, blockLength] : [blockLength, halved];
}

function readBlocks(progress: BencodeNode | undefined, metainfo: Metainfo) {
	const {pieceCount, length, pieceLength} = metainfo;
	const whole = progress?.get('blocks')?.text() ?? progress?.get('have')?.text();
	if (whole === 'all') return {have: allOf(pieceCount), partials: []};
	const bytes = progress?.get('blocks')?.bytes() ?? progress?.get('bitfield')?.bytes();
	const have = new Bitfield(pieceCount);
	if (bytes === undefined || bytes.length === 0 || whole === 'none') return {have, partials: []};
	const size = blockLengths(metainfo, progress?.has('time-checked') === true).find(
		each => Math.ceil(Math.ceil(length / each) / 8) === bytes.length,
	);
	const blocks = bitsOf(bytes, Math.ceil(length / (size ?? blockLength)));
	const partials: Array<{piece: number; blocks: Uint8Array}> = [];
	const each = size ?? blockLength;
	for (let piece = 0; piece < pieceCount; piece++) {
		const start = piece * pieceLength;
		const end = Math.min(length, start + pieceLength);
		const [first, last] = [Math.floor(start / each), Math.ceil(end / each) - 1];
		const part = new Uint8Array(Math.ceil((last - first + 1) / 8));
		let count = 0;
		for (let block = first; block <= last; block++) {
			if (!blocks.has(block)) continue;
			count++;
			part[(block - first) >> 3]! |= 128 >> ((block - first) & 7);
		}
		if (count > last - first) have.set(piece);
		else if (count > 0 && each === blockLength && start % each === 0) partials.push({piece, blocks: part});
	}
	return {have, partials};
}

/** Version 4 notes which pieces it has looked at; a file with others is as good as unknown. */
function readUnchecked(
	progress: BencodeNode | undefined,
	pieceCount: number,
): ((metainfo: Metainfo, file: number) => boolean) | undefined {
	const node = progress?.get('pieces');
	const bytes = node?.bytes();
	if (bytes === undefined || node?.text() === 'all') return undefined;
	if (node?.text() === 'none') return () => true;
	const checked = bitsOf(bytes, pieceCount);
	return ({files, pieceLength}, file) => {
		const {offset, length} = files[file]!;
		for (let piece = Math.floor(offset / pieceLength); piece * pieceLength < offset + length; piece++)
			if (!checked.has(piece)) return true;
		return false;
	};
}
