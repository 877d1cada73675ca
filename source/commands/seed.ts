import {existsSync, statSync} from 'node:fs';
import {basename, dirname, resolve} from 'node:path';
import type {AddOptions} from '../api/command.js';
import {type ExitStatus, UserError} from '../base/errors.js';
import {percent} from '../ui/format.js';
import {safeText} from '../ui/safe-text.js';
import {addOptions} from './add-options.js';
import {type Context, defineCommand, type Flags} from './command.js';
import {sharedOptions} from './flags.js';
import {interruption} from './interruption.js';
import {runTransfer, type Task} from './run-transfer.js';
import {redraws} from './terminal-kind.js';
import {readDownload} from './torrent-source.js';

const options = {
	...sharedOptions,
	private: {kind: 'on', help: 'a torrent that is made tells clients to ask its trackers only'},
	repair: {kind: 'on', help: 'download what is missing or wrong, over what is there'},
} as const;

/** `TORRENT=PATH` taken apart; undefined when the word is a PATH. */
function splitPair(word: string): readonly [torrent: string, path: string] | undefined {
	if (existsSync(word)) return undefined;
	const at = [...word.matchAll(/=/g)]
		.map(({index}) => index)
		.find(index => existsSync(word.slice(index + 1)) && index > 0);
	return at === undefined ? undefined : [word.slice(0, at), word.slice(at + 1)];
}

/** What is seeded is not written to, unless it is to be repaired. */
function seedOptions(flags: Flags<typeof options>): AddOptions {
	return {...addOptions(flags), ...(flags.repair ? {repair: true} : {seedOnly: true})};
}

async function withTorrent(
	torrent: string,
	path: string,
	flags: Flags<typeof options>,
	context: Context,
): Promise<Task> {
	const source = await readDownload(torrent, context);
	const data = resolve(path);
	if (basename(data) !== source.metainfo.name) {
		const {name} = source.metainfo;
		// The folder that holds the data was named instead of the data.
		if (existsSync(resolve(data, name))) return {source, options: {...seedOptions(flags), dir: data}};
		throw new UserError(
			'other-name',
			`${path} is not named as the torrent's data: rename it to ${JSON.stringify(name)}`,
		);
	}
	return {source, options: {...seedOptions(flags), dir: dirname(data)}};
}

async function makeTorrent(path: string, flags: Flags<typeof options>, context: Context): Promise<Task> {
	const {createTorrent} = await import('../engine/creator.js');
	const {stderr} = context;
	const isShown = redraws(stderr, context) && !flags.json;
	const aborted = new AbortController();
	const interrupted = interruption();
	void interrupted.first.then(signal =>
		aborted.abort(new UserError('interrupted', `${signal}: nothing was shared`, 130)),
	);
	let shown = 0;
	try {
		const {bytes, metainfo} = await createTorrent({
			path: resolve(path),
			trackers: flags.tracker.map(url => [url]),
			private: flags.private,
			createdBy: `tortui ${context.version}`,
			creationDate: Math.floor(Date.now() / 1000),
			signal: aborted.signal,
			onProgress(done, length) {
				if (!isShown || performance.now() - shown < 100) return;
				shown = performance.now();
				stderr.write(`\rhashing ${safeText(basename(path))}  ${percent(done, length)}\u001B[K`);
			},
		});
		return {
			source: {kind: 'metainfo', label: path, bytes, metainfo},
			options: {...addOptions(flags), dir: dirname(resolve(path)), check: 'none', seedOnly: true},
		};
	} finally {
		interrupted.release();
		if (shown > 0) stderr.write('\r\u001B[K');
	}
}

async function toTask(word: string, flags: Flags<typeof options>, context: Context): Promise<Task> {
	const pair = splitPair(word);
	if (pair) return withTorrent(...pair, flags, context);
	if (!existsSync(word)) {
		throw new UserError('no-file', `no such file or folder: ${word} (give PATH or TORRENT=PATH)`);
	}
	if (/\.torrent$/i.test(word) && statSync(word).isFile()) {
		return {source: await readDownload(word, context), options: seedOptions(flags)};
	}
	return makeTorrent(word, flags, context);
}

/** Seeds without a screen until it is told to stop. */
export const command = defineCommand({
	name: 'seed',
	usage: ['seed PATH ... [options]', 'seed TORRENT=PATH ... [options]'],
	summary: 'Makes a torrent of each PATH, or takes TORRENT for it, and seeds it.',
	words: [1, 1000],
	config: true,
	options,
	notes: [
		'A .torrent alone is seeded from the folder of --dir. The magnet links of what',
		'is seeded are printed first. It ends with Ctrl-C, or at --seed-time or --seed-ratio.',
		'Nothing is written to what is seeded: data that is not the torrent is told and refused.',
	],
	async run({input, flags}, context): Promise<ExitStatus> {
		return runTransfer(
			async () => {
				const tasks: Task[] = [];
				for (const word of input) tasks.push(await toTask(word, flags, context));
				if (!flags.json) {
					const {formatMagnet} = await import('../protocol/magnet.js');
					for (const {source} of tasks) {
						if (source.kind === 'metainfo') context.stdout.write(`${formatMagnet(source.metainfo)}\n`);
					}
				}
				return tasks;
			},
			{time: flags.seedTime, ratio: flags.seedRatio},
			flags,
			context,
		);
	},
});
