import {closeSync, constants, fstatSync, openSync, type Stats, writeSync} from 'node:fs';
import {unlink} from 'node:fs/promises';
import type {Millis} from '../../base/units.js';
import type {FileStamp} from '../disk/storage.js';
import {irregular, readRegularFile} from '../files/regular-file.js';
import {replaceFile} from '../files/replace-file.js';

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

/** What a file is noted down with. */
export function notedIdentity({ino, birthtimeMs}: Told): string {
	return `${ino} ${Math.round(birthtimeMs)}`;
}

/** Whether a file is the one that was noted down when it was made. */
export function isNotedFile(noted: string | undefined, identity: string | undefined): boolean {
	if (noted === undefined || identity === undefined) return false;
	const [inode, birth] = noted.split(' ');
	const [inodeNow, birthNow] = identity.split(' ');
	return inode === inodeNow && (birth === undefined || birthNow === undefined || birth === birthNow);
}

/** A file that a torrent has made. */
export interface MadeFile {
	readonly identity: string;
	/** How it was when it was let go of; undefined when that was never noted: it is being written to, or there was a crash. */
	readonly left?: FileStamp | undefined;
}

/** Times that were settled, or read from another file system, may be rounded to so much. */
const roundedTime: Millis = 2000;

/** Whether a file is the one that was made, and nobody else has written to it as far as one can tell. */
export function isStillMade(made: MadeFile | undefined, now: FileStamp | undefined): boolean {
	if (made === undefined || now === undefined || !isNotedFile(made.identity, now.identity)) return false;
	return made.left === undefined || isAsNoted(made.left, now);
}

/** Whether a file is as it was noted to have been left. */
export function isAsNoted(left: FileStamp, now: FileStamp): boolean {
	const until = (left.writtenUntil ?? left.mtime) + roundedTime;
	return now.size === left.size && now.mtime >= left.mtime - roundedTime && now.mtime <= until;
}

/**
 * Notes down which files a torrent has made, each before anything is written to it, and how they are when they are let
 * go of: after a crash at any instant it is known whose a file is, and otherwise also whether somebody else has written
 * to it since. For the one worker that writes the torrent. A note that cannot be taken stops the writing.
 */
export class MadeFiles {
	readonly #path: string;

	/** @param path made with the first note; its folder is there */
	constructor(path: string) {
		this.#path = path;
	}

	note(file: number, stats: Stats): void {
		this.#append(noteOf(file, {identity: notedIdentity(stats)}));
	}

	/** The files are let go of. */
	noteLeft(files: ReadonlyMap<number, MadeFile>): void {
		if (files.size > 0) this.#append([...files].map(([file, made]) => noteOf(file, made)).join(''));
	}

	#append(text: string): void {
		const descriptor = openSync(
			this.#path,
			// Nobody is waited for who might read a pipe.
			constants.O_WRONLY |
				constants.O_APPEND |
				constants.O_CREAT |
				constants.O_NOFOLLOW |
				constants.O_NONBLOCK,
			0o600,
		);
		try {
			const kind = irregular(fstatSync(descriptor));
			if (kind !== undefined) throw new Error(`it is ${kind}, not a file`);
			writeSync(descriptor, text);
		} finally {
			closeSync(descriptor);
		}
	}
}

function noteOf(file: number, {identity, left}: MadeFile): string {
	const stamp = left === undefined ? '' : `: ${left.size} ${left.mtime} ${left.writtenUntil ?? left.mtime}`;
	return `${file} ${identity}${stamp}\n`;
}

const notePattern = /^(\d+) (\d+(?: \d+)?)(?:: (\d+) (\d+(?:\.\d+)?) (\d+(?:\.\d+)?))?$/;

/** Reads which files were made, by their numbers. What is damaged is passed over. */
export async function readMade(path: string): Promise<Map<number, MadeFile>> {
	const made = new Map<number, MadeFile>();
	let text: string;
	try {
		text = Buffer.from(await readRegularFile(path, longestNotes)).toString('latin1');
	} catch {
		return made;
	}
	for (const line of text.split('\n')) {
		const match = notePattern.exec(line);
		if (!match) continue;
		const [, file, identity, size, mtime, writtenUntil] = match;
		const left = size !== undefined && {
			size: Number(size),
			mtime: Number(mtime),
			writtenUntil: Number(writtenUntil),
		};
		made.set(Number(file), {identity: identity!, ...(left && {left})});
	}
	return made;
}

/** Writes the notes anew, for files that others have been put in the place of: they were moved to another disk, say. */
export async function writeMade(path: string, made: ReadonlyMap<number, MadeFile>): Promise<void> {
	if (made.size === 0) return void (await unlink(path).catch(() => undefined));
	const text = [...made].map(([file, one]) => noteOf(file, one)).join('');
	await replaceFile(path, new TextEncoder().encode(text));
}
