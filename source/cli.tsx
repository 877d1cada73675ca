#!/usr/bin/env node
import {readFileSync} from 'node:fs';
import module from 'node:module';
import {homedir} from 'node:os';
import {join, resolve} from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {terminalLine} from './base/terminal-text.js';
import {verbNames} from './commands/arguments/verb-names.js';
import {isShortOfMemory, memoryLimits, memoryShortage} from './commands/engine-process/memory.js';
import {endBySignal, StandardOutput} from './commands/output/standard-output.js';
import {CompiledProgram} from './commands/start/compiled-program.js';
import {setFlagLater} from './commands/start/late-flags.js';

const argv = process.argv.slice(2);
let isAbandoned = false;
/** Milliseconds for what is still to be written where nobody may wait for a slow reader. */
const hurriedWait = 2000;

function complain(message: string): void {
	// Names and paths may hold anything: nothing of it may move the cursor, hide, or turn the line round.
	process.stderr.write(`tortui: ${terminalLine(message)}\n`);
}

/** The reason in one line; where it came from only for those who asked. */
function report(error: unknown): number {
	const {name, message, stack, exitStatus, code} = error as Error & {exitStatus?: number; code?: string};
	const line = String(message ?? error)
		.split('\n')[0]
		?.trim();
	if (name === 'UserError') complain(line ?? '');
	else if (name === 'ProtocolError') complain(line ?? '');
	else if (code === 'ERR_WORKER_INIT_FAILED')
		complain(
			`no more threads can be started (${line}): too many run already, see ulimit -u, or too little memory`,
		);
	else if (isShortOfMemory(error)) complain(`too little memory: ${line} (see: ulimit -a)`);
	else complain(`${code === undefined ? 'unexpected error: ' : ''}${line || name}`);
	if (argv.includes('--verbose') && stack)
		process.stderr.write(`${stack.split('\n').map(terminalLine).join('\n')}\n`);
	return exitStatus ?? (name === 'ProtocolError' ? 3 : 1);
}

function version(): string {
	const {version} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
	return String(version);
}

/** What chalk and React read when they are loaded; they must find it settled. */
function settleEnvironment(): void {
	const {NO_COLOR, FORCE_COLOR} = process.env;
	const at = argv.findIndex(word => word === '--color' || word.startsWith('--color='));
	const when = at === -1 ? undefined : argv[at]?.slice('--color='.length) || argv[at + 1];
	Object.assign(process.env, {NODE_ENV: 'production'});
	if (when === 'always') Object.assign(process.env, {NO_COLOR: '', FORCE_COLOR: FORCE_COLOR ?? '3'});
	else if (when === 'never' || NO_COLOR) Object.assign(process.env, {FORCE_COLOR: '0'});
}

/** `npm --prefix DIR start` begins in DIR; what a person types there is meant from where they are. */
function returnToCaller(): void {
	const {INIT_CWD, npm_lifecycle_event: script, npm_package_json: manifest} = process.env;
	if (!INIT_CWD || script !== 'start' || manifest === undefined) return;
	if (resolve(manifest) !== fileURLToPath(new URL('../package.json', import.meta.url))) return;
	// Whatever this one starts begins where it shall.
	delete process.env['INIT_CWD'];
	try {
		process.chdir(INIT_CWD);
	} catch {} // The folder is gone: a path that is not absolute leads nowhere.
}

/**
 * Does without V8's last compiler: SHA-1 and the kernel have most of a download's work, and what it saves of the rest it
 * takes itself. Measured over 1 GiB: 1.57 -> 1.46 s of CPU; seeding it 0.73 -> 0.59 s.
 */
function compileLightly(): void {
	setFlagLater({flag: '--no-turbofan', usual: '--turbofan'});
}

/** What is read of a program that has started: the rest of this one, and what V8 made of it in this user's own cache. */
async function loadProgram(): Promise<typeof import('./commands/arguments/dispatch.js')> {
	const {XDG_CACHE_HOME, HOME} = process.env;
	const base = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : join(HOME || homedir(), '.cache');
	const folder = join(base, 'tortui');
	// The screen's files, which are modules, are Node's to keep.
	module.enableCompileCache?.(folder);
	if (!import.meta.url.endsWith('.js')) return import('./commands/arguments/dispatch.js');
	const path = fileURLToPath(new URL('dispatch.js', import.meta.url));
	const program = new CompiledProgram(path, join(folder, 'compiled'), purposeOf(argv));
	const loaded = program.load();
	program.keepOnceStarted();
	return loaded as never;
}

/** What a run is for, as far as it tells what of the program it needs. */
function purposeOf(words: readonly string[]): string {
	if (words.some(word => word === '--help' || word === '-h')) return 'help';
	const verb = verbNames.find(name => name === words[0]) ?? 'session';
	// A build tries the demo: what people do first is quick then.
	return verb === 'demo' ? 'get' : verb;
}

async function main(output: StandardOutput): Promise<number> {
	if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
		output.stream.write(`${version()}\n`);
		return 0;
	}
	const shortage = memoryShortage(memoryLimits());
	if (shortage !== undefined) {
		complain(shortage);
		return 1;
	}
	returnToCaller();
	settleEnvironment();
	compileLightly();
	const {dispatch} = await loadProgram();
	return dispatch(argv, {
		stdout: output.stream,
		stderr: process.stderr,
		// Making it is half the time of reading a torrent, and few read from it.
		get stdin() {
			return process.stdin;
		},
		env: process.env,
		version: version(),
		program: fileURLToPath(import.meta.url),
		warn: complain,
		abandon() {
			isAbandoned = true;
		},
	});
}

/** Gives what is still to be said a moment to leave. */
async function said(): Promise<void> {
	if (process.stderr.writableLength === 0 || process.stderr.destroyed) return;
	await new Promise<void>(resolve => {
		setTimeout(resolve, hurriedWait);
		process.stderr.write('', () => resolve());
	});
}

/** The end of a program whose output could not be written: quiet when nobody reads it, else with the reason. */
async function endUnwritten({code, message}: NodeJS.ErrnoException): Promise<never> {
	if (code === 'EPIPE') {
		endBySignal('SIGPIPE');
		// Where the signal is blocked: what a shell makes of it.
		process.exit(141);
	}
	complain(`standard output could not be written: ${message.split(',')[0]?.replace(/^E[A-Z]+: /, '')}`);
	await said();
	process.exit(1);
}

async function start(): Promise<void> {
	const output = new StandardOutput(process.stdout, error => {
		// A command that has something to save listens too, and ends in its own time.
		if (output.stream.listenerCount('error') === 1) void endUnwritten(error);
	});
	process.stderr.on('error', () => {});
	process.on('uncaughtException', error => process.exit(report(error)));
	// With nothing left to wait for before it is done, what was asked for never was.
	const unfinished = (): void => {
		complain('ended before it was done: nothing was left to wait for');
		process.exit(1);
	};
	process.on('beforeExit', unfinished);
	const status = await main(output).catch(report);
	process.off('beforeExit', unfinished);
	process.exitCode = status;
	// Who was interrupted does not wait for a reader that may never read again.
	const failure = await output.written(status === 130 ? hurriedWait : undefined);
	if (failure && status !== 130) await endUnwritten(failure);
	await said();
	// An exit would wait for a thread that the disk holds up; a signal does not.
	if (isAbandoned) process.kill(process.pid, status === 130 ? 'SIGINT' : 'SIGKILL');
	process.exit(status);
}

void start();
