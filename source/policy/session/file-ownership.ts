import type {Bytes} from '../../base/units.js';
import {isSameStamp, type Stamp} from '../pieces/check-plan.js';

/** Whose the file at a torrent's path is; one byte a file, shared by all threads and kept in resume data. */
export const fileOwner = {
	/** Nothing is there: it may be made, never opened if it turns up meanwhile. */
	absent: 0,
	/** We made it. */
	made: 1,
	/** It was there, and pieces of it are right, or it is empty: it may be completed, not cut. */
	found: 2,
	/** It was there, and nothing of it is the torrent's: it is never written, cut, moved or deleted. */
	foreign: 3,
	/** As `foreign`, but a person said that it may go: it is replaced by a file of ours when something is written. */
	replaceable: 4,
	/**
	 * It was there with the right length, and no piece could tell whose it is: all of them lie in other files as well, or
	 * their hashes are not known yet. What is written to it must be there already.
	 */
	unproven: 5,
	/** It is whole, and another torrent of the session that came first has it too: it is only read. */
	shared: 6,
	/** Nobody has looked yet: it is read, to find out whose it is. */
	unknown: 7,
} as const;

export type FileOwner = (typeof fileOwner)[keyof typeof fileOwner];

/** All that tells whose a file is. */
export interface OwnershipFacts {
	/** What the torrent says of its length. */
	readonly length: Bytes;
	/** Undefined when nothing is there. */
	readonly now: Stamp;
	/** What it was when an earlier session left it, and whose; undefined when none knew it. */
	readonly before: Stamp;
	/** Undefined for data of an earlier version, which kept no note of it. */
	readonly ownerBefore: FileOwner | undefined;
	/** Whether any piece that has bytes of it is verified. */
	readonly isRight: boolean;
	/** Whether any of its pieces lies in it alone, so that it could have been right. */
	readonly isProvable: boolean;
	/** Whether hashes of some of its pieces are not known yet, so that these may be right. */
	readonly isAwaited?: boolean;
	/** Whether it is the very file that we made, by the note taken when it was made. */
	readonly isNoted: boolean;
	/** Whether a person said that what is in the way may go. */
	readonly overwrite: boolean;
}

/** Decides whose a file is, by what is in it and by who made it, never by its name. */
export function decideOwner(facts: OwnershipFacts): FileOwner {
	const {now, before, ownerBefore, length} = facts;
	if (now === undefined) return fileOwner.absent;
	const isUntouched = before !== undefined && isSameStamp(now, before);
	// We never write beyond the end: whatever is longer was written to by somebody else.
	if (facts.isNoted && now.size <= length) return fileOwner.made;
	if (isUntouched && (ownerBefore === fileOwner.made || ownerBefore === undefined)) return fileOwner.made;
	if (facts.isRight || (isUntouched && (ownerBefore === fileOwner.found || ownerBefore === fileOwner.shared)))
		return fileOwner.found;
	if (isUntouched && ownerBefore === fileOwner.replaceable) return ownerBefore;
	// There is nothing in it to be lost.
	if (now.size === 0) return fileOwner.found;
	if (facts.overwrite) return fileOwner.replaceable;
	if (now.size === length && !facts.isProvable) return fileOwner.unproven;
	if (now.size <= length && facts.isAwaited) return fileOwner.unproven;
	return fileOwner.foreign;
}

/** Whether a file is the torrent's: to be read and, when a person asks for it, to be deleted. */
export function isOurs(owner: number | undefined): boolean {
	return (
		owner === fileOwner.made ||
		owner === fileOwner.found ||
		owner === fileOwner.unproven ||
		owner === fileOwner.shared
	);
}

/** Reads one byte of resume data; undefined when it is none that this version knows. */
export function asFileOwner(byte: number | undefined): FileOwner | undefined {
	return byte !== undefined && byte < fileOwner.unknown ? (byte as FileOwner) : undefined;
}
