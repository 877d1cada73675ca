import {randomBytes} from 'node:crypto';
import {renameSync, rmSync, writeFileSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {UserError} from '../base/errors.js';
import type {Bytes} from '../base/units.js';
import {createTorrent} from '../engine/creator.js';
import {formatMagnet} from '../protocol/magnet.js';
import type {Metainfo} from '../protocol/metainfo.js';
import {asWebSeedUrl} from '../protocol/source-urls.js';
import {percent, rateWithUnit, size as sizeText} from '../ui/format.js';
import {defineCommand} from './command.js';
import {size, text, trackerUrl, type ValueReader} from './quantities.js';
import {redraws} from './terminal-kind.js';

/** One tier of trackers: `,` stands between its URLs. */
const tier: ValueReader<readonly string[]> = (value, where) =>
	value.split(',').map(url => trackerUrl(url, where));

const webSeed: ValueReader<string> = (value, where) => {
	const url = asWebSeedUrl(value);
	if (url === undefined)
		throw new UserError('bad-value', `${where}: ${JSON.stringify(value)} is not an http(s) URL`, 2);
	return url;
};

const barCells = 24;
const redrawTime = 100;

/** A line that is drawn again and again while hashing; nothing when nobody watches. */
class ProgressLine {
	readonly #stream: NodeJS.WriteStream;
	readonly #started = performance.now();
	readonly #isShown: boolean;
	#drawn = 0;

	constructor(stream: NodeJS.WriteStream, isShown: boolean) {
		this.#stream = stream;
		this.#isShown = isShown;
	}

	show(hashed: Bytes, length: Bytes): void {
		const now = performance.now();
		if (!this.#isShown || now - this.#drawn < redrawTime) return;
		this.#drawn = now;
		const full = Math.floor((hashed / length) * barCells);
		const bar = '#'.repeat(full).padEnd(barCells, '.');
		const rate = rateWithUnit((hashed / (now - this.#started)) * 1000);
		this.#stream.write(`\r[${bar}] ${percent(hashed, length)} of ${sizeText(length)}  ${rate}\u001B[K`);
	}

	clear(): void {
		if (this.#drawn > 0) this.#stream.write('\r\u001B[K');
	}
}

/** Writes the whole file or nothing: a half-written torrent must not stand under the name. */
function writeWhole(path: string, bytes: Uint8Array): void {
	const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`);
	try {
		writeFileSync(temporary, bytes, {flag: 'wx'});
		renameSync(temporary, path);
	} catch (error) {
		rmSync(temporary, {force: true});
		const {code, message} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT')
			throw new UserError('no-folder', `cannot write ${path}: its folder does not exist`);
		if (code === 'EACCES' || code === 'EROFS')
			throw new UserError('no-permission', `not allowed to write ${path}`);
		if (code === 'ENOSPC') throw new UserError('disk-full', `cannot write ${path}: the disk is full`);
		throw new UserError('unwritable', `cannot write ${path}: ${message}`);
	}
}

function chooseVersion(flags: {v1: boolean; v2: boolean; hybrid: boolean}): Metainfo['version'] {
	if (Number(flags.v1) + Number(flags.v2) + Number(flags.hybrid) > 1) {
		throw new UserError('usage', '--v1, --v2 and --hybrid exclude each other (see: tortui create --help)', 2);
	}

	if (flags.v1) return '1';
	return flags.v2 ? '2' : 'hybrid';
}

export const command = defineCommand({
	name: 'create',
	usage: ['create PATH [options]'],
	summary: 'Writes a .torrent of a file or folder, and prints its magnet link.',
	notes: [
		'In folders, names that begin with a dot are left out without --include-hidden.',
		"Patterns: * and ? within a name, ** across folders; '*.tmp' is matched against",
		"every name, 'sub/*.tmp' against the path below the folder.",
	],
	options: {
		output: {
			kind: 'value',
			short: 'o',
			value: 'FILE',
			read: text,
			help: 'where to write it (NAME.torrent here)',
		},
		tracker: {
			kind: 'list',
			short: 't',
			value: 'URL',
			read: tier,
			help: 'a tracker (repeatable; "," joins one tier)',
		},
		webSeed: {
			kind: 'list',
			short: 'w',
			value: 'URL',
			read: webSeed,
			help: 'a web server with the content (repeatable)',
		},
		pieceLength: {
			kind: 'value',
			short: 'l',
			value: 'SIZE',
			read: size,
			help: 'a power of two from 16K to 128M (for 1,000 to 2,000 pieces)',
		},
		v1: {kind: 'on', help: 'v1 only: what clients of every age read'},
		v2: {kind: 'on', help: 'v2 only: needs clients that know BitTorrent v2'},
		hybrid: {kind: 'on', help: 'both in one (what is made unless told)'},
		private: {kind: 'on', help: 'peers come from the trackers only'},
		source: {
			kind: 'value',
			value: 'TEXT',
			read: text,
			help: 'a source tag: makes the info-hash a different one',
		},
		comment: {kind: 'value', value: 'TEXT', read: text, help: 'a comment'},
		date: {kind: 'off', help: 'do not write when it was made: the same content gives the same bytes'},
		includeHidden: {kind: 'on', help: 'hidden files too'},
		exclude: {kind: 'list', value: 'GLOB', read: text, help: 'leave out what matches (repeatable)'},
	},
	words: [1, 1],
	async run({input, flags}, {stdout, stderr, version, env}) {
		const path = input[0]!;
		const output = resolve(flags.output ?? `${basename(resolve(path))}.torrent`);
		const progress = new ProgressLine(stderr, redraws(stderr, {env}));
		try {
			const {bytes, metainfo} = await createTorrent({
				path,
				version: chooseVersion(flags),
				pieceLength: flags.pieceLength,
				trackers: flags.tracker,
				webSeeds: flags.webSeed,
				private: flags.private,
				source: flags.source,
				comment: flags.comment,
				createdBy: `tortui/${version}`,
				creationDate: flags.date ? Math.floor(Date.now() / 1000) : undefined,
				includeHidden: flags.includeHidden,
				exclude: flags.exclude,
				onProgress: (hashed, length) => progress.show(hashed, length),
			});
			writeWhole(output, bytes);
			progress.clear();
			stdout.write(`${formatMagnet(metainfo)}\n`);
		} catch (error) {
			progress.clear();
			throw error;
		}

		return 0;
	},
});
