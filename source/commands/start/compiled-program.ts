import {isAscii} from 'node:buffer';
import {
	closeSync,
	constants,
	fstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import process from 'node:process';
import {pathToFileURL} from 'node:url';
import {Script} from 'node:vm';
import * as zlib from 'node:zlib';
import {withUsualFlags} from './late-flags.js';

/** Before the bytes: checksums of the program's text and of what follows. V8 itself only compares lengths. */
const headLength = 8;
/** Programs, of which each takes some MB: those of several Node.js, and of a few folders. */
const mostPrograms = 8;
/** Bytes of the longest that is read: a hundred times what the program is. */
const longest = 64 * 1024 * 1024;
/** One that was written longer ago is of a version that nobody runs, or is written again. */
const longestKept = 60 * 24 * 60 * 60 * 1000;
/**
 * How often a run is looked at, in milliseconds, and how often at most, until it rests: a busy machine leaves little to a start,
 * too.
 */
const lookTime = 250;
const mostLooks = 20;
/** The share of a core that who rests takes at most. */
const restingShare = 0.05;
const wrapper = '(function (exports, require, module, __filename, __dirname) {';

/** The lowest of Node.js 20 and 22 have no quick checksum. */
const {crc32} = zlib as {crc32?: (bytes: Uint8Array) => number};

/**
 * A CommonJS file of the program, with what V8 made of it in earlier runs kept in a folder. Node.js keeps what is compiled when a file
 * is loaded, and nearly all of it is compiled when it is first called: 30 of the 100 ms to the first announce.
 */
export class CompiledProgram {
	readonly #path: string;
	readonly #cache: string;
	#script: Script | undefined;
	#textSum = 0;
	/** What was taken; undefined when it was nothing. */
	#taken: string | undefined;

	/**
	 * @param path where the program's file is
	 * @param folder where what was made of programs is kept: in it a folder for this one and this Node.js, a file for each `use`
	 * @param use what the run is for, of `a-z` and `-`: only what such a run needs is kept, so that little is read
	 */
	constructor(path: string, folder: string, use: string) {
		this.#path = path;
		const name = `${process.version}-${process.arch}-${(crc32?.(Buffer.from(path)) ?? 0).toString(16)}`;
		this.#cache = join(folder, name, use);
	}

	/**
	 * Runs the file as `require` does, and answers what it exports. For what `import()` would be in it there is
	 * `module.importHere`.
	 */
	load(): unknown {
		const require = createRequire(this.#path);
		// Coverage is of what is compiled as it runs.
		const {NODE_V8_COVERAGE, NODE_DISABLE_COMPILE_CACHE} = process.env;
		if (crc32 === undefined || NODE_V8_COVERAGE || NODE_DISABLE_COMPILE_CACHE) return require(this.#path);
		const bytes = readFileSync(this.#path);
		this.#textSum = crc32(bytes);
		const kept = this.#read(this.#cache) ?? this.#read(this.#ofFailed);
		const script = new Script(`${wrapper}${bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8')}\n})`, {
			filename: this.#path,
			columnOffset: -wrapper.length,
			...(kept && {cachedData: kept.compiled}),
		});
		if (!script.cachedDataRejected) this.#taken = kept?.path;
		if (this.#taken !== this.#cache) this.#script = script;
		const folder = dirname(this.#path);
		const importHere = (name: string): Promise<unknown> =>
			import(name.startsWith('.') ? pathToFileURL(join(folder, name)).href : name);
		const module = {exports: {}, importHere};
		const run = script.runInThisContext() as (...handed: unknown[]) => void;
		run.call(module.exports, module.exports, require, module, this.#path, folder);
		return module.exports;
	}

	/** Who fails has not called what others call: what is kept of it is taken where there is nothing better. */
	get #ofFailed(): string {
		return `${this.#cache}.failed`;
	}

	/** Keeps what was compiled where nothing that is kept was taken: when the start is over, or at the end of a shorter run. */
	keepOnceStarted(): void {
		if (this.#script === undefined) return;
		process.once('exit', status => this.keep(status === 0));
		let before = process.cpuUsage();
		let looks = 0;
		const timer = setInterval(() => {
			const {user, system} = process.cpuUsage(before);
			before = process.cpuUsage();
			looks += 1;
			if (looks < mostLooks && user + system > lookTime * 1000 * restingShare) return;
			clearInterval(timer);
			this.keep();
		}, lookTime).unref();
	}

	/** Keeps what has been compiled until now, where nothing as good that is kept was taken. Once; never throws. */
	keep(succeeded = true): void {
		const script = this.#script;
		if (script === undefined || (!succeeded && this.#taken !== undefined)) return;
		this.#script = undefined;
		try {
			const compiled = withUsualFlags(() => script.createCachedData());
			this.#write(succeeded ? this.#cache : this.#ofFailed, compiled);
		} catch {} // There is no room for it, or it is nobody's: the next start is as slow as this one.
	}

	/** What may be run: of this very text, whole, and written by this user. */
	#read(path: string): {readonly path: string; readonly compiled: Buffer} | undefined {
		let file: number | undefined;
		try {
			// Whatever is there: nothing is waited for.
			file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
			const stats = fstatSync(file);
			if (!stats.isFile() || stats.size > longest) return undefined;
			const {uid, mode} = stats;
			if (uid !== (process.geteuid?.() ?? uid) || (process.geteuid && (mode & 0o022) !== 0)) return undefined;
			const bytes = readFileSync(file);
			if (bytes.length <= headLength || bytes.readUInt32LE(0) !== this.#textSum) return undefined;
			const compiled = bytes.subarray(headLength);
			return bytes.readUInt32LE(4) === crc32?.(compiled) ? {path, compiled} : undefined;
		} catch {
			return undefined;
		} finally {
			if (file !== undefined) closeSync(file);
		}
	}

	#write(path: string, compiled: Buffer): void {
		const head = Buffer.alloc(headLength);
		head.writeUInt32LE(this.#textSum, 0);
		head.writeUInt32LE(crc32?.(compiled) ?? 0, 4);
		const folder = dirname(path);
		mkdirSync(folder, {recursive: true, mode: 0o700});
		const draft = `${path}.${process.pid}.draft`;
		try {
			writeFileSync(draft, Buffer.concat([head, compiled]), {mode: 0o600, flag: 'wx'});
			renameSync(draft, path);
		} catch (error) {
			rmSync(draft, {force: true});
			throw error;
		}
		tidy(dirname(folder));
	}
}

/** Removes the folders of programs that are run no more: nothing in them is young, or many are younger. */
function tidy(folder: string): void {
	const oldest = Date.now() - longestKept;
	readdirSync(folder, {withFileTypes: true})
		.filter(each => each.isDirectory())
		.map(({name}) => ({path: join(folder, name), time: statSync(join(folder, name)).mtimeMs}))
		.sort((one, other) => other.time - one.time)
		.filter(({time}, at) => time < oldest || at >= mostPrograms)
		.forEach(({path}) => {
			rmSync(path, {recursive: true, force: true});
		});
}
