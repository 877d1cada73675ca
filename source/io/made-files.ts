import {closeSync, constants, openSync, type Stats, writeSync} from 'node:fs';
import {mkdir, readFile, unlink, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';

/** A note is no longer than this many bytes a file. */
const longestNotes = 64 << 20;

/** What is told of a file to know it again: its inode number, its times of birth and of its last change. */
type Told = Pick<Stats, 'ino' | 'birthtimeMs' | 'ctimeMs'>;

/**
 * What tells one file from every other, as long as it is there: its inode number and when it came to be. Where a file
 * system keeps no time of birth the last change stands in for it, which says nothing: then it is left out.
 */
export function fileIdentity({ino, birthtimeMs, ctimeMs}: Told): string {
	return birthtimeMs === 0 || birthtimeMs === ctimeMs ? `${ino}` : `${ino} ${Math.round(birthtimeMs)}`;
}

/** Whether a file is the one that was noted down when it was made. */
export function isNotedFile(noted: string | undefined, identity: string | undefined): boolean {
	if (noted === undefined || identity === undefined) return false;
	const [inode, birth] = noted.split(' ');
	const [inodeNow, birthNow] = identity.split(' ');
	return inode === inodeNow && (birth === undefined || birthNow === undefined || birth === birthNow);
}

/**
 * Notes down which files a torrent has made, each before anything is written to it: after a crash at any instant it is
 * known whose a file is. For the one worker that writes the torrent. A note that cannot be taken stops the writing.
 */
export class MadeFiles {
	readonly #path: string;

	/** @param path made with the first note; its folder is there */
	constructor(path: string) {
		this.#path = path;
	}

	note(file: number, stats: Stats): void {
		const descriptor = openSync(
			this.#path,
			constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
			0o600,
		);
		try {
			writeSync(descriptor, `${file} ${stats.ino} ${Math.round(stats.birthtimeMs)}\n`);
		} finally {
			closeSync(descriptor);
		}
	}
}

/** Reads which files were made: their numbers and what they are told by. What is damaged is passed over. */
export async function readMade(path: string): Promise<Map<number, string>> {
	const made = new Map<number, string>();
	let text: string;
	try {
		text = (await readFile(path)).subarray(0, longestNotes).toString('latin1');
	} catch {
		return made;
	}
	for (const line of text.split('\n')) {
		const match = /^(\d+) (\d+(?: \d+)?)$/.exec(line);
		if (match) made.set(Number(match[1]), match[2]!);
	}
	return made;
}

/** Writes the notes anew, for files that others have been put in the place of: they were moved to another disk, say. */
export async function writeMade(path: string, made: ReadonlyMap<number, string>): Promise<void> {
	if (made.size === 0) return void (await unlink(path).catch(() => undefined));
	await mkdir(dirname(path), {recursive: true});
	await writeFile(path, [...made].map(([file, identity]) => `${file} ${identity}\n`).join(''), {mode: 0o600});
}
