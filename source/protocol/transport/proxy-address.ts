/** Who a proxy is told we are. */
export interface ProxyCredentials {
	readonly user: string;
	readonly password: string;
}

/** A proxy, as its URL says. */
export interface ProxyAddress {
	readonly kind: 'socks5' | 'http';
	/** An IP address without brackets, or a name. */
	readonly host: string;
	readonly port: number;
	readonly credentials?: ProxyCredentials | undefined;
}

/** Where a proxy is to lead: an IP address without brackets, or a name, which the proxy looks up. */
export interface ProxyTarget {
	readonly host: string;
	readonly port: number;
}

const usualSocksPort = 1080;
/** In bytes: each has one byte for its length. RFC 1929. */
const longestWord = 255;

/** What is wrong with the URL of a proxy, in words that do not repeat it: it may hold a password. */
export class ProxyUrlError extends Error {
	override readonly name = 'ProxyUrlError';
}

/**
 * Reads `socks5://[USER:PASSWORD@]HOST[:PORT]` or `http://[USER:PASSWORD@]HOST:PORT`; `socks5h` is the same as `socks5`,
 * as names are always looked up by the proxy.
 *
 * @throws {ProxyUrlError} with what is wrong
 */
export function parseProxyUrl(text: string): ProxyAddress {
	const trimmed = text.trim();
	const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
	const kind =
		scheme === 'socks5' || scheme === 'socks5h' ? 'socks5' : scheme === 'http' ? 'http' : undefined;
	if (kind === undefined) {
		throw new ProxyUrlError(
			scheme === undefined
				? 'a proxy is socks5://HOST:PORT or http://HOST:PORT'
				: `proxies are spoken to over socks5:// or http://, not ${scheme.slice(0, 20)}://`,
		);
	}
	// As a scheme of no special rules: those of http would leave out port 80, and take `1` for an address.
	const rest = trimmed.slice(trimmed.indexOf('://'));
	const url = URL.canParse(`socks5${rest}`) ? new URL(`socks5${rest}`) : undefined;
	if (url === undefined || url.hostname === '')
		throw new ProxyUrlError(
			rest.includes('@') || rest.includes('#')
				? 'it is no URL: signs such as @, : and # in a user or password are written as %40, %3A and %23'
				: `it is no URL: ${kind}://HOST:PORT, with a port up to 65535`,
		);
	if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '')
		throw new ProxyUrlError('nothing may follow its port; a # in a password is written as %23');
	const port = url.port === '' ? (kind === 'socks5' ? usualSocksPort : 0) : Number(url.port);
	if (port === 0) throw new ProxyUrlError(`it needs a port: ${kind}://HOST:PORT`);
	const host = decoded(url.hostname.replace(/^\[|\]$/g, ''));
	if (!/^[\w.:-]{1,253}$/.test(host)) throw new ProxyUrlError('its host is neither a name nor an address');
	if (url.username === '' && url.password === '') return {kind, host, port};
	return {kind, host, port, credentials: credentialsOf(decoded(url.username), decoded(url.password))};
}

/**
 * A user and a password, checked.
 *
 * @throws {ProxyUrlError} when one of them is too long to be said
 */
export function credentialsOf(user: string, password: string): ProxyCredentials {
	for (const [name, word] of Object.entries({user, password})) {
		if (new TextEncoder().encode(word).length > longestWord)
			throw new ProxyUrlError(`its ${name} is longer than ${longestWord} bytes`);
		// A line of a head of HTTP ends there.
		if (/[\r\n\0]/.test(word)) throw new ProxyUrlError(`its ${name} holds a line break`);
	}
	return {user, password};
}

/** `socks5://HOST:PORT`: how a proxy is spoken of, without user and password. */
export function describeProxy({kind, host, port}: ProxyAddress): string {
	return `${kind}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
