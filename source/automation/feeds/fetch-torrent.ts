import {UserError} from '../../base/errors.js';
import type {HttpClient, HttpResponse} from '../../io/net/http/http-client.js';
import {maximumMetainfoLength} from '../../protocol/metainfo/metainfo-reader.js';

const mostRedirects = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What an item led to. */
export type FoundTarget =
	| {readonly metainfo: Uint8Array}
	/** A magnet link. */
	| {readonly link: string};

/** Where an item leads, and what its feed's host may be told. */
export interface TargetWish {
	readonly url: string;
	/** Of the feed. */
	readonly feedUrl: string;
	readonly secret: Readonly<Record<string, string>>;
	/** The feed came from a public address: what it names in our own network is not asked. */
	readonly fromPublic: boolean;
	readonly signal: AbortSignal;
}

/**
 * Fetches the .torrent that an item of a feed leads to; a redirect may lead to a magnet link, too. Rejects with a
 * `UserError`: of exit status 3 when what is there is no torrent, 1 when it may be had another time.
 */
export async function fetchTarget(wish: TargetWish, http: HttpClient): Promise<FoundTarget> {
	const {feedUrl, secret, signal} = wish;
	let {url, fromPublic} = wish;
	for (let hop = 0; hop <= mostRedirects; hop++) {
		let answer: HttpResponse;
		try {
			const isOwn = isSameHost(feedUrl, url);
			answer = await http.get(url, {
				maximumBody: maximumMetainfoLength,
				redirects: 0,
				fromPublic,
				signal,
				...(isOwn && {secret}),
			});
		} catch (error) {
			throw new UserError('fetch', `it cannot be fetched: ${(error as Error).message}`);
		}
		const {status, body, headers} = answer;
		const location = headers?.get('location');
		if (redirects.has(status) && location !== undefined) {
			if (/^magnet:\?/i.test(location.trim())) return {link: location.trim()};
			if (!URL.canParse(location, url))
				throw new UserError('fetch', 'it redirects to something that is no URL', 3);
			fromPublic ||= answer.isPublic !== false;
			url = new URL(location, url).href;
			continue;
		}
		if (status === 200) return {metainfo: body};
		// What is gone stays gone; what is not there may come.
		throw new UserError('fetch', `the server answers ${status}`, status === 410 ? 3 : 1);
	}
	throw new UserError('fetch', `it redirects more than ${mostRedirects} times`, 3);
}

/** Whether somewhere may be told what is for the feed's host. */
function isSameHost(feed: string, url: string): boolean {
	const [one, other] = [new URL(feed), new URL(url)];
	return one.hostname === other.hostname && (one.protocol === other.protocol || other.protocol === 'https:');
}
