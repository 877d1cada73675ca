import type {EngineClient} from '../../api/engine-client.js';
import type {LogView} from '../../api/snapshot.js';
import {type ExitStatus, UserError} from '../../base/errors.js';
import {type LogLevel, levelRanks} from '../../base/ports.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {Millis} from '../../base/units.js';
import {logText} from '../../ui/present/log.js';
import {type Context, defineCommand, type Flags, type Options} from '../arguments/command.js';
import {jsonOption, logOptions, stateOptions} from '../arguments/flags.js';
import {logSince} from '../arguments/log-since.js';
import {choice, integer, text} from '../arguments/quantities.js';
import {reachEngine} from '../engine-process/find-engine.js';
import {LogReader} from '../engine-process/log-reader.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {untilInterrupted} from '../torrents/until-interrupted.js';
import {withEngine} from '../torrents/with-engine.js';

/** As many as an engine keeps. */
const mostLines = 1000;
const usualLines = 50;
/** How often a file that is followed is looked at. */
const lookTime: Millis = 250;

const levels = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[];

const options = {
	follow: {kind: 'on', short: 'f', help: 'go on with what happens from now on, until Ctrl-C'},
	lines: {
		kind: 'value',
		short: 'n',
		value: 'N',
		read: integer(0, 1_000_000),
		help: 'the newest N lines',
		standard: '50; all with --since',
	},
	level: {
		kind: 'value',
		value: 'LEVEL',
		read: choice(...levels),
		help: 'this and what is worse: debug, info, warn or error',
		standard: 'info',
	},
	since: {
		kind: 'value',
		value: 'WHEN',
		read: text,
		help: "what is no older than 10m, or since '14:30' or '2026-11-20 14:30'",
	},
	file: {kind: 'value', value: 'FILE', read: text, help: 'a log file instead of the running engine'},
	say: {
		kind: 'value',
		value: 'TEXT',
		read: text,
		help: 'write a line into the log of the running engine, of --level info, warn or error',
	},
	...jsonOption,
	...stateOptions,
	log: {...logOptions.log, hidden: true},
	verbose: logOptions.verbose,
} as const satisfies Options;

/** Writes lines as they come: what is too old or says too little is left out. */
class LogPrinter {
	readonly #from: number;
	readonly #since: Millis;
	readonly #json: boolean;
	readonly #context: Context;

	constructor(from: LogLevel, since: Millis, json: boolean, context: Context) {
		this.#from = levelRanks[from];
		this.#since = since;
		this.#json = json;
		this.#context = context;
	}

	shows({at, level}: LogView): boolean {
		return levelRanks[level] >= this.#from && at >= this.#since;
	}

	print(lines: readonly LogView[]): void {
		const {stdout} = this.#context;
		const text = lines.map(line => (this.#json ? terminalJson(line) : this.#line(line)));
		if (text.length > 0) stdout.write(`${text.join('\n')}\n`);
	}

	#line(line: LogView): string {
		const time = new Date(line.at - new Date(line.at).getTimezoneOffset() * 60_000)
			.toISOString()
			.slice(0, 19)
			.replace('T', ' ');
		return `${time} ${line.level.padEnd(5)} ${logText(line, true)}`;
	}
}

const keyOf = ({at, level, text: said, torrent}: LogView) => `${at} ${level} ${torrent ?? ''} ${said}`;

interface Following {
	readonly printer: LogPrinter;
	readonly count: number;
	readonly follow: boolean;
	readonly level: LogLevel;
	/** Resolves when nobody wants more. */
	readonly over: Promise<unknown>;
}

async function showEngine(
	engine: EngineClient,
	{printer, count, follow, level, over}: Following,
): Promise<void> {
	let seen: Set<string> | undefined;
	const first = Promise.withResolvers<void>();
	const watching = engine.watch({interval: 250, log: mostLines, logFrom: level}, ({log}) => {
		if (log === undefined) return;
		const shown = log.filter(line => printer.shows(line));
		const before = seen;
		seen = new Set(log.map(keyOf));
		if (before === undefined) printer.print(count === 0 ? [] : shown.slice(-count));
		else printer.print(shown.filter(line => !before.has(keyOf(line))));
		first.resolve();
	});
	try {
		await Promise.race([first.promise, engine.closed, over]);
		if (follow) await Promise.race([engine.closed, over]);
	} finally {
		watching.stop();
		engine.close();
	}
}

async function showFile(path: string, {printer, count, follow, over}: Following): Promise<void> {
	const reader = new LogReader(path);
	try {
		printer.print(reader.newest(count, line => printer.shows(line)));
		let isOver = !follow;
		void over.then(() => {
			isOver = true;
		});
		while (!isOver) {
			await Promise.race([over, new Promise(resolve => setTimeout(resolve, lookTime))]);
			printer.print(reader.more().filter(line => printer.shows(line)));
		}
	} finally {
		reader.close();
	}
}

async function show(
	flags: Flags<typeof options>,
	following: Following,
	{env, version}: Context,
): Promise<void> {
	if (flags.file !== undefined) return showFile(flags.file, following);
	const engine = await reachEngine(stateDirPath(flags.stateDir, env), env, version);
	if (engine !== undefined) return showEngine(engine, following);
	if (flags.log !== undefined) return showFile(flags.log, following);
	throw new UserError(
		'no-engine',
		'no engine is running, and no log file is set: start one with tortui engine, or name a file with --file',
	);
}

/** A script's own line among those of the engine. */
function say(
	line: string,
	{level = 'info', stateDir}: Flags<typeof options>,
	context: Context,
): Promise<ExitStatus> {
	if (level === 'debug') throw new UserError('usage', '--say: --level is info, warn or error', 2);
	return withEngine({stateDir}, context, async engine => {
		await engine.send({type: 'session.log', level, text: line});
		return 0 as const;
	});
}

/** What the engine says of what it does. */
export const command = defineCommand({
	name: 'log',
	usage: ['log [-f] [-n N] [--level LEVEL] [--since WHEN] [--file FILE]', 'log --say TEXT'],
	summary: 'Shows what the running engine says of what it does, or what stands in a log file.',
	words: [0, 0],
	config: true,
	options,
	notes: [
		'An engine keeps the newest 1,000 lines. When none runs, the file that the config file names as',
		'log is read, with what was put aside before it (FILE.1, FILE.2 …) as far as that is asked for.',
		'-f: goes on, also in the next file. --json: one object a line: at (milliseconds since',
		'1970), level, text, and of the torrent it is about its id, torrent, and its name.',
	],
	async run({flags}, context): Promise<ExitStatus> {
		if (flags.say !== undefined) return say(flags.say, flags, context);
		const since = flags.since === undefined ? -Infinity : logSince(flags.since, Date.now());
		const level = flags.level ?? (flags.verbose ? 'debug' : 'info');
		const lines = flags.lines ?? (flags.since === undefined ? usualLines : Infinity);
		return untilInterrupted(context, async over => {
			const printer = new LogPrinter(level, since, flags.json, context);
			await show(flags, {printer, count: lines, follow: flags.follow, level, over}, context);
			return 0;
		});
	},
});
