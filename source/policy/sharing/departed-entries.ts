import type {Bytes, Millis} from '../../base/units.js';

/** So long what is gone is known again when it comes back. */
const departedTime: Millis = 2_592_000_000;
const mostDeparted = 1000;

/** An entry that is gone: when it turns up again, or under another name, it is not hashed anew. */
export interface DepartedEntry {
	readonly folder: string;
	readonly name: string;
	readonly look: string;
	readonly inode: string;
	readonly id: string;
	/** Milliseconds since 1970. */
	readonly at: Millis;
	readonly size: Bytes;
	/** Its torrent is about to be removed. */
	readonly isLeaving?: boolean;
}

/** Something that may be one that was gone. */
interface Arrival {
	readonly name: string;
	readonly inode: string;
	readonly look: string;
}

/** Entries that are gone, for a month and no more than a thousand. */
export class DepartedEntries {
	/** By look, then by id. */
	readonly #byLook = new Map<string, Map<string, DepartedEntry>>();

	remember(departed: DepartedEntry): void {
		const alike = this.#byLook.get(departed.look) ?? new Map<string, DepartedEntry>();
		alike.set(departed.id, departed);
		this.#byLook.set(departed.look, alike);
	}

	forget({id, look}: DepartedEntry): void {
		const alike = this.#byLook.get(look);
		alike?.delete(id);
		if (alike?.size === 0) this.#byLook.delete(look);
	}

	/** One that something in a folder is: the same thing on its disk, or what had its name there; it looks as it did. */
	find(folder: string, {name, inode, look}: Arrival): DepartedEntry | undefined {
		for (const departed of this.#byLook.get(look)?.values() ?? [])
			if (departed.inode === inode || (departed.name === name && departed.folder === folder)) return departed;
		return undefined;
	}

	/** All that are the same thing on its disk, and look so. */
	alike({inode, look}: Arrival): DepartedEntry[] {
		return [...(this.#byLook.get(look)?.values() ?? [])].filter(each => each.inode === inode);
	}

	/**
	 * Those to be forgotten; of too many a tenth, so that it is not asked for one each time.
	 *
	 * @param wall milliseconds since 1970
	 */
	old(wall: Millis): DepartedEntry[] {
		const all = [...this.#byLook.values()].flatMap(each => [...each.values()]);
		const oldest = wall - departedTime;
		if (all.length <= mostDeparted && all.every(({at}) => at >= oldest)) return [];
		all.sort((one, other) => other.at - one.at);
		return all.filter(({at}, index) => index >= mostDeparted * 0.9 || at < oldest);
	}
}
