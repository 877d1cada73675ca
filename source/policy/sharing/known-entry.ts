import type {Bytes, Millis} from '../../base/units.js';

/** What is known of an entry of a shared folder. */
export interface KnownEntry {
	readonly name: string;
	/** How it looked when its torrent was made. */
	readonly look: string;
	/** Which thing on its disk it is. */
	readonly inode: string;
	/** Which folder it was in: another disk at the same place is another one. */
	readonly root: string;
	/** Its torrent. */
	readonly id: string;
	/**
	 * `adding`: about to be added. `shared`: added by us. `foreign`: somebody else's torrent, which we leave to them.
	 * `declined`: a person has removed the torrent, and is not given it again while the entry stays as it is.
	 */
	readonly state: 'adding' | 'shared' | 'foreign' | 'declined';
	/** It is paused because its folder is gone. */
	readonly held?: boolean;
	/** The torrent of what was there before. */
	readonly replaces?: string | undefined;
	/** When it was hashed, in milliseconds since 1970. */
	readonly hashedAt: Millis;
	readonly size: Bytes;
}

/** How an entry is now. */
export interface SeenEntry {
	readonly name: string;
	readonly inode: string;
	readonly look: string;
	readonly size: Bytes;
	/** When something was written to that is in it and not whole, in milliseconds since 1970. */
	readonly partialAt?: Millis;
}

/** Whether the torrent of an entry was added by us, or was about to be. */
export function isOurs({state}: KnownEntry): boolean {
	return state === 'shared' || state === 'adding';
}

/** The same text for one thing on a disk, as long as it is as it was. */
export function thingOf({inode, look}: Pick<KnownEntry, 'inode' | 'look'>): string {
	return `${inode} ${look}`;
}

/** An entry that is what it was, where it is now. */
export function placed(entry: KnownEntry, {inode}: SeenEntry, root: string | undefined): KnownEntry {
	return {...entry, inode, root: root ?? entry.root};
}
