import {createHash} from 'node:crypto';
import type {FeedRule} from '../../api/feed-rules.js';
import {UserError} from '../../base/errors.js';
import type {Millis} from '../../base/units.js';

/** A feed as its owner wants it. */
export interface FeedSettings {
	/** http:// or https:// */
	readonly url: string;
	readonly from: 'config' | 'command';
	readonly name?: string | undefined;
	/** How often it is looked at; as it asks for when left out. */
	readonly interval?: Millis | undefined;
	/** Said to its host alone. */
	readonly cookie?: string | undefined;
	readonly headers?: Readonly<Record<string, string>> | undefined;
	readonly rules: readonly FeedRule[];
}

/** 12 hex digits that stand for a text which is nobody's business, such as an address with a key in it. */
export function shortId(text: string): string {
	return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** What in a path is a key, and no name. */
const looksSecret = (part: string): boolean => /^[\w~+=.-]{20,}$/.test(part) && /\d/.test(part);

/** Where a feed is, without what may let somebody in. */
export function placeOf(url: string): string {
	const {host, pathname} = new URL(url);
	const parts = pathname.split('/').map(part => (looksSecret(part) ? '…' : part));
	return `${host}${parts.join('/')}`;
}

const own: ReadonlySet<string> = new Set([
	'host',
	'connection',
	'content-length',
	'transfer-encoding',
	'accept-encoding',
	'user-agent',
	'accept',
]);

/** What is wrong with a header, in words; undefined when it can be sent. */
export function headerFault(name: string, value: string): string | undefined {
	if (!/^[!#$%&'*+.^_`|~\w-]{1,100}$/.test(name)) return `${JSON.stringify(name)} is no name of a header`;
	if (own.has(name.toLowerCase())) return `the header ${name} is not yours to set`;
	return /^[\t\x20-\x7e\x80-\xff]{0,8000}$/.test(value)
		? undefined
		: `the header ${name} has what cannot be sent`;
}

/** The URL as it is asked for. Throws a `UserError` when it is none of a feed. */
export function feedUrl(text: string): string {
	const plain = text.trim();
	if (plain.length <= 4000 && URL.canParse(plain)) {
		const {protocol, hostname, href} = new URL(plain);
		if (/^https?:$/.test(protocol) && hostname !== '') return href.replace(/#.*$/, '');
	}
	throw new UserError('bad-feed', `not a feed: ${plain.slice(0, 200)} (http:// or https://)`, 2);
}

/** What is said to a feed's own host. */
export function secretOf({cookie, headers}: FeedSettings): Readonly<Record<string, string>> {
	return {...headers, ...(cookie !== undefined && {Cookie: cookie})};
}
