import {join} from 'node:path';
import {Journal} from '../journal.js';

/** A file that was dealt with: as long as it is what it was nothing more is done for it. */
export interface DoneFile {
	readonly dir: string;
	readonly name: string;
	/** Which folder it was in. */
	readonly root: string;
	readonly look: string;
	/** Of its bytes. */
	readonly digest: string;
	/** What is wrong with it. */
	readonly fault?: string | undefined;
	/** It is to be deleted. */
	readonly isSpent?: boolean;
}

/** The files of watched folders that were dealt with, over restarts. */
export class DoneFiles {
	readonly #journal: Journal<DoneFile>;

	/** @param failed told, once, why nothing more is kept */
	constructor(stateDir: string, failed: (why: string) => void) {
		this.#journal = new Journal(join(stateDir, 'watched-files'), asDoneFile, failed);
	}

	/** Takes up what an earlier run knew. */
	open(): Promise<void> {
		return this.#journal.open();
	}

	/** Those of one folder. */
	in(dir: string): DoneFile[] {
		return [...this.#journal.entries.values()].filter(done => done.dir === dir);
	}

	note(done: DoneFile): Promise<void> {
		return this.#journal.put([[keyOf(done), done]]);
	}

	forget(gone: readonly DoneFile[]): Promise<void> {
		return this.#journal.put(gone.map(done => [keyOf(done), undefined]));
	}

	/** Resolves when all is written. */
	close(): Promise<void> {
		return this.#journal.close();
	}
}

const keyOf = ({dir, name}: DoneFile): string => `${dir}\0${name}`;

function asDoneFile(value: unknown): DoneFile | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const {dir, name, root, look, digest, fault} = value as Readonly<Record<string, unknown>>;
	const texts = [dir, name, root, look, digest].every(each => typeof each === 'string');
	return texts && (fault === undefined || typeof fault === 'string') ? (value as DoneFile) : undefined;
}
