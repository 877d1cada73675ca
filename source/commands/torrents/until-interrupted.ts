import type {ExitStatus} from '../../base/errors.js';
import type {Context} from '../arguments/command.js';
import {interruption} from '../transfer/interruption.js';

/**
 * Runs a task that goes on until it is over by itself, until Ctrl-C (exit status 130), or until nobody reads what it says.
 *
 * @param task told of a promise that resolves when it is to end
 */
export async function untilInterrupted(
	{stdout}: Pick<Context, 'stdout'>,
	task: (over: Promise<unknown>) => Promise<ExitStatus>,
): Promise<ExitStatus> {
	const interrupted = interruption();
	const gone = new Promise<void>(resolve => stdout.on('error', () => resolve()));
	let isInterrupted = false;
	void interrupted.first.then(() => {
		isInterrupted = true;
	});
	try {
		const status = await task(Promise.race([interrupted.first, gone]));
		return isInterrupted ? 130 : status;
	} finally {
		interrupted.release();
	}
}
