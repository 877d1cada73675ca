import type {FeedRule} from '../../api/feed-rules.js';
import {typedPath} from '../../io/files/typed-path.js';
import type {Flags, Options} from '../arguments/command.js';
import {feedGoal} from '../arguments/feed-settings.js';
import {text} from '../arguments/quantities.js';

/** What a rule can be made of. */
export const ruleOptions = {
	title: {
		kind: 'list',
		value: 'RULE',
		read: text,
		help: "take titles like this: '*amd64*', '/s01e\\d+/i', a part of it; not with ! before it (repeatable)",
	},
	size: {kind: 'list', value: 'RULE', read: text, help: "only sizes like this: '>100M', '<5G' (repeatable)"},
	select: {
		kind: 'list',
		value: 'LIST',
		read: text,
		help: 'which files of what is taken, as for tortui add (repeatable)',
	},
	label: {kind: 'value', value: 'TEXT', read: text, help: 'a label for what is taken'},
	dir: {
		kind: 'value',
		short: 'd',
		value: 'DIR',
		read: text,
		help: 'where its data goes',
		standard: 'where all goes',
	},
	paused: {kind: 'on', help: 'do not start what is taken yet'},
	sequential: {kind: 'on', help: 'download its pieces in order'},
	goal: {kind: 'value', value: 'GOAL', read: feedGoal, help: "when it was seeded enough: 'ratio=2 time=7d'"},
	rule: {
		kind: 'value',
		value: 'NAME',
		read: text,
		help: 'what the rule is called',
		standard: 'as its titles',
	},
} as const satisfies Options;

type RuleFlags = Flags<typeof ruleOptions>;

/** The rule that was typed; undefined when nothing of one was. */
export function typedRule(flags: RuleFlags, given: ReadonlySet<string>): FeedRule | undefined {
	if (!Object.keys(ruleOptions).some(key => given.has(key))) return undefined;
	const {title, size, select, label, dir, paused, sequential, goal, rule} = flags;
	return {
		name: rule ?? (title.join(',').slice(0, 80) || 'all'),
		...(title.length > 0 && {title: title.length === 1 ? title[0]! : title}),
		...(size.length > 0 && {size: size.length === 1 ? size[0]! : size}),
		...(select.length > 0 && {select}),
		...(label !== undefined && {label}),
		...(dir !== undefined && {dir: typedPath(dir)}),
		...(paused && {start: false}),
		...(sequential && {sequential: true}),
		...(goal !== undefined && {goal}),
	};
}
