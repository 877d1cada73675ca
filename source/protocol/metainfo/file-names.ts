import {ProtocolError} from '../../base/errors.js';
import {LinkTargets} from './link-targets.js';
import {nameToBytes} from './name-bytes.js';
import {cutName, maximumElementBytes} from './sanitize-path.js';

/** A file as it stands in the torrent, before its name is settled. */
export interface NamedFile {
	readonly path: readonly string[];
	readonly pad: boolean;
	/** The sanitised target of a symbolic link, from the download folder. */
	readonly target?: readonly string[] | undefined;
}

export interface SettledName {
	readonly path: readonly string[];
	/** Where a link leads: a file or folder of the torrent that is no link itself. */
	readonly symlink: readonly string[] | undefined;
}

const maximumCollisions = 500;
const maximumFolders = 100_000;

/** What two paths have in common that are one on a disk. */
export type PathFold = (path: string) => string;

/** A disk that tells all names apart. */
export const exactFold: PathFold = path => path;

/** Names that some file system would take for the same one. */
export function widestFold(path: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
	return (/^[\u0000-\u007f]*$/.test(path) ? path : path.normalize('NFC')).toLowerCase();
}

function withNumber(name: string, number: number): string {
	const dot = name.lastIndexOf('.');
	const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
	const room = maximumElementBytes - nameToBytes(`.${number}`).length;
	// An ending that takes all the room is none.
	if (nameToBytes(ending).length >= room) return `${cutName(name, room)}.${number}`;
	return `${cutName(stem, room - nameToBytes(ending).length)}.${number}${ending}`;
}

/** The folders of all files, folded. */
function foldersOf(files: readonly NamedFile[], fold: PathFold): ReadonlySet<string> {
	const folders = new Set<string>();
	const walked = new Set<string>();
	for (const {path, pad} of files) {
		if (pad) continue;
		const folder = path.slice(0, -1).join('/');
		if (walked.has(folder)) continue;
		walked.add(folder);
		for (let depth = path.length - 1; depth > 0; depth--) {
			const key = fold(path.slice(0, depth).join('/'));
			if (folders.has(key)) break;
			folders.add(key);
		}

		if (walked.size > maximumFolders || folders.size > maximumFolders) {
			throw new ProtocolError('too-many-folders', `it has more than ${maximumFolders} folders`);
		}
	}
	return folders;
}

/** The names that files have, and the folders, which had theirs first. */
class TakenNames {
	readonly #folders: ReadonlySet<string>;
	readonly #fold: PathFold;
	readonly #taken = new Set<string>();
	readonly #nextNumber = new Map<string, number>();
	#collisions = 0;

	constructor(folders: ReadonlySet<string>, fold: PathFold) {
		this.#folders = folders;
		this.#fold = fold;
	}

	/** The path that a file gets: its own, or one with a number where another has that. */
	take(path: readonly string[], written: string): readonly string[] {
		const key = this.#fold(written);
		if (!this.#isTaken(key)) {
			this.#taken.add(key);
			return path;
		}
		if (++this.#collisions > maximumCollisions) {
			throw new ProtocolError(
				'name-collisions',
				`more than ${maximumCollisions} files have the name of another`,
			);
		}
		for (let number = this.#nextNumber.get(key) ?? 1; ; number++) {
			const settled = [...path.slice(0, -1), withNumber(path.at(-1)!, number)];
			const other = this.#fold(settled.join('/'));
			if (this.#isTaken(other)) continue;
			this.#nextNumber.set(key, number + 1);
			this.#taken.add(other);
			return settled;
		}
	}

	#isTaken(key: string): boolean {
		return this.#folders.has(key) || this.#taken.has(key);
	}
}

/**
 * Gives every file a path of its own: where two would be the same on a disk that folds paths in this way, or a file and
 * a folder would, the later file becomes `name.1.ext`. Folders claim their names first. Links whose target is not in
 * the torrent, or that lead in a circle, are no links any more: `symlink` is undefined and the file is an empty one.
 * BEP 47.
 *
 * @throws {ProtocolError} when more than 500 names collide, there are more than 100,000 folders, or the links take too
 * much work to follow
 */
export function settleNames(files: readonly NamedFile[], fold: PathFold = exactFold): SettledName[] {
	const folders = foldersOf(files, fold);
	const names = new TakenNames(folders, fold);
	// Where each path as the torrent wrote it ended up; the first file keeps a contested name.
	const byWritten = new Map<string, number>();
	const hasLinks = files.some(file => file.target);
	const paths = files.map(({path, pad}, index) => {
		if (pad) return path;
		const written = path.join('/');
		if (hasLinks && !byWritten.has(written)) byWritten.set(written, index);
		return names.take(path, written);
	});

	const links = new LinkTargets({
		target: file => files[file]!.target,
		file: written => byWritten.get(written),
		isFolder: written => folders.has(fold(written)),
		settled: file => paths[file]!,
	});
	return files.map(({target}, index) => ({
		path: paths[index]!,
		symlink: target && links.resolve(index),
	}));
}
