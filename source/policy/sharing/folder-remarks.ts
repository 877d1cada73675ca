/** Of what is in a folder so many things are told, each kind by itself. */
const mostTold = 20;

/** What there is to know of a shared folder. */
export interface FolderFacts {
	readonly dir: string;
	/** Why it is gone. */
	readonly gone: string | undefined;
	/** How many torrents wait until it is back. */
	readonly held: number;
	/** Undefined while nobody has looked. */
	readonly leftOut: ReadonlyArray<{readonly name: string; readonly why: string}> | undefined;
	/** What `crowdRemark` says. */
	readonly remark: string | undefined;
	/** Names of what has been written to for long. */
	readonly slow: readonly string[];
}

/** A sentence about something in a folder; undefined: there is nothing to be said of it now. */
export interface FolderRemark {
	readonly level: 'info' | 'warn';
	/** The same text for the same matter. */
	readonly about: string;
	readonly text: string | undefined;
}

/**
 * What is to be known of a folder with more entries than are shared; undefined for others.
 *
 * @param entries all of them
 * @param beyond those that nobody looks at
 */
export function crowdRemark(entries: number, beyond: number, most: number): string | undefined {
	if (beyond === 0) return undefined;
	return `it holds ${entries} entries: the first ${most} are shared; put the others into folders`;
}

/** What is to be known of a folder, each once, and what is no longer. */
export function folderRemarks({dir, gone, held, leftOut, remark, slow}: FolderFacts): FolderRemark[] {
	if (gone !== undefined) {
		const paused =
			held === 0 ? '' : held === 1 ? ', its torrent is paused' : `, its ${held} torrents are paused`;
		return [{level: 'warn', about: 'gone', text: `${dir} is gone (${gone})${paused} until it is back`}];
	}
	const back: FolderRemark = {level: 'warn', about: 'gone', text: undefined};
	if (leftOut === undefined) return [back];
	return [
		back,
		{level: 'warn', about: 'remark', text: remark && `${dir}: ${remark}`},
		...leftOut.slice(0, mostTold).map(
			({name, why}): FolderRemark => ({
				level: 'info',
				about: `left ${name}`,
				text: `${dir}: «${name}» is left out: ${why}`,
			}),
		),
		...slow.slice(0, mostTold).map(
			(name): FolderRemark => ({
				level: 'info',
				about: `waits ${name}`,
				text: `${dir}: «${name}» is being written still: it is shared when that ends`,
			}),
		),
	];
}
