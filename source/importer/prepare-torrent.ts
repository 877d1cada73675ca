import {constants} from 'node:fs';
import {open, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {AddOptions, Command} from '../api/command.js';
import type {KnownTorrent, WhenComplete} from '../api/known-torrent.js';
import {ProtocolError, UserError} from '../base/errors.js';
import type {Bytes} from '../base/units.js';
import {diskPath} from '../io/files/disk-path.js';
import {readMetainfoAside} from '../io/metainfo/thread.js';
import {findNames} from '../io/ownership/find-names.js';
import {geometryOf, type PieceGeometry} from '../policy/pieces/piece-geometry.js';
import {parseMagnet} from '../protocol/metainfo/magnet.js';
import type {Metainfo} from '../protocol/metainfo/metainfo.js';
import {asTrackerUrl, asWebSeedUrl} from '../protocol/metainfo/source-urls.js';
import {idsOf, type SwarmHashes} from '../protocol/metainfo/swarm-hashes.js';
import {Bitfield} from '../protocol/wire/bitfield.js';
import type {ForeignData, ForeignTorrent, FoundFile} from './foreign-torrent.js';
import {partFileName, partIndexLength, readPartIndex} from './libtorrent-resume.js';
import {mapPath, type PathChange} from './path-map.js';
import {isFolder} from './state-files.js';

/** A torrent of another client, ready to be added. */
export interface PreparedTorrent {
	readonly command: Extract<Command, {readonly type: 'torrent.add' | 'torrent.addLink'}>;
	/** What it may be called in the engine. */
	readonly ids: readonly string[];
	readonly name: string;
	readonly dir: string;
	/** How many pieces are believed to be had without being hashed, and how many there are; 0 of a link. */
	readonly have: number;
	readonly pieces: number;
	/** What of it was not brought, a line each, from strangers. */
	readonly notes: readonly string[];
}

/** How torrents are brought. */
export interface ImportOptions {
	readonly changes: readonly PathChange[];
	/** None is started. */
	readonly paused: boolean;
	/** Whether the engine has a torrent of one of these ids. */
	isHere?(ids: readonly string[]): boolean;
}

/** A torrent that the engine has already: nothing of it is looked at. */
export interface PresentTorrent {
	readonly ids: readonly string[];
	readonly name: string;
	readonly isHere: true;
}

const looksAtOnce = 64;
/** Files that are named in one line. */
const mostNamed = 5;
/** What one message to the engine may hold of these; the pieces of the rest are fetched again. */
const mostParts: Bytes = 4 << 20;
const longestLabel = 100;

/**
 * Looks at the files of a torrent of another client, and puts together how it is to be added.
 *
 * @throws {ProtocolError} when it cannot be brought, with why
 */
export async function prepareTorrent(
	torrent: ForeignTorrent,
	options: ImportOptions,
): Promise<PreparedTorrent | PresentTorrent> {
	if (torrent.metainfo === undefined) return prepareLink(torrent, options);
	const metainfo = await readMetainfoAside(torrent.metainfo);
	const ids = idsOf(metainfo);
	if (options.isHere?.(ids)) return {ids, name: metainfo.name, isHere: true};
	const dirs = placesOf(torrent, options.changes);
	const notes = [...(torrent.notes ?? [])].map(note => `not brought: ${note}`);
	const data = torrent.data?.(metainfo);
	const found = await findFiles(torrent, metainfo, data, dirs);
	const {dir} = found;
	await requirePlace(dir, data?.have.count ?? 0);
	const known = data && (await knownData(metainfo, data, found, notes));
	const done = whenComplete(torrent, metainfo, found, dirs.done);
	const priorities = (data?.priorities ?? []).flatMap((priority, file) =>
		priority === 2 || metainfo.files[file]!.pad ? [] : [[file, priority] as const],
	);
	return {
		command: {
			type: 'torrent.add',
			metainfo: torrent.metainfo,
			options: {
				...optionsOf(torrent, dir, options.paused),
				...(priorities.length > 0 && {priorities}),
				known: {
					...totalsOf(torrent, notes),
					...known,
					...(known && completionOf(torrent, metainfo, data!, found)),
					...(done !== undefined && {whenComplete: done}),
				},
			},
		},
		ids,
		name: metainfo.name,
		dir,
		have: known === undefined ? 0 : found.trusted,
		pieces: metainfo.pieceCount,
		notes,
	};
}

function prepareLink(torrent: ForeignTorrent, options: ImportOptions): PreparedTorrent | PresentTorrent {
	const {link} = torrent;
	if (link === undefined) throw new ProtocolError('bad-state', 'it has neither a .torrent nor a link');
	let hashes: SwarmHashes & {readonly name: string | undefined};
	try {
		hashes = parseMagnet(link);
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		throw new ProtocolError('bad-link', error.message);
	}
	const ids = idsOf(hashes);
	const name = hashes.name ?? torrent.name;
	if (options.isHere?.(ids)) return {ids, name, isHere: true};
	const {dirs, done} = placesOf(torrent, options.changes);
	// Nothing of it is there yet: it may as well begin where it is to end.
	const dir = done ?? dirs.at(-1)!;
	const notes = [...(torrent.notes ?? [])].map(note => `not brought: ${note}`);
	return {
		command: {
			type: 'torrent.addLink',
			link,
			options: {...optionsOf(torrent, dir, options.paused), known: totalsOf(torrent, notes)},
		},
		ids,
		name,
		dir,
		have: 0,
		pieces: 0,
		notes,
	};
}

function optionsOf(torrent: ForeignTorrent, dir: string, paused: boolean): AddOptions {
	const {label, sequential, maxDownload, maxUpload, goal} = torrent;
	return {
		dir,
		...((paused || torrent.paused) && {paused: true}),
		...(label !== undefined && {label: label.slice(0, longestLabel)}),
		...(sequential === true && {sequential}),
		...(maxDownload !== undefined && {maxDownload}),
		...(maxUpload !== undefined && {maxUpload}),
		...(goal !== undefined && Object.keys(goal).length > 0 && {goal}),
	};
}

function totalsOf(torrent: ForeignTorrent, notes: string[]): KnownTorrent {
	const {trackers, webSeeds = [], addedAt, completedAt, superSeeding} = torrent;
	const {downloaded, uploaded, activeTime, seedingTime} = torrent;
	const tiers = trackers
		?.map(tier => tier.flatMap(url => asTrackerUrl(url) ?? []))
		.filter(tier => tier.length > 0);
	const lost = (trackers?.flat().length ?? 0) - (tiers?.flat().length ?? 0);
	if (lost > 0) notes.push(`not brought: ${lost === 1 ? 'a tracker' : `${lost} trackers`} of another kind`);
	const seeds = webSeeds.flatMap(url => asWebSeedUrl(url) ?? []);
	return {
		...(tiers !== undefined && {trackers: tiers}),
		...(seeds.length > 0 && {webSeeds: seeds}),
		...(addedAt !== undefined && {addedAt}),
		...(completedAt !== undefined && {completedAt}),
		...(downloaded !== undefined && {downloaded}),
		...(uploaded !== undefined && {uploaded}),
		...(activeTime !== undefined && {activeTime}),
		...(seedingTime !== undefined && {seedingTime}),
		...(superSeeding === true && {superSeeding}),
	};
}

interface Places {
	readonly dirs: readonly string[];
	readonly done: string | undefined;
}

function placesOf(torrent: ForeignTorrent, changes: readonly PathChange[]): Places {
	const here = (path: string): string => {
		const mapped = mapPath(path, changes);
		if (mapped === undefined)
			throw new ProtocolError(
				'relative-dir',
				`its folder ${path} is not absolute: --map ${path}=DIR says where it is`,
			);
		return mapped;
	};
	return {
		dirs: torrent.dirs.map(here),
		done: torrent.doneDir === undefined ? undefined : here(torrent.doneDir),
	};
}

/** What was had is somewhere: where nothing is, not even the folder above, is no place to begin anew unasked. */
async function requirePlace(dir: string, had: number): Promise<void> {
	if ((await isFolder(dir)) || (had === 0 && (await isFolder(dirname(dir))))) return;
	throw new ProtocolError('no-folder', `its folder ${dir} is not here: --map ${dir}=DIR says where it is`);
}

/** Where its files were found. */
interface FoundFiles {
	readonly dir: string;
	/** One entry a file: below the folder. */
	readonly paths: ReadonlyArray<readonly string[]>;
	/** By file, its name when it is whole, where it has another. */
	readonly endings: ReadonlyMap<number, string>;
	readonly files: ReadonlyArray<FoundFile | undefined>;
	/** How many pieces are believed. */
	trusted: number;
}

async function findFiles(
	torrent: ForeignTorrent,
	metainfo: Metainfo,
	data: ForeignData | undefined,
	{dirs}: Places,
): Promise<FoundFiles> {
	let best: FoundFiles | undefined;
	let most = -1;
	for (const dir of dirs) {
		const found = await lookIn(dir, torrent.ending, metainfo, data);
		const count = found.files.filter(file => file !== undefined).length;
		if (count <= most) continue;
		best = found;
		most = count;
	}
	return best!;
}

async function lookIn(
	dir: string,
	ending: string | undefined,
	metainfo: Metainfo,
	data: ForeignData | undefined,
): Promise<FoundFiles> {
	const {files} = metainfo;
	// Names that not every disk takes are otherwise with us.
	const names = await findNames(metainfo, dir, 'present').catch(() => new Map<number, readonly string[]>());
	const paths: Array<readonly string[]> = [];
	const found: Array<FoundFile | undefined> = [];
	const endings = new Map<number, string>();
	const lookAt = async (file: number): Promise<void> => {
		const {path, pad} = files[file]!;
		const said = data?.paths[file] ?? names.get(file) ?? path;
		paths[file] = said;
		if (pad) return;
		const plain = plainPath(said, path, ending);
		const other = plain === said && ending !== undefined ? withEnding(said, ending) : plain;
		for (const each of other === said ? [said] : [said, other]) {
			const stats = await look(join(dir, ...each));
			if (stats === undefined) continue;
			paths[file] = each;
			found[file] = stats;
			if (each !== plain) endings.set(file, plain.at(-1)!);
			return;
		}
		// What is not there yet gets its own name at once.
		paths[file] = plain;
	};
	for (let first = 0; first < files.length; first += looksAtOnce)
		await Promise.all(
			Array.from({length: Math.min(looksAtOnce, files.length - first)}, (_, at) => lookAt(first + at)),
		);
	return {dir, paths, endings, files: files.map((_, file) => found[file]), trusted: 0};
}

/** Without what is hung on while a file is not whole, unless that is a part of its own name. */
function plainPath(
	said: readonly string[],
	own: readonly string[],
	ending: string | undefined,
): readonly string[] {
	const name = said.at(-1)!;
	const isHung =
		ending !== undefined && name.endsWith(ending) && name.length > ending.length && name !== own.at(-1);
	return isHung ? [...said.slice(0, -1), name.slice(0, -ending.length)] : said;
}

function withEnding(path: readonly string[], ending: string): readonly string[] {
	return [...path.slice(0, -1), path.at(-1)! + ending];
}

async function look(path: string): Promise<FoundFile | undefined> {
	const stats = await stat(diskPath(path)).catch(() => undefined);
	return stats?.isFile() ? {size: stats.size, mtime: stats.mtimeMs} : undefined;
}

/** Where its files go when they are whole. */
function whenComplete(
	{doneDir}: ForeignTorrent,
	{files}: Metainfo,
	{dir, endings}: FoundFiles,
	done: string | undefined,
): WhenComplete | undefined {
	const isMoved = doneDir !== undefined && done !== undefined && done !== dir;
	const names = [...endings].filter(([file]) => !files[file]!.pad);
	if (!isMoved && names.length === 0) return undefined;
	return {...(isMoved && {dir: done}), ...(names.length > 0 && {names})};
}

/** When it was complete, of one of which that client did not note it: when something was last written to it. */
function completionOf(
	{completedAt}: ForeignTorrent,
	metainfo: Metainfo,
	{have, priorities}: ForeignData,
	{files}: FoundFiles,
): Pick<KnownTorrent, 'completedAt'> {
	const map = geometryOf(metainfo);
	const isWhole = metainfo.files.every(({offset, length, pad}, file) => {
		const [first, last] = map.span(offset, length);
		let piece = pad || priorities[file] === 0 ? last + 1 : first;
		while (piece <= last && have.has(piece)) piece++;
		return piece > last;
	});
	if (!isWhole) return {completedAt: undefined};
	if (completedAt !== undefined) return {};
	return {completedAt: files.reduce((latest, found) => Math.max(latest, found?.mtime ?? 0), 0)};
}

/** What is told to the engine of the data; of files that are not as they were left it is told that nobody knows. */
async function knownData(
	metainfo: Metainfo,
	data: ForeignData,
	found: FoundFiles,
	notes: string[],
): Promise<KnownTorrent> {
	const map = geometryOf(metainfo);
	const have = new Bitfield(map.pieceCount);
	for (let piece = 0; piece < map.pieceCount; piece++) if (data.have.has(piece)) have.set(piece);
	const changed: string[] = [];
	const missing: string[] = [];
	const stamps = metainfo.files.map(({length, pad}, file): readonly [number, number] | null => {
		const now = found.files[file];
		if (pad || length === 0) return null;
		const path = found.paths[file]!.join('/');
		const isHad = hasAny(map, metainfo, file, have);
		if (now === undefined) {
			if (isHad && data.priorities[file] !== 0) missing.push(path);
			return null;
		}
		const isRight = fitsSize(map, metainfo, file, have, now.size) && (!isHad || data.isAsLeft(file, now));
		if (isRight) return [now.size, now.mtime];
		if (data.priorities[file] !== 0 || isHad) changed.push(path);
		return null;
	});
	if (changed.length > 0)
		notes.push(`not as ${changed.length === 1 ? 'it was' : 'they were'} left, so hashed: ${named(changed)}`);
	if (missing.length > 0) notes.push(`not there: ${named(missing)}`);
	const parts = await readParts(metainfo, map, data, have, found);
	if (parts.lost > 0)
		notes.push(
			`not brought: ${parts.lost === 1 ? 'a piece that lies' : `${parts.lost} pieces that lie`} in unwanted files as well, to be fetched again where wanted`,
		);
	found.trusted = countTrusted(map, metainfo, have, stamps, found);
	return {
		have: Buffer.from(have.bytes).toString('base64'),
		stamps,
		partials: (data.partials ?? []).map(({piece, blocks}) => [piece, Buffer.from(blocks).toString('base64')]),
		...(parts.parts.length > 0 && {parts: parts.parts}),
		renamed: metainfo.files.flatMap(({path, pad}, file) => {
			const now = found.paths[file]!;
			return pad || now.join('/') === path.join('/') ? [] : [[file, now] as const];
		}),
	};
}

function named(paths: readonly string[]): string {
	const more = paths.length - mostNamed;
	return paths.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function hasAny(map: PieceGeometry, {files}: Metainfo, file: number, have: Bitfield): boolean {
	const {offset, length} = files[file]!;
	const [first, last] = map.span(offset, length);
	for (let piece = first; piece <= last; piece++) if (have.has(piece)) return true;
	return false;
}

/** Whether a file is as long as what is had of it takes, and no longer than it will be. */
function fitsSize(map: PieceGeometry, {files}: Metainfo, file: number, have: Bitfield, size: Bytes): boolean {
	const {offset, length} = files[file]!;
	if (size > length) return false;
	const [first, last] = map.span(offset, length);
	for (let piece = last; piece >= first; piece--) {
		if (!have.has(piece)) continue;
		return size >= Math.min(length, map.pieceStart(piece) + map.pieceSize(piece) - offset);
	}
	return true;
}

/** How many pieces lie in files of which it is known how they were. */
function countTrusted(
	map: PieceGeometry,
	{files}: Metainfo,
	have: Bitfield,
	stamps: ReadonlyArray<readonly [number, number] | null>,
	found: FoundFiles,
): number {
	const trusted = new Bitfield(map.pieceCount);
	for (let piece = 0; piece < map.pieceCount; piece++) if (have.has(piece)) trusted.set(piece);
	for (const [file, {offset, length, pad}] of files.entries()) {
		if (pad || length === 0 || stamps[file] !== null || found.files[file] === undefined) continue;
		const [first, last] = map.span(offset, length);
		for (let piece = first; piece <= last; piece++) trusted.clear(piece);
	}
	return trusted.count;
}

/** Bytes of files that are not wanted. */
interface FoundParts {
	readonly parts: ReadonlyArray<readonly [position: Bytes, bytes: string]>;
	/** Pieces that are not had without them. */
	readonly lost: number;
}

/**
 * What is had of files that are not wanted and not there: libtorrent keeps it in a file beside them. Pieces whose bytes
 * are nowhere are had no more.
 */
async function readParts(
	metainfo: Metainfo,
	map: PieceGeometry,
	{priorities, partFile}: ForeignData,
	have: Bitfield,
	{dir, files: found}: FoundFiles,
): Promise<FoundParts> {
	const missing: MissingPart[] = [];
	for (const [file, {offset, length, pad}] of metainfo.files.entries()) {
		if (pad || length === 0 || priorities[file] !== 0 || found[file] !== undefined) continue;
		const [first, last] = map.span(offset, length);
		for (let piece = first; piece <= last; piece++) {
			if (!have.has(piece)) continue;
			const start = map.pieceStart(piece);
			const from = Math.max(start, offset);
			missing.push({
				piece,
				from,
				within: from - start,
				length: Math.min(start + map.pieceSize(piece), offset + length) - from,
			});
		}
	}
	const name = partFileName((metainfo.infoHash ?? metainfo.infoHashV2)!);
	const parts =
		missing.length > 0 && partFile === true ? await readPartFile(join(dir, name), missing, metainfo) : [];
	const lost = new Set<number>();
	for (const [at, {piece}] of missing.entries()) if (parts[at] === undefined) lost.add(piece);
	for (const piece of lost) have.clear(piece);
	return {
		parts: missing.flatMap(({from}, at) => {
			const bytes = parts[at];
			return bytes === undefined ? [] : [[from, Buffer.from(bytes).toString('base64')] as const];
		}),
		lost: lost.size,
	};
}

/** Bytes of a piece that are in none of the files. */
interface MissingPart {
	readonly piece: number;
	/** Where they begin in the stream of pieces, and in their piece. */
	readonly from: Bytes;
	readonly within: Bytes;
	readonly length: Bytes;
}

/** The bytes in a part file of libtorrent; undefined for each that is not there. */
async function readPartFile(
	path: string,
	missing: readonly MissingPart[],
	{pieceCount, pieceLength}: Metainfo,
): Promise<Array<Uint8Array | undefined>> {
	const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
	if (file === undefined) return [];
	try {
		const head = new Uint8Array(partIndexLength(pieceCount));
		await file.read(head, 0, head.length, 0);
		const offsets = readPartIndex(head, pieceCount, pieceLength);
		const found: Array<Uint8Array | undefined> = [];
		let total = 0;
		for (const {piece, within, length} of missing) {
			const slot = offsets.get(piece);
			total += length;
			const bytes = slot === undefined || total > mostParts ? undefined : new Uint8Array(length);
			const {bytesRead} = bytes ? await file.read(bytes, 0, length, slot! + within) : {bytesRead: 0};
			found.push(bytesRead === length ? bytes : undefined);
		}
		return found;
	} catch (error) {
		const isOurs = error instanceof ProtocolError || (error as NodeJS.ErrnoException).code !== undefined;
		if (!isOurs) throw error;
		return [];
	} finally {
		await file.close();
	}
}
