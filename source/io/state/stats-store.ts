import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Bytes} from '../../base/units.js';
import {SpeedHistory} from '../../policy/rates/speed-history.js';
import {failureOf} from '../disk/storage-failure.js';
import {readRegularFile} from '../files/regular-file.js';
import {replaceFile} from '../files/replace-file.js';
import {setAside} from './set-aside.js';

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
export class StatsStore {
	readonly #folder: string;
	readonly #say: (text: string) => void;
	/** Names of files that a later version wrote. */
	readonly #later = new Set<string>();
	#saidFailure = false;
	/** Names of torrents of which something was there when that was looked up, or has been written since. */
	#there: Promise<Set<string>> | undefined;

	/**
	 * @param stateDir absolute
	 * @param say hears what could not be read, and once that nothing can be written
	 */
	constructor(stateDir: string, say: (text: string) => void) {
		this.#folder = join(stateDir, 'speed');
		this.#say = say;
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
		this.#there ??= this.#look();
		if (!(await this.#there).has(id)) return undefined;
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
			// What was set aside is somebody's to look at.
			if (id === 'session' || ids.has(id) || name.includes('.damaged')) continue;
			await rm(join(this.#folder, name), {force: true}).catch(() => {});
		}
	}

	/** Most torrents of a large session have moved nothing lately: for these no file is opened in vain. */
	async #look(): Promise<Set<string>> {
		const names = await readdir(this.#folder).catch(() => []);
		return new Set(names.filter(name => name.endsWith('.json')).map(name => name.slice(0, -'.json'.length)));
	}

	#path(name: string): string {
		return join(this.#folder, `${name}.json`);
	}

	/** Undefined when there is nothing that can be read. What is damaged is set aside; what is of a later version stays. */
	async #read(name: string): Promise<Record<string, unknown> | undefined> {
		const path = this.#path(name);
		try {
			const text = new TextDecoder('utf-8', {fatal: true}).decode(await readRegularFile(path, ceiling));
			const value: unknown = JSON.parse(text);
			if (
				typeof value !== 'object' ||
				value === null ||
				!('version' in value) ||
				typeof value.version !== 'number'
			)
				throw new Error('it is not what it should be');
			if (value.version === version) return value as Record<string, unknown>;
			if (value.version < version) return undefined;
			this.#later.add(name);
			this.#say(`speeds and totals of ${path} are of a later version: they are left as they are`);
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENOTDIR') this.#setAside(path, message);
		}
		return undefined;
	}

	/** A graph without its past is no reason to trouble anybody more than with a line. */
	#setAside(path: string, why: string): void {
		try {
			this.#say(`speeds begin anew: ${why}: set aside as ${setAside(path)}`);
		} catch {
			this.#say(`speeds begin anew: ${why}`);
		}
	}

	async #write(name: string, value: object): Promise<void> {
		if (this.#later.has(name)) return;
		const path = this.#path(name);
		try {
			void this.#there?.then(there => there.add(name));
			await replaceFile(path, new TextEncoder().encode(JSON.stringify({version, ...value})));
		} catch (error) {
			if (!this.#saidFailure) this.#say(`speeds are not kept: ${failureOf(error, path).message}`);
			this.#saidFailure = true;
		}
	}
}

function count(value: unknown): Bytes {
	return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0;
}
