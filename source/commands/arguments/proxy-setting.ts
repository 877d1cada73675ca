import process from 'node:process';
import {UserError} from '../../base/errors.js';
import {readRegularFileNow} from '../../io/files/regular-file.js';
import {
	credentialsOf,
	describeProxy,
	type ProxyAddress,
	parseProxyUrl,
} from '../../protocol/transport/proxy-address.js';

/** A password is one line. */
const largestFile = 4096;

/** The options that a proxy is set with. */
export interface ProxyFlags {
	readonly proxy?: string | undefined;
	readonly proxyPasswordFile?: string | undefined;
}

/** The URL of a proxy, kept as it was written. What is wrong with it is told without it: it may hold a password. */
export function proxyUrl(value: string, where: string): string {
	try {
		parseProxyUrl(value);
	} catch (error) {
		throw new UserError('bad-value', `${where}: ${(error as Error).message}`, 2);
	}
	return value.trim();
}

/** The same URL without its password; what is no URL of a proxy comes back as it is. */
export function withoutPassword(url: string): string {
	try {
		const address = parseProxyUrl(url);
		const {user} = address.credentials ?? {user: ''};
		return describeProxy(address).replace('://', user === '' ? '://' : `://${encodeURIComponent(user)}@`);
	} catch {
		return url;
	}
}

/** Whether the URL of a proxy holds a password. */
export function hasPassword(url: string): boolean {
	try {
		return (parseProxyUrl(url).credentials?.password ?? '') !== '';
	} catch {
		return false;
	}
}

/**
 * The proxy that is set, undefined when none is. Its password is that of the URL, else the first line of a file, else
 * `TORTUI_PROXY_PASSWORD`.
 *
 * @throws {UserError} when the file cannot be read, or a password has no user
 */
export function proxySetting(
	{proxy, proxyPasswordFile: file}: ProxyFlags,
	env: NodeJS.ProcessEnv,
): ProxyAddress | undefined {
	if (proxy === undefined) return undefined;
	const address = parseProxyUrl(proxyUrl(proxy, '--proxy'));
	const {user, password} = address.credentials ?? {user: '', password: ''};
	const found = password || (file === undefined ? env['TORTUI_PROXY_PASSWORD'] : firstLine(file));
	if (!found) return address;
	if (user === '' && password === '' && file === undefined) return address;
	if (user === '')
		throw new UserError(
			'proxy',
			`a password needs a user: ${describeProxy(address).replace('://', '://USER@')}`,
		);
	try {
		return {...address, credentials: credentialsOf(user, found)};
	} catch (error) {
		throw new UserError('proxy', `the password of the proxy is no good: ${(error as Error).message}`);
	}
}

function firstLine(path: string): string {
	try {
		const text = Buffer.from(readRegularFileNow(path, largestFile)).toString('utf8');
		return text.split(/\r?\n/)[0] ?? '';
	} catch (error) {
		throw new UserError('proxy', `the password of the proxy cannot be read: ${(error as Error).message}`);
	}
}

/** Words of a command line, with the passwords of proxies taken out of them. */
export function hideProxyPasswords(words: readonly string[]): string[] {
	return words.map((word, at) => {
		if (word.startsWith('--proxy=')) return `--proxy=${withoutPassword(word.slice('--proxy='.length))}`;
		const before = words[at - 1];
		return before === '--proxy' || before === 'proxy' ? withoutPassword(word) : word;
	});
}

/** Whoever may look at the processes of this machine sees what was typed: the password of a proxy no longer. */
export function hideTypedPassword(argv: readonly string[]): void {
	const hidden = hideProxyPasswords(argv);
	if (hidden.some((word, at) => word !== argv[at])) process.title = ['tortui', ...hidden].join(' ');
}
