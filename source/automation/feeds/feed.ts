import type {FeedItemView, FeedView} from '../../api/feeds-view.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import type {FeedItem} from '../../protocol/feed/feed-item.js';
import type {FeedHistory} from './feed-history.js';
import type {CompiledRule} from './feed-rules-of.js';
import {type FeedSettings, placeOf, shortId} from './feed-settings.js';
import type {Validators} from './fetch-feed.js';

/** An item with what was found of it. */
export interface KnownItem {
	readonly id: string;
	readonly item: FeedItem;
	/** The first rule that fits, by what the rules were when it was judged. */
	rule?: CompiledRule | undefined;
	/** A rule has its title, but its size is not known. */
	isSizeless?: boolean;
	/** Why it is tried again, how often that was so, and since when in ms since 1970. */
	later?: {readonly why: string; readonly tries: number; readonly since: Millis} | undefined;
}

/** One feed: what its owner wants of it, and what it was when somebody looked last. */
export class Feed {
	readonly id: string;
	settings: FeedSettings;
	rules: readonly CompiledRule[];
	/** Items by their ids, in its own order. */
	items: ReadonlyMap<string, KnownItem> = new Map();
	/** So many more are in it. */
	leftOut = 0;
	title = '';
	ttl: Millis | undefined;
	state: FeedView['state'] = 'waiting';
	why: string | undefined;
	failures = 0;
	/** Undefined while it has to be sent whatever it is. */
	validators: Validators | undefined;
	isPublic = true;
	/** In ms since 1970. */
	fetchedAt: Millis | undefined;
	/** When it is looked at next, by the steady clock. */
	nextAt: Millis = 0;
	/** Its items were judged by other rules. */
	isRuledAnew = false;
	/** Nobody wants it any more. */
	readonly gone = new AbortController();

	constructor(settings: FeedSettings, rules: readonly CompiledRule[]) {
		this.id = shortId(settings.url);
		this.settings = settings;
		this.rules = rules;
	}

	/** What it is called. */
	get name(): string {
		return safeText(this.settings.name ?? (this.title || placeOf(this.settings.url)), 80);
	}

	/** Goes by other rules: everything is to be judged anew. */
	ruleBy(rules: readonly CompiledRule[]): void {
		this.rules = rules;
		this.isRuledAnew = true;
	}

	/**
	 * Its items are these now; what was known of one that is there still stays. Answers those that nobody has judged yet.
	 */
	take(items: readonly FeedItem[]): KnownItem[] {
		const before = this.items;
		const now = new Map<string, KnownItem>();
		const fresh: KnownItem[] = [];
		for (const item of items) {
			const id = shortId(item.key);
			const there = before.get(id);
			const isSame = there !== undefined && there.item.title === item.title && there.item.size === item.size;
			const known: KnownItem = isSame ? {...there, item} : {id, item};
			if (!isSame) fresh.push(known);
			now.set(id, known);
		}
		this.items = now;
		return fresh;
	}

	/** @param wall now, in ms since 1970, when the steady clock says `now` @param most how many items are told */
	view(history: FeedHistory, wall: Millis, now: Millis, most: number): FeedView {
		const {id, name, settings, state, why, fetchedAt, rules, items, leftOut} = this;
		const fits = new Map<CompiledRule, number>();
		let taken = 0;
		for (const known of items.values()) {
			if (known.rule !== undefined) fits.set(known.rule, (fits.get(known.rule) ?? 0) + 1);
			if (history.fate(id, known.id)?.state === 'taken') taken++;
		}
		const shown: FeedItemView[] = [];
		for (const known of items.values()) {
			if (shown.length >= most) break;
			shown.push(itemView(known, history, id));
		}
		return {
			id,
			name,
			where: safeText(placeOf(settings.url), 200),
			from: settings.from,
			state,
			why: why === undefined ? undefined : safeText(why, 300),
			fetchedAt,
			nextAt: Number.isFinite(this.nextAt) ? Math.round(wall + this.nextAt - now) : undefined,
			rules: rules.map(each => ({
				rule: each.rule,
				from: each.from,
				fault: each.fault,
				fits: fits.get(each) ?? 0,
			})),
			itemCount: items.size + leftOut,
			items: shown,
			taken,
		};
	}
}

/** Sees which rule an item fits, if any. */
export function judge(known: KnownItem, rules: readonly CompiledRule[]): void {
	known.rule = undefined;
	known.isSizeless = false;
	for (const rule of rules) {
		const verdict = rule.judge(known.item);
		if (verdict === 'fits') {
			known.rule = rule;
			return;
		}
		if (verdict === 'size-unknown') known.isSizeless = true;
	}
}

function itemView(
	{id, item, rule, isSizeless, later}: KnownItem,
	history: FeedHistory,
	feed: string,
): FeedItemView {
	const fate = history.fate(feed, id);
	const {title, at, size, seeders, infoHash, target} = item;
	const isKnown = infoHash !== undefined && history.knows(infoHash);
	const state = fate?.state ?? (later ? 'later' : target === undefined ? 'none' : isKnown ? 'had' : 'new');
	const why =
		fate?.why ?? later?.why ?? (isSizeless && state === 'new' ? 'it does not tell its size' : undefined);
	return {
		id,
		title: safeText(title, 300),
		at,
		size,
		seeders,
		infoHash: fate?.infoHash ?? infoHash,
		state,
		rule: fate?.rule ?? rule?.rule.name,
		why: why === undefined ? undefined : safeText(why, 200),
	};
}
