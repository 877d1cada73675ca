import {readFile, stat} from 'node:fs/promises';
import {resolve} from 'node:path';
import type {DoctorSettings} from './doctor-settings.js';
import {type Finding, findings} from './finding.js';

/** Bits of a file's mode by which its group, or anybody, reads it. */
const forOthers = 0o044;

/** What in a config file lets somebody in elsewhere: cookies and headers of feeds, keys in addresses, passwords. */
const secret =
	/"(?:cookie|authorization|password|token|api-?key|passkey)[^"]*"\s*:|:\/\/[^/"\s]+:[^/"\s]+@|[?&](?:passkey|token|key|apikey)=/i;

async function isReadByOthers(path: string): Promise<boolean> {
	try {
		return ((await stat(path)).mode & forOthers) !== 0;
	} catch {
		// That it is not there is told by what reads it.
		return false;
	}
}

/** Whether files that hold passwords can be read by other users of this machine; nothing where no file does. */
export async function checkSecrets(
	{
		rpcPasswordFile,
		webPasswordFile,
		proxyPasswordFile,
	}: Pick<DoctorSettings, 'rpcPasswordFile' | 'webPasswordFile' | 'proxyPasswordFile'>,
	config: string,
): Promise<Finding[]> {
	// Windows tells nobody by the mode.
	if (process.platform === 'win32') return [];
	const {ok, warning} = findings('secrets');
	const text = await readFile(config, 'utf8').catch(() => '');
	const inConfig = secret.test(text) ? config : undefined;
	const files = [rpcPasswordFile, webPasswordFile, proxyPasswordFile, inConfig].flatMap(path =>
		path === undefined ? [] : [resolve(path)],
	);
	const open = await Promise.all(
		[...new Set(files)].map(async path => ({path, isOpen: await isReadByOthers(path)})),
	);
	const found = open
		.filter(({isOpen}) => isOpen)
		.map(({path}) =>
			warning(`${path} holds a secret, and other users of this machine can read it`, `chmod 600 ${path}`),
		);
	return found.length > 0 || open.length === 0 ? found : [ok('only you can read the files with passwords')];
}
