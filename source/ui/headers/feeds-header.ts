import {feedInSight, feedViewEntries, shownItems} from '../model/feed-lists.js';
import {cursorRow} from '../model/lists.js';
import type {ScreenState} from '../model/store.js';
import type {Area, Look} from '../present/context.js';
import {feedNote, feedTotals} from '../present/feeds.js';
import {fitRow, type Row, rowWidth, spread} from '../present/row.js';
import {fit, terminalText} from '../text/text.js';

/** The header of the Feeds view: how many there are, and how it stands with the one under the cursor. */
export function feedsHeader(
	state: ScreenState,
	{columns, rows}: Area,
	look: Look,
	wall: number,
): readonly Row[] {
	const {dot, ellipsis} = look.glyphs;
	const totals: Row = [[`${feedTotals(state.model.feeds).replaceAll('·', dot)} `, 'dim']];
	const title: Row = [[' tortui ', 'title'], [`${dot} Feeds`, 'title'], ['  ']];
	const short: Row = [[' Feeds  ', 'title']];
	const left = rowWidth(title) + rowWidth(totals) <= columns ? title : short;
	const first =
		rowWidth(left) + rowWidth(totals) <= columns ? spread(left, totals, columns) : fitRow(left, columns);
	return [first, feedRow(state, columns, wall, ellipsis)].slice(0, rows);
}

/** Why the item under the cursor was not taken, where that is known. */
function itemTrouble(state: ScreenState): string | undefined {
	if (state.view.feedPart !== 'items') return undefined;
	return shownItems(state)[cursorRow(feedViewEntries(state, 'items'), state.view.lists.items)]?.why;
}

/** How it stands with the feed under the cursor, or with its item, in one row. */
export function feedRow(
	state: ScreenState,
	columns: number,
	wall: number,
	ellipsis: Look['glyphs']['ellipsis'],
): Row {
	const feed = feedInSight(state);
	if (feed === undefined) return fitRow([[' no feed yet: A adds one', 'faint']], columns);
	const trouble = itemTrouble(state);
	if (trouble !== undefined)
		return [[` ${fit(terminalText(trouble), Math.max(1, columns - 2), 'left', ellipsis)} `, 'warn']];
	const note = feedNote(feed, wall);
	const text =
		feed.state === 'failed'
			? `${terminalText(feed.where)}: ${note}`
			: `${terminalText(feed.where)}   ${note}`;
	return [
		[
			` ${fit(text, Math.max(1, columns - 2), 'left', ellipsis)} `,
			feed.state === 'failed' ? 'warn' : 'faint',
		],
	];
}
