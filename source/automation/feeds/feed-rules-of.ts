import {compileFeedRule, type FeedRule, type RuledItem, type Verdict} from '../../api/feed-rules.js';
import type {FeedSettings} from './feed-settings.js';

/** A rule that is gone by, or why it is not. */
export interface CompiledRule {
	readonly rule: FeedRule;
	readonly from: 'config' | 'command';
	readonly fault?: string | undefined;
	judge(item: RuledItem): Verdict;
}

/** The rules of a feed: its own first, then those that were chosen for it since; of one name the last holds. */
export function rulesOf(settings: FeedSettings, chosen: readonly FeedRule[]): CompiledRule[] {
	const all = new Map<string, CompiledRule>();
	for (const rule of settings.rules) all.set(rule.name, compiled(rule, settings.from));
	for (const rule of chosen) all.set(rule.name, compiled(rule, 'command'));
	return [...all.values()];
}

function compiled(rule: FeedRule, from: CompiledRule['from']): CompiledRule {
	try {
		return {rule, from, judge: compileFeedRule(rule)};
	} catch (error) {
		return {rule, from, fault: (error as Error).message, judge: () => 'other'};
	}
}
