import type {ValueOption} from '../arguments/command.js';
import {catalogueUrl} from './catalogue-values.js';

/** `--tracker` of those who only look at what is shared. */
export const askedTracker = {
	kind: 'value',
	value: 'URL',
	read: catalogueUrl,
	help: 'ask this tracker: http://HOST:6969',
	standard: 'those of the engine, or of the config file',
} as const satisfies ValueOption;
