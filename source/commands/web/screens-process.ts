import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import process from 'node:process';
import type {Millis} from '../../base/units.js';
import type {Screens} from '../../bridge/web/visitor-relay.js';
import type {CompanionGround} from '../engine-process/companion.js';

/** Without visitors it goes on for so long: most who leave come back at once, or never. */
const idleTime: Millis = 30_000;
/** It has so long to end by itself. */
const endTime: Millis = 3000;
/** The system's limit for the path of a socket, as small as it is anywhere. */
const longestPath = 103;
const longestWords = 2000;

interface Run {
	readonly child: ChildProcess;
	readonly ready: Promise<string>;
	readonly exited: Promise<void>;
}

/**
 * The process that draws the screens of all visitors: one of its own, so that nothing they do costs the downloads more
 * than a client does, and that nothing is loaded for them while nobody is here.
 */
export class ScreensProcess implements Screens {
	readonly #ground: CompanionGround;
	#run: Run | undefined;
	#idle: NodeJS.Timeout | undefined;
	#isStopped = false;

	constructor(ground: CompanionGround) {
		this.#ground = ground;
	}

	ready(): Promise<string> {
		clearTimeout(this.#idle);
		if (this.#isStopped) return Promise.reject(new Error('the web screen is closed'));
		this.#run ??= this.#start();
		return this.#run.ready;
	}

	idle(): void {
		clearTimeout(this.#idle);
		this.#idle = setTimeout(() => void this.#end(), idleTime).unref();
	}

	async stop(): Promise<void> {
		this.#isStopped = true;
		clearTimeout(this.#idle);
		await this.#end();
	}

	#start(): Run {
		const {stateDir, env, program} = this.#ground;
		const path = socketPathFor(stateDir);
		const {TORTUI_WEB_PASSWORD: _secret, ...others} = env;
		const child = spawn(process.execPath, [program, 'web', '--screens', path, '--state-dir', stateDir], {
			stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
			cwd: stateDir,
			env: others,
		});
		let words = '';
		child.stderr?.setEncoding('utf8').on('data', chunk => {
			words = (words + chunk).slice(-longestWords);
		});
		const ready = Promise.withResolvers<string>();
		// Who waits for it hears of it.
		ready.promise.catch(() => {});
		child.once('message', () => ready.resolve(path));
		const exited = new Promise<void>(resolve => {
			const over = (why: string, isFault: boolean) => {
				if (this.#run?.child === child) this.#run = undefined;
				ready.reject(new Error(why));
				rmSync(path.endsWith('/s') ? dirname(path) : path, {recursive: true, force: true});
				if (isFault) this.#tell(why);
				resolve();
			};
			child.once('error', error => over(error.message, true));
			child.once('exit', (code, signal) =>
				over(
					words.trim().split('\n').at(-1) || `it ended with ${signal ?? code}`,
					code !== 0 && signal !== 'SIGTERM' && signal !== 'SIGKILL',
				),
			);
		});
		return {child, ready: ready.promise, exited};
	}

	async #end(): Promise<void> {
		const run = this.#run;
		if (run === undefined) return;
		this.#run = undefined;
		run.child.kill('SIGTERM');
		const late = setTimeout(() => run.child.kill('SIGKILL'), endTime);
		await run.exited;
		clearTimeout(late);
	}

	#tell(why: string): void {
		const text = `web: the process of the screens failed: ${why}`;
		this.#ground.engine.send({type: 'session.log', level: 'warn', text}).catch(() => {});
	}
}

/** Where it listens: in the state folder, or, when that path is too long for a socket, in a folder of its own. */
function socketPathFor(stateDir: string): string {
	const folder = join(stateDir, 'web');
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const path = join(folder, `screens-${process.pid}`);
	if (Buffer.byteLength(path) <= longestPath) return path;
	return join(mkdtempSync(join(tmpdir(), 'tortui-')), 's');
}
