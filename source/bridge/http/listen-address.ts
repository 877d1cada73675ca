import {UserError} from '../../base/errors.js';
import {addressScope, parseIp} from '../../base/ip-address.js';

/** Where a door is: a port of an address of this machine, or a socket in a folder. */
export type ListenAddress =
	| {readonly host: string; readonly port: number}
	/** Absolute, or as it was typed. */
	| {readonly path: string};

/**
 * Reads `PORT`, `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. A port alone is one of this machine, for itself.
 *
 * @param where the option, for the error: a `UserError` with exit status 2
 */
export function parseListenAddress(text: string, where: string): ListenAddress {
	const value = text.trim();
	if (value.startsWith('unix:') && value.length > 5) return {path: value.slice(5)};
	const match = /^(?:(\[[\da-f:.%\w]+\]|[^\s:[\]/@]+):)?(\d{1,5})$/i.exec(value);
	const port = Number(match?.[2]);
	if (!(port >= 0 && port <= 65_535)) {
		throw new UserError(
			'bad-value',
			`${where}: ${JSON.stringify(text)} is not PORT, HOST:PORT or unix:PATH`,
			2,
		);
	}
	const host = match?.[1]?.replace(/^\[(.*)\]$/, '$1') ?? '127.0.0.1';
	return {host: host === '*' ? '0.0.0.0' : host, port};
}

/** `127.0.0.1:9091`, `[::1]:9091` or `unix:/run/user/1000/tortui.sock`. */
export function formatListenAddress(address: ListenAddress): string {
	if ('path' in address) return `unix:${address.path}`;
	const {host, port} = address;
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether nobody but those on this machine can get there. */
export function isForThisMachine(address: ListenAddress): boolean {
	if ('path' in address) return true;
	const ip = parseIp(address.host);
	return ip === undefined ? address.host.toLowerCase() === 'localhost' : addressScope(ip) === 'loopback';
}

/**
 * Refuses to let in everybody who can reach the machine.
 *
 * @param option how it was asked for: `--rpc`
 * @param remedy what sets a password: `--rpc-password-file`
 * @throws {UserError} when others than those of this machine can reach the address, and there is no password
 */
export function requireGuard(where: ListenAddress, isGuarded: boolean, option: string, remedy: string): void {
	if (isGuarded || isForThisMachine(where)) return;
	throw new UserError(
		'open-door',
		`${option} ${formatListenAddress(where)} would let in whoever can reach it: set a password with ${remedy}, or listen on 127.0.0.1`,
		2,
	);
}
