import type {Bytes} from '../../base/units.js';

/** The group that UPnP devices listen to. UPnP Device Architecture 1.1, 1.3.2. */
export const ssdpGroup = '239.255.255.250';
export const ssdpPort = 1900;

const longest: Bytes = 4096;
const mostHeaders = 40;
const longestUrl = 512;

/** What a gateway is called. Version 2 answers to the name of version 1, but not all of them know. */
export const gatewayTypes: readonly string[] = [
	'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
	'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
];

/** Asks who there is of a kind. @param host whom it is sent to, the group or one device */
export function encodeSearch(type: string, host: string, port: number): Uint8Array {
	const lines = [
		'M-SEARCH * HTTP/1.1',
		`HOST: ${host}:${port}`,
		'MAN: "ssdp:discover"',
		'MX: 1',
		`ST: ${type}`,
		'\r\n',
	];
	return new TextEncoder().encode(lines.join('\r\n'));
}

/** A device that answered. */
export interface SsdpAnswer {
	/** What it says it is. */
	readonly type: string;
	/** Where its description lies: a URL of `http`, at most 512 characters. */
	readonly location: string;
}

/** Reads the answer to a search; undefined for anything that is none, or is of no use. */
export function decodeSearchAnswer(bytes: Uint8Array): SsdpAnswer | undefined {
	if (bytes.length > longest) return undefined;
	const [status, ...lines] = latin1(bytes).split(/\r?\n/);
	if (status === undefined || !/^HTTP\/1\.[01] 200(?: |$)/.test(status)) return undefined;
	const headers = new Map<string, string>();
	for (const line of lines.slice(0, mostHeaders)) {
		if (line === '') break;
		const colon = line.indexOf(':');
		if (colon < 1) return undefined;
		const name = line.slice(0, colon).trim().toLowerCase();
		if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
	}
	const location = headers.get('location') ?? '';
	if (location.length > longestUrl || !/^http:\/\/[^\s@]+$/i.test(location)) return undefined;
	return {type: headers.get('st') ?? '', location};
}

function latin1(bytes: Uint8Array): string {
	let text = '';
	for (const byte of bytes) text += String.fromCharCode(byte);
	return text;
}
