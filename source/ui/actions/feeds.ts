import type {FeedItemView, FeedRuleView, FeedView} from '../../api/feeds-view.js';
import {feedInSight, feedViewEntries, shownItems, shownRules} from '../model/feed-lists.js';
import {type FeedPart, feedParts} from '../model/feeds-place.js';
import {cursorRow} from '../model/lists.js';
import type {ScreenState} from '../model/store.js';
import {feedFacts} from '../present/facts.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {count} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import {askWhenSeen} from './unasked.js';

/** Opens the Feeds view as it was left: at the items, or at the feeds while there are none. */
export function openFeeds(screen: ScreenContext): void {
	screen.setView({screen: 'feeds'});
}

/** Gives the keys to the next part of the Feeds view, or the one before. */
export function stepFeedPart(screen: ScreenContext, step: 1 | -1): void {
	const at = feedParts.indexOf(screen.state().view.feedPart);
	screen.setView({feedPart: feedParts[(at + step + feedParts.length) % feedParts.length] as FeedPart});
}

/** What is under the cursor in the Feeds view. */
export interface UnderFeedCursor {
	readonly feed: FeedView;
	/** Where the items, or the rules, have the keys. */
	readonly item?: FeedItemView | undefined;
	readonly rule?: FeedRuleView | undefined;
}

/** What is under the cursor there; undefined where nothing is. */
export function underFeedCursor(state: ScreenState): UnderFeedCursor | undefined {
	const {view} = state;
	const feed = feedInSight(state);
	if (view.screen !== 'feeds' || feed === undefined) return undefined;
	const row = (list: FeedPart) => cursorRow(feedViewEntries(state, list), view.lists[list]);
	return {
		feed,
		item: view.feedPart === 'items' ? shownItems(state)[row('items')] : undefined,
		rule: view.feedPart === 'rules' ? shownRules(state)[row('rules')] : undefined,
	};
}

/** Tells all that is known of what has the cursor. */
export function lookAtFeed(screen: ScreenContext, under: UnderFeedCursor): void {
	screen.setDialog({
		kind: 'facts',
		title: under.item ? 'Item' : under.rule ? 'Rule' : 'Feed',
		facts: feedFacts(under, screen.clock.wall(), screen.look.timezone),
		command: 'feed-look',
	});
}

/** Looks at a feed now, and says what came of it. */
export function refresh(screen: ScreenContext, {id, name}: FeedView): void {
	screen.say(`Looking at ${nameText(name)} …`);
	screen.send({type: 'feeds.check', feed: id}, ({feeds}) => {
		const feed = feeds?.feeds.find(each => each.id === id);
		if (feed === undefined) return;
		const {state, why, itemCount} = feed;
		if (state === 'failed') screen.say(`${nameText(name)}: ${terminalText(why ?? 'failed')}`, 'warn');
		else screen.say(`${nameText(name)}: ${count(itemCount, 'item')}.`, 'good');
	});
}

/** Adds what an item leads to. */
export function takeItem(screen: ScreenContext, feed: FeedView, {id, title}: FeedItemView): void {
	screen.say(`Taking ${nameText(title)} …`);
	screen.send({type: 'feeds.get', feed: feed.id, item: id}, ({already}) =>
		screen.say(
			`${nameText(title)} ${already ? 'was here already.' : 'is added.'}`,
			already ? 'info' : 'good',
		),
	);
}

/** Asks, and looks at a feed no more. */
export function removeFeed(screen: ScreenContext, {id, name, where}: FeedView): void {
	askWhenSeen(screen, {
		kind: 'ask',
		title: 'Look at this feed no more?',
		lines: [name, where, 'Its torrents stay.'],
		choices: [
			{
				key: 'y',
				label: 'take it out',
				run: () => screen.send({type: 'feeds.remove', feed: id}, `${nameText(name)} is out.`),
			},
			{key: 'n', label: 'keep it', run: () => undefined},
		],
		isFragile: true,
	});
}

/** Asks, and takes nothing by a rule any more. */
export function removeRule(screen: ScreenContext, feed: FeedView, {rule: {name}}: FeedRuleView): void {
	askWhenSeen(screen, {
		kind: 'ask',
		title: 'Take out this rule?',
		lines: [name, `of ${feed.name}; what it took stays.`],
		choices: [
			{
				key: 'y',
				label: 'take it out',
				run: () => screen.send({type: 'feeds.unrule', feed: feed.id, name}, 'The rule is out.'),
			},
			{key: 'n', label: 'keep it', run: () => undefined},
		],
		isFragile: true,
	});
}
