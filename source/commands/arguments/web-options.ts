import {formatListenAddress, parseListenAddress} from '../../bridge/http/listen-address.js';
import {basePath} from '../../bridge/http/request-path.js';
import type {Options} from './command.js';
import {text} from './quantities.js';

/** Where a door is to be, as it is written everywhere: `127.0.0.1:9092`. */
export function doorAddress(value: string, where: string): string {
	return formatListenAddress(parseListenAddress(value, where));
}

/** How the web screen is offered, by an engine or by `tortui web`. */
export const webDoorOptions = {
	webBase: {
		kind: 'value',
		value: 'URLPATH',
		read: (value: string) => basePath(value),
		help: 'the path it is below, for a proxy: /tortui',
		standard: '/',
	},
	webHost: {
		kind: 'list',
		value: 'NAME',
		read: text,
		help: 'a name it is called by beside addresses and localhost (repeatable)',
	},
	webPasswordFile: {
		kind: 'value',
		value: 'FILE',
		read: text,
		help: 'its password is the first line (or TORTUI_WEB_PASSWORD); without one: links from tortui web',
	},
} as const satisfies Options;

/** The web screen of an engine. */
export const webOptions = {
	web: {
		kind: 'value',
		value: '[HOST:]PORT',
		read: doorAddress,
		help: 'the screen in a browser, JSON and metrics there; a port alone is for this machine only',
	},
	...webDoorOptions,
} as const satisfies Options;
