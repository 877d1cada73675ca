import {
	lookAtFeed,
	openFeeds,
	refresh,
	removeFeed,
	removeRule,
	stepFeedPart,
	takeItem,
	underFeedCursor,
} from '../actions/feeds.js';
import {openAddFeed, openRule} from '../forms/feed-forms.js';
import {defineKey, inGroup} from './define-key.js';
import type {Situation} from './key-record.js';

/** The feed under the cursor, or of what is under it. */
function needFeed({state}: Situation) {
	return underFeedCursor(state()) ?? 'There is no feed yet: A adds one.';
}

/** The item under the cursor, with a torrent in it; at the feeds and rules Enter goes to the items. */
function needItem({state}: Situation) {
	const under = underFeedCursor(state());
	if (under === undefined) return 'There is no feed yet: A adds one.';
	const {feed, item} = under;
	if (state().view.feedPart !== 'items') return {feed, item: undefined};
	if (item === undefined) return 'There is nothing here to take.';
	return item.state === 'none' ? 'No torrent is in that one.' : {feed, item};
}

/** Keys of the Feeds view: what is in feeds, and what is taken of them by itself. */
export const feedKeys = inGroup('Feeds', [
	defineKey({
		name: 'feeds',
		keys: ['F'],
		where: ['anywhere'],
		help: 'Show the feeds: RSS and Atom with torrents in them',
		footer: 12.5,
		when: ({state}) => ({isList: state().view.screen === 'session'}),
		// In the footer of a torrent other keys are worth more.
		label: ({isList}) => (isList ? 'feeds' : ''),
		run: screen => openFeeds(screen),
	}),
	defineKey({
		name: 'take',
		keys: ['enter', 'right', 'l'],
		where: ['feeds'],
		help: 'Take the item under the cursor; of a feed, go to its items',
		footer: 1,
		when: needItem,
		label: ({item}) => (item === undefined ? 'items' : 'take it'),
		run: (screen, {feed, item}) => {
			if (item === undefined) screen.setView({feedPart: 'items'});
			else takeItem(screen, feed, item);
		},
	}),
	defineKey({
		name: 'feed-look',
		keys: ['i'],
		where: ['feeds'],
		help: 'Tell everything about the item, feed or rule under the cursor',
		footer: 7.5,
		when: ({state}) => {
			const under = underFeedCursor(state());
			const isEmpty = under && state().view.feedPart === 'items' && under.item === undefined;
			return under === undefined || isEmpty ? 'There is nothing here.' : {under};
		},
		label: 'look at it',
		run: (screen, {under}) => lookAtFeed(screen, under),
	}),
	defineKey({
		name: 'next-feed-part',
		keys: ['tab'],
		where: ['feeds'],
		help: 'Go to the next part: feeds, items, rules',
		footer: 2,
		label: 'pane',
		run: screen => stepFeedPart(screen, 1),
	}),
	defineKey({
		name: 'previous-feed-part',
		keys: ['shift-tab'],
		where: ['feeds'],
		help: 'Go to the part before',
		label: 'pane back',
		run: screen => stepFeedPart(screen, -1),
	}),
	defineKey({
		name: 'refresh',
		keys: ['r'],
		where: ['feeds'],
		help: 'Look at the feed now',
		footer: 3,
		when: needFeed,
		label: 'refresh',
		run: (screen, {feed}) => refresh(screen, feed),
	}),
	defineKey({
		name: 'rule',
		keys: ['R'],
		where: ['feeds'],
		help: 'Make a rule: what is like the item under the cursor is taken by itself',
		footer: 4,
		when: needFeed,
		label: 'rule',
		run: (screen, {feed, item}) => openRule(screen, feed, item),
	}),
	defineKey({
		name: 'add-feed',
		takes: {hint: 'URL'},
		keys: ['A'],
		where: ['feeds'],
		help: 'Add a feed',
		footer: 5,
		label: 'add feed',
		run: (screen, _, url) => openAddFeed(screen, url),
	}),
	defineKey({
		name: 'remove-feed',
		keys: ['D', 'delete'],
		where: ['feeds'],
		help: 'Take out the feed, or the rule under the cursor',
		footer: 7,
		when: needFeed,
		label: ({rule}) => (rule === undefined ? 'remove feed' : 'remove rule'),
		run: (screen, {feed, rule}) => {
			if (rule === undefined) removeFeed(screen, feed);
			else removeRule(screen, feed, rule);
		},
	}),
]);
