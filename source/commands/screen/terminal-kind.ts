import {hostname} from 'node:os';
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

/** What a terminal does beside drawing, by what the environment says of it: nothing that another one would show as text. */
export function terminalManners(env: NodeJS.ProcessEnv): {
	readonly notifies: 9 | 777 | 99;
	readonly showsProgress: boolean;
	readonly host: string;
} {
	const {TERM = '', TERM_PROGRAM = '', VTE_VERSION, WT_SESSION, ConEmuANSI} = env;
	const isKitty = /kitty/.test(TERM);
	const is777 = /^(?:rxvt|foot)/.test(TERM) || VTE_VERSION !== undefined;
	return {
		notifies: isKitty ? 99 : is777 ? 777 : 9,
		// Elsewhere the same sequence is a notification, one for each percent.
		showsProgress:
			/ghostty|foot/.test(TERM) ||
			/^(?:ghostty|WezTerm)$/i.test(TERM_PROGRAM) ||
			WT_SESSION !== undefined ||
			ConEmuANSI === 'ON',
		host: hostname(),
	};
}
