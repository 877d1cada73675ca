import {compileFeedRule, type FeedRule, proposeTitle} from '../../api/feed-rules.js';
import type {FeedItemView, FeedView} from '../../api/feeds-view.js';
import {UserError} from '../../base/errors.js';
import {parseDuration} from '../../base/quantities.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {count} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import {field} from '../text/text-field.js';
import type {FormField} from './form.js';

type Values = Readonly<Record<string, string>>;

const textField = (name: string, label: string, hint: string, start = ''): FormField => ({
	kind: 'text',
	name,
	label,
	hint,
	value: field(start),
});

/** Adds a feed; asks for it where none is given. */
export function openAddFeed(screen: ScreenContext, url: string): void {
	const add = ({url: typed = '', name = '', every = ''}: Values): string | undefined => {
		const address = typed.trim();
		if (!/^https?:\/\/[^/\s]/i.test(address)) return 'A feed is written https://HOST/….';
		const seconds = every.trim() === '' ? undefined : parseDuration(every);
		if (every.trim() !== '' && (seconds === undefined || seconds < 60))
			return 'How often: a time of a minute or more, such as 30m or 2h.';
		screen.say('Looking at it …');
		screen.send(
			{
				type: 'feeds.add',
				url: address,
				...(name.trim() !== '' && {name: name.trim()}),
				...(seconds !== undefined && {interval: seconds * 1000}),
			},
			({feeds}) => {
				const feed = feeds?.feeds.at(-1);
				if (feed?.state === 'failed')
					screen.say(`It is kept, but cannot be read: ${terminalText(feed.why ?? '')}`, 'warn');
				else screen.say(`${terminalText(feed?.name ?? address)} is looked at from now on.`, 'good');
				if (feed !== undefined) {
					const {lists} = screen.state().view;
					screen.setView({
						feedPart: 'items',
						lists: {...lists, feeds: {...lists.feeds, key: feed.id}, items: {...lists.items, key: undefined}},
					});
				}
			},
		);
		return undefined;
	};
	if (url !== '') {
		const problem = add({url});
		if (problem) screen.say(problem, 'warn');
		return;
	}
	screen.setDialog({
		kind: 'form',
		title: 'A feed',
		fields: [
			textField('url', 'address', 'https://…'),
			textField('name', 'name', 'empty: as it calls itself'),
			textField('every', 'look every', 'empty: as it asks for; 30m, 2h'),
		],
		at: 0,
		preview: () => [
			'RSS or Atom. Nothing is taken by itself before there is a rule:',
			'R on an item makes one.',
		],
		submit: add,
	});
}

function ruleOf(
	{title = '', size = '', label = '', dir = '', start = ''}: Values,
	fullPath: (path: string) => string,
): FeedRule {
	return {
		name: title.trim().slice(0, 80) || 'all',
		...(title.trim() !== '' && {title: title.trim()}),
		...(size.trim() !== '' && {size: size.trim()}),
		...(label.trim() !== '' && {label: label.trim()}),
		...(dir.trim() !== '' && {dir: fullPath(dir.trim())}),
		...(start === 'no' && {start: false}),
	};
}

/** Makes a rule for a feed: what is proposed takes an item and those that follow it. */
export function openRule(screen: ScreenContext, feed: FeedView, item: FeedItemView | undefined): void {
	const full = (path: string) => screen.fullPath(path);
	const preview = (values: Values): readonly string[] => {
		try {
			const judge = compileFeedRule(ruleOf(values, path => path));
			const verdicts = feed.items.map(each => judge(each));
			const fits = verdicts.filter(verdict => verdict === 'fits').length;
			const sizeless = verdicts.filter(verdict => verdict === 'size-unknown').length;
			const first = feed.items[verdicts.indexOf('fits')];
			return [
				`${count(fits, 'item fits', 'items fit')} of the ${feed.items.length} that are shown${sizeless > 0 ? `; ${sizeless} more tell no size` : ''}`,
				...(first === undefined ? [] : [first.title]),
			];
		} catch (error) {
			if (error instanceof UserError) return [error.message];
			throw error;
		}
	};
	screen.setDialog({
		kind: 'form',
		title: `Take from ${nameText(feed.name)} by itself`,
		fields: [
			textField(
				'title',
				'titles',
				"*, a part, /expression/i, !not; joined by ','",
				item ? proposeTitle(item.title) : '',
			),
			textField('size', 'sizes', 'empty: all; >100M, <5G'),
			textField('label', 'label', 'empty for none'),
			{...textField('dir', 'folder', 'empty: where all goes'), path: true} as FormField,
			{kind: 'choice', name: 'start', label: 'start', options: ['yes', 'no'], at: 0},
		],
		at: 0,
		preview,
		submit: values => {
			const rule = ruleOf(values, full);
			try {
				compileFeedRule(rule);
			} catch (error) {
				if (error instanceof UserError) return error.message;
				throw error;
			}
			screen.send({type: 'feeds.rule', feed: feed.id, rule}, ({feeds}) => {
				const made = feeds?.feeds
					.find(({id}) => id === feed.id)
					?.rules.find(each => each.rule.name === rule.name);
				screen.say(`The rule holds: ${count(made?.fits ?? 0, 'item fits', 'items fit')}.`, 'good');
			});
			return undefined;
		},
	});
}
