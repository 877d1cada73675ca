/** Below the tracker's address. */
export const cataloguePath = '/catalogue/v1';
const usualPorts: Readonly<Record<string, string>> = {'http:': '80', 'https:': '443'};

/** Where a catalogue is, as a person or a torrent's tracker names it. */
export interface CatalogueAddress {
	/** `http://host:6969/catalogue/v1`, without a `/` at the end: its name in all that is kept of it. */
	readonly base: string;
	/** `host:6969`, for people. */
	readonly name: string;
	/** The announce URL of its tracker. */
	readonly announce: string;
	/** What lets one in, where it stands in the URL before an `@`. */
	readonly token?: string | undefined;
}

/**
 * The catalogue that goes with a tracker: `http://host:6969`, with or without `/announce` or `/catalogue/v1` behind it,
 * and `udp://host:6969`, which has its catalogue at the same port over HTTP. Undefined when it is no such URL.
 */
export function catalogueAddress(url: string): CatalogueAddress | undefined {
	if (url.length > 2048 || !URL.canParse(url)) return undefined;
	const {protocol, hostname, port, pathname, username, password} = new URL(url);
	if (hostname === '' || !/^(?:https?|udp):$/.test(protocol)) return undefined;
	const scheme = protocol === 'udp:' ? 'http:' : protocol;
	if (protocol === 'udp:' && port === '') return undefined;
	const host = port === '' ? hostname : `${hostname}:${port}`;
	const above = placeOf(pathname);
	const token = decoded(password === '' ? username : password);
	return {
		base: `${scheme}//${host}${above}${cataloguePath}`,
		name: port === '' ? `${hostname}:${usualPorts[scheme]}` : host,
		announce: protocol === 'udp:' ? `udp://${host}${above}/announce` : `${scheme}//${host}${above}/announce`,
		...(token !== '' && {token}),
	};
}

/** What stands before `/announce` or `/catalogue`, such as a passkey, which may stand behind `/announce` as well. */
function placeOf(path: string): string {
	const [, before = path, passkey] =
		/^(.*?)\/(?:announce|catalogue)(?:\/([\w-]{8,128})|[/.].*)?$/.exec(path) ?? [];
	const place = before.replace(/\/+$/, '');
	return passkey === undefined ? place : `${place}/${passkey}`;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
