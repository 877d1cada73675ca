import {spawn} from 'node:child_process';
import process from 'node:process';
import {type ExitStatus, UserError} from '../../base/errors.js';
import type {ServiceNotice} from '../../io/machine/service-notice.js';
import type {Interruption} from '../transfer/interruption.js';
import type {OwnSuccessor} from './host-engine.js';

/**
 * Starts the program of an engine in the foreground anew, as it is on the disk now, to take its place: with what was typed,
 * and the same streams. Where a service manager runs it, it is told whose process goes on; else this one stays for as long
 * as that lasts, for who has started it waits for its end and looks how it ended, and hands on signals.
 *
 * @param program the file that was started
 */
export function startSuccessor(
	program: string,
	env: NodeJS.ProcessEnv,
	notice: Pick<ServiceNotice, 'successor' | 'told'> | undefined,
): OwnSuccessor {
	const typed = process.argv.slice(process.argv.indexOf('engine') + 1).filter(word => word !== '--replace');
	const child = spawn(process.execPath, [program, 'engine', '--replace', ...typed], {
		stdio: 'inherit',
		// The watchdog is for whoever runs in its name.
		env: {...env, WATCHDOG_PID: ''},
	});
	const gone = new Promise<{readonly why: string; readonly status: ExitStatus | undefined}>(resolve => {
		child.once('error', error => resolve({why: error.message, status: undefined}));
		child.once('exit', (code, signal) => {
			const status = signal === null ? ((code ?? 1) as ExitStatus) : undefined;
			resolve({
				why: signal === null ? `it ended with ${code}, and has said why` : `it was ended by ${signal}`,
				status,
			});
		});
	});
	return {
		pid: child.pid ?? -1,
		ended: gone.then(({why}) => why),
		async takeLeave({first, second}: Interruption) {
			if (notice !== undefined) {
				notice.successor(child.pid ?? -1);
				await notice.told();
				child.unref();
				return 0;
			}
			// What is typed at a terminal reaches both.
			const handOn = (signal: NodeJS.Signals) => {
				if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
			};
			void first.then(handOn);
			void second.then(handOn);
			const {why, status} = await gone;
			if (status !== undefined) return status;
			throw new UserError('engine-ended', `the engine that went on (process ${child.pid}) is gone: ${why}`);
		},
	};
}
