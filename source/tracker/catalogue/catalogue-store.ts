import {mkdir, open, readFile, rename, rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {Clock, LogLevel} from '../../base/ports.js';
import {nextTurn} from '../../io/machine/next-turn.js';
import type {CatalogueIndex} from '../../policy/catalogue/catalogue-index.js';
import {asNick} from '../../protocol/catalogue/nick.js';
import {asCatalogueEntry} from '../../protocol/catalogue/publication.js';

const version = 1;
/** So many lines take a few milliseconds: others have their turn between them. */
const linesAtOnce = 2000;
const ceiling = 512 * 1024 * 1024;
const keyForm = /^[\da-f]{64}$/;
const peerIdForm = /^[\da-f]{40}$/;

/** What a catalogue knows, in a file of JSON lines that is only ever replaced whole. */
export class CatalogueStore {
	readonly #path: string;
	readonly #clock: Clock;
	readonly #log: (level: LogLevel, text: string) => void;
	#saved = -1;
	#saidFailure = false;
	/** What is there is of a later version of the program, and stays as it is. */
	#isLater = false;

	/** @param dir absolute; made when something is saved */
	constructor(dir: string, clock: Clock, log: (level: LogLevel, text: string) => void) {
		this.#path = join(dir, 'entries');
		this.#clock = clock;
		this.#log = log;
	}

	/** Takes up what was saved. What cannot be read is begun anew, with a line that says so. */
	async load(index: CatalogueIndex): Promise<void> {
		let text: string;
		try {
			const bytes = await readFile(this.#path);
			if (bytes.length > ceiling) throw new Error('it is too long');
			text = bytes.toString('utf8');
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENOTDIR')
				this.#log('warn', `the catalogue of before is not known: ${this.#path}: ${message}`);
			return;
		}
		const [head, ...lines] = text.split('\n');
		const found = versionOf(head);
		if (found !== version) {
			this.#isLater = found !== undefined && found > version;
			const what = this.#isLater ? 'is of a later version, and stays as it is' : 'is damaged';
			this.#log('warn', `the catalogue begins empty: ${this.#path} ${what}`);
			return;
		}
		let damaged = lines.pop() === '' ? 0 : 1;
		for (const [number, line] of lines.entries()) {
			if (!take(index, line, this.#clock.now())) damaged++;
			if (number % linesAtOnce === 0) await nextTurn();
		}
		if (damaged > 0) this.#log('warn', `${damaged} lines of ${this.#path} are damaged and left out`);
		this.#saved = index.revision;
	}

	/** Writes it down when it is not what was written last. */
	async save(index: CatalogueIndex): Promise<void> {
		const {revision} = index;
		if (revision === this.#saved || this.#isLater) return;
		const draft = `${this.#path}.tmp`;
		try {
			await mkdir(dirname(this.#path), {recursive: true, mode: 0o700});
			await rm(draft, {force: true});
			const file = await open(draft, 'wx', 0o600);
			try {
				let lines = [JSON.stringify({tortui: 'catalogue', version})];
				for (const line of index.lines()) {
					if (lines.push(line) < linesAtOnce) continue;
					await file.writeFile(`${lines.join('\n')}\n`);
					lines = [];
				}
				await file.writeFile(`${lines.join('\n')}\n`);
				await file.sync();
			} finally {
				await file.close();
			}
			await rename(draft, this.#path);
			this.#saved = revision;
			this.#saidFailure = false;
		} catch (error) {
			await rm(draft, {force: true}).catch(() => {});
			if (!this.#saidFailure)
				this.#log('warn', `the catalogue cannot be kept: ${(error as Error).message.split(',')[0]}`);
			this.#saidFailure = true;
		}
	}
}

function versionOf(head: string | undefined): number | undefined {
	const value = parse(head ?? '');
	if (typeof value !== 'object' || value === null) return undefined;
	const {tortui, version: found} = value as Readonly<Record<string, unknown>>;
	return tortui === 'catalogue' && typeof found === 'number' ? found : undefined;
}

/** Answers whether the line made sense. */
function take(index: CatalogueIndex, line: string, now: number): boolean {
	const value = parse(line);
	if (!Array.isArray(value)) return false;
	if (value[0] === 'p') {
		const [, key, written, since] = value;
		const nick = asNick(written);
		if (!isKey(key) || nick === undefined || !isTime(since)) return false;
		index.restorePerson(key, nick, since, now);
		return true;
	}
	const [kind, fields, since, shares] = value;
	if (kind !== 'e' || typeof fields !== 'object' || fields === null || !isTime(since)) return false;
	const entry = asCatalogueEntry(fields);
	if (entry === undefined || !Array.isArray(shares) || !shares.every(isShare)) return false;
	index.restoreEntry(entry, since, shares, now);
	return true;
}

function isShare(value: unknown): value is readonly [key: string, peerId: string] {
	return Array.isArray(value) && isKey(value[0]) && typeof value[1] === 'string' && peerIdForm.test(value[1]);
}

function isKey(value: unknown): value is string {
	return typeof value === 'string' && keyForm.test(value);
}

function isTime(value: unknown): value is number {
	return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
