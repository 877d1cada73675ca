import {join} from 'node:path';
import type {Bytes} from '../../base/units.js';
import {asNick} from '../../protocol/catalogue/nick.js';
import type {StorageFailure} from '../disk/storage.js';
import {failureOf} from '../disk/storage-failure.js';
import {readRegularFile} from '../files/regular-file.js';
import {replaceFile} from '../files/replace-file.js';

const ceiling: Bytes = 4096;
const version = 1;

/** Who one is in the catalogues of trackers. */
export interface NetworkIdentity {
	/** 64 hex digits that nobody else knows: what keys are made of. */
	readonly secret: string;
	/** The nickname that was chosen while the engine ran. */
	readonly nick?: string | undefined;
	/** The one that was configured when it was chosen: another one that is configured later goes before it. */
	readonly over?: string | undefined;
}

/** The same in the file `network.json` of the state folder, which only its owner can read. */
export class NetworkStore {
	readonly #path: string;
	readonly #failed: (failure: StorageFailure) => void;
	#saving: Promise<void> = Promise.resolve();
	/** What is there is of a later version of the program, and stays as it is. */
	#isLater = false;

	/** @param failed told why it cannot be kept */
	constructor(stateDir: string, failed: (failure: StorageFailure) => void) {
		this.#path = join(stateDir, 'network.json');
		this.#failed = failed;
	}

	/** What was saved last; undefined when there is nothing that can be read. */
	async load(): Promise<NetworkIdentity | undefined> {
		try {
			const bytes = await readRegularFile(this.#path, ceiling);
			const value: unknown = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
			if (typeof value !== 'object' || value === null) return undefined;
			const fields = value as Readonly<Record<string, unknown>>;
			const found = fields['version'];
			this.#isLater = typeof found === 'number' && found > version;
			const {secret} = fields;
			if (found !== version || typeof secret !== 'string' || !/^[\da-f]{64}$/.test(secret)) return undefined;
			return {secret, nick: asNick(fields['nick']), over: asNick(fields['over'])};
		} catch {
			return undefined;
		}
	}

	save(identity: NetworkIdentity): Promise<void> {
		if (this.#isLater) return Promise.resolve();
		const text = JSON.stringify({version, ...identity});
		this.#saving = this.#saving
			.then(() => replaceFile(this.#path, new TextEncoder().encode(text)))
			.catch(error => this.#failed(failureOf(error, this.#path)));
		return this.#saving;
	}
}
