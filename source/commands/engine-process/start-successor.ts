import {spawn} from 'node:child_process';
import process from 'node:process';
import type {ServiceNotice} from '../../io/machine/service-notice.js';
import type {Interruption} from '../transfer/interruption.js';
import type {OwnSuccessor} from './host-engine.js';

/**
 * Starts the program of an engine in the foreground anew, as it is on the disk now, to take its place: with what was typed,
 * and the same streams. Where a service manager runs it, it is told whose process goes on; else this one stays for as long
 * as that lasts, for who has started it waits for its end, and hands on signals.
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
	const ended = new Promise<string>(resolve => {
		child.once('error', error => resolve(error.message));
		child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}, and has said why`));
	});
	return {
		pid: child.pid ?? -1,
		ended,
		async takeLeave({first, second}: Interruption) {
			if (notice !== undefined) {
				notice.successor(child.pid ?? -1);
				await notice.told();
				child.unref();
				return;
			}
			// What is typed at a terminal reaches both.
			const handOn = (signal: NodeJS.Signals) => {
				if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
			};
			void first.then(handOn);
			void second.then(handOn);
			await ended;
		},
	};
}
