import type {Bytes, Millis} from '../../base/units.js';

/** What is directly in a folder, as it looks from outside: nothing of it was read. */
export interface EntrySight {
	/** As `nameFromBytes` writes it. */
	readonly name: string;
	readonly kind: 'file' | 'folder';
	/** The same for one thing wherever it is moved on its disk. */
	readonly inode: string;
	/** The same text as long as no size, no time and no name in it has changed. */
	readonly look: string;
	readonly size: Bytes;
	readonly files: number;
	/** When something was written to that is in it and not whole, in milliseconds since 1970. */
	readonly partialAt?: Millis;
}

/** What is there and is none of the entries, with why. */
export interface LeftOut {
	readonly name: string;
	readonly why: string;
	/** It could not be looked at: nothing is known of it. */
	readonly unclear?: boolean;
}

/** A folder as it was at one time. */
export interface FolderLook {
	/** Which folder it is: another one at the same place, or another disk, has another text. */
	readonly root: string;
	/** Its path without links. */
	readonly real: string;
	/** By their names. */
	readonly entries: readonly EntrySight[];
	readonly leftOut: readonly LeftOut[];
	/** How many entries there are beyond those that were looked at. */
	readonly beyond: number;
	/** The same text as long as all of the above is. */
	readonly digest: string;
}

/** What is looked for, and what is passed over. */
export interface LookRules {
	/** Entries at the most; the first ones by their names. */
	readonly most: number;
	/** Paths without links: entries that are one of these, or hold one, are left out. */
	readonly keepOut: ReadonlyArray<{readonly path: string; readonly why: string}>;
	/** Only this one entry is looked at. */
	readonly only?: string;
	/** Only files are looked at whose names end so, in whatever case. */
	readonly endings?: readonly string[];
}

/** There is no such folder now, or it cannot be read. */
export class FolderGone extends Error {
	override readonly name = 'FolderGone';
}
