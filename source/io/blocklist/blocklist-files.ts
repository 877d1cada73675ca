import {createWriteStream} from 'node:fs';
import {access, mkdir, rename, rm, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {finished} from 'node:stream/promises';
import type {Bytes, Millis} from '../../base/units.js';
import type {HttpClient} from '../net/http/http-client.js';
import type {ReadBlocklist} from './read-blocklist.js';
import {readBlocklistAside} from './thread.js';

const fetchTime: Millis = 10 * 60_000;
/** As it is sent: most are packed. */
const mostFetched: Bytes = 128 * 1024 * 1024;

/** Where blocklists come from, and where one that was fetched is kept. */
export class BlocklistFiles {
	readonly #kept: string;
	readonly #fetched: string;
	readonly #beside: string | undefined;

	/**
	 * @param stateDir absolute
	 * @param beside the same of the user's engine, for one that is there for a while only: what that keeps is read
	 */
	constructor(stateDir: string, beside?: string) {
		this.#kept = join(stateDir, 'blocklist');
		this.#beside = beside && join(beside, 'blocklist');
		this.#fetched = join(stateDir, 'blocklist.fetched');
	}

	/** Reads one. Rejects with an error that says in words why it is none. */
	read(path: string): Promise<ReadBlocklist> {
		return readBlocklistAside(path);
	}

	/** Another string when the file is another; one that says so when there is none. */
	async mark(path: string): Promise<string> {
		try {
			const {mtimeMs, size, ino} = await stat(path);
			return `${mtimeMs} ${size} ${ino}`;
		} catch (error) {
			return (error as NodeJS.ErrnoException).code ?? 'unknown';
		}
	}

	/** Where the one is that was fetched last and could be read; undefined when there is none. */
	async kept(): Promise<string | undefined> {
		for (const path of [this.#kept, this.#beside]) {
			if (path === undefined) continue;
			const isThere = await access(path).then(
				() => true,
				() => false,
			);
			if (isThere) return path;
		}
		return undefined;
	}

	/**
	 * Fetches one, and answers the path where it is for now. Rejects with an error that says why it cannot be had.
	 *
	 * @param heard called each time something of it comes
	 * @param given aborted with an error that says why it is given up
	 */
	async fetch(url: string, http: HttpClient, heard: () => void, given: AbortSignal): Promise<string> {
		await mkdir(dirname(this.#fetched), {recursive: true, mode: 0o700});
		const file = createWriteStream(this.#fetched, {mode: 0o600});
		const written = finished(file);
		// Who waits hears of it.
		written.catch(() => {});
		const tooMuch = new AbortController();
		let length = 0;
		try {
			const {status} = await http.get(url, {
				maximumBody: 65_536,
				mayBeBlocked: true,
				timeout: fetchTime,
				signal: AbortSignal.any([tooMuch.signal, given]),
				stream(bytes) {
					heard();
					length += bytes.length;
					if (length > mostFetched) return tooMuch.abort(new Error('it is longer than 128 MB'));
					// The bytes are the reader's.
					file.write(Uint8Array.from(bytes));
				},
			});
			if (status !== 200) throw new Error(`the server answers with status ${status}`);
			file.end();
			await written;
			return this.#fetched;
		} catch (error) {
			file.destroy();
			await rm(this.#fetched, {force: true}).catch(() => {});
			throw error;
		}
	}

	/** What was fetched last is the one that is kept. */
	async keep(): Promise<void> {
		await rename(this.#fetched, this.#kept);
	}
}
