import type {Clock} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {HttpClient} from '../../io/net/http/http-client.js';
import {retryAfter} from '../../policy/feeds/feed-schedule.js';
import type {FeedContent} from '../../protocol/feed/feed-item.js';
import {FeedReader} from '../../protocol/feed/feed-reader.js';
import {feedText} from '../../protocol/feed/feed-text.js';

const largestFeed: Bytes = 8_388_608;
const fetchTime: Millis = 60_000;
/** Characters that are read without letting others go on. */
const stretch = 32_768;

/** What tells one answer of a feed from the next, for asking whether it is another one now. RFC 9110. */
export interface Validators {
	readonly etag?: string | undefined;
	readonly modified?: string | undefined;
}

/** What came of asking for a feed. */
export type Fetched =
	| {
			readonly kind: 'content';
			readonly content: FeedContent;
			readonly validators: Validators;
			/** Where it came from in the end. */
			readonly url: string;
			/** Whether that is no machine of our own network. */
			readonly isPublic: boolean;
	  }
	| {readonly kind: 'same'}
	| {readonly kind: 'failed'; readonly why: string; readonly retryAfter?: Millis | undefined};

/** What is asked. */
export interface FeedQuestion {
	readonly url: string;
	/** Headers that are said to its own host alone. */
	readonly secret: Readonly<Record<string, string>>;
	/** Of what is known; none has it sent whatever it is. */
	readonly known: Validators | undefined;
	readonly signal: AbortSignal;
}

/** Fetches and reads one feed, 8 MiB and 60 s at the most. What goes wrong is an answer, in one line. */
export async function fetchFeed(
	{url, secret, known, signal}: FeedQuestion,
	http: HttpClient,
	clock: Clock,
): Promise<Fetched> {
	const conditions = {
		...(known?.etag !== undefined && {'If-None-Match': known.etag}),
		...(known?.modified !== undefined && {'If-Modified-Since': known.modified}),
	};
	try {
		const answer = await http.get(url, {
			maximumBody: largestFeed,
			timeout: fetchTime,
			signal,
			headers: conditions,
			secret,
		});
		const {status, body, headers} = answer;
		if (status === 304 && known !== undefined) return {kind: 'same'};
		if (status !== 200) {
			const wait = retryAfter(headers?.get('retry-after'), clock.wall());
			return {kind: 'failed', why: statusText(status), retryAfter: wait};
		}
		const content = await readFeed(body, headers?.get('content-type'), answer.url, clock, signal);
		const validators = {
			etag: sendable(headers?.get('etag')),
			modified: sendable(headers?.get('last-modified')),
		};
		return {kind: 'content', content, validators, url: answer.url, isPublic: answer.isPublic !== false};
	} catch (error) {
		const {message} = error as Error;
		const isTooLong = error instanceof Error && /longer than|too long|\d+ bytes/.test(message);
		return {kind: 'failed', why: isTooLong ? 'the feed is larger than 8 MiB' : message};
	}
}

/** What a server says is said back to it: nothing that could be another header. */
function sendable(text: string | undefined): string | undefined {
	return text !== undefined && /^[\x20-\x7e]{1,500}$/.test(text) ? text : undefined;
}

function statusText(status: number): string {
	if (status === 401 || status === 403) return `the server answers ${status}: it wants you to log in`;
	if (status === 404 || status === 410) return `the server answers ${status}: there is no feed any more`;
	if (status === 429) return 'the server answers 429: it was asked too often';
	return `the server answers ${status}`;
}

/** Reads it bit by bit: a large one takes as long as many others, who go on meanwhile. */
async function readFeed(
	body: Uint8Array,
	contentType: string | undefined,
	url: string,
	clock: Clock,
	signal: AbortSignal,
): Promise<FeedContent> {
	const text = feedText(body, contentType);
	const reader = new FeedReader(url);
	for (let at = 0; at < text.length; at += stretch) {
		reader.push(text.slice(at, at + stretch));
		await new Promise<void>(resolve => clock.soon(resolve));
		signal.throwIfAborted();
	}
	return reader.end();
}
