import {memo, type ReactNode} from 'react';
import {type FeedFacts, feedColumns, itemColumns, ruleColumns} from '../columns/feed-columns.js';
import {feedInSight, shownFeeds, shownItems, shownRules} from '../model/feed-lists.js';
import {count} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import {ListPane} from './list-pane.js';
import type {PaneProps} from './pane-props.js';
import {sameList} from './same-list.js';

const minute = 60_000;

function factsOf({area, look, wall}: PaneProps): FeedFacts {
	return {columns: area.columns, look, wall};
}

/** What the panes of one feed show beside their lists: ages are told by the minute. */
const ofFeed = ({state, wall}: PaneProps): readonly unknown[] => [
	Math.floor(wall / minute),
	state.model.feeds,
	state.view.lists.feeds,
];

/** The feeds. Countdowns are told by the second where little is left. */
export const FeedsPane = memo(
	function FeedsPane(props: PaneProps): ReactNode {
		return (
			<ListPane
				props={props}
				list="feeds"
				title="Feeds"
				note={count(shownFeeds(props.state).length, 'feed')}
				items={shownFeeds(props.state)}
				columns={feedColumns}
				facts={factsOf(props)}
				empty="none yet: A adds one"
			/>
		);
	},
	sameList('feeds', ({state, wall}) => [Math.floor(wall / 1000), state.model.feeds]),
);

/** What the feed under the cursor has. */
export const ItemsPane = memo(
	function ItemsPane(props: PaneProps): ReactNode {
		const feed = feedInSight(props.state);
		const shown = feed?.items.length ?? 0;
		const all = feed?.itemCount ?? 0;
		return (
			<ListPane
				props={props}
				list="items"
				title={feed === undefined ? 'Items' : nameText(feed.name)}
				note={all > shown ? `${shown} of ${all}` : count(all, 'item')}
				items={shownItems(props.state)}
				columns={itemColumns}
				facts={factsOf(props)}
				empty={
					feed === undefined
						? 'no feed yet: A adds one'
						: feed.state === 'good'
							? 'nothing is in it'
							: feed.state === 'failed'
								? terminalText(feed.why ?? '')
								: 'nobody has looked yet: r looks now'
				}
			/>
		);
	},
	sameList('items', ofFeed),
);

/** What is taken of it by itself. */
export const RulesPane = memo(
	function RulesPane(props: PaneProps): ReactNode {
		const rules = shownRules(props.state);
		return (
			<ListPane
				props={props}
				list="rules"
				title="Taken by itself"
				note={count(rules.length, 'rule')}
				items={rules}
				columns={ruleColumns}
				facts={factsOf(props)}
				empty="nothing: R on an item makes a rule of it"
			/>
		);
	},
	sameList('rules', ofFeed),
);
