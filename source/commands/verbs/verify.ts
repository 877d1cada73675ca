import {existsSync, statSync} from 'node:fs';
import {basename, join, resolve} from 'node:path';
import type {AddOptions} from '../../api/command.js';
import {type ExitStatus, UserError} from '../../base/errors.js';
import {terminalText} from '../../base/safe-text.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {FileStamp} from '../../io/disk/storage.js';
import {diskPath} from '../../io/files/disk-path.js';
import {hashFunctions} from '../../io/machine/hash-functions.js';
import {HashTrees} from '../../policy/hashes/hash-trees.js';
import {geometryOf} from '../../policy/pieces/piece-geometry.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {percent, size} from '../../ui/text/format.js';
import {type Arguments, type Context, defineCommand, type Flags, type Options} from '../arguments/command.js';
import {
	engineOptions,
	jsonOption,
	logOptions,
	type sharedOptions,
	stateOptions,
	stopTimeoutOption,
	torrentOptions,
} from '../arguments/flags.js';
import {wayOut} from '../arguments/way-out.js';
import {type FileResult, judgeFiles} from '../output/judge-files.js';
import {piecesOfFiles, type UnreadableFiles, unreadableFiles} from '../output/unreadable-files.js';
import {redraws} from '../screen/terminal-kind.js';
import {interruption} from '../transfer/interruption.js';
import {readTorrentSource, type TorrentSource} from '../transfer/torrent-source.js';

/** Slots of a pool that a check never takes from. */
const smallPool = 1;

/** What is on the disk. */
interface Checked {
	/** One entry a piece: 1 where it is right. */
	readonly right: Uint8Array;
	/** How the files were just before, one entry a file. */
	readonly stamps: ReadonlyArray<FileStamp | undefined>;
}

/** Hashes every piece on disk. Undefined when it was interrupted. */
async function checkPieces(
	metainfo: Metainfo,
	dir: string,
	renamed: ReadonlyMap<number, readonly string[]>,
	unreadable: UnreadableFiles,
	progress: (piece: number) => void,
): Promise<Checked | undefined> {
	const [{DiskService}, {BlockPool}] = await Promise.all([
		import('../../io/disk/disk-service.js'),
		import('../../io/disk/block-pool.js'),
	]);
	// The part files of a running engine are no part of the data: a folder that is not there has none.
	const disk = new DiskService(new BlockPool(smallPool), {stateDir: join(dir, '.tortui-verify')});
	const storage = disk.open(
		{
			metainfo,
			map: geometryOf(metainfo),
			dir,
			wanted: new Uint8Array(metainfo.files.length).fill(1),
			id: metainfo.infoHash ?? metainfo.infoHashV2 ?? '',
			renamed,
		},
		{stored() {}, wrong() {}, failed() {}},
	);
	const right = new Uint8Array(metainfo.pieceCount);
	// One that may not be read holds up no other.
	const skipped = piecesOfFiles(metainfo, unreadable);
	const interrupted = interruption();
	let stopped = false;
	try {
		const stamps = await storage.stamps();
		const checking = storage.check(
			Uint32Array.from({length: metainfo.pieceCount}, (_, piece) => piece).filter(
				piece => skipped[piece] === 0,
			),
			(piece, isRight) => {
				right[piece] = isRight ? 1 : 0;
				progress(piece);
			},
		);
		void interrupted.first.then(() => {
			stopped = true;
			checking.stop();
		});
		const failure = await checking.done;
		if (failure !== undefined)
			throw new UserError(failure.code, failure.message.replace(/resume\b.*$/, 'verify again'));
		return stopped ? undefined : {right, stamps};
	} finally {
		interrupted.release();
		await disk.close();
	}
}

/**
 * Whether a torrent has the hash of a piece. Hybrids have those of v1; a v2 torrent that came by a link may lack the piece
 * layers of files. BEP 52.
 */
function knownPieces(metainfo: Metainfo): (piece: number) => boolean {
	if (metainfo.version !== '2') return () => true;
	const trees = new HashTrees(metainfo, hashFunctions.sha256);
	return piece => trees.canVerify(piece);
}

/** What each state is called, in the order in which they are told: what is missing explains the others. */
const badStates = [
	['missing', 'missing'],
	['unreadable', 'cannot be read'],
	['wrong', 'wrong'],
	['unknown', 'cannot be known'],
] as const;

/** Which bytes of a wrong file; the first few runs of them. */
function rangeText(word: string, ranges: FileResult['ranges']): string {
	if (word !== 'wrong') return '';
	if (ranges === undefined) return '  (its size)';
	const shown = ranges.slice(0, 3).map(([from, to]) => `${from}-${to - 1}`);
	const more = ranges.length > shown.length ? ` and ${ranges.length - shown.length} more` : '';
	return `  (bytes ${shown.join(', ')}${more})`;
}

function tellFiles(files: readonly FileResult[], lacksHashes: boolean, {stdout}: Context): void {
	const most = 20;
	const bad = badStates.flatMap(([state, word]) =>
		files.filter(file => file.state === state).map(({path, ranges}) => ({word, path, ranges})),
	);
	const shown = bad.slice(0, most);
	const width = shown.reduce((longest, {word}) => Math.max(longest, word.length), 0) + 2;
	for (const {word, path, ranges} of shown)
		stdout.write(`  ${word.padEnd(width)}${terminalText(path.join('/'))}${rangeText(word, ranges)}\n`);
	if (bad.length > most) stdout.write(`  and ${bad.length - most} more\n`);
	if (!shown.some(({word}) => word === 'cannot be known')) return;
	const why = lacksHashes
		? 'the .torrent lacks the hashes of it: take one exported where it was downloaded'
		: 'a piece is wrong that it shares with another file';
	stdout.write(`  (cannot be known: ${why})\n`);
}

const options = {
	fix: {kind: 'on', help: 'note what is right; fetch what is not from peers, over what is there'},
	peer: torrentOptions.peer,
	tracker: torrentOptions.tracker,
	webSeed: torrentOptions.webSeed,
	...stopTimeoutOption,
	...engineOptions,
	...stateOptions,
	...logOptions,
	...jsonOption,
} as const satisfies Options;

/** What is fetched goes over what is there. */
function repairOptions(
	dir: string,
	{peer, tracker, webSeed, trackers}: Flags<typeof options>,
): AddOptions & {readonly dir: string} {
	return {
		dir,
		repair: true,
		...(peer.length > 0 && {peers: peer}),
		...(tracker.length > 0 && {trackers: tracker}),
		...(webSeed.length > 0 && {webSeeds: webSeed}),
		...(!trackers && {trackersOff: true}),
	};
}

/** The options of a transfer, those that are not offered here as usual. */
function transferFlags(flags: Flags<typeof options>, dir: string): Flags<typeof sharedOptions> {
	return {
		...flags,
		dir,
		select: [],
		sequential: false,
		maxPeers: undefined,
		seedRatio: undefined,
		seedTime: undefined,
		seedIdle: undefined,
		seedMatch: undefined,
		atGoal: undefined,
		keepLastSeed: false,
		check: undefined,
		overwrite: false,
		publish: false,
		color: undefined,
		ascii: false,
		theme: undefined,
		mouse: true,
		fps: undefined,
	};
}

/** What is there of a torrent. */
interface Found extends Checked {
	readonly files: readonly FileResult[];
	readonly isWhole: boolean;
	readonly isKnown: (piece: number) => boolean;
}

/** A torrent that is not as it should be. */
interface ToMend {
	readonly source: TorrentSource & {readonly kind: 'metainfo'};
	readonly dir: string;
	readonly found: Found;
	readonly renamed: ReadonlyMap<number, readonly string[]>;
}

/** Looks at all of it. Undefined when it was interrupted. */
async function judge(
	metainfo: Metainfo,
	dir: string,
	renamed: ReadonlyMap<number, readonly string[]>,
	json: boolean,
	context: Context,
): Promise<Found | undefined> {
	const {stderr} = context;
	const isKnown = knownPieces(metainfo);
	let shown = 0;
	let checked = 0;
	const unreadable = await unreadableFiles(metainfo, dir, renamed);
	const found = await checkPieces(metainfo, dir, renamed, unreadable, () => {
		checked++;
		if (!redraws(stderr, context) || json || performance.now() - shown < 100) return;
		shown = performance.now();
		stderr.write(`\rchecking ${percent(checked, metainfo.pieceCount)}\u001B[K`);
	});
	if (shown > 0) stderr.write('\r\u001B[K');
	if (found === undefined) return undefined;
	const files = await judgeFiles(metainfo, dir, renamed, found.right, isKnown, unreadable);
	const isWhole = found.right.every(one => one === 1) && files.every(({state}) => state === 'ok');
	return {...found, files, isWhole, isKnown};
}

/** Says what was found: as text, or as an object. */
function tell(
	{right, files, isWhole, isKnown}: Found,
	metainfo: Metainfo,
	json: boolean,
	context: Context,
): void {
	const {stdout} = context;
	// Padding is none of the content that somebody sees.
	const content = metainfo.files.reduce((sum, {pad, length}) => sum + (pad ? 0 : length), 0);
	const good = right.reduce((sum, one) => sum + one, 0);
	if (json) {
		stdout.write(
			`${terminalJson({
				name: metainfo.name,
				infoHash: metainfo.infoHash,
				infoHashV2: metainfo.infoHashV2,
				complete: isWhole,
				pieces: metainfo.pieceCount,
				piecesRight: good,
				files,
			})}\n`,
		);
	} else if (isWhole) {
		stdout.write(
			`${terminalText(metainfo.name)}: all ${metainfo.pieceCount} pieces (${size(content)}) are right\n`,
		);
	} else {
		stdout.write(`${terminalText(metainfo.name)}: ${good} of ${metainfo.pieceCount} pieces are right\n`);
		const lacksHashes = right.some((_, piece) => !isKnown(piece));
		tellFiles(files, lacksHashes, context);
	}
}

/** Notes what is right, and fetches what is not. Ctrl-C is heard from the beginning, not only when an engine has been started. */
async function mend(
	{source, dir, found, renamed}: ToMend,
	{flags, given}: Pick<Arguments<typeof options>, 'flags' | 'given'>,
	context: Context,
): Promise<ExitStatus> {
	const early = interruption();
	let isInterrupted = false;
	void early.first.then(() => {
		isInterrupted = true;
	});
	try {
		const [{noteVerified}, {runTransfer}] = await Promise.all([
			import('../transfer/note-verified.js'),
			import('../transfer/run-transfer.js'),
		]);
		const {peer, tracker, trackers, stopTimeout, stateDir} = flags;
		const task = {source, options: repairOptions(dir, flags)};
		const isNoted = await noteVerified({task, ...found, dir, renamed, stateDir}, context);
		if (found.isWhole || found.right.every(one => one === 1)) return found.isWhole ? 0 : 4;
		if (peer.length + tracker.length === 0 && !(trackers && source.metainfo.trackers.length > 0)) {
			context.warn('nobody to fetch the rest from: name a peer with --peer, or a tracker with --tracker');
			return 4;
		}
		const all = isNoted ? task : {source, options: {...task.options, check: 'full' as const}};
		const read = async () => {
			if (isInterrupted) throw new UserError('interrupted', 'interrupted');
			return [all];
		};
		return await runTransfer(read, false, {flags: transferFlags(flags, dir), given}, context, {
			stopTimeout,
			timeout: undefined,
		});
	} catch (error) {
		if (isInterrupted) return 130;
		throw error;
	} finally {
		early.release();
	}
}

/** Hashes the data on disk against the torrent. */
export const command = defineCommand({
	name: 'verify',
	usage: ['verify TORRENT DIR [--fix] [--json]'],
	summary: 'Hashes the data below DIR against the torrent. Exit status 4: some is missing or wrong.',
	words: [2, 2],
	config: true,
	options,
	notes: [
		'DIR is the folder that holds the file or folder named in the torrent. What is missing',
		'is told first. Of a file that shares a wrong piece with another nothing can be known,',
		'unless a piece that is its alone is wrong, or its size is (in --json: unknown).',
		'',
		'--fix: notes what is right, so that get and seed need not hash it again, and fetches what',
		'is missing or wrong over what is there, from the peers given and the trackers; then it',
		'looks once more. Nothing is fetched without peers and trackers. --json: the events of get',
		'follow then, and the result.',
	],
	async run({input: [torrent = '', folder = ''], flags, given}, context): Promise<ExitStatus> {
		if (!flags.fix && (given.has('peer') || given.has('tracker')))
			throw new UserError('no-fix', 'peers and trackers are for --fix: without it nothing is fetched', 2);
		const source = await readTorrentSource(torrent, context, wayOut(flags));
		if (source.kind === 'link') {
			throw new UserError('needs-torrent', 'verify needs a .torrent: a link does not hold the hashes');
		}
		const {metainfo} = source;
		const dir = resolve(folder);
		if (!existsSync(dir)) throw new UserError('no-folder', `no such folder: ${folder}`);
		if (!statSync(dir).isDirectory())
			throw new UserError('no-folder', `not a folder: ${folder} (give the one that the data is in)`);
		const {findNames} = await import('../../io/ownership/find-names.js');
		const renamed = await findNames(metainfo, dir, 'present');
		const top = renamed.get(0)?.[0] ?? metainfo.files[0]?.path[0] ?? metainfo.name;
		if (!existsSync(diskPath(join(dir, top))) && basename(dir) === top) {
			context.warn(
				`${folder} seems to be the data itself; DIR is the folder it is in: ${resolve(dir, '..')}`,
			);
		}
		const found = await judge(metainfo, dir, renamed, flags.json, context);
		if (found === undefined) return 130;
		tell(found, metainfo, flags.json, context);
		if (!flags.fix) return found.isWhole ? 0 : 4;
		const locked = found.files.find(({state}) => state === 'unreadable');
		if (locked !== undefined)
			throw new UserError(
				'unreadable',
				`nothing is fetched while ${locked.path.join('/')} cannot be read: change who may, then again`,
			);
		const status = await mend({source, dir, found, renamed}, {flags, given}, context);
		if (status !== 0 || found.isWhole) return status;
		const names = await findNames(metainfo, dir, 'present');
		const mended = await judge(metainfo, dir, names, flags.json, context);
		if (mended === undefined) return 130;
		tell(mended, metainfo, flags.json, context);
		return mended.isWhole ? 0 : 4;
	},
});
