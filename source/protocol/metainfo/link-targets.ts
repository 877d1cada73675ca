import {ProtocolError} from '../../base/errors.js';

/** What finding out where links lead needs to know of a torrent. */
export interface LinkedFiles {
	/** The sanitised target of each file that is a link, as the torrent wrote it, from the download folder. */
	target(file: number): readonly string[] | undefined;
	/** The first file that the torrent wrote under a path; undefined when there is none. */
	file(written: string): number | undefined;
	/** Whether there is a folder of that path. */
	isFolder(written: string): boolean;
	/** Where a file is to be on the disk. */
	settled(file: number): readonly string[];
}

/** Links that lead to links, one after the other. As many as Linux follows. */
const maximumHops = 40;
/** No path of a torrent has more elements: what a link leads to cannot either. */
const maximumElements = 101;
/**
 * Characters that are looked up, over all links of a torrent: a fifth of a second's work. The honest torrent with the
 * most links that was found, a system of 60,000 of them, needs a fiftieth.
 */
const maximumWork = 200_000_000;

/** A place in the torrent that is no link: a file, or a folder; and how many links it took to get there. */
interface Place {
	readonly written: readonly string[];
	readonly file: number | undefined;
	readonly hops: number;
}

/**
 * Finds out where the symbolic links of a torrent lead. What one link came to is not worked out again for those that
 * lead through it, so that however they are chained each costs its own length. BEP 47.
 */
export class LinkTargets {
	readonly #files: LinkedFiles;
	/** By link; null where it leads nowhere, undefined while that is being found out. */
	readonly #places = new Map<number, Place | null | undefined>();
	#work = 0;

	constructor(files: LinkedFiles) {
		this.#files = files;
	}

	/**
	 * The path on the disk of what a link leads to, which is no link itself; undefined when that is not in the torrent,
	 * the link is one of a circle, or more than 40 follow each other.
	 *
	 * @throws {ProtocolError} when the links of this torrent take too much work
	 */
	resolve(link: number): readonly string[] | undefined {
		const place = this.#placeOf(link);
		if (place === null) return undefined;
		return place.file === undefined ? place.written : this.#files.settled(place.file);
	}

	/**
	 * Follows without recursion: a chain is as long as its torrent wants. A link that meets one not yet known is put
	 * off until that is.
	 */
	#placeOf(first: number): Place | null {
		const open = [first];
		while (open.length > 0) {
			const link = open.at(-1)!;
			if (this.#places.get(link) !== undefined) {
				open.pop();
				continue;
			}
			this.#places.set(link, undefined);
			const outcome = this.#walk(this.#files.target(link)!);
			if (typeof outcome === 'number') {
				// One that is being followed already closes a circle.
				if (this.#places.has(outcome)) this.#places.set(link, null);
				else open.push(outcome);
				continue;
			}
			this.#places.set(link, outcome);
			open.pop();
		}
		return this.#places.get(first) ?? null;
	}

	/** Where a path leads; the first link on it that is not known yet when there is one. */
	#walk(target: readonly string[]): Place | number | null {
		let path = target;
		let hops = 0;
		let written = '';
		for (let depth = 0; depth < path.length; depth++) {
			written = depth === 0 ? path[0]! : `${written}/${path[depth]}`;
			this.#count(written.length);
			const file = this.#files.file(written);
			if (file === undefined) continue;
			const isLast = depth === path.length - 1;
			if (this.#files.target(file) === undefined) return isLast ? {written: path, file, hops} : null;
			const place = this.#places.get(file);
			if (place === undefined) return file;
			if (place === null) return null;
			hops += place.hops + 1;
			if (hops > maximumHops) return null;
			if (isLast) return {...place, hops};
			if (place.file !== undefined) return null;
			path = [...place.written, ...path.slice(depth + 1)];
			if (path.length > maximumElements) return null;
			// No link is on the way to what a link leads to.
			depth = place.written.length - 1;
			written = place.written.join('/');
			this.#count(written.length);
		}
		return path.length > 0 && this.#files.isFolder(written) ? {written: path, file: undefined, hops} : null;
	}

	#count(characters: number): void {
		this.#work += characters;
		if (this.#work > maximumWork)
			throw new ProtocolError('costly-links', 'its links take too much work to follow', 47);
	}
}
