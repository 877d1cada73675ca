import {realpath} from 'node:fs/promises';
import {isAbsolute, join} from 'node:path';
import type {FeedCommand, Reply} from '../../api/command.js';
import type {EngineClient} from '../../api/engine-client.js';
import {compileFeedRule, type FeedRule} from '../../api/feed-rules.js';
import type {FeedsView} from '../../api/feeds-view.js';
import {UserError} from '../../base/errors.js';
import type {Clock, Random} from '../../base/ports.js';
import type {HttpClient} from '../../io/net/http/http-client.js';
import {Feed} from './feed.js';
import {FeedChecks} from './feed-checks.js';
import {type ChosenFeeds, FeedChoices} from './feed-choices.js';
import {FeedHistory} from './feed-history.js';
import {rulesOf} from './feed-rules-of.js';
import {type FeedSettings, feedUrl, headerFault, shortId} from './feed-settings.js';

/** Items that are told unasked: of each feed, and of all together. */
const mostItems = 200;
const mostOfAll = 5000;
const mostFeeds = 500;
const mostRules = 1000;

/** What looking after feeds stands on. */
export interface FeedSetup {
	readonly engine: EngineClient;
	readonly http: HttpClient;
	readonly clock: Clock;
	readonly random: Random;
	readonly stateDir: string;
}

/** The file of the state folder with what was chosen by command. */
export function choicesPath(stateDir: string): string {
	return join(stateDir, 'feeds.json');
}

/** Looks after feeds: those of the config file, and those of `tortui feeds`. */
export class FeedAutomation {
	/** Rises when something that is seen of it may be another. */
	revision = 1;
	readonly #clock: Clock;
	readonly #engine: EngineClient;
	readonly #choices: FeedChoices;
	readonly #history: FeedHistory;
	readonly #checks: FeedChecks;
	/** By id. */
	readonly #feeds = new Map<string, Feed>();
	readonly #listeners = new Set<() => void>();
	#configured: readonly FeedSettings[] = [];

	private constructor({engine, http, clock, random, stateDir}: FeedSetup) {
		this.#clock = clock;
		this.#engine = engine;
		this.#choices = new FeedChoices(choicesPath(stateDir));
		this.#history = new FeedHistory(stateDir, why =>
			this.#say('warn', `what was taken of feeds may be taken again after the next start: ${why}`),
		);
		this.#checks = new FeedChecks({
			engine,
			http,
			clock,
			random,
			history: this.#history,
			say: (level, text) => this.#say(level, text),
			changed: () => this.#changed(),
			isThere: (feed, item) => this.#feeds.get(feed)?.items.has(item) === true,
		});
	}

	/** @param configured what the config file says */
	static async open(setup: FeedSetup, configured: readonly FeedSettings[]): Promise<FeedAutomation> {
		const stateDir = await realpath(setup.stateDir).catch(() => setup.stateDir);
		const automation = new FeedAutomation({...setup, stateDir});
		const fault = await automation.#choices.load();
		if (fault !== undefined) automation.#say('warn', `the feeds of \`tortui feeds\` are forgotten: ${fault}`);
		await automation.#history.open();
		automation.#configured = configured;
		automation.#arrange(false);
		return automation;
	}

	#say(level: 'info' | 'warn', text: string): void {
		this.#engine.send({type: 'session.log', level, text}).catch(() => {});
	}

	#changed(): void {
		this.revision++;
		for (const listener of this.#listeners) listener();
	}

	/** The config file says something else now. */
	apply(configured: readonly FeedSettings[]): void {
		this.#configured = configured;
		this.#arrange(true);
	}

	/** Has the feeds that are wanted, with their rules. @param isNew whether those that come are to be looked at at once */
	#arrange(isNew: boolean): void {
		const {feeds, rules} = this.#choices.chosen;
		const wanted = new Map<string, FeedSettings>();
		for (const settings of [...this.#configured, ...feeds]) {
			const id = shortId(settings.url);
			if (!wanted.has(id)) wanted.set(id, settings);
		}
		for (const [id, feed] of this.#feeds) {
			if (wanted.has(id)) continue;
			this.#checks.end(feed);
			this.#feeds.delete(id);
		}
		for (const [id, settings] of wanted) {
			const compiled = rulesOf(settings, rules.get(settings.url) ?? []);
			const there = this.#feeds.get(id);
			if (there === undefined) {
				const feed = new Feed(settings, compiled);
				this.#feeds.set(id, feed);
				this.#checks.begin(feed, isNew);
			} else this.#change(there, settings, compiled);
		}
		this.#changed();
	}

	#change(feed: Feed, settings: FeedSettings, compiled: Feed['rules']): void {
		const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
		const before = feed.settings;
		feed.settings = settings;
		const isRuledAnew = !isSame(
			feed.rules.map(({rule, from}) => [rule, from]),
			compiled.map(({rule, from}) => [rule, from]),
		);
		if (isRuledAnew) feed.ruleBy(compiled);
		const {rules: _, from: __, ...other} = settings;
		const {rules: ___, from: ____, ...otherBefore} = before;
		if (!isSame(other, otherBefore)) {
			feed.validators = undefined;
			void this.#checks.checkAnew(feed);
		} else if (isRuledAnew) void this.#checks.review(feed);
	}

	/** Calls `listener` when something may be another. Answers how to stop it. */
	listen(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	get view(): FeedsView {
		return this.#view(
			Math.min(mostItems, Math.max(20, Math.floor(mostOfAll / Math.max(1, this.#feeds.size)))),
		);
	}

	#view(most: number): FeedsView {
		const [wall, now] = [this.#clock.wall(), this.#clock.now()];
		return {feeds: [...this.#feeds.values()].map(feed => feed.view(this.#history, wall, now, most))};
	}

	/** Does what a command asks. Rejects with a `UserError`. */
	async send(command: FeedCommand): Promise<Reply> {
		switch (command.type) {
			case 'feeds.add':
				await this.#add(command);
				break;
			case 'feeds.remove':
				await this.#remove(this.#find(command.feed));
				break;
			case 'feeds.check':
				await this.#check(command.feed);
				break;
			case 'feeds.list':
				return {feeds: this.#view(command.items ?? mostItems)};
			case 'feeds.get':
				return this.#get(command);
			case 'feeds.rule':
				await this.#rule(this.#find(command.feed), command.rule.name, command.rule);
				break;
			case 'feeds.unrule':
				await this.#rule(this.#find(command.feed), command.name, undefined);
				break;
			default:
				command satisfies never;
		}
		return {feeds: this.view};
	}

	#find(which: string): Feed {
		const word = which.trim();
		const feeds = [...this.#feeds.values()];
		const found =
			this.#feeds.get(word) ?? feeds.find(({settings: {url}}) => url === word || url === canonical(word));
		if (found !== undefined) return found;
		const named = feeds.filter(({name}) => name.toLowerCase() === word.toLowerCase());
		if (named.length === 1) return named[0]!;
		throw new UserError(
			'no-such-feed',
			named.length > 1
				? `several feeds are called ${word}: name one by its id (see: tortui feeds)`
				: `there is no feed ${word}: tortui feeds lists them`,
		);
	}

	async #add(command: Extract<FeedCommand, {readonly type: 'feeds.add'}>): Promise<void> {
		const url = feedUrl(command.url);
		const {name, interval, cookie, headers, rules} = command;
		for (const rule of rules ?? []) requireSound(rule);
		for (const [key, value] of [...Object.entries(headers ?? {}), ['Cookie', cookie ?? ''] as const]) {
			const fault = headerFault(key, value);
			if (fault !== undefined) throw new UserError('bad-header', fault, 2);
		}
		if (this.#configured.some(each => each.url === url))
			throw new UserError('configured', 'the config file has this feed: change feeds there');
		const {feeds, rules: chosenRules} = this.#choices.chosen;
		const before = feeds.find(each => each.url === url);
		if (before === undefined && this.#feeds.size >= mostFeeds)
			throw new UserError('too-many', `there are ${mostFeeds} feeds already`);
		const settings: FeedSettings = {
			...(before ?? {rules: []}),
			url,
			from: 'command',
			...(name !== undefined && {name}),
			...(interval !== undefined && {interval}),
			...(cookie !== undefined && {cookie}),
			...(headers !== undefined && {headers}),
			...(rules !== undefined && {rules}),
		};
		await this.#choose({
			feeds:
				before === undefined ? [...feeds, settings] : feeds.map(each => (each === before ? settings : each)),
			rules: chosenRules,
		});
		await this.#checks.check(this.#find(shortId(url)));
	}

	async #remove({settings: {url, from}}: Feed): Promise<void> {
		if (from === 'config')
			throw new UserError('configured', 'the config file has this feed: take it out of feeds there');
		const {feeds, rules} = this.#choices.chosen;
		await this.#choose({
			feeds: feeds.filter(each => each.url !== url),
			rules: new Map([...rules].filter(([of]) => of !== url)),
		});
	}

	async #check(which: string | undefined): Promise<void> {
		const feeds = which === undefined ? [...this.#feeds.values()] : [this.#find(which)];
		await Promise.all(feeds.map(feed => this.#checks.check(feed)));
	}

	async #get({
		feed: which,
		item,
		options = {},
	}: Extract<FeedCommand, {readonly type: 'feeds.get'}>): Promise<Reply> {
		const feed = this.#find(which);
		const known = feed.items.get(item);
		if (known === undefined) throw new UserError('no-such-item', 'the feed has no such item any more');
		const {id, already} = await this.#checks.intake.take(feed, known, options);
		this.#changed();
		return {...(id !== undefined && {id}), already};
	}

	async #rule(feed: Feed, name: string, rule: FeedRule | undefined): Promise<void> {
		if (rule !== undefined) requireSound(rule);
		const {url, from, rules: own} = feed.settings;
		const others = (list: readonly FeedRule[]) => list.filter(each => each.name !== name);
		const {feeds, rules} = this.#choices.chosen;
		const chosen = rules.get(url) ?? [];
		const isOwn = own.some(each => each.name === name);
		if (isOwn && from === 'config')
			throw new UserError('configured', `the config file has the rule ${name}: change feeds there`);
		if (rule === undefined && !isOwn && !chosen.some(each => each.name === name))
			throw new UserError('no-such-rule', `${feed.name} has no rule ${name}`);
		const put = (list: readonly FeedRule[]) => {
			const next = rule === undefined ? others(list) : [...others(list), rule];
			if (next.length > mostRules) throw new UserError('too-many', `it has ${mostRules} rules already`);
			return next;
		};
		await this.#choose(
			from === 'command'
				? {feeds: feeds.map(each => (each.url === url ? {...each, rules: put(each.rules)} : each)), rules}
				: {feeds, rules: new Map(rules).set(url, put(chosen))},
		);
		await this.#checks.review(feed);
	}

	async #choose(chosen: ChosenFeeds): Promise<void> {
		try {
			await this.#choices.save(chosen);
		} catch (error) {
			const {message} = error as Error;
			throw new UserError('state-dir', `cannot keep which feeds there are: ${message.split(',')[0]}`);
		}
		this.#arrange(true);
	}

	/** Resolves when nothing goes on with any feed. */
	settled(): Promise<void> {
		return this.#checks.settled();
	}

	/** Lets go of everything. */
	async stop(): Promise<void> {
		await this.#checks.stop(this.#feeds.values());
		await this.#history.close();
	}
}

/** Throws a `UserError` for a rule that cannot be gone by. */
function requireSound(rule: FeedRule): void {
	compileFeedRule(rule);
	if (rule.dir !== undefined && !isAbsolute(rule.dir))
		throw new UserError('relative-dir', `the folder ${rule.dir} is not absolute: write it in full`, 2);
}

function canonical(word: string): string | undefined {
	try {
		return feedUrl(word);
	} catch {
		return undefined;
	}
}
