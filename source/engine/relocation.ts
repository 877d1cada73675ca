import type {LogLevel} from '../base/ports.js';
import type {Storage, StorageFailure} from '../io/storage.js';
import type {Metainfo} from '../protocol/metainfo.js';
import {sanitizePathElement} from '../protocol/sanitize-path.js';

/** What moving asks of its torrent. */
export interface RelocationOwner {
	readonly metainfo: Metainfo;
	dir: string;
	/** Files that have another path than the torrent says. */
	readonly renamed: Map<number, readonly string[]>;
	/** Does something with the torrent's files while nobody else opens them, whether it runs or not. */
	withStorage<Value>(task: (storage: Storage) => Promise<Value>): Promise<Value>;
	/** Files lie elsewhere now. */
	moved(): void;
	log(level: LogLevel, text: string): void;
}

/** Moves a torrent's files to another folder, and gives them other names, whether it runs or not. */
export class Relocation {
	readonly #owner: RelocationOwner;
	/** Where its files are going to, and how much of them is there: 0 .. 1; undefined when they stay. */
	progress: {readonly dir: string; readonly done: number} | undefined;

	constructor(owner: RelocationOwner) {
		this.#owner = owner;
	}

	/** @param dir absolute; answers why everything is where it was */
	async move(dir: string): Promise<StorageFailure | undefined> {
		const owner = this.#owner;
		if (this.progress !== undefined)
			return {code: 'io', message: `it is being moved to ${this.progress.dir}: wait for that`};
		if (dir === owner.dir) return undefined;
		this.progress = {dir, done: 0};
		owner.log('info', `moving to ${dir}`);
		const failure = await owner.withStorage(storage =>
			storage.move(dir, (copied, total) => {
				this.progress = {dir, done: total === 0 ? 1 : copied / total};
			}),
		);
		this.progress = undefined;
		if (failure !== undefined) {
			owner.log('error', `it stays in ${owner.dir}: ${failure.message}`);
			return failure;
		}
		owner.dir = dir;
		owner.moved();
		owner.log('info', `moved to ${dir}`);
		return undefined;
	}

	/**
	 * Gives one file another name in the folder where it is. What cannot be in a name is taken out of it.
	 *
	 * @throws {RangeError} when there is no such file
	 */
	async rename(file: number, name: string): Promise<StorageFailure | undefined> {
		const owner = this.#owner;
		const entry = owner.metainfo.files[file];
		if (entry === undefined || entry.pad) throw new RangeError(`there is no file ${file}`);
		const before = owner.renamed.get(file) ?? entry.path;
		const path = [...before.slice(0, -1), sanitizePathElement(new TextEncoder().encode(name))];
		if (path.at(-1) === before.at(-1)) return undefined;
		const failure = await owner.withStorage(storage => storage.rename(file, path));
		if (failure !== undefined) return failure;
		if (path.at(-1) === entry.path.at(-1)) owner.renamed.delete(file);
		else owner.renamed.set(file, path);
		owner.moved();
		owner.log('info', `renamed ${before.join('/')} to ${path.at(-1)}`);
		return undefined;
	}
}
