import {type FeedRule, isFeedRule} from '../../api/feed-rules.js';
import type {Bytes} from '../../base/units.js';
import {ChoicesFile} from '../choices-file.js';
import {type FeedSettings, feedUrl, headerFault} from './feed-settings.js';

const ceiling: Bytes = 4_194_304;

type Loose = Readonly<Record<string, unknown>>;

/** What was chosen by command, not in the config file. */
export interface ChosenFeeds {
	readonly feeds: readonly FeedSettings[];
	/** By the URL of a feed of the config file. */
	readonly rules: ReadonlyMap<string, readonly FeedRule[]>;
}

/** The feeds and rules that `tortui feeds` and the screen were given. */
export class FeedChoices {
	readonly #file: ChoicesFile;
	#chosen: ChosenFeeds = {feeds: [], rules: new Map()};

	constructor(path: string) {
		this.#file = new ChoicesFile(path, ceiling);
	}

	get chosen(): ChosenFeeds {
		return this.#chosen;
	}

	/** Answers what is wrong with what was kept, which is set aside then. */
	load(): Promise<string | undefined> {
		return this.#file.load(value => {
			if (typeof value !== 'object' || value === null) throw new Error('it holds no object');
			const {feeds, rules} = value as Loose;
			this.#chosen = {
				feeds: Array.isArray(feeds) ? feeds.flatMap(asSettings) : [],
				rules: new Map(
					Object.entries((rules ?? {}) as Loose).map(([url, list]) => [url, asRules(list)] as const),
				),
			};
		});
	}

	/** Rejects with the system's error, and holds what it held before then. */
	async save(chosen: ChosenFeeds): Promise<void> {
		const feeds = chosen.feeds.map(({from, ...rest}) => rest);
		await this.#file.save({feeds, rules: Object.fromEntries(chosen.rules)});
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
