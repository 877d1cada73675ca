import {ProtocolError, UserError} from '../../base/errors.js';
import type {LogLevel} from '../../base/ports.js';
import type {MoveSteps, Storage, StorageFailure} from '../../io/disk/storage.js';
import {resolve} from '../../io/files/paths.js';
import {mayClash, namesApart} from '../../io/ownership/find-names.js';
import type {OtherPlace} from '../../io/state/resume-data.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {sanitizePathElement} from '../../protocol/metainfo/sanitize-path.js';
import type {ResumeState} from './resume-state.js';
import type {TorrentNames} from './torrent-names.js';

/** What moving asks of its torrent. */
export interface RelocationOwner {
	readonly metainfo: Metainfo;
	dir: string;
	/** Files that have another path than the torrent says. */
	readonly renamed: Map<number, readonly string[]>;
	readonly resumeState: ResumeState;
	readonly names: TorrentNames;
	/** Does something with the torrent's files while nobody else opens them, whether it runs or not. */
	withStorage<Value>(task: (storage: Storage) => Promise<Value>): Promise<Value>;
	/** Why the files cannot be in another place: another torrent has one there that this one shares with nobody now. */
	takenAt(place: {
		readonly dir?: string;
		readonly renamed?: ReadonlyMap<number, readonly string[]>;
	}): Promise<StorageFailure | undefined>;
	/** Files lie elsewhere now. */
	moved(): void;
	/** Puts what is known of it on the disk, now. */
	keep(): Promise<void>;
	log(level: LogLevel, text: string): void;
}

type Again = Pick<OtherPlace, 'dir' | 'renamed' | 'files'>;

/** A folder, and the files in it that have another path than the torrent says. */
type Place = Pick<OtherPlace, 'dir' | 'renamed'>;

/**
 * Moves a torrent's files to another folder, and gives them other names, whether it runs or not. Where they are and
 * where they are going to is noted down before the first goes, so that a crash at any instant loses none.
 */
export class Relocation {
	readonly #owner: RelocationOwner;
	readonly #stopping = new AbortController();
	/** Where its files are going to, and how much of them is there: 0 .. 1; undefined when they stay. */
	progress: {readonly dir: string; readonly done: number} | undefined;

	constructor(owner: RelocationOwner) {
		this.#owner = owner;
	}

	/** The torrent is let go of: what is on its way comes back, to begin anew in the next session. */
	stop(): void {
		this.#stopping.abort();
	}

	/** @param folder absolute; answers why everything is where it was */
	async move(folder: string): Promise<StorageFailure | undefined> {
		const owner = this.#owner;
		const dir = resolve(folder);
		if (this.progress !== undefined)
			return {code: 'io', message: `it is being moved to ${this.progress.dir}: wait for that`};
		if (dir === owner.dir) return undefined;
		this.progress = {dir, done: 0};
		owner.log('info', `moving to ${dir}`);
		try {
			const settling = owner.names.settle();
			const nameless = settling && (await settling);
			if (nameless !== undefined) return nameless;
			const paths = this.#paths();
			const clashing = mayClash(paths.values());
			if (typeof clashing === 'boolean' ? clashing : await clashing) {
				const clash = await this.#nameApart(paths, dir);
				if (clash !== undefined) return clash;
			}
			const steps = this.#steps(
				() => ({dir, renamed: [...owner.renamed]}),
				() => {
					owner.dir = dir;
				},
			);
			const told = (copied: number, total: number): void => {
				this.progress = {dir, done: total === 0 ? 1 : copied / total};
			};
			const failure = await owner.withStorage(
				async storage => (await owner.takenAt({dir})) ?? storage.move(dir, told, steps),
			);
			if (failure === undefined) owner.log('info', `moved to ${dir}`);
			else if (this.#stopping.signal.aborted) owner.log('info', `it stays in ${owner.dir} for now`);
			else owner.log('error', `it stays in ${owner.dir}: ${failure.message}`);
			await steps.over();
			return failure;
		} finally {
			this.progress = undefined;
		}
	}

	/** Where the files are below their folder, by their number. */
	#paths(): Map<number, readonly string[]> {
		const {metainfo, renamed} = this.#owner;
		const paths = new Map<number, readonly string[]>();
		for (const [file, {path, pad}] of metainfo.files.entries())
			if (!pad) paths.set(file, renamed.get(file) ?? path);
		return paths;
	}

	/** The disk of another folder may take two names for the same one: of such files all but one are renamed first. */
	async #nameApart(
		paths: ReadonlyMap<number, readonly string[]>,
		dir: string,
	): Promise<StorageFailure | undefined> {
		try {
			for (const [file, name] of await namesApart(paths, dir)) {
				const failure = await this.rename(file, name);
				if (failure !== undefined) return failure;
			}
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			return {code: 'io', message: `its files cannot all be told apart in ${dir}: ${error.message}`};
		}
		return undefined;
	}

	/**
	 * Gives one file another name in the folder where it is, or another folder. What cannot be in a name is taken out of it.
	 *
	 * @param depth which part of its path is called so: the last when left out
	 * @throws {RangeError} when there is no such file
	 */
	async rename(file: number, name: string, depth?: number): Promise<StorageFailure | undefined> {
		const owner = this.#owner;
		const entry = owner.metainfo.files[file];
		if (entry === undefined || entry.pad) throw new RangeError(`there is no file ${file}`);
		const settling = owner.names.settle();
		const nameless = settling && (await settling);
		if (nameless !== undefined) return nameless;
		const before = owner.renamed.get(file) ?? entry.path;
		const at = Math.min(depth ?? before.length, before.length - 1);
		const path = before.with(at, sanitizePathElement(new TextEncoder().encode(name)));
		if (path[at] === before[at]) return undefined;
		const steps = this.#steps(
			() => ({dir: owner.dir, renamed: [[file, path]]}),
			() => {
				if (path.join('/') === entry.path.join('/')) owner.renamed.delete(file);
				else owner.renamed.set(file, path);
			},
		);
		const failure = await owner.withStorage(
			async storage =>
				(await owner.takenAt({renamed: new Map([...owner.renamed, [file, path]])})) ??
				storage.rename(file, path, steps),
		);
		await steps.over();
		if (failure === undefined)
			owner.log(
				'info',
				`renamed ${before.join('/')} to ${depth === undefined ? path.at(-1) : path.join('/')}`,
			);
		return failure;
	}

	/** Begins anew what was cut short in an earlier session; what had been done of it is undone by then. */
	async again({dir, renamed, files}: Again): Promise<void> {
		const owner = this.#owner;
		try {
			await this.#again({dir, renamed, files});
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			owner.log('error', error.message);
		}
	}

	async #again({dir, renamed, files: [file]}: Again): Promise<void> {
		const owner = this.#owner;
		if (dir !== owner.dir) return void (await this.move(dir));
		const entry = file === undefined ? undefined : owner.metainfo.files[file];
		if (file === undefined || entry === undefined) return;
		const goal = new Map(renamed).get(file) ?? entry.path;
		const now = owner.renamed.get(file) ?? entry.path;
		const depth = Math.max(
			0,
			now.findIndex((part, at) => part !== goal[at]),
		);
		const failure = await this.rename(file, goal[depth]!, depth);
		if (failure !== undefined) owner.log('error', failure.message);
	}

	/**
	 * @param goal where files are going to; asked when everything before it is done
	 * @param settle takes note that they are there
	 */
	#steps(goal: () => Place, settle: () => void): MoveSteps & {readonly over: () => Promise<void>} {
		const owner = this.#owner;
		const {resumeState} = owner;
		const {signal} = this.#stopping;
		let here: Place = {dir: owner.dir, renamed: []};
		let files: readonly number[] = [];
		let noted: OtherPlace | undefined;
		const note = (place: Place, isGoal: boolean): Promise<void> => {
			noted = {dir: place.dir, renamed: place.renamed, files, goal: isGoal};
			resumeState.otherPlace = noted;
			return owner.keep();
		};
		return {
			signal,
			leaving: going => {
				here = {dir: owner.dir, renamed: [...owner.renamed]};
				files = going;
				return note(goal(), true);
			},
			arrived: () => {
				settle();
				owner.moved();
				return note(here, false);
			},
			over: async () => {
				// What was stopped is begun anew in the next session.
				if (noted === undefined || resumeState.otherPlace !== noted || (noted.goal && signal.aborted)) return;
				resumeState.otherPlace = undefined;
				resumeState.revision++;
				await owner.keep();
			},
		};
	}
}
