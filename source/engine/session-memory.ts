import {open, readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Bytes} from '../base/units.js';
import {replaceFile} from '../io/replace-file.js';
import type {StorageFailure} from '../io/storage.js';
import {failureOf} from '../io/storage-failure.js';
import {SpeedHistory} from '../policy/speed-history.js';

/** What the session as a whole takes along: what it ever moved, and how fast lately. */
export interface SessionTotals {
	readonly downloaded: Bytes;
	readonly uploaded: Bytes;
	readonly history: SpeedHistory;
}

const ceiling: Bytes = 4 << 20;
const version = 1;

/**
 * The speeds of the last day, of all torrents and of each, and the totals, in `speed/` of the state folder. Nothing
 * depends on them: what cannot be read is begun anew, and what cannot be written is said once.
 */
export class SessionMemory {
	readonly #folder: string;
	readonly #failed: (failure: StorageFailure) => void;
	#saidFailure = false;

	/** @param stateDir absolute */
	constructor(stateDir: string, failed: (failure: StorageFailure) => void) {
		this.#folder = join(stateDir, 'speed');
		this.#failed = failed;
	}

	async load(): Promise<SessionTotals> {
		const saved = await this.#read('session');
		return {
			downloaded: count(saved?.['downloaded']),
			uploaded: count(saved?.['uploaded']),
			history: SpeedHistory.from(saved?.['history']) ?? new SpeedHistory(),
		};
	}

	async loadTorrent(id: string): Promise<SpeedHistory | undefined> {
		return SpeedHistory.from((await this.#read(id))?.['history']);
	}

	save({downloaded, uploaded, history}: SessionTotals): Promise<void> {
		return this.#write('session', {downloaded, uploaded, history: history.export()});
	}

	saveTorrent(id: string, history: SpeedHistory): Promise<void> {
		const data = history.export();
		return data === undefined || data.levels.length === 0
			? Promise.resolve()
			: this.#write(id, {history: data});
	}

	async removeTorrent(id: string): Promise<void> {
		await rm(this.#path(id), {force: true}).catch(() => {});
	}

	/** Forgets torrents that are not there any more. */
	async keepOnly(ids: ReadonlySet<string>): Promise<void> {
		for (const name of await readdir(this.#folder).catch(() => [])) {
			const id = name.replace(/\.json(?:\.tmp)?$/, '');
			if (id !== 'session' && !ids.has(id)) await rm(join(this.#folder, name), {force: true}).catch(() => {});
		}
	}

	#path(name: string): string {
		return join(this.#folder, `${name}.json`);
	}

	async #read(name: string): Promise<Record<string, unknown> | undefined> {
		try {
			const file = await open(this.#path(name));
			try {
				if ((await file.stat()).size > ceiling) return undefined;
				const value: unknown = JSON.parse(await file.readFile('utf8'));
				const isOurs = typeof value === 'object' && value !== null && 'version' in value;
				return isOurs && value.version === version ? (value as Record<string, unknown>) : undefined;
			} finally {
				await file.close();
			}
		} catch {
			// A graph without its past is no reason to trouble anybody.
			return undefined;
		}
	}

	async #write(name: string, value: object): Promise<void> {
		const path = this.#path(name);
		try {
			await replaceFile(path, new TextEncoder().encode(JSON.stringify({version, ...value})));
		} catch (error) {
			if (!this.#saidFailure) this.#failed(failureOf(error, path));
			this.#saidFailure = true;
		}
	}
}

function count(value: unknown): Bytes {
	return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0;
}
