import {existsSync, statSync} from 'node:fs';
import {basename, join, resolve} from 'node:path';
import {type ExitStatus, UserError} from '../../base/errors.js';
import {terminalText} from '../../base/safe-text.js';
import {terminalJson} from '../../base/terminal-text.js';
import {diskPath} from '../../io/files/disk-path.js';
import {hashFunctions} from '../../io/machine/hash-functions.js';
import {HashTrees} from '../../policy/hashes/hash-trees.js';
import {geometryOf} from '../../policy/pieces/piece-geometry.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {percent, size} from '../../ui/text/format.js';
import {type Context, defineCommand} from '../arguments/command.js';
import {jsonOption, logOptions} from '../arguments/flags.js';
import {type FileResult, judgeFiles} from '../output/judge-files.js';
import {redraws} from '../screen/terminal-kind.js';
import {interruption} from '../transfer/interruption.js';
import {readTorrentSource} from '../transfer/torrent-source.js';

/** Slots of a pool that a check never takes from. */
const smallPool = 1;

/** Hashes every piece on disk. One entry a piece: 1 where it is right. Undefined when it was interrupted. */
async function checkPieces(
	metainfo: Metainfo,
	dir: string,
	renamed: ReadonlyMap<number, readonly string[]>,
	progress: (piece: number) => void,
): Promise<Uint8Array | undefined> {
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
	const interrupted = interruption();
	let stopped = false;
	try {
		const checking = storage.check(
			Uint32Array.from({length: metainfo.pieceCount}, (_, piece) => piece),
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
		return stopped ? undefined : right;
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
	['wrong', 'wrong'],
	['unknown', 'cannot be known'],
] as const;

function tellFiles(files: readonly FileResult[], lacksHashes: boolean, {stdout}: Context): void {
	const most = 20;
	const bad = badStates.flatMap(([state, word]) =>
		files.filter(file => file.state === state).map(({path}) => ({word, path})),
	);
	const shown = bad.slice(0, most);
	const width = shown.reduce((longest, {word}) => Math.max(longest, word.length), 0) + 2;
	for (const {word, path} of shown) stdout.write(`  ${word.padEnd(width)}${terminalText(path.join('/'))}\n`);
	if (bad.length > most) stdout.write(`  and ${bad.length - most} more\n`);
	if (!shown.some(({word}) => word === 'cannot be known')) return;
	const why = lacksHashes
		? 'the .torrent lacks the hashes of it: take one exported where it was downloaded'
		: 'a piece is wrong that it shares with another file';
	stdout.write(`  (cannot be known: ${why})\n`);
}

/** Hashes the data on disk against the torrent. */
export const command = defineCommand({
	name: 'verify',
	usage: ['verify TORRENT DIR [--json]'],
	summary: 'Hashes the data below DIR against the torrent. Exit status 4: some is missing or wrong.',
	words: [2, 2],
	options: {...jsonOption, verbose: logOptions.verbose},
	notes: [
		'DIR is the folder that holds the file or folder named in the torrent. What is missing',
		'is told first. Of a file that shares a wrong piece with another nothing can be known,',
		'unless a piece that is its alone is wrong, or its size is (in --json: unknown).',
	],
	async run({input: [torrent = '', folder = ''], flags}, context): Promise<ExitStatus> {
		const source = await readTorrentSource(torrent, context);
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
		const isKnown = knownPieces(metainfo);
		const {stderr, stdout} = context;
		let shown = 0;
		let checked = 0;
		const right = await checkPieces(metainfo, dir, renamed, () => {
			checked++;
			if (!redraws(stderr, context) || flags.json || performance.now() - shown < 100) return;
			shown = performance.now();
			stderr.write(`\rchecking ${percent(checked, metainfo.pieceCount)}\u001B[K`);
		});
		if (shown > 0) stderr.write('\r\u001B[K');
		if (!right) return 130;
		const files = await judgeFiles(metainfo, dir, renamed, right, isKnown);
		// Padding is none of the content that somebody sees.
		const content = metainfo.files.reduce((sum, {pad, length}) => sum + (pad ? 0 : length), 0);
		const good = right.reduce((sum, one) => sum + one, 0);
		const isWhole = good === metainfo.pieceCount && files.every(({state}) => state === 'ok');
		if (flags.json) {
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
		return isWhole ? 0 : 4;
	},
});
