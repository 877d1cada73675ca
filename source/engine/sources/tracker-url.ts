import {safeText} from '../../base/safe-text.js';

const clientParameters = new Set(['info_hash', 'peer_id', 'port', 'uploaded', 'downloaded', 'left', 'event']);

/** Why this cannot be a tracker's URL, in a few words; undefined when it can. */
export function trackerUrlFault(url: string): string | undefined {
	if (url.length > 2048) return 'it is too long';
	if (!URL.canParse(url)) return 'it is no URL';
	const {protocol, hostname, port, searchParams} = new URL(url);
	if (protocol !== 'http:' && protocol !== 'https:' && protocol !== 'udp:') {
		return 'only http, https and udp trackers are known';
	}
	if (hostname === '') return 'it names no host';
	if (protocol === 'udp:' && port === '') return 'it names no port: udp://host:PORT/announce';
	for (const name of searchParams.keys()) {
		if (clientParameters.has(name)) return `it has ${name} in its query, which is the client's to say`;
	}
	return undefined;
}

/** `tracker HOST:PORT`, for people: without what may be secret in its URL. */
export function trackerName(url: string): string {
	return `tracker ${safeText(new URL(url).host)}`;
}

/** The IP address or DNS name of a tracker. */
export function trackerHost(url: string): string {
	return new URL(url).hostname.replace(/^\[|\]$/g, '');
}
