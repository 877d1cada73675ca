import {compileFeedRule, type FeedRule} from '../../api/feed-rules.js';
import {type FeedSettings, feedUrl, headerFault} from '../../automation/feeds/feed-settings.js';
import {UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';
import {parseSeedRule, type SeedGoal} from '../../base/seed-goal.js';
import type {Millis} from '../../base/units.js';
import {Fault, flag, folder, text} from './folder-settings.js';
import {duration, rate} from './quantities.js';

type Loose = Readonly<Record<string, unknown>>;

const feedNames = ['url', 'name', 'every', 'cookie', 'headers', 'rules'];
const ruleNames = [
	'name',
	'title',
	'size',
	'select',
	'label',
	'dir',
	'start',
	'sequential',
	'goal',
	'max-download',
	'max-upload',
];

/** How often a feed is looked at: a minute at least. A `UserError` for what is no time. */
export function every(value: string, where: string): Millis {
	const seconds = duration(value, where);
	if (seconds >= 60) return seconds * 1000;
	throw new UserError('bad-value', `${where}: ${value} is less than a minute`, 2);
}

/** When what a rule takes was seeded enough: `ratio=2 time=7d`. A `UserError` for anything else. */
export function feedGoal(value: string, where: string): SeedGoal {
	const read = parseSeedRule(`label=x ${value}`);
	if (typeof read !== 'string' && !/\b(?:label|tracker)=/i.test(value)) return read.goal;
	throw new UserError('bad-value', `${where}: '${value}' is no goal such as ratio=2 time=7d`, 2);
}

function asObject(value: unknown, names: readonly string[], where: string): Loose {
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw new Fault(`${where} must be an object with ${names.slice(0, 3).join(', ')} …`);
	for (const key of Object.keys(value)) {
		if (names.includes(key)) continue;
		const guess = nearest(key, names);
		const advice = guess ? `did you mean ${guess}?` : `it may have ${names.join(', ')}`;
		throw new Fault(`${where}: unknown name ${JSON.stringify(key)}; ${advice}`);
	}
	return value as Loose;
}

function texts(value: unknown, where: string): string | string[] | undefined {
	if (value === undefined || typeof value === 'string') return value;
	if (Array.isArray(value) && value.every(each => typeof each === 'string')) return value;
	throw new Fault(`${where} must be a text, or a list of texts`);
}

/** What is said under a name, where something is. */
function said<Value>(name: string, value: Value | undefined): {readonly [name: string]: Value} {
	return value === undefined ? {} : {[name]: value};
}

function limit(value: unknown, where: string): number | undefined {
	if (value === undefined) return undefined;
	if (typeof value === 'string' || typeof value === 'number') return rate(String(value), where);
	throw new Fault(`${where} must be a rate such as "500K"`);
}

function readRule(value: unknown, env: NodeJS.ProcessEnv, where: string): FeedRule {
	const item = asObject(typeof value === 'string' ? {title: value} : value, ruleNames, where);
	const title = texts(item['title'], `${where}: title`);
	const goal = text(item['goal'], `${where}: goal`);
	const rule: FeedRule = {
		name: text(item['name'], `${where}: name`) ?? ([title ?? []].flat().join(',').slice(0, 80) || 'all'),
		...said('title', title),
		...said('size', texts(item['size'], `${where}: size`)),
		...said('select', texts(item['select'], `${where}: select`)),
		...said('label', text(item['label'], `${where}: label`)),
		...said('dir', item['dir'] === undefined ? undefined : folder(item['dir'], env, `${where}: dir`)),
		start: flag(item['start'], true, `${where}: start`),
		sequential: flag(item['sequential'], false, `${where}: sequential`),
		...said('goal', goal === undefined ? undefined : feedGoal(goal, `${where}: goal`)),
		...said('maxDownload', limit(item['max-download'], `${where}: max-download`)),
		...said('maxUpload', limit(item['max-upload'], `${where}: max-upload`)),
	};
	try {
		compileFeedRule(rule);
	} catch (error) {
		if (error instanceof UserError) throw new Fault(`${where}: ${error.message}`);
		throw error;
	}
	return rule;
}

function readHeaders(item: Loose, where: string): Pick<FeedSettings, 'cookie' | 'headers'> {
	const cookie = text(item['cookie'], `${where}: cookie`);
	const headers = item['headers'] ?? {};
	if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
		throw new Fault(`${where}: headers must be an object such as {"X-Api-Key": "…"}`);
	const all = Object.entries(headers as Loose);
	for (const [name, value] of [...all, ['Cookie', cookie ?? ''] as const]) {
		const fault = typeof value === 'string' ? headerFault(name, value) : `${name} must be a text`;
		if (fault !== undefined) throw new Fault(`${where}: ${fault}`);
	}
	return {
		...(cookie !== undefined && {cookie}),
		...(all.length > 0 && {headers: headers as Readonly<Record<string, string>>}),
	};
}

function readFeed(value: unknown, env: NodeJS.ProcessEnv, where: string): FeedSettings {
	const item = asObject(typeof value === 'string' ? {url: value} : value, feedNames, where);
	const url = text(item['url'], `${where}: url`);
	if (url === undefined) throw new Fault(`${where} needs a url`);
	const rules = item['rules'] ?? [];
	if (!Array.isArray(rules)) throw new Fault(`${where}: rules must be a list, such as ["*.iso"]`);
	const interval = item['every'];
	return {
		url: feedUrl(url),
		from: 'config',
		...said('name', text(item['name'], `${where}: name`)),
		...said('interval', interval === undefined ? undefined : every(String(interval), `${where}: every`)),
		...readHeaders(item, where),
		rules: rules.map((rule, index) => readRule(rule, env, `${where}: rules[${index + 1}]`)),
	};
}

/**
 * Reads the feeds of the config file; adds a sentence to `faults` for each that cannot be meant, and leaves that out.
 *
 * @param where the place of the setting, for what is wrong with it
 */
export function readFeeds(
	value: unknown,
	where: () => string,
	env: NodeJS.ProcessEnv,
): {readonly feeds: readonly FeedSettings[]; readonly faults: readonly string[]} {
	if (value === undefined) return {feeds: [], faults: []};
	if (!Array.isArray(value))
		return {feeds: [], faults: [`${where()} must be a list, such as ["https://example.org/feed.xml"]`]};
	const feeds: FeedSettings[] = [];
	const faults: string[] = [];
	for (const [index, item] of value.entries()) {
		const at = `${where()}[${index + 1}]`;
		try {
			const feed = readFeed(item, env, at);
			if (feeds.some(({url}) => url === feed.url)) throw new Fault(`${at} is in it twice`);
			feeds.push(feed);
		} catch (error) {
			if (!(error instanceof Fault) && !(error instanceof UserError)) throw error;
			faults.push(error.message.startsWith(where()) ? error.message : `${at}: ${error.message}`);
		}
	}
	return {feeds, faults};
}
