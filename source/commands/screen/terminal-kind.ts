import process from 'node:process';
import type {Context} from '../arguments/command.js';

/** Whether a terminal, by what the environment says of it, takes no escape sequences: lines are all it shows. */
export function takesLinesOnly({TERM}: NodeJS.ProcessEnv): boolean {
	// Consoles of Windows have no name, and take them.
	return TERM === 'dumb' || (!TERM && process.platform !== 'win32');
}

/** Whether a line may be drawn over on a stream. */
export function redraws(stream: {readonly isTTY?: boolean}, {env}: Pick<Context, 'env'>): boolean {
	return Boolean(stream.isTTY) && !takesLinesOnly(env);
}
