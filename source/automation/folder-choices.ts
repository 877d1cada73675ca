import type {Bytes} from '../base/units.js';
import {ChoicesFile} from './choices-file.js';
import type {SharedFolderSettings} from './folder-settings.js';

const ceiling: Bytes = 1_048_576;

/** The folders that `tortui share` was given. */
export class FolderChoices {
	readonly #file: ChoicesFile;
	#shared: readonly SharedFolderSettings[] = [];

	constructor(path: string) {
		this.#file = new ChoicesFile(path, ceiling);
	}

	get shared(): readonly SharedFolderSettings[] {
		return this.#shared;
	}

	/** Answers what is wrong with what was kept, which is set aside then. */
	load(): Promise<string | undefined> {
		return this.#file.load(value => {
			if (!Array.isArray(value)) throw new Error('it holds no list');
			this.#shared = value.flatMap(asSettings);
		});
	}

	/** Rejects with the system's error, and holds what it held before then. */
	async save(shared: readonly SharedFolderSettings[]): Promise<void> {
		await this.#file.save(shared.map(({dir, trackers, label, publish}) => ({dir, trackers, label, publish})));
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
