import {type ChildProcess, spawn} from 'node:child_process';
import process from 'node:process';
import {type ExitStatus, UserError} from '../../base/errors.js';
import type {ServiceNotice} from '../../io/machine/service-notice.js';
import type {Interruption} from '../transfer/interruption.js';
import {giveBackMemory} from './give-back-memory.js';
import type {OwnSuccessor} from './host-engine.js';

/** Says to an engine which process waits for its end, and starts others for it. */
const waiterVariable = 'TORTUI_WAITER';
/** What an engine asks of that process. */
const again = 'start-again';

/** What is answered: which process was started; then, should it end before it is the engine, why. */
type Answer = {readonly started: number} | {readonly ended: number; readonly why: string};

/** How a process ended: why in words, and its status where it has one. */
interface End {
	readonly why: string;
	readonly status: ExitStatus | undefined;
}

interface Started {
	readonly child: ChildProcess;
	readonly gone: Promise<End>;
}

/**
 * Starts the program of an engine in the foreground anew, as it is on the disk now, to take its place: with what was typed,
 * and the same streams. Where a service manager runs it, it is told whose process goes on; else the first one stays for as
 * long as that lasts, for who has started it waits for its end and looks how it ended, and hands on signals. It starts all
 * that come later, too, so that however often this is done no more than two are there.
 *
 * @param program the file that was started
 */
export async function startSuccessor(
	program: string,
	env: NodeJS.ProcessEnv,
	notice: Pick<ServiceNotice, 'successor' | 'told'> | undefined,
): Promise<OwnSuccessor> {
	const isWaitedFor = process.connected && env[waiterVariable] === `${process.ppid}`;
	if (notice === undefined && isWaitedFor) return askWaiter();
	const start = (): Started => launch(program, env, notice === undefined);
	const {child, gone} = start();
	return {
		pid: child.pid ?? -1,
		ended: gone.then(({why}) => why),
		async takeLeave(interrupted: Interruption) {
			if (notice === undefined) return waitFor({child, gone}, start, interrupted);
			notice.successor(child.pid ?? -1);
			await notice.told();
			child.unref();
			return 0;
		},
	};
}

/** @param isWaitedFor by this process, which it may ask to start another */
function launch(program: string, env: NodeJS.ProcessEnv, isWaitedFor: boolean): Started {
	const typed = process.argv.slice(process.argv.indexOf('engine') + 1).filter(word => word !== '--replace');
	const child = spawn(process.execPath, [program, 'engine', '--replace', ...typed], {
		stdio: isWaitedFor ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
		// The watchdog is for whoever runs in its name.
		env: {...env, WATCHDOG_PID: '', ...(isWaitedFor && {[waiterVariable]: `${process.pid}`})},
	});
	const gone = new Promise<End>(resolve => {
		child.once('error', error => resolve({why: error.message, status: undefined}));
		child.once('exit', (code, signal) => {
			const status = signal === null ? ((code ?? 1) as ExitStatus) : undefined;
			resolve({
				why: signal === null ? `it ended with ${code}, and has said why` : `it was ended by ${signal}`,
				status,
			});
		});
	});
	return {child, gone};
}

/** Has the process that waits for this one start another, which it then waits for; this one may end. */
function askWaiter(): Promise<OwnSuccessor> {
	const {promise: ended, resolve: tellEnd} = Promise.withResolvers<string>();
	return new Promise((resolve, reject) => {
		let pid: number | undefined;
		const lost = (): void => {
			process.off('message', hear);
			reject(new UserError('engine-start', 'the first process of this engine is gone: try it once more'));
			tellEnd('the first process of this engine is gone');
		};
		const hear = (message: unknown): void => {
			const answer = message as Answer;
			if ('started' in answer && pid === undefined) {
				pid = answer.started;
				resolve({pid, ended, takeLeave: async () => 0});
			} else if ('ended' in answer && answer.ended === pid) {
				process.off('message', hear);
				process.off('disconnect', lost);
				tellEnd(answer.why);
			}
		};
		process.on('message', hear);
		process.once('disconnect', lost);
		process.send?.(again);
	});
}

/**
 * Waits until the engine has ended, and those that it has had started to take its place. Answers the status of the last.
 *
 * @throws {UserError} when that was ended by force
 */
async function waitFor(first: Started, start: () => Started, {first: told, second}: Interruption) {
	let engine = first;
	/** It is about to take the place of that, and may not come to it. */
	let next: Started | undefined;
	const hear = (from: Started): void => {
		from.child.on('message', message => {
			if (message !== again || from !== engine || next !== undefined) return;
			const started = start();
			next = started;
			hear(started);
			const pid = started.child.pid ?? -1;
			from.child.send({started: pid} satisfies Answer, () => {});
			void started.gone.then(({why}) => {
				if (next !== started) return;
				next = undefined;
				if (from.child.connected) from.child.send({ended: pid, why} satisfies Answer, () => {});
			});
		});
	};
	hear(first);
	// What is typed at a terminal reaches all.
	const handOn = (signal: NodeJS.Signals): void => {
		if (signal !== 'SIGTERM' && process.stdin.isTTY) return;
		engine.child.kill(signal);
		next?.child.kill(signal);
	};
	void told.then(handOn);
	void second.then(handOn);
	giveBackMemory();
	for (;;) {
		const {why, status} = await engine.gone;
		if (next !== undefined) {
			engine = next;
			next = undefined;
			continue;
		}
		if (status !== undefined) return status;
		throw new UserError(
			'engine-ended',
			`the engine that went on (process ${engine.child.pid}) is gone: ${why}`,
		);
	}
}
