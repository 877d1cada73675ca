import {randomBytes} from 'node:crypto';
import {mkdirSync, rmSync} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {join} from 'node:path';

/** What of a file's name is kept. */
const longestName = 80;

/** The name of a dropped file as one of a file here: no path, nothing hidden or special, and that it is a .torrent. */
export function droppedName(name: string): string {
	const last = name.split(/[/\\]/).at(-1) ?? '';
	const plain = last
		.replace(/\.torrent$/i, '')
		.replace(/[\p{C}<>:"|?*'`$]/gu, '_')
		.replace(/^[.\s]+|\s+$/g, '');
	return `${[...(plain === '' ? 'dropped' : plain)].slice(0, longestName).join('')}.torrent`;
}

/** A file that is being brought in pieces. */
export interface DroppedFile {
	/** Absolute. */
	readonly path: string;
	write(bytes: Uint8Array): Promise<void>;
	close(): Promise<void>;
}

/** The files that a visitor dropped on the page: in a folder of their own, until the visitor leaves. */
export class DroppedFiles {
	readonly #folder: string;
	#count = 0;

	/** @param folder where the folder is made when it is needed; absolute */
	constructor(folder: string) {
		this.#folder = join(folder, randomBytes(8).toString('hex'));
	}

	async begin(name: string): Promise<DroppedFile> {
		const folder = join(this.#folder, String(this.#count++));
		mkdirSync(folder, {recursive: true, mode: 0o700});
		const path = join(folder, droppedName(name));
		const file: FileHandle = await open(path, 'wx', 0o600);
		return {
			path,
			write: async bytes => {
				await file.writeFile(bytes);
			},
			close: () => file.close(),
		};
	}

	/** Deletes them. */
	end(): void {
		if (this.#count > 0) rmSync(this.#folder, {recursive: true, force: true});
	}
}
