import {lstat, stat} from 'node:fs';
import {diskPath} from '../files/disk-path.js';
import type {FileLayout} from '../files/file-layout.js';
import {fileIdentity} from '../ownership/made-files.js';
import type {FileStamp} from './storage.js';

/** So many files are looked at at once: there may be ten thousand. */
const looksAtOnce = 64;
const nothing: ReadonlySet<number> = new Set();

/** Looks at what a torrent's files are on the disk. */
export class FileStamps {
	/** Files that something else than a file was in the place of when they were looked at last. */
	get obstructed(): ReadonlySet<number> {
		return this.#obstructed ?? nothing;
	}

	#obstructed: Set<number> | undefined;

	/** As `Storage.stamps`. */
	async look(layout: FileLayout, files?: readonly number[]): Promise<ReadonlyArray<FileStamp | undefined>> {
		if (files !== undefined) return Promise.all(files.map(file => this.#look(layout, file)));
		const stamps: Array<FileStamp | undefined> = [];
		const {fileCount} = layout;
		for (let file = 0; file < fileCount; file += looksAtOnce) {
			const some = Array.from({length: Math.min(looksAtOnce, fileCount - file)}, (_, n) =>
				this.#look(layout, file + n),
			);
			stamps.push(...(await Promise.all(some)));
		}
		return stamps;
	}

	#look(layout: FileLayout, file: number): Promise<FileStamp | undefined> {
		return new Promise(resolve => {
			this.#obstructed?.delete(file);
			if (layout.isPad(file)) return resolve(undefined);
			const path = diskPath(layout.path(file));
			// A link of the torrent's has no data: what it leads to is another file.
			const isLink = layout.links.has(file);
			(isLink ? lstat : stat)(path, (error, stats) => {
				if (!error && stats.isFile())
					return resolve({size: stats.size, mtime: stats.mtimeMs, identity: fileIdentity(stats)});
				if (isLink) return resolve(undefined);
				// A link that leads nowhere is in the way as well.
				lstat(path, nothing => {
					if (!nothing) this.#obstructed = (this.#obstructed ?? new Set()).add(file);
					resolve(undefined);
				});
			});
		});
	}
}
