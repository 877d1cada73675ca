import type {Options} from '../arguments/command.js';
import {jsonOption, logOptions, stateOptions} from '../arguments/flags.js';

/** What every verb takes that speaks to the running engine. */
export const remoteOptions = {
	...jsonOption,
	...stateOptions,
	verbose: logOptions.verbose,
} as const satisfies Options;

/** How those verbs name a torrent, for their help. */
export const idNote =
	'ID: the beginning of an info-hash (4 digits or more), a name, or a part of one that fits one torrent only; all: every one.';
