import {createHash} from 'node:crypto';
import {join, resolve} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {AddOptions} from '../../api/command.js';
import type {TorrentView} from '../../api/snapshot.js';
import {type ExitStatus, UserError} from '../../base/errors.js';
import type {Log} from '../../base/ports.js';
import type {Seconds} from '../../base/units.js';
import {DiskThread} from '../../io/disk/worker-thread.js';
import {type ProcessLock, takeLock} from '../../io/state/process-lock.js';
import type {Context, Flags} from '../arguments/command.js';
import type {sharedOptions} from '../arguments/flags.js';
import {openLog} from '../engine-process/file-log.js';
import {type LocalEngine, openSession} from '../engine-process/open-session.js';
import {makeStateDir} from '../engine-process/state-dir.js';
import {redraws} from '../screen/terminal-kind.js';
import type {FiguresBefore} from './closing-line.js';
import {interruption} from './interruption.js';
import type {Waiting} from './patience.js';
import {addCommand, sourceId, type TorrentSource} from './torrent-source.js';
import {transfer} from './transfer.js';
import type {TransferReport} from './transfer-report.js';

/** A torrent and how it is added. */
export interface Task {
	readonly source: TorrentSource;
	readonly options: AddOptions;
}

/** What is left to say and save has this long. */
const stopTime = 5000;
const hurriedStopTime = 300;
/** Of more the figures before are noted once, not after each. */
const fewTorrents = 50;
/** Where trackers are asked nobody else is before they have answered, and what is small may be here by then. */
const othersAfter = 300;
/** What holds a transfer up for less than this is no matter for a person. */
const warnAfter = 5000;

/** Only the report that is asked for is read: one that measures text takes a fifth of the time to start. */
async function chooseReport(
	flags: Flags<typeof sharedOptions>,
	context: Context,
	before: FiguresBefore,
): Promise<TransferReport> {
	if (flags.json) return (await import('./json-report.js')).jsonReport(context);
	if (!redraws(context.stdout, context))
		return (await import('./plain-report.js')).plainReport(context, before);
	const {terminalReport} = await import('./terminal-report.js');
	const {LC_ALL, LC_CTYPE, LANG} = context.env;
	const locale = LC_ALL || LC_CTYPE || LANG || '';
	return terminalReport(context, flags.ascii || (locale !== '' && !/utf-?8/i.test(locale)), before);
}

/** Notes what torrents had moved in earlier runs, before much has come in this one. */
async function note(before: Map<string, TorrentView>, engine: LocalEngine): Promise<void> {
	const {torrents = []} = await engine.send({type: 'session.list'});
	for (const view of torrents) if (!before.has(view.id)) before.set(view.id, view);
}

/** Keeps other processes from writing the same torrent into the same folder. Throws a `UserError` when one does. */
export function claim(folder: string, {source, options}: Task): ProcessLock {
	const key = createHash('sha256')
		.update(`${sourceId(source)}\n${options.dir}`)
		.digest('hex')
		.slice(0, 24);
	const lock = takeLock(folder, key);
	if ('pid' in lock) {
		throw new UserError(
			'in-use',
			`process ${lock.pid} downloads ${source.label} into ${options.dir} already`,
		);
	}
	return lock;
}

/** Lets the engine put everything away. What a disk that does not answer holds up is given up. */
async function stop(engine: LocalEngine, hurry: Promise<unknown>, context: Context): Promise<void> {
	const within = (ms: number) => new Promise<'late'>(resolve => setTimeout(resolve, ms, 'late').unref());
	const stopping = engine.stop().then(() => 'stopped' as const);
	const outcome = await Promise.race([
		stopping,
		within(stopTime),
		hurry.then(() => Promise.race([stopping, within(hurriedStopTime)])),
	]);
	if (outcome === 'late') context.abandon?.();
}

/** Whether anybody reads what is printed still. */
interface Reader {
	isThere: boolean;
	/** Resolves when nobody does any more. */
	readonly gone: Promise<void>;
}

function readerOf({stdout}: Context): Reader {
	const {promise, resolve} = Promise.withResolvers<void>();
	const reader = {isThere: true, gone: promise};
	stdout.on('error', () => {
		reader.isThere = false;
		resolve();
	});
	return reader;
}

/** What was added: the ids, those of links among them, and what each had moved before. */
interface Added {
	readonly ids: string[];
	readonly links: Set<string>;
	readonly before: Map<string, TorrentView>;
}

async function addAll(tasks: readonly Task[], engine: LocalEngine): Promise<Added> {
	const added: Added = {ids: [], links: new Set(), before: new Map()};
	for (const {source, options} of tasks) {
		const {id = sourceId(source)} = await engine.send(addCommand(source, options));
		added.ids.push(id);
		if (source.kind === 'link') added.links.add(id);
		if (tasks.length <= fewTorrents) await note(added.before, engine);
	}
	await note(added.before, engine);
	return added;
}

function hasTrackers({source, options}: Task): boolean {
	if (options.trackersOff === true) return false;
	return source.kind === 'metainfo' && source.metainfo.trackers.length > 0;
}

/** The log that the config file names is the engine's: while that runs this one goes without. */
function openOwnLog(flags: Flags<typeof sharedOptions>, {warn}: Context): Log {
	try {
		return openLog(flags);
	} catch (error) {
		if (!(error instanceof UserError) || error.code !== 'log-taken') throw error;
		warn(error.message);
		return () => {};
	}
}

/** How a transfer is run: what `runTransfer` was given. */
interface Run {
	readonly seeds: boolean;
	readonly flags: Flags<typeof sharedOptions>;
	/** The options that were typed. */
	readonly given: ReadonlySet<string>;
	readonly context: Context;
	readonly waiting: Waiting | undefined;
}

async function transferAll(
	tasks: readonly Task[],
	diskThread: DiskThread,
	{seeds, flags, given, context, waiting}: Run,
): Promise<ExitStatus> {
	const dhtNodes = makeStateDir(flags.stateDir, context.env);
	const stateDir = join(dhtNodes, 'get');
	const unique = [...new Map(tasks.map(task => [sourceId(task.source), task])).values()];
	const log = openOwnLog(flags, context);
	const interrupted = interruption();
	const reader = readerOf(context);
	const locks: ProcessLock[] = [];
	try {
		for (const task of unique) locks.push(claim(stateDir, task));
		const {version} = context;
		const dir = resolve(flags.dir ?? '.');
		const engine = await openSession({
			stateDir,
			dir,
			restore: false,
			dhtNodes,
			version,
			log,
			othersAfter: flags.trackers && unique.every(hasTrackers) ? othersAfter : undefined,
			diskThread,
			flags,
			given,
		});
		try {
			const {ids, links, before} = await addAll(unique, engine);
			// Reading the report takes longer than looking at the disk, which ends with the first dial: that goes first.
			await delay(2);
			const report = await chooseReport(flags, context, before);
			// Nobody reads any more: put away what there is, and say no more.
			const stopped = Promise.race([interrupted.first, reader.gone]);
			const outcome = await transfer({engine, ids, links, seeds, report, stopped, waiting, warnAfter});
			if (outcome === 'done') return 0;
			return outcome === 'stopped' && reader.isThere ? 130 : 1;
		} finally {
			await stop(engine, interrupted.second, context);
		}
	} finally {
		for (const lock of locks) lock.release();
		interrupted.release();
	}
}

/** What is to be downloaded must be read in time, too. */
async function inTime<Value>(read: Promise<Value>, timeout: Seconds | undefined): Promise<Value> {
	if (timeout === undefined) return read;
	const timer = new AbortController();
	const late = delay(Math.max(0, timeout * 1000 - performance.now()), undefined, {signal: timer.signal}).then(
		(): never => {
			throw new UserError('timeout', `the torrent could not be read in ${timeout} s`);
		},
	);
	late.catch(() => {});
	try {
		return await Promise.race([read, late]);
	} finally {
		timer.abort();
	}
}

/**
 * Downloads and seeds without a screen, with an engine of its own in this process. Its resume data is kept apart from
 * that of the engine in the background, which it never meets.
 *
 * @param read finds out what is to be downloaded and seeded
 * @param seeds whether what is complete is seeded until its goal; a goal of 0 is reached at once
 * @param given the options that were typed
 * @param waiting how long downloads are waited for; as long as it takes when left out
 */
export async function runTransfer(
	read: () => Promise<readonly Task[]>,
	seeds: boolean,
	{flags, given}: Pick<Run, 'flags' | 'given'>,
	context: Context,
	waiting?: Waiting,
): Promise<ExitStatus> {
	// It comes up on another core while the torrents are read.
	const diskThread = new DiskThread();
	try {
		const tasks = await inTime(read(), waiting?.timeout);
		const {seedRatio, seedTime, seedIdle, seedMatch, keepLastSeed} = flags;
		const isOver = [seedRatio, seedTime, seedIdle].includes(0) && seedMatch !== 'all' && !keepLastSeed;
		const staysToSeed = seeds && !isOver;
		return await transferAll(tasks, diskThread, {seeds: staysToSeed, flags, given, context, waiting});
	} catch (error) {
		void diskThread.end();
		throw error;
	}
}
