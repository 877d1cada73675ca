import type {FeedRuleView, FeedsView, FeedView} from '../../api/feeds-view.js';
import type {Millis} from '../../base/units.js';
import {age, count, countdown} from '../text/format.js';
import {terminalText} from '../text/text.js';

/** How it stands with a feed in a few words: what is wrong, or when it was looked at and is again. */
export function feedNote({state, why, fetchedAt, nextAt}: FeedView, wall: Millis): string {
	const next = nextAt === undefined ? '' : `, again in ${countdown(Math.max(0, nextAt - wall) / 1000)}`;
	if (state === 'fetching') return 'looking …';
	if (state === 'failed') return terminalText(why ?? 'failed');
	if (fetchedAt === undefined) return `not looked at yet${next}`;
	const seen = age(Math.max(0, wall - fetchedAt));
	return `${seen === 'now' ? 'just now' : `${seen} ago`}${next}`;
}

const listOf = (said: string | readonly string[] | undefined): string => [said ?? []].flat().join(',');

/** What a rule says beside its name, in a few words. */
export function ruleNote({rule, from, fault}: FeedRuleView): string {
	if (fault !== undefined) return terminalText(fault);
	const {name, title, size, select, label, dir, start, goal} = rule;
	const titles = listOf(title);
	return [
		...(titles === '' || titles === name ? [] : [titles]),
		...(size === undefined ? [] : [listOf(size)]),
		...(select === undefined ? [] : [`files ${listOf(select)}`]),
		...(label === undefined ? [] : [`label ${label}`]),
		...(dir === undefined ? [] : [`into ${dir}`]),
		...(start === false ? ['paused'] : []),
		...(goal === undefined ? [] : ['a goal of its own']),
		...(from === 'config' ? ['config file'] : []),
	]
		.map(terminalText)
		.join(', ');
}

/** All feeds in a few words. */
export function feedTotals(feeds: FeedsView | undefined): string {
	if (feeds === undefined) return '';
	const items = feeds.feeds.reduce((sum, {itemCount}) => sum + itemCount, 0);
	const taken = feeds.feeds.reduce((sum, feed) => sum + feed.taken, 0);
	const failed = feeds.feeds.filter(({state}) => state === 'failed').length;
	return [
		count(feeds.feeds.length, 'feed'),
		count(items, 'item'),
		...(taken > 0 ? [`${taken} taken`] : []),
		...(failed > 0 ? [`${failed} cannot be read`] : []),
	].join(' · ');
}
