import {ProtocolError} from '../../base/errors.js';
import type {LogLevel} from '../../base/ports.js';
import type {StorageFailure} from '../../io/disk/storage.js';
import {findNames, mayClashIn, type NameHistory} from '../../io/ownership/find-names.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';

/** What finding its names asks of, and tells, a torrent. */
export interface NamesOwner {
	readonly metainfo: Metainfo;
	readonly dir: string;
	/** Files that have another path than the torrent says. */
	readonly renamed: Map<number, readonly string[]>;
	/** Files have other paths than before. */
	namesFound(): void;
	log(level: LogLevel, text: string): void;
}

const noPaths: ReadonlyMap<number, readonly string[]> = new Map();

/** Finds out under which names a torrent's files are on the disk. */
export class TorrentNames {
	/** Whose names its files have; `found` when `renamed` says so itself. */
	history: NameHistory | 'found' = 'present';
	/** The paths that were found for files of an earlier version, before any was renamed by hand. */
	former: ReadonlyMap<number, readonly string[]> = noPaths;
	readonly #owner: NamesOwner;
	#finding: Promise<StorageFailure | undefined> | undefined;

	constructor(owner: NamesOwner) {
		this.#owner = owner;
	}

	/** Takes up whose names an earlier session knew the files to have. */
	take({names}: Pick<ResumeData, 'names'>): void {
		this.history = names ?? 'former';
	}

	/** The names' section of the resume data. */
	export(): Pick<ResumeData, 'renamed' | 'names'> {
		return {renamed: [...this.#owner.renamed], names: this.history};
	}

	/** Whether `renamed` says where its files are: it was found out, or its names leave no doubt. */
	#isSettled(): boolean | Promise<boolean> {
		if (this.history === 'found') return true;
		const {metainfo} = this.#owner;
		if (metainfo.oddNames === true) return false;
		const clash = mayClashIn(metainfo);
		return typeof clash === 'boolean' ? !clash : clash.then(clashes => !clashes);
	}

	/** Finds them where there is doubt. Answers why that cannot be; undefined at once where there is none. */
	settle(): Promise<StorageFailure | undefined> | undefined {
		const settled = this.#isSettled();
		if (settled === true) return undefined;
		return settled === false ? this.find() : settled.then(is => (is ? undefined : this.find()));
	}

	/** To be done each time before its files are opened; answers why that cannot be. */
	find(): Promise<StorageFailure | undefined> {
		this.#finding ??= this.#find().finally(() => {
			this.#finding = undefined;
		});
		return this.#finding;
	}

	async #find(): Promise<StorageFailure | undefined> {
		const {history} = this;
		const {metainfo, dir, renamed} = this.#owner;
		let found: ReadonlyMap<number, readonly string[]>;
		try {
			found = await findNames(metainfo, dir, history === 'found' ? new Map(renamed) : history);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			return {code: 'io', message: `its files cannot all be told apart in ${dir}: ${error.message}`};
		}
		this.history = 'found';
		if (history === 'former') this.former = found;
		// What was renamed by hand in an earlier version is where it was renamed to.
		const names = history === 'found' ? found : new Map([...found, ...renamed]);
		if (areSame(names, renamed) && history === 'found') return undefined;
		renamed.clear();
		for (const [file, path] of names) renamed.set(file, path);
		if (found.size > 0) this.#owner.log('info', namesText(found));
		this.#owner.namesFound();
		return undefined;
	}
}

function areSame(
	some: ReadonlyMap<number, readonly string[]>,
	others: ReadonlyMap<number, readonly string[]>,
): boolean {
	return (
		some.size === others.size &&
		[...some].every(([file, path]) => path.join('/') === others.get(file)?.join('/'))
	);
}

function namesText(found: ReadonlyMap<number, readonly string[]>): string {
	const [[, path = []] = []] = found;
	const others = found.size === 1 ? '' : `, and ${found.size - 1} more`;
	return `has other names on this disk than in the torrent: ${path.join('/')}${others}`;
}
