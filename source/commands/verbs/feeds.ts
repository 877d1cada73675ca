import {resolve} from 'node:path';
import type {FeedsView, FeedView} from '../../api/feeds-view.js';
import {feedUrl, shortId} from '../../automation/feeds/feed-settings.js';
import {UserError} from '../../base/errors.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {machineClock} from '../../io/machine/clock.js';
import {type Arguments, type Context, defineCommand, type Options} from '../arguments/command.js';
import {every} from '../arguments/feed-settings.js';
import {integer, text} from '../arguments/quantities.js';
import {ensureEngine} from '../engine-process/ensure-engine.js';
import {requireEngine} from '../engine-process/find-engine.js';
import {oneByOne} from '../engine-process/one-by-one.js';
import {makeStateDir, stateDirPath} from '../engine-process/state-dir.js';
import {feedLines, itemLine, itemTable, type NumberedItem, numbered, ruleText} from '../feeds/feed-texts.js';
import {ruleOptions, typedRule} from '../feeds/rule-options.js';
import {remoteOptions} from '../torrents/engine-options.js';

const actions = ['list', 'add', 'remove', 'check', 'rules', 'rule', 'unrule', 'get'] as const;
type Action = (typeof actions)[number];

/** How many items are told at the most. */
const mostItems = 20_000;

/** `NAME: VALUE` of a header. */
function header(value: string, where: string): readonly [string, string] {
	const colon = value.indexOf(':');
	if (colon > 0) return [value.slice(0, colon).trim(), value.slice(colon + 1).trim()];
	throw new UserError('bad-value', `${where}: ${JSON.stringify(value)} is not NAME: VALUE`, 2);
}

const options = {
	...ruleOptions,
	name: {kind: 'value', value: 'TEXT', read: text, help: 'of add: what the feed is called'},
	every: {
		kind: 'value',
		value: 'TIME',
		read: every,
		help: 'of add: how often it is looked at: 5m, 1h',
		standard: 'as it asks for, 15m at the least',
	},
	cookie: {kind: 'value', value: 'TEXT', read: text, help: "of add: a cookie for the feed's own host"},
	header: {
		kind: 'list',
		value: 'NAME:VALUE',
		read: header,
		help: "of add: a header for the feed's own host (repeatable)",
	},
	limit: {
		kind: 'value',
		value: 'N',
		read: integer(1, mostItems),
		help: 'of list: no more items of a feed than so many',
		standard: '50',
	},
	...remoteOptions,
} as const satisfies Options;

type Typed = Arguments<typeof options>;

function usage(form: string): UserError {
	return new UserError('usage', `missing: feeds ${form} (see: tortui feeds --help)`, 2);
}

function feedsOf(feeds: FeedsView | undefined): readonly FeedView[] {
	if (feeds !== undefined) return feeds.feeds;
	throw new UserError('old-engine', 'the running engine knows no feeds: tortui stop, then start it again');
}

/** Those of the feeds that are named: by id, name or where they are; all when none is. */
function chosen(feeds: readonly FeedView[], which: string | undefined): readonly FeedView[] {
	if (which === undefined) return feeds;
	const word = which.trim().toLowerCase();
	const found = feeds.filter(
		({id, name, where}) =>
			id === word || name.toLowerCase() === word || word === `https://${where}` || word === `http://${where}`,
	);
	if (found.length > 0) return found;
	throw new UserError('no-such-feed', `there is no feed ${which}: tortui feeds lists them`);
}

function showFeeds(feeds: readonly FeedView[], isJson: boolean, {stdout, stderr}: Context): void {
	if (isJson) stdout.write(`${terminalJson(feeds, 2)}\n`);
	else if (feeds.length === 0) stderr.write('no feeds yet; add one with: tortui feeds add URL\n');
	else stdout.write(`${feedLines(feeds, machineClock.wall()).join('\n')}\n`);
}

async function showItems(
	items: readonly NumberedItem[],
	{flags}: Typed,
	{stdout, stderr}: Context,
): Promise<void> {
	if (flags.json)
		stdout.write(
			`${terminalJson(
				items.map(({number, feed, item}) => ({number, feed: feed.id, ...item})),
				2,
			)}\n`,
		);
	else if (items.length === 0)
		stderr.write('nothing is in the feeds yet: tortui feeds check looks at them now\n');
	else {
		const wall = machineClock.wall();
		const lines = stdout.isTTY ? await itemTable(items, stdout.columns || 80, wall) : items.map(itemLine);
		stdout.write(`${lines.join('\n')}\n`);
	}
}

async function add(
	engine: RemoteEngine,
	urls: readonly string[],
	args: Typed,
	context: Context,
): Promise<void> {
	const {flags, given} = args;
	const rule = typedRule(flags, given);
	const {name, every: interval, cookie, header: headers} = flags;
	const one = async (url: string) => {
		const {feeds} = await engine.send({
			type: 'feeds.add',
			url,
			...(name !== undefined && {name}),
			...(interval !== undefined && {interval}),
			...(cookie !== undefined && {cookie}),
			...(headers.length > 0 && {headers: Object.fromEntries(headers)}),
			...(rule !== undefined && {rules: [rule]}),
		});
		const id = shortId(feedUrl(url));
		const added = feedsOf(feeds).filter(each => each.id === id);
		showFeeds(added, flags.json, context);
	};
	await oneByOne(urls, one, context);
}

/** The items that are named by numbers, ranges of them, or ids. */
function picked(items: readonly NumberedItem[], words: readonly string[]): NumberedItem[] {
	return words.flatMap(word => {
		const range = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(word);
		const found = range
			? items.slice(Number(range[1]) - 1, Number(range[2] ?? range[1]))
			: items.filter(({item}) => item.id === word.toLowerCase());
		if (found.length > 0 && word !== '0') return found;
		throw new UserError(
			'no-such-number',
			items.length === 0
				? 'nothing is in the feeds: there is nothing to get'
				: `get ${word}: give a number from 1 to ${items.length}, as tortui feeds list has them`,
			2,
		);
	});
}

async function get(
	engine: RemoteEngine,
	words: readonly string[],
	args: Typed,
	context: Context,
): Promise<void> {
	const {flags} = args;
	const isItem = (word: string) => /^(?:\d{1,5}(?:-\d{1,5})?|[\da-f]{12})$/i.test(word);
	const [feed, ...rest] = words;
	const isNamed = feed !== undefined && !isItem(feed);
	const wanted = isNamed ? rest : words;
	if (wanted.length === 0) throw usage('get [FEED] N ...');
	const all = feedsOf((await engine.send({type: 'feeds.list', items: mostItems})).feeds);
	const items = picked(numbered(chosen(all, isNamed ? feed : undefined)), wanted);
	const {label, dir, paused, sequential, select, goal} = flags;
	const one = async ({feed: {id: feedId}, item}: NumberedItem) => {
		const {id, already = false} = await engine.send({
			type: 'feeds.get',
			feed: feedId,
			item: item.id,
			options: {
				...(label !== undefined && {label}),
				...(dir !== undefined && {dir: resolve(dir)}),
				...(paused && {paused}),
				...(sequential && {sequential}),
				...(select.length > 0 && {select}),
				...(goal !== undefined && {goal}),
			},
		});
		if (flags.json) context.stdout.write(`${terminalJson({infoHash: id, already})}\n`);
		else context.stdout.write(`${id} ${terminalLine(item.title)}${already ? ' (was there already)' : ''}\n`);
	};
	await oneByOne(items, one, context);
}

function showRules(feeds: readonly FeedView[], isJson: boolean, {stdout, stderr}: Context): void {
	const rules = feeds.flatMap(feed => feed.rules.map(rule => ({feed, rule})));
	if (isJson)
		stdout.write(
			`${terminalJson(
				rules.map(({feed, rule}) => ({feed: feed.id, ...rule})),
				2,
			)}\n`,
		);
	else if (rules.length === 0)
		stderr.write("nothing is taken by itself; say what with: tortui feeds rule FEED --title '*amd64*'\n");
	else {
		const lines = feeds.flatMap(feed =>
			feed.rules.length === 0
				? []
				: [terminalLine(feed.name), ...feed.rules.map(rule => `  ${ruleText(rule)}`)],
		);
		stdout.write(`${lines.join('\n')}\n`);
	}
}

/** What is to be done, with the words behind it; `list` needs no word. */
function actionOf(input: readonly string[]): {
	readonly action: Action | undefined;
	readonly words: readonly string[];
} {
	const [first, ...words] = input;
	if (first === undefined) return {action: undefined, words: []};
	const action = actions.find(each => each === first);
	if (action !== undefined) return {action, words};
	throw new UserError('usage', `feeds ${first}: there is feeds ${actions.join(', ')}`, 2);
}

async function act(
	engine: RemoteEngine,
	action: Action | undefined,
	words: readonly string[],
	args: Typed,
	context: Context,
) {
	const {flags, given} = args;
	const [first, second] = words;
	switch (action) {
		case undefined:
			return showFeeds(
				feedsOf((await engine.send({type: 'feeds.list', items: 0})).feeds),
				flags.json,
				context,
			);
		case 'list': {
			const {feeds} = await engine.send({type: 'feeds.list', items: flags.limit ?? 50});
			return showItems(numbered(chosen(feedsOf(feeds), first)), args, context);
		}
		case 'add':
			if (first === undefined) throw usage('add URL ...');
			return add(engine, words, args, context);
		case 'remove': {
			if (first === undefined) throw usage('remove FEED ...');
			const remove = async (feed: string) => {
				const {feeds} = await engine.send({type: 'feeds.remove', feed});
				if (flags.json) showFeeds(feedsOf(feeds), true, context);
				else context.stdout.write(`${terminalLine(feed)} is looked at no more; its torrents stay\n`);
			};
			return oneByOne(words, remove, context);
		}
		case 'check': {
			const check = async (feed: string | undefined) => {
				const {feeds} = await engine.send({type: 'feeds.check', ...(feed !== undefined && {feed})});
				showFeeds(chosen(feedsOf(feeds), feed), flags.json, context);
			};
			return first === undefined ? check(undefined) : oneByOne(words, check, context);
		}
		case 'rules':
			return showRules(
				chosen(feedsOf((await engine.send({type: 'feeds.list', items: 0})).feeds), first),
				flags.json,
				context,
			);
		case 'rule': {
			const rule = typedRule(flags, given);
			if (first === undefined || rule === undefined) throw usage("rule FEED --title '*amd64*'");
			const {feeds} = await engine.send({type: 'feeds.rule', feed: first, rule});
			return showRules(chosen(feedsOf(feeds), first), flags.json, context);
		}
		case 'unrule': {
			if (first === undefined || second === undefined) throw usage('unrule FEED NAME');
			const {feeds} = await engine.send({type: 'feeds.unrule', feed: first, name: second});
			return showRules(chosen(feedsOf(feeds), first), flags.json, context);
		}
		case 'get':
			return get(engine, words, args, context);
		default:
			return action satisfies never;
	}
}

/** Looks after feeds: RSS and Atom with torrents in them. */
export const command = defineCommand({
	name: 'feeds',
	usage: [
		'feeds',
		'feeds list [FEED]',
		'feeds add URL ... [options]',
		'feeds remove|check FEED ...',
		'feeds get [FEED] N ...',
		'feeds rules [FEED]',
		'feeds rule FEED [options]',
		'feeds unrule FEED NAME',
	],
	summary: 'Looks at RSS and Atom feeds, and takes what fits their rules.',
	words: [0, 1000],
	options,
	notes: [
		'FEED: its name, its id or its address. The engine looks at feeds from now on, also after a restart; add starts it when none runs. Nothing is taken twice, whatever is removed meanwhile.',
		'',
		'Without rules a feed only shows what it has: list numbers the items, get N adds one. A rule takes what fits by itself. Its titles are in the language of --select: *.iso, a part of the title, /an expression/i; upper and lower case are the same. An item is taken when a title fits and none with ! before it does.',
		'',
		'In a pipe list prints a line each, with tabs between: number, feed, id, state, bytes, when it came out in ms since 1970, seeders, info-hash, title. State is new, taken, had (was here, or in another feed), later (is tried again), failed or none (no torrent in it). --json: one array of all that is known.',
		'',
		'The config file has the same: "feeds": ["https://example.org/rss"], or with more to say',
		'  [{"url": "https://example.org/rss", "name": "iso", "every": "30m",',
		'    "cookie": "a=b", "headers": {"X-Api-Key": "k"}, "rules": [',
		'      {"title": "*amd64*,!*beta*", "size": ">500M", "label": "linux",',
		'       "dir": "~/iso", "start": false, "goal": "ratio=2"}]}].',
	],
	async run(args, context) {
		const {env, version, program} = context;
		const {flags} = args;
		const {action, words} = actionOf(args.input);
		const open = async () => {
			if (action !== 'add') return requireEngine(stateDirPath(flags.stateDir, env), env, version);
			for (const url of words) feedUrl(url);
			const stateDir = makeStateDir(flags.stateDir, env);
			const options = [`--dir=${resolve('.')}`];
			return (await ensureEngine({stateDir, env, version, program: [program, 'engine'], options})).engine;
		};
		const engine = await open();
		try {
			await act(engine, action, words, args, context);
			return 0;
		} finally {
			engine.close();
		}
	},
});
