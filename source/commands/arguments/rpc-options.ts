import {type ListenAddress, parseListenAddress} from '../../bridge/http/listen-address.js';
import type {Options} from './command.js';
import {text} from './quantities.js';

/** A place to listen at, kept as it was written. */
function listenAddress(value: string, where: string): string {
	parseListenAddress(value, where);
	return value.trim();
}

/** Where `--rpc` says that remotes are to come in. */
export function rpcAddress(value: string): ListenAddress {
	return parseListenAddress(value, '--rpc');
}

/** How an engine lets in remotes of Transmission. */
export const rpcOptions = {
	rpc: {
		kind: 'value',
		value: '[HOST:]PORT',
		read: listenAddress,
		help: 'answer remotes of Transmission there; also unix:PATH',
		standard: 'off',
	},
	rpcUser: {kind: 'value', value: 'NAME', read: text, help: 'who may ask', standard: 'any name'},
	rpcPasswordFile: {
		kind: 'value',
		value: 'FILE',
		read: text,
		help: 'the password, its first line (or TORTUI_RPC_PASSWORD)',
		standard: 'none: only this machine is listened on',
	},
	rpcBase: {
		kind: 'value',
		value: 'URLPATH',
		read: text,
		help: 'the path below which it is',
		standard: '/transmission/',
	},
	rpcHost: {
		kind: 'list',
		value: 'NAME',
		read: text,
		help: 'a name this machine may be called there without a password (repeatable)',
	},
	rpcWeb: {
		kind: 'value',
		value: 'DIR',
		read: text,
		help: 'a web client for Transmission to serve (or TRANSMISSION_WEB_HOME)',
	},
} as const satisfies Options;
