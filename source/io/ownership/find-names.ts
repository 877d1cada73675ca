import {lstat} from 'node:fs/promises';
import {join} from 'node:path';
import type {Bytes} from '../../base/units.js';
import {chooseLayouts, type NameLayout} from '../../policy/session/name-layouts.js';
import {exactFold, type PathFold, settleNames, widestFold} from '../../protocol/metainfo/file-names.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {formerPaths, writtenPaths} from '../../protocol/metainfo/other-names.js';
import {diskPath} from '../files/disk-path.js';
import {nextTurn} from '../machine/next-turn.js';
import {exactNames, type NameRules, probeNameRules} from './disk-names.js';

/** Which rule gave a torrent's files the names they have on the disk: that of an earlier version, or ours. */
export type NameHistory = 'former' | 'present';

/** What finding names asks of the disk. */
export interface NameFinder {
	probe(dir: string): Promise<NameRules>;
	/** The size of a regular file, undefined when there is none. */
	sizeOf(path: string): Promise<Bytes | undefined>;
	isLink(path: string): Promise<boolean>;
}

const machineFinder: NameFinder = {
	probe: probeNameRules,
	async sizeOf(path) {
		const stats = await lstat(diskPath(path)).catch(() => undefined);
		return stats?.isFile() ? stats.size : undefined;
	},
	async isLink(path) {
		return (await lstat(diskPath(path)).catch(() => undefined))?.isSymbolicLink() ?? false;
	},
};

/** What two paths have in common that are one on a disk of these rules. */
export function foldOf({caseSensitive, normalises}: NameRules): PathFold {
	if (caseSensitive && !normalises) return exactFold;
	return path => {
		const composed = normalises ? path.normalize('NFC') : path;
		return caseSensitive ? composed : composed.toLowerCase();
	};
}

function joined(paths: ReadonlyArray<readonly string[]>): NameLayout {
	return paths.map(path => path.join('/'));
}

/** With more of them others have a turn between steps. */
const manyFiles = 10_000;

/**
 * Whether two files, or a file and a folder, would share a path on some disk. Answers at once; of very many files it is
 * found out in several turns.
 */
export function mayClash(all: Iterable<readonly string[]>): boolean | Promise<boolean> {
	const steps = lookForClash([...all]);
	const first = steps.next();
	return first.done ? first.value : inTurns(steps);
}

async function inTurns<Value>(steps: Iterator<void, Value>): Promise<Value> {
	for (;;) {
		await nextTurn();
		const step = steps.next();
		if (step.done) return step.value;
	}
}

/** The same of a torrent's files. */
export function mayClashIn(metainfo: Metainfo): boolean | Promise<boolean> {
	const table = fileTable(metainfo);
	return table.pathColumns?.staysApart === true ? false : mayClash(metainfo.files.map(({path}) => path));
}

/** Stops after each step. */
function* lookForClash(all: ReadonlyArray<readonly string[]>): Generator<void, boolean> {
	const paths: string[] = [];
	const exact = new Set<string>();
	const seen = new Set<string>();
	for (const elements of all) {
		const path = elements.join('/');
		exact.add(path);
		seen.add(widestFold(path));
		if (paths.push(path) % manyFiles === 0) yield;
	}
	if (seen.size < exact.size) return true;
	const folders = new Set<string>();
	for (let at = 0; at < paths.length; at++) {
		const path = paths[at]!;
		for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
			const folder = path.slice(0, end);
			if (folders.has(folder)) break;
			folders.add(folder);
			if (seen.has(widestFold(folder))) return true;
		}
		if ((at + 1) % manyFiles === 0) yield;
	}
	return false;
}

/**
 * The files that need another name, and which, so that all have a path of their own in a folder on another disk.
 *
 * @param paths of all files, pad files left out, by their number
 * @throws {ProtocolError} when more names collide there than can be told apart
 */
export async function namesApart(
	paths: ReadonlyMap<number, readonly string[]>,
	dir: string,
	finder: NameFinder = machineFinder,
): Promise<Map<number, string>> {
	const apart = new Map<number, string>();
	const entries = [...paths];
	if (!(await mayClash(paths.values()))) return apart;
	const settled = settleNames(
		entries.map(([, path]) => ({path, pad: false})),
		foldOf(await finder.probe(dir)),
	);
	for (const [at, [file, path]] of entries.entries()) {
		const name = settled[at]!.path.at(-1)!;
		if (name !== path.at(-1)) apart.set(file, name);
	}
	return apart;
}

/** The paths of the torrent, settled for a disk that takes some of them for the same one. */
function settledFor(fold: PathFold, {files}: Metainfo): NameLayout {
	if (fold === exactFold) return joined(files.map(({path}) => path));
	return joined(
		settleNames(
			files.map(({path, pad}) => ({path, pad})),
			fold,
		).map(({path}) => path),
	);
}

/** So many files are looked for at once. */
const looksAtOnce = 256;

/** By path, the size of what is there of each file that has more than one; 0 for links. */
async function sizesOf(
	layouts: readonly NameLayout[],
	{files}: Metainfo,
	dir: string,
	finder: NameFinder,
): Promise<ReadonlyMap<string, Bytes | undefined>> {
	const sizes = new Map<string, Bytes | undefined>();
	const looks: Array<readonly [path: string, isLink: boolean]> = [];
	for (const [file, {pad, symlink}] of files.entries()) {
		const paths = new Set(layouts.map(layout => layout[file]!));
		if (pad || paths.size === 1) continue;
		for (const path of paths) looks.push([path, symlink !== undefined]);
	}
	for (let next = 0; next < looks.length; next += looksAtOnce) {
		await Promise.all(
			looks.slice(next, next + looksAtOnce).map(async ([path, isLink]) => {
				const at = join(dir, path);
				if (!isLink) sizes.set(path, await finder.sizeOf(at));
				else if (await finder.isLink(at)) sizes.set(path, 0);
			}),
		);
	}
	return sizes;
}

/**
 * Finds out under which names the files of a torrent are in a folder, or are to be made there: those of the torrent,
 * told apart where the disk does not do so itself; where a file is not there under that name but under the one that
 * earlier versions gave it, or that it had where the torrent was made, that one. Names that were found before, or given
 * by hand, hold as long as nothing is there under others instead.
 *
 * @param dir absolute; need not be there
 * @param history whose names hold for what is not there; or those that hold already, where they differ from the torrent's
 * @returns the files whose path is not the one in `metainfo`, by their number
 * @throws {ProtocolError} when more names collide on this disk than can be told apart
 */
export async function findNames(
	metainfo: Metainfo,
	dir: string,
	history: NameHistory | ReadonlyMap<number, readonly string[]>,
	finder: NameFinder = machineFinder,
): Promise<ReadonlyMap<number, readonly string[]>> {
	const known = typeof history === 'string' ? undefined : history;
	const breathe = async (): Promise<void> => {
		if (fileTable(metainfo).count > manyFiles) await nextTurn();
	};
	await breathe();
	const clash = await mayClashIn(metainfo);
	await breathe();
	if (!clash && metainfo.oddNames !== true) return known ?? new Map();
	const {files} = metainfo;
	const plain = files.map(({path}) => path);
	const fold = foldOf(clash ? await finder.probe(dir) : exactNames);
	const layouts = [settledFor(fold, metainfo)];
	await breathe();
	const former = formerPaths(metainfo);
	await breathe();
	const written = metainfo.oddNames === true ? writtenPaths(metainfo, fold) : undefined;
	if (former) layouts.splice(history === 'former' ? 0 : 1, 0, joined(former));
	if (written) layouts.push(joined(written));
	if (known) layouts.unshift(joined(plain.map((path, file) => known.get(file) ?? path)));
	const sizes = await sizesOf(layouts, metainfo, dir, finder);
	const isThere = (path: string, file: number, layout: number): boolean => {
		const size = sizes.get(path);
		if (size === undefined) return false;
		// What was begun under a name may be shorter yet.
		const isBegun = history === 'former' || (known !== undefined && layout === 0);
		return isBegun ? size <= files[file]!.length : size === files[file]!.length;
	};
	await breathe();
	const found = new Map<number, readonly string[]>();
	for (const [file, layout] of chooseLayouts(layouts, fold, isThere).entries()) {
		const path = layouts[layout]![file]!;
		if (path !== plain[file]!.join('/') && !files[file]!.pad) found.set(file, path.split('/'));
	}
	return found;
}
