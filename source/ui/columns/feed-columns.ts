import type {FeedItemView, FeedRuleView, FeedView} from '../../api/feeds-view.js';
import {feedItemWords} from '../../api/feeds-view.js';
import type {Millis} from '../../base/units.js';
import {feedNote, ruleNote} from '../present/feeds.js';
import {age, size} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import type {Column, ListFacts} from './column.js';

/** What the columns of the Feeds view are drawn by. */
export interface FeedFacts extends ListFacts {
	/** Now, in ms since 1970. */
	readonly wall: Millis;
}

const noteWidth = (columns: number): number =>
	columns >= 110 ? 52 : columns >= 90 ? 40 : columns >= 76 ? 32 : 16;

/** The columns of the feeds. */
export const feedColumns: ReadonlyArray<Column<FeedView, FeedFacts>> = [
	{
		id: 'name',
		title: 'feed',
		width: 14,
		flexible: true,
		rank: 0,
		cell: ({name}) => nameText(name),
		tone: ({state}) => (state === 'failed' ? 'warn' : 'text'),
	},
	{
		id: 'items',
		title: 'items',
		width: 6,
		align: 'right',
		rank: 2,
		cell: ({itemCount}) => String(itemCount),
		tone: 'dim',
	},
	{
		id: 'taken',
		title: 'taken',
		width: 5,
		align: 'right',
		rank: 3,
		cell: ({taken}) => (taken === 0 ? '' : String(taken)),
		tone: 'good',
	},
	{
		id: 'rules',
		title: 'rules',
		width: 5,
		align: 'right',
		rank: 4,
		cell: ({rules}) => (rules.length === 0 ? '' : String(rules.length)),
		tone: 'dim',
	},
	{
		id: 'note',
		title: '',
		width: noteWidth,
		rank: 1,
		cell: (feed, {wall}) => feedNote(feed, wall),
		tone: ({state}) => (state === 'failed' ? 'warn' : state === 'fetching' ? 'accent' : 'faint'),
	},
];

const stateTones = {
	new: 'text',
	taken: 'good',
	had: 'dim',
	later: 'warn',
	failed: 'bad',
	none: 'faint',
} as const;

/** The columns of what a feed has. */
export const itemColumns: ReadonlyArray<Column<FeedItemView, FeedFacts>> = [
	{
		id: 'title',
		title: 'title',
		width: 16,
		flexible: true,
		rank: 0,
		cell: ({title}) => nameText(title),
		tone: ({state}) => (state === 'new' ? 'text' : 'dim'),
	},
	{
		id: 'size',
		title: 'size',
		width: 6,
		align: 'right',
		rank: 2,
		cell: ({size: length}) => (length === undefined ? '' : size(length)),
		tone: 'dim',
	},
	{
		id: 'age',
		title: 'age',
		width: 6,
		align: 'right',
		rank: 3,
		cell: ({at}, {wall}) => (at === undefined ? '' : age(Math.max(0, wall - at))),
		tone: 'faint',
	},
	{
		id: 'seeds',
		title: 'seeds',
		width: 5,
		align: 'right',
		rank: 5,
		cell: ({seeders}) => (seeders === undefined ? '' : String(seeders)),
		tone: 'dim',
	},
	{
		id: 'state',
		title: 'state',
		width: 10,
		rank: 1,
		cell: ({state}) => feedItemWords[state],
		tone: ({state}) => stateTones[state],
	},
	{
		id: 'rule',
		title: 'rule',
		width: columns => (columns >= 110 ? 24 : 14),
		rank: 4,
		cell: ({rule}) => terminalText(rule ?? ''),
		tone: 'accent',
	},
];

/** The columns of a feed's rules. */
export const ruleColumns: ReadonlyArray<Column<FeedRuleView, FeedFacts>> = [
	{
		id: 'name',
		title: 'rule',
		width: 16,
		flexible: true,
		rank: 0,
		cell: ({rule: {name}}) => nameText(name),
		tone: ({fault}) => (fault === undefined ? 'text' : 'bad'),
	},
	{
		id: 'fits',
		title: 'fit',
		width: 5,
		align: 'right',
		rank: 2,
		cell: ({fits}) => String(fits),
		tone: 'dim',
	},
	{
		id: 'note',
		title: '',
		width: noteWidth,
		rank: 1,
		cell: rule => ruleNote(rule),
		tone: ({fault}) => (fault === undefined ? 'faint' : 'bad'),
	},
];
