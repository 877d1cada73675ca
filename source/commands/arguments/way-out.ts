import process from 'node:process';
import {UserError} from '../../base/errors.js';
import type {WayOut} from '../../io/net/sockets.js';
import type {Flags} from './command.js';
import {readConfig} from './config-file.js';
import {engineOptions} from './flags.js';
import {withDefaults, withoutDefaults} from './parse-arguments.js';
import {type ProxyFlags, proxySetting} from './proxy-setting.js';

/** The options that say by which way everything goes to others. */
export const wayOptions = {
	bind: engineOptions.bind,
	interface: engineOptions.interface,
	dnsServer: engineOptions.dnsServer,
	proxy: engineOptions.proxy,
	proxyPasswordFile: engineOptions.proxyPasswordFile,
};

/** Those of the proxy may be left out where no such option is taken. */
type WayFlags = Omit<Flags<typeof wayOptions>, 'proxy' | 'proxyPasswordFile'> & ProxyFlags;

/**
 * What they come to. Throws a `UserError` when two of them say different things, or the password of the proxy cannot be
 * read.
 */
export function wayOut(flags: WayFlags, env: NodeJS.ProcessEnv = process.env): WayOut {
	const {bind, interface: name, dnsServer} = flags;
	if (bind.length > 0 && name !== undefined)
		throw new UserError(
			'two-ways',
			`both bind and interface say from where everything is sent: leave out one of --bind ${bind[0]} and --interface ${name}`,
			2,
		);
	return {bind, interface: name, dnsServers: dnsServer, proxy: proxySetting(flags, env)};
}

/** By which way the config file says that everything goes, for those who take no options of their own for it. */
export function configuredWay(env: NodeJS.ProcessEnv): WayOut {
	const nothing = {input: [], flags: {}, given: new Set<string>()};
	const options = {options: wayOptions};
	const found = withDefaults(
		withoutDefaults(nothing, options),
		options,
		readConfig(env, () => {}),
	);
	return wayOut(found.flags as Flags<typeof wayOptions>, env);
}
