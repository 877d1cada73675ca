import {type FeedRule, isFeedRule} from '../../api/feed-rules.js';
import type {Bytes} from '../../base/units.js';
import {readRegularFile} from '../../io/files/regular-file.js';
import {replaceFile} from '../../io/files/replace-file.js';
import {setAside} from '../../io/state/set-aside.js';
import {type FeedSettings, feedUrl, headerFault} from './feed-settings.js';

const ceiling: Bytes = 4_194_304;

type Loose = Readonly<Record<string, unknown>>;

/** What was chosen by command, not in the config file. */
export interface ChosenFeeds {
	readonly feeds: readonly FeedSettings[];
	/** By the URL of a feed of the config file. */
	readonly rules: ReadonlyMap<string, readonly FeedRule[]>;
}

/** The feeds and rules that `tortui feeds` and the screen were given: a file of the state folder, replaced whole. */
export class FeedChoices {
	readonly #path: string;
	#chosen: ChosenFeeds = {feeds: [], rules: new Map()};

	constructor(path: string) {
		this.#path = path;
	}

	get chosen(): ChosenFeeds {
		return this.#chosen;
	}

	/** Answers what is wrong with what was kept, which is set aside then. */
	async load(): Promise<string | undefined> {
		try {
			const text = Buffer.from(await readRegularFile(this.#path, ceiling)).toString('utf8');
			const value: unknown = JSON.parse(text);
			if (typeof value !== 'object' || value === null) throw new Error('it holds no object');
			const {feeds, rules} = value as Loose;
			this.#chosen = {
				feeds: Array.isArray(feeds) ? feeds.flatMap(asSettings) : [],
				rules: new Map(
					Object.entries((rules ?? {}) as Loose).map(([url, list]) => [url, asRules(list)] as const),
				),
			};
			return undefined;
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
			try {
				return `${message}; kept as ${setAside(this.#path)}`;
			} catch {
				return message;
			}
		}
	}

	/** Rejects with the system's error, and holds what it held before then. */
	async save(chosen: ChosenFeeds): Promise<void> {
		const feeds = chosen.feeds.map(({from, ...rest}) => rest);
		const value = {feeds, rules: Object.fromEntries(chosen.rules)};
		await replaceFile(this.#path, Buffer.from(`${JSON.stringify(value, undefined, '\t')}\n`));
		this.#chosen = chosen;
	}
}

function asRules(value: unknown): FeedRule[] {
	return Array.isArray(value) ? value.filter(isFeedRule) : [];
}

function asSettings(value: unknown): FeedSettings[] {
	if (typeof value !== 'object' || value === null) return [];
	const {url, name, interval, cookie, headers, rules} = value as Loose;
	if (typeof url !== 'string') return [];
	const said = Object.entries((headers ?? {}) as Loose);
	const isSendable = said.every(([key, each]) => typeof each === 'string' && !headerFault(key, each));
	try {
		return [
			{
				url: feedUrl(url),
				from: 'command',
				...(typeof name === 'string' && {name}),
				...(typeof interval === 'number' && {interval}),
				...(typeof cookie === 'string' && !headerFault('Cookie', cookie) && {cookie}),
				...(said.length > 0 && isSendable && {headers: headers as Readonly<Record<string, string>>}),
				rules: asRules(rules),
			},
		];
	} catch {
		return [];
	}
}
