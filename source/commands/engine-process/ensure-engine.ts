import {spawn} from 'node:child_process';
import {closeSync, fstatSync, ftruncateSync, readSync} from 'node:fs';
import {dirname, join} from 'node:path';
import process from 'node:process';
import {UserError} from '../../base/errors.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {socketPath} from '../../bridge/socket/socket-path.js';
import {FolderWatch} from '../../io/files/folder-watch.js';
import {enginePid} from './engine-lock.js';
import {openEngineLog} from './file-log.js';
import {findEngine, reachEngine} from './find-engine.js';

/** Whose engine, and who asks. */
export interface EngineSeat {
	readonly stateDir: string;
	readonly env: NodeJS.ProcessEnv;
	/** Of the program that asks. */
	readonly version: string;
}

/** How to reach or start the engine of a state folder. */
export interface EnsureSettings extends EngineSeat {
	/** What follows the name of node to start one. */
	readonly program: readonly string[];
	/** The options a new engine gets. */
	readonly options: readonly string[];
}

const startTime = 15_000;
/** Another process may end without anybody being told: in ms, how long that goes unseen at the most. */
const lookAgain = 100;
const largestLog = 1_048_576;

function lastLine(log: number, from: number): string {
	const length = Math.min(4096, Math.max(0, fstatSync(log).size - from));
	const bytes = Buffer.alloc(length);
	readSync(log, bytes, 0, length, fstatSync(log).size - length);
	const lines = bytes
		.toString('utf8')
		.split('\n')
		.map(line => line.trim());
	const told = lines.findLast(line => line.startsWith('tortui: ')) ?? lines.findLast(line => line !== '');
	return told?.replace(/^tortui: /, '') ?? '';
}

/** A process that was started to be the engine, and what became of it. */
class StartedProcess {
	/** Undefined when it could not be started. */
	readonly pid: number | undefined;
	/** Why it has ended, undefined while it has not. */
	end: number | string | undefined;

	/** @param ended told when it has */
	constructor({stateDir, env, program, options}: EnsureSettings, log: number, ended: () => void) {
		const child = spawn(process.execPath, [...program, '--background', '--state-dir', stateDir, ...options], {
			detached: true,
			stdio: ['ignore', log, log],
			cwd: stateDir,
			env,
		});
		this.pid = child.pid;
		const over = (why: number | string): void => {
			this.end = why;
			ended();
		};
		child.once('error', error => over(error.message));
		child.once('exit', (code, signal) => over(signal ?? code ?? 0));
		child.unref();
	}
}

/**
 * The engine of a state folder; one is started in the background when none runs. It is the leader of a session of
 * its own: closing the terminal or losing the line does not reach it. Any number of callers may race.
 */
export async function ensureEngine(
	settings: EnsureSettings,
): Promise<{engine: RemoteEngine; started: boolean}> {
	const {stateDir, env, version} = settings;
	const running = await reachEngine(stateDir, env, version);
	if (running) return {engine: running, started: false};
	return startEngine(settings);
}

/**
 * Starts an engine in the background that takes the place of the one that runs, process `former`: its torrents rest for
 * a moment only.
 *
 * @throws {UserError} when it cannot start; the one of before goes on then
 */
export async function replaceEngine(settings: EnsureSettings, former: number): Promise<RemoteEngine> {
	const {engine} = await startEngine({...settings, options: ['--replace', ...settings.options]}, former);
	return engine;
}

/** @param former the process of an engine that it is to take the place of */
async function startEngine(
	settings: EnsureSettings,
	former?: number,
): Promise<{engine: RemoteEngine; started: boolean}> {
	const logPath = join(settings.stateDir, 'engine.log');
	const log = openEngineLog(logPath);
	try {
		if (fstatSync(log).size > largestLog) ftruncateSync(log);
		return await awaitEngine(settings, log, logPath, former);
	} finally {
		closeSync(log);
	}
}

async function awaitEngine(
	settings: EnsureSettings,
	log: number,
	logPath: string,
	former: number | undefined,
): Promise<{engine: RemoteEngine; started: boolean}> {
	const {stateDir, env, version} = settings;
	const from = fstatSync(log).size;
	const folder = new FolderWatch(dirname(socketPath(stateDir, env)));
	const start = () => new StartedProcess(settings, log, () => folder.wake());
	try {
		let starts = 1;
		let child = start();
		const deadline = performance.now() + startTime;
		while (performance.now() < deadline) {
			// Of the one of before the next to be met would be the same.
			const isThere = former === undefined || enginePid(stateDir) !== former;
			const engine = isThere ? await findEngine(stateDir, env, version) : undefined;
			if (engine && engine.hello.pid !== former) return {engine, started: engine.hello.pid === child.pid};
			engine?.close();
			if (child.end !== undefined && former !== undefined) {
				const reason = lastLine(log, from) || `it ended with ${child.end}`;
				throw new UserError(
					'engine-start',
					`the new engine did not start, and the one of before goes on: ${reason} (log: ${logPath})`,
				);
			}
			if (child.end !== undefined && enginePid(stateDir) === undefined) {
				// It gave way to one that has ended since, or it cannot start at all.
				const reason = lastLine(log, from);
				if (starts >= 3 || !reason.startsWith('an engine runs already')) {
					throw new UserError(
						'engine-start',
						`the engine did not start: ${reason || `it ended with ${child.end}`} (log: ${logPath})`,
					);
				}
				starts++;
				child = start();
			}
			await folder.next(lookAgain);
		}
	} finally {
		folder.close();
	}
	throw new UserError(
		'engine-start',
		`the engine did not start within ${startTime / 1000} s; its log is ${logPath}`,
	);
}
