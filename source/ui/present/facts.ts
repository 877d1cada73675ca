import {type FeedItemView, type FeedRuleView, type FeedView, feedItemWords} from '../../api/feeds-view.js';
import type {FileProgressView, FileView, TrackerView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import {completedOf, priorityOf, type TreeNode} from '../model/file-tree.js';
import {age, count, dayAndTime, percent, size} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import {feedNote, ruleNote} from './feeds.js';
import {priorityWords} from './files.js';
import {nextText, trackerName} from './trackers.js';

/** A fact with its name; safe for a terminal. */
export type Fact = readonly [name: string, value: string];

type Facts = ReadonlyArray<Fact | undefined>;

const known = (facts: Facts): readonly Fact[] =>
	facts.filter((fact): fact is Fact => fact !== undefined && fact[1] !== '');

function ago(at: Millis | undefined, wall: Millis): string {
	if (at === undefined) return '';
	const text = age(Math.max(0, wall - at));
	return text === 'now' ? 'just now' : `${text} ago`;
}

/** All that is known of a tracker, or of another source of peers. `wall`: now, in ms since 1970. */
export function trackerFacts(tracker: TrackerView, wall: Millis): readonly Fact[] {
	const {kind, url, tier, status, warning, seeders, leechers, completed, peers, askedAt, answeredAt} =
		tracker;
	const next = nextText(tracker, wall);
	const people = [
		seeders === undefined ? '' : count(seeders, 'seed'),
		leechers === undefined ? '' : count(leechers, 'leecher'),
		completed === undefined ? '' : `${completed} have completed it`,
	].filter(part => part !== '');
	return known([
		kind === 'tracker' ? ['URL', terminalText(url)] : ['what', trackerName(tracker)],
		['says', terminalText(status)],
		['warns', terminalText(warning ?? '')],
		['swarm', people.join(', ')],
		['named', peers === undefined ? '' : count(peers, 'peer')],
		['tier', tier > 0 ? String(tier) : ''],
		['asked', ago(askedAt, wall)],
		['answered', ago(answeredAt, wall)],
		['next', next === '' || next === 'now' ? next : `in ${next}`],
	]);
}

/** All that is known of a file, or of a folder. */
export function fileFacts(
	node: TreeNode,
	files: readonly FileView[],
	progress: FileProgressView | undefined,
): readonly Fact[] {
	const first = files[node.files[0] ?? -1];
	const path = node.folder ? node.key : (first?.path.join('/') ?? node.key);
	const priority = priorityOf(node, progress);
	const done = completedOf(node, progress);
	return known([
		[node.folder ? 'folder' : 'file', `${nameText(path)}${node.folder ? '/' : ''}`],
		['size', `${size(node.length)}${node.folder ? ` in ${count(node.files.length, 'file')}` : ''}`],
		['done', `${percent(done, node.length)}, ${size(done)}`],
		['priority', priority === undefined ? 'mixed' : priorityWords[priority]],
		['number', node.folder || first === undefined ? '' : String(first.index + 1)],
	]);
}

/** All that is known of what has the cursor in the Feeds view. */
export function feedFacts(
	{
		feed,
		item,
		rule,
	}: {
		readonly feed: FeedView;
		readonly item?: FeedItemView | undefined;
		readonly rule?: FeedRuleView | undefined;
	},
	wall: Millis,
	timezone: number,
): readonly Fact[] {
	if (item !== undefined)
		return known([
			['title', nameText(item.title)],
			['size', item.size === undefined ? '' : size(item.size)],
			['state', feedItemWords[item.state]],
			['why', terminalText(item.why ?? '')],
			['rule', nameText(item.rule ?? '')],
			['out', item.at === undefined ? '' : dayAndTime(item.at, timezone)],
			['seeds', item.seeders === undefined ? '' : String(item.seeders)],
			['info-hash', item.infoHash ?? ''],
		]);
	if (rule !== undefined)
		return known([
			['rule', nameText(rule.rule.name)],
			['takes', ruleNote(rule)],
			['fits', count(rule.fits, 'item')],
		]);
	return known([
		['feed', nameText(feed.name)],
		['where', terminalText(feed.where)],
		['state', feedNote(feed, wall)],
		['items', `${feed.itemCount}, ${feed.taken} taken`],
	]);
}
