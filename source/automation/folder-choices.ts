import type {Bytes} from '../base/units.js';
import {readRegularFile} from '../io/files/regular-file.js';
import {replaceFile} from '../io/files/replace-file.js';
import {setAside} from '../io/state/set-aside.js';
import type {SharedFolderSettings} from './folder-settings.js';

const ceiling: Bytes = 1_048_576;

/** The folders that `tortui share` was given: a file of the state folder, replaced whole. */
export class FolderChoices {
	readonly #path: string;
	#shared: SharedFolderSettings[] = [];

	constructor(path: string) {
		this.#path = path;
	}

	get shared(): readonly SharedFolderSettings[] {
		return this.#shared;
	}

	/** Answers what is wrong with what was kept, which is set aside then. */
	async load(): Promise<string | undefined> {
		try {
			const text = Buffer.from(await readRegularFile(this.#path, ceiling)).toString('utf8');
			const value: unknown = JSON.parse(text);
			if (!Array.isArray(value)) throw new Error('it holds no list');
			this.#shared = value.flatMap(asSettings);
			return undefined;
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
			try {
				return `${message}; kept as ${setAside(this.#path)}`;
			} catch {
				return message;
			}
		}
	}

	/** Rejects with the system's error, and holds what it held before then. */
	async save(shared: readonly SharedFolderSettings[]): Promise<void> {
		const items = shared.map(({dir, trackers, label, publish}) => ({dir, trackers, label, publish}));
		await replaceFile(this.#path, Buffer.from(`${JSON.stringify(items, undefined, '\t')}\n`));
		this.#shared = [...shared];
	}
}

function asSettings(value: unknown): SharedFolderSettings[] {
	if (typeof value !== 'object' || value === null) return [];
	const {dir, trackers, label, publish} = value as Readonly<Record<string, unknown>>;
	if (typeof dir !== 'string' || !dir.startsWith('/')) return [];
	return [
		{
			dir,
			from: 'share',
			trackers: Array.isArray(trackers) ? trackers.filter(url => typeof url === 'string') : [],
			...(typeof label === 'string' && {label}),
			publish: publish !== false,
		},
	];
}
