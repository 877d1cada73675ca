import {type FeedItemView, type FeedRuleView, type FeedView, feedItemWords} from '../../api/feeds-view.js';
import {terminalLine} from '../../base/terminal-text.js';
import type {Millis} from '../../base/units.js';
import {age, count, countdown, size} from '../../ui/text/format.js';
import {fitted} from '../output/fitted-table.js';

/** An item with the feed it is of, and the number by which it can be got. */
export interface NumberedItem {
	readonly number: number;
	readonly feed: FeedView;
	readonly item: FeedItemView;
}

/** The items of feeds, one feed after the other, numbered from 1. */
export function numbered(feeds: readonly FeedView[]): NumberedItem[] {
	return feeds
		.flatMap(feed => feed.items.map(item => ({feed, item})))
		.map((each, index) => ({number: index + 1, ...each}));
}

/** Feeds for people: a line each, and what is wrong below it. */
export function feedLines(feeds: readonly FeedView[], wall: Millis): string[] {
	return feeds.flatMap(feed => {
		const {name, id, where, state, why, fetchedAt, nextAt, itemCount, taken, rules, from} = feed;
		const next = nextAt === undefined ? '' : `, again in ${countdown(Math.max(0, nextAt - wall) / 1000)}`;
		const never = state === 'failed' ? 'cannot be read' : 'not looked at yet';
		const seen = fetchedAt === undefined ? never : `looked at ${agoText(wall - fetchedAt)}`;
		const about = [
			...(itemCount > 0 || fetchedAt !== undefined ? [count(itemCount, 'item')] : []),
			...(taken > 0 ? [`${taken} taken`] : []),
			rules.length === 0 ? 'takes nothing by itself' : count(rules.length, 'rule'),
			state === 'fetching' ? 'being looked at' : `${seen}${next}`,
			...(from === 'config' ? ['from the config file'] : []),
		];
		return [
			`${name} (${id}): ${about.join('; ')}`,
			`  ${where}`,
			...(state === 'failed' && why !== undefined ? [`  ${why}`] : []),
			...rules.flatMap(({rule, fault}) => (fault === undefined ? [] : [`  rule ${rule.name}: ${fault}`])),
		].map(terminalLine);
	});
}

function agoText(time: Millis): string {
	const text = age(time);
	return text === 'now' ? 'just now' : `${text} ago`;
}

const listOf = (said: string | readonly string[] | undefined) => [said ?? []].flat().join(',');

/** What a rule says, in one line. */
export function ruleText({rule, from, fits, fault}: FeedRuleView): string {
	const {name, title, size: sizes, select, label, dir, start, sequential, goal} = rule;
	const said = [
		`title ${listOf(title) || 'any'}`,
		...(sizes === undefined ? [] : [`size ${listOf(sizes)}`]),
		...(select === undefined ? [] : [`files ${listOf(select)}`]),
		...(label === undefined ? [] : [`label ${label}`]),
		...(dir === undefined ? [] : [`into ${dir}`]),
		...(start === false ? ['paused'] : []),
		...(sequential === true ? ['in order'] : []),
		...(goal === undefined ? [] : ['a seeding goal of its own']),
	].join('; ');
	const about = [
		count(fits, 'item fits', 'items fit'),
		...(from === 'config' ? ['from the config file'] : []),
	];
	return terminalLine(`${name}: ${said} (${about.join('; ')})${fault === undefined ? '' : `: ${fault}`}`);
}

/** Items for people: a table no wider than `width`. */
export function itemTable(items: readonly NumberedItem[], width: number, wall: Millis): Promise<string[]> {
	const rows = items.map(({number, feed, item}) => ({
		'#': String(number),
		Title: item.title,
		Size: item.size === undefined ? '' : size(item.size),
		Age: item.at === undefined ? '' : age(Math.max(0, wall - item.at)),
		Seeds: item.seeders === undefined ? '' : String(item.seeders),
		State: feedItemWords[item.state],
		Rule: item.rule ?? '',
		Feed: feed.name,
	}));
	const isSeeded = items.some(({item}) => item.seeders !== undefined);
	const isSeveral = new Set(items.map(({feed}) => feed.id)).size > 1;
	const columns = ['#', 'Title', 'Size', 'Age', ...(isSeeded ? ['Seeds'] : []), 'State', 'Rule'];
	return fitted(rows, isSeveral ? [...columns, 'Feed'] : columns, {
		width,
		numeric: new Set(['#', 'Size', 'Age', 'Seeds']),
		flexible: 'Title',
		firstToGo: ['Seeds', 'Rule', 'Feed', 'Age'],
	});
}

/** An item as a line for a script. */
export function itemLine({number, feed, item}: NumberedItem): string {
	const {id, state, size: length = '', at = '', seeders = '', infoHash = '', title} = item;
	return [number, feed.id, id, state, length, at, seeders, infoHash, title].join('\t');
}
