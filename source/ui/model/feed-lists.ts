import {
	type FeedItemView,
	type FeedRuleView,
	type FeedsView,
	type FeedView,
	feedItemWords,
} from '../../api/feeds-view.js';
import {count, size} from '../text/format.js';
import {arrange, byText, type Entry, type SortOrder} from './arrange.js';
import type {FeedPart} from './feeds-place.js';
import {remembered} from './remembered.js';
import type {ScreenState} from './store.js';
import type {ListState} from './view.js';

const feedOrders: ReadonlyArray<SortOrder<FeedView>> = [
	{id: 'order', letter: 'o', label: 'order'},
	{id: 'name', letter: 'n', label: 'name', compare: (a, b) => byText(a.name, b.name)},
	{
		id: 'items',
		letter: 'i',
		label: 'items',
		descending: true,
		compare: (a, b) => a.itemCount - b.itemCount,
	},
];

const itemOrders: ReadonlyArray<SortOrder<FeedItemView>> = [
	{id: 'order', letter: 'o', label: 'order'},
	{id: 'title', letter: 't', label: 'title', compare: (a, b) => byText(a.title, b.title)},
	{
		id: 'size',
		letter: 'z',
		label: 'size',
		descending: true,
		compare: (a, b) => (a.size ?? 0) - (b.size ?? 0),
	},
	{id: 'age', letter: 'a', label: 'newest', descending: true, compare: (a, b) => (a.at ?? 0) - (b.at ?? 0)},
	{id: 'state', letter: 's', label: 'state', compare: (a, b) => byText(a.state, b.state)},
];

const ruleOrders: ReadonlyArray<SortOrder<FeedRuleView>> = [
	{id: 'order', letter: 'o', label: 'order'},
	{id: 'name', letter: 'n', label: 'name', compare: (a, b) => byText(a.rule.name, b.rule.name)},
];

/** The orders of each list, without their comparing. */
export const feedListOrders: Readonly<Record<FeedPart, ReadonlyArray<SortOrder<never>>>> = {
	feeds: feedOrders,
	items: itemOrders,
	rules: ruleOrders,
};

const feedText = ({name, where, itemCount}: FeedView) => `${name}, ${where}, ${count(itemCount, 'item')}`;
const itemText = ({title, size: length, state}: FeedItemView) =>
	[title, ...(length === undefined ? [] : [size(length)]), feedItemWords[state]]
		.filter(part => part !== '')
		.join(', ');
const ruleText = ({rule: {name}, fits}: FeedRuleView) => `${name}, ${count(fits, 'item fits', 'items fit')}`;

const none: readonly never[] = [];
const chosen = ({sort, reverse, filter}: ListState) => [sort, reverse, filter] as const;

const arrangeFeeds = remembered(
	(feeds: FeedsView | undefined, sort: string, reverse: boolean, filter: string) =>
		arrange(feeds?.feeds ?? none, {sort, reverse, filter}, feedOrders, feedText),
);
const arrangeItems = remembered(
	(items: readonly FeedItemView[], sort: string, reverse: boolean, filter: string) =>
		arrange(items, {sort, reverse, filter}, itemOrders, itemText),
);
const arrangeRules = remembered(
	(rules: readonly FeedRuleView[], sort: string, reverse: boolean, filter: string) =>
		arrange(rules, {sort, reverse, filter}, ruleOrders, ruleText),
);

/** The feeds, as the pane shows them. */
export function shownFeeds({model, view}: ScreenState): readonly FeedView[] {
	return arrangeFeeds(model.feeds, ...chosen(view.lists.feeds));
}

/** The feed under the cursor, whose items and rules are shown. */
export function feedInSight(state: ScreenState): FeedView | undefined {
	const shown = shownFeeds(state);
	const {key, index} = state.view.lists.feeds;
	if (key === undefined) return shown[0];
	return shown.find(({id}) => id === key) ?? shown[Math.min(index, shown.length - 1)];
}

/** Its items, as the pane shows them. */
export function shownItems(state: ScreenState): readonly FeedItemView[] {
	return arrangeItems(feedInSight(state)?.items ?? none, ...chosen(state.view.lists.items));
}

/** Its rules, as the pane shows them. */
export function shownRules(state: ScreenState): readonly FeedRuleView[] {
	return arrangeRules(feedInSight(state)?.rules ?? none, ...chosen(state.view.lists.rules));
}

const feedEntries = remembered((feeds: readonly FeedView[]): readonly Entry[] =>
	feeds.map(feed => ({key: feed.id, text: feedText(feed)})),
);
const itemEntries = remembered((items: readonly FeedItemView[]): readonly Entry[] =>
	items.map(item => ({key: item.id, text: itemText(item)})),
);
const ruleEntries = remembered((rules: readonly FeedRuleView[]): readonly Entry[] =>
	rules.map(rule => ({key: rule.rule.name, text: ruleText(rule)})),
);

/** The entries of a list of the Feeds view in the order shown. */
export function feedViewEntries(state: ScreenState, list: FeedPart): readonly Entry[] {
	switch (list) {
		case 'feeds':
			return feedEntries(shownFeeds(state));
		case 'items':
			return itemEntries(shownItems(state));
		case 'rules':
			return ruleEntries(shownRules(state));
		default:
			return list satisfies never;
	}
}
