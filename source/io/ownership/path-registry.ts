import {realpath} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {nextTurn} from '../machine/next-turn.js';
import {type NameRules, probeNameRules} from './disk-names.js';

/** Where a torrent's files are or are going to be. */
export interface ClaimedPlace {
	/** Absolute. */
	readonly dir: string;
	/** One entry a file, below `dir`, `/` between elements; undefined for what is never on a disk. */
	readonly paths: ReadonlyArray<string | undefined>;
	/** Paths of which each folder that has files in it has one, and all that are in no folder: many fewer. By default `paths`. */
	readonly heads?: readonly string[] | undefined;
}

/** A file that an earlier torrent has as well. */
export interface Rival {
	readonly file: number;
	/** The name of the torrent that came first. */
	readonly name: string;
}

interface Claim {
	readonly id: string;
	readonly name: string;
	readonly order: number;
	readonly place: ClaimedPlace;
	/** The real path of each folder, by its path below `dir`. */
	readonly folders: Promise<ReadonlyMap<string, string>>;
	/** What all its real paths begin with, folded as a disk might: whoever has no such beginning has none of its files. */
	readonly tops: Promise<ReadonlySet<string>>;
}

/** So many paths are folded before others have a turn. */
const atATime = 2000;
/** How many folders are looked up at a time. */
const together = 32;

/**
 * Who in the session has which file: paths with their links resolved, in the names the disk itself tells apart. Of two
 * torrents with the same file the one that came first has it.
 */
export class PathRegistry {
	readonly #claims = new Map<string, Claim>();
	/** Claims by each of their tops, and by every folder above one. */
	readonly #byTop = new Map<string, Set<Claim>>();
	readonly #below = new Map<string, Set<Claim>>();
	/** Claims whose real paths are being found out. */
	readonly #pending = new Set<Promise<void>>();
	readonly #probe: (dir: string) => Promise<NameRules>;
	#orders = 0;

	/** @param probe finds out which names a disk takes for the same one; asked only when it matters */
	constructor(probe: (dir: string) => Promise<NameRules> = probeNameRules) {
		this.#probe = probe;
	}

	/** A torrent has these files from now on; whoever had them first still has them. Replaces what it had. */
	claim(id: string, name: string, place: ClaimedPlace): void {
		const before = this.#claims.get(id);
		const claim = makeClaim(id, name, before?.order ?? this.#orders++, place);
		if (before !== undefined) void this.#forget(before);
		this.#claims.set(id, claim);
		const enter = async (): Promise<void> => {
			const tops = await claim.tops;
			if (this.#claims.get(id) !== claim) return;
			for (const top of tops) {
				put(this.#byTop, top, claim);
				for (const folder of foldersAbove(top)) put(this.#below, folder, claim);
			}
		};
		const entering = enter();
		this.#pending.add(entering);
		void entering.then(() => this.#pending.delete(entering));
	}

	release(id: string): void {
		const claim = this.#claims.get(id);
		this.#claims.delete(id);
		if (claim !== undefined) void this.#forget(claim);
	}

	async #forget(claim: Claim): Promise<void> {
		for (const top of await claim.tops) {
			drop(this.#byTop, top, claim);
			for (const folder of foldersAbove(top)) drop(this.#below, folder, claim);
		}
	}

	/** The files of a torrent that earlier ones have, too. */
	async rivals(id: string): Promise<Rival[]> {
		const own = this.#claims.get(id);
		return own === undefined ? [] : this.#meet(own, other => other.order < own.order);
	}

	/** The files of a torrent that any other has, too. */
	async shared(id: string): Promise<Rival[]> {
		const own = this.#claims.get(id);
		return own === undefined ? [] : this.#meet(own, () => true);
	}

	/** The files that others have where a torrent is to go. */
	async rivalsAt(id: string, place: ClaimedPlace): Promise<Rival[]> {
		return this.#meet(makeClaim(id, '', 0, place), () => true);
	}

	async #meet(own: Claim, counts: (other: Claim) => boolean): Promise<Rival[]> {
		await Promise.all(this.#pending);
		const near = new Set<Claim>();
		for (const top of await own.tops) {
			for (const claim of this.#byTop.get(top) ?? []) near.add(claim);
			for (const claim of this.#below.get(top) ?? []) near.add(claim);
			for (const folder of foldersAbove(top))
				for (const claim of this.#byTop.get(folder) ?? []) near.add(claim);
		}
		const found = new Map<number, string>();
		for (const other of [...near].sort((a, b) => a.order - b.order)) {
			if (other.id === own.id || this.#claims.get(other.id) !== other || !counts(other)) continue;
			for (const file of await this.#common(own, other)) if (!found.has(file)) found.set(file, other.name);
		}
		return [...found].map(([file, name]) => ({file, name})).sort((a, b) => a.file - b.file);
	}

	/** The files of one claim that the other has, too. */
	async #common(own: Claim, other: Claim): Promise<number[]> {
		const theirs = new Set<string>();
		const folded = new Set<string>();
		for (const path of await realPaths(other)) {
			if (path === undefined) continue;
			theirs.add(path);
			folded.add(fold(path));
		}
		const common: number[] = [];
		let rules: NameRules | undefined;
		let exact: Set<string> | undefined;
		for (const [file, path] of (await realPaths(own)).entries()) {
			if (path === undefined || !folded.has(fold(path))) continue;
			if (!theirs.has(path)) {
				rules ??= await this.#probe(own.place.dir);
				const {caseSensitive, normalises} = rules;
				const same = (name: string): string => {
					const form = normalises ? name.normalize('NFC') : name;
					return caseSensitive ? form : form.toLowerCase();
				};
				exact ??= new Set([...theirs].map(same));
				if (!exact.has(same(path))) continue;
			}
			common.push(file);
		}
		return common;
	}
}

function makeClaim(id: string, name: string, order: number, place: ClaimedPlace): Claim {
	const folders = resolveFolders(place);
	const tops = folders.then(real => topsOf(place, real));
	return {id, name, order, place, folders, tops};
}

/** As the least particular of disks would tell names apart. */
function fold(path: string): string {
	return path.normalize('NFC').toLowerCase();
}

async function resolveFolders(place: ClaimedPlace): Promise<Map<string, string>> {
	const real = new Map<string, string>([['.', await realFolder(place.dir)]]);
	const root = real.get('.')!;
	const all = new Set<string>();
	for (const path of place.heads ?? place.paths) if (path?.includes('/')) all.add(folderOf(path));
	const first = new Set([...all].map(folder => folder.split('/', 1)[0]!));
	const there = new Map<string, boolean>();
	for (const name of first)
		there.set(name, (await realpath(join(root, name)).catch(() => undefined)) !== undefined);
	const list = [...all];
	for (let at = 0; at < list.length; at += together) {
		await Promise.all(
			list.slice(at, at + together).map(async folder => {
				// Below a folder that is not there nothing can be a link.
				const isThere = there.get(folder.split('/', 1)[0]!);
				real.set(folder, isThere ? await realFolder(join(root, folder)) : join(root, folder));
			}),
		);
	}
	return real;
}

/** The real path of a folder, also of one that is not there yet: that of the nearest one above it, and the rest. */
async function realFolder(path: string): Promise<string> {
	const rest: string[] = [];
	for (let at = path; ; at = dirname(at)) {
		const real = await realpath(at).catch(() => undefined);
		if (real !== undefined) return join(real, ...rest);
		if (dirname(at) === at) return path;
		rest.unshift(at.slice(dirname(at).length).replace(/^\//, ''));
	}
}

async function topsOf(place: ClaimedPlace, real: ReadonlyMap<string, string>): Promise<Set<string>> {
	const tops = new Set<string>();
	const root = real.get('.')!;
	const seen = new Set<string>();
	for (const [n, path] of (place.heads ?? place.paths).entries()) {
		if (n % atATime === atATime - 1) await nextTurn();
		if (path === undefined) continue;
		if (!path.includes('/')) {
			tops.add(join(root, path));
			continue;
		}
		// There are many fewer folders than files.
		const name = folderOf(path);
		if (seen.has(name)) continue;
		seen.add(name);
		const folder = real.get(name)!;
		const usual = join(root, name.split('/', 1)[0]!);
		tops.add(folder === usual || folder.startsWith(`${usual}/`) ? usual : folder);
	}
	return new Set([...tops].map(fold));
}

/** The folder of a path that has one. */
function folderOf(path: string): string {
	return path.slice(0, path.lastIndexOf('/'));
}

function foldersAbove(path: string): string[] {
	const folders: string[] = [];
	for (let at = dirname(path); ; at = dirname(at)) {
		folders.push(at);
		if (dirname(at) === at) return folders;
	}
}

function put(index: Map<string, Set<Claim>>, path: string, claim: Claim): void {
	const claims = index.get(path);
	if (claims === undefined) index.set(path, new Set([claim]));
	else claims.add(claim);
}

function drop(index: Map<string, Set<Claim>>, path: string, claim: Claim): void {
	const claims = index.get(path);
	claims?.delete(claim);
	if (claims?.size === 0) index.delete(path);
}

async function realPaths({place, folders}: Claim): Promise<Array<string | undefined>> {
	const real = await folders;
	return place.paths.map(path =>
		path === undefined
			? undefined
			: join(real.get(dirname(path))!, dirname(path) === '.' ? path : path.slice(dirname(path).length + 1)),
	);
}
