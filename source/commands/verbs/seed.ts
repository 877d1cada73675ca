import {existsSync, statSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import type {AddOptions} from '../../api/command.js';
import {type ExitStatus, UserError} from '../../base/errors.js';
import {terminalText} from '../../base/safe-text.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {diskPath} from '../../io/files/disk-path.js';
import {typedPath} from '../../io/files/typed-path.js';
import {percent} from '../../ui/text/format.js';
import {addOptions} from '../arguments/add-options.js';
import {type Context, defineCommand, type Flags} from '../arguments/command.js';
import {
	contentNotes,
	createOptions,
	creation,
	outputAdvice,
	tellSkipped,
	versionNotes,
} from '../arguments/create-options.js';
import {sharedOptions} from '../arguments/flags.js';
import {endingAtGoal} from '../arguments/seed-goal-values.js';
import {wayOut} from '../arguments/way-out.js';
import {makeStateDir} from '../engine-process/state-dir.js';
import {redraws} from '../screen/terminal-kind.js';
import {interruption} from '../transfer/interruption.js';
import {runTransfer, type Task} from '../transfer/run-transfer.js';
import {readDownload} from '../transfer/torrent-source.js';

const options = {
	...sharedOptions,
	...createOptions,
	output: {
		...createOptions.output,
		help: 'where to write the .torrent of PATH',
		standard: 'the state folder',
	},
	repair: {kind: 'on', help: 'download what is missing or wrong, over what is there'},
} as const;

/** A torrent that was made here, and where its .torrent is. */
interface Seed extends Task {
	readonly made?: string;
}

/** A path as it was typed is there, whatever bytes its name has. */
function isThere(path: string): boolean {
	return path !== '' && existsSync(diskPath(typedPath(path)));
}

/** The words without those that name what another one does. */
function onceEach(words: readonly string[]): Iterable<string> {
	return new Map(words.map(word => [isThere(word) ? typedPath(word) : word, word])).values();
}

/** `TORRENT=PATH` taken apart; undefined when the word is a PATH. */
function splitPair(word: string): readonly [torrent: string, path: string] | undefined {
	if (isThere(word)) return undefined;
	const at = [...word.matchAll(/=/g)]
		.map(({index}) => index)
		.find(index => isThere(word.slice(index + 1)) && index > 0);
	return at === undefined ? undefined : [word.slice(0, at), word.slice(at + 1)];
}

/**
 * What is seeded is not written to, unless it is to be repaired. The same trackers for all, but for a torrent that is
 * made here: it says them itself.
 */
function seedOptions(flags: Flags<typeof options>, isMade = false): AddOptions {
	const added = addOptions({
		...flags,
		tracker: isMade ? [] : flags.tracker.flat(),
		webSeed: isMade ? [] : flags.webSeed,
	});
	return {...added, ...(flags.repair && !isMade ? {repair: true} : {seedOnly: true})};
}

async function withTorrent(
	torrent: string,
	path: string,
	flags: Flags<typeof options>,
	context: Context,
): Promise<Seed> {
	const source = await readDownload(torrent, context, wayOut(flags));
	const {rootNames} = await import('../../protocol/metainfo/other-names.js');
	const data = typedPath(path);
	const names = rootNames(source.metainfo);
	if (names.has(basename(data))) return {source, options: {...seedOptions(flags), dir: dirname(data)}};
	// The folder that holds the data was named instead of the data.
	for (const name of names)
		if (existsSync(diskPath(join(data, name)))) return {source, options: {...seedOptions(flags), dir: data}};
	const {name} = source.metainfo;
	throw new UserError(
		'other-name',
		`${path} is not named as the torrent's data: rename it to ${JSON.stringify(name)}`,
	);
}

async function makeTorrent(path: string, flags: Flags<typeof options>, context: Context): Promise<Seed> {
	const [{createTorrent}, {checkNamedFile, writeNamedFile}, {keepTorrent}] = await Promise.all([
		import('../../creator/create-torrent.js'),
		import('../../io/files/write-named-file.js'),
		import('../transfer/seed-torrent.js'),
	]);
	const {stderr} = context;
	const isShown = redraws(stderr, context) && !flags.json;
	const output = flags.output === undefined ? undefined : resolve(flags.output);
	const rules = {force: flags.force, advice: outputAdvice};
	if (output !== undefined) await checkNamedFile(output, rules);
	const stateDir = makeStateDir(flags.stateDir, context.env);
	const aborted = new AbortController();
	const interrupted = interruption();
	void interrupted.first.then(signal =>
		aborted.abort(new UserError('interrupted', `${signal}: nothing was shared`, 130)),
	);
	let shown = 0;
	const skipped: string[] = [];
	try {
		const {bytes, metainfo} = await createTorrent({
			...(await creation(path, flags, context)),
			output,
			signal: aborted.signal,
			onSkipped: what => skipped.push(what),
			onProgress(done, length) {
				if (!isShown || performance.now() - shown < 100) return;
				shown = performance.now();
				stderr.write(`\rhashing ${terminalText(basename(path))}  ${percent(done, length)}\u001B[K`);
			},
		});
		if (output !== undefined) await writeNamedFile(output, bytes, rules);
		return {
			source: {kind: 'metainfo', label: path, bytes, metainfo},
			options: {...seedOptions(flags, true), dir: dirname(typedPath(path)), check: 'none'},
			made: output ?? (await keepTorrent(stateDir, bytes, metainfo)),
		};
	} finally {
		interrupted.release();
		if (shown > 0) stderr.write('\r\u001B[K');
		tellSkipped(skipped, context.warn);
	}
}

async function toTask(word: string, flags: Flags<typeof options>, context: Context): Promise<Seed> {
	const pair = splitPair(word);
	if (pair) return withTorrent(...pair, flags, context);
	if (!isThere(word)) {
		throw new UserError('no-file', `no such file or folder: ${word} (give PATH or TORRENT=PATH)`);
	}
	if (/\.torrent$/i.test(word) && statSync(word).isFile()) {
		return {source: await readDownload(word, context, wayOut(flags)), options: seedOptions(flags)};
	}
	return makeTorrent(word, flags, context);
}

/** What is seeded, for others: the links first, then the files. */
async function tellSeeds(seeds: readonly Seed[], isJson: boolean, {stdout}: Context): Promise<void> {
	const {formatMagnet} = await import('../../protocol/metainfo/magnet.js');
	if (isJson) {
		for (const {source, made} of seeds) {
			if (source.kind !== 'metainfo' || made === undefined) continue;
			const {infoHash, infoHashV2, name, length} = source.metainfo;
			stdout.write(
				`${terminalJson({event: 'created', infoHash: infoHash ?? infoHashV2, name, length, torrent: made, magnet: formatMagnet(source.metainfo)})}\n`,
			);
		}
		return;
	}
	for (const {source} of seeds)
		if (source.kind === 'metainfo') stdout.write(`${formatMagnet(source.metainfo)}\n`);
	for (const {made} of seeds) if (made !== undefined) stdout.write(`torrent file: ${terminalLine(made)}\n`);
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
		'is seeded are printed first, then where the .torrent of each PATH is, to be',
		'given to others: in the folder torrents of the state folder, or in -o FILE.',
		'It ends with Ctrl-C, or at --seed-time or --seed-ratio.',
		'Nothing is written to what is seeded: data that is not the torrent is told',
		'and refused.',
		...versionNotes,
		...contentNotes,
	],
	async run({input, flags: typed, given}, context): Promise<ExitStatus> {
		const flags = endingAtGoal(typed, given);
		if (flags.output !== undefined && input.length > 1)
			throw new UserError('usage', '-o names one file: give one PATH with it', 2);
		if (flags.output === '-')
			throw new UserError('usage', 'standard output tells what seed does: name a file with -o', 2);
		return runTransfer(
			async () => {
				const seeds: Seed[] = [];
				for (const word of onceEach(input)) seeds.push(await toTask(word, flags, context));
				await tellSeeds(seeds, flags.json, context);
				return seeds;
			},
			true,
			{flags: {...flags, tracker: flags.tracker.flat()}, given},
			context,
		);
	},
});
