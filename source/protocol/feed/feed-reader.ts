import {ProtocolError} from '../../base/errors.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import {ItemElements} from './feed-element.js';
import type {FeedContent, FeedItem} from './feed-item.js';
import {itemOf} from './item-fields.js';
import {MarkupScanner} from './markup-scanner.js';

/** More items than any feed has; of what follows only the number is told. */
const mostItems = 20_000;
const deepest = 64;
const longestText = 16_384;
const minute: Millis = 60_000;

const roots: ReadonlySet<string> = new Set(['rss', 'feed', 'rdf']);
const items: ReadonlySet<string> = new Set(['item', 'entry']);
const periods: Readonly<Record<string, Millis>> = {
	hourly: 60 * minute,
	daily: 1440 * minute,
	weekly: 7 * 1440 * minute,
	monthly: 30 * 1440 * minute,
	yearly: 365 * 1440 * minute,
};

/** An element that is open. */
interface Open {
	/** With its prefix. */
	readonly tag: string;
	readonly prefix: string;
	readonly name: string;
	readonly base: string;
	text: string;
}

/**
 * Reads RSS 0.9x, 1.0 and 2.0 and Atom from their text, in whatever parts it comes, each in time that its length bounds.
 * What is not well-formed is read as it is meant, as far as that can be known. Document types are refused and entities
 * never declared, so that nothing grows while it is read. At most 20,000 items are kept.
 */
export class FeedReader {
	readonly #scanner: MarkupScanner;
	readonly #open: Open[] = [];
	readonly #items: FeedItem[] = [];
	readonly #keys = new Set<string>();
	readonly #channel = new ItemElements();
	#item: ItemElements | undefined;
	/** How many elements are open around the item's own. */
	#itemDepth = 0;
	#leftOut = 0;
	#hasRoot = false;
	#isClosed = false;

	/** @param url of the feed: what others are relative to */
	constructor(url: string) {
		this.#scanner = new MarkupScanner({
			open: (tag, attributes) => this.#begin(tag, attributes, url),
			close: tag => this.#close(tag),
			text: text => this.#text(text),
			doctype(text) {
				throw /^\s*html\b/i.test(text)
					? new ProtocolError('feed-html', 'this is a web page, no feed: it may want you to log in')
					: new ProtocolError('feed-doctype', 'it declares a document type: that is refused');
			},
		});
	}

	/** Takes the next part. Throws a ProtocolError when it is no feed. */
	push(text: string): void {
		this.#scanner.push(text);
	}

	/** What the feed says, after all parts. Throws a ProtocolError when it is no feed, or breaks off. */
	end(): FeedContent {
		this.#scanner.end();
		if (!this.#hasRoot) throw new ProtocolError('feed-empty', 'it is no feed: neither RSS nor Atom');
		if (!this.#isClosed) throw new ProtocolError('feed-cut', 'the feed breaks off');
		const title = this.#channel.first('title', '*:title') ?? '';
		return {
			title: title.replace(/\s+/g, ' ').slice(0, 200),
			items: this.#items,
			leftOut: this.#leftOut,
			ttl: this.#ttl(),
		};
	}

	#begin(tag: string, attributes: Readonly<Record<string, string>>, url: string): void {
		const colon = tag.indexOf(':');
		const prefix = colon === -1 ? '' : tag.slice(0, colon);
		const name = tag.slice(colon + 1);
		if (!this.#hasRoot) {
			this.#hasRoot = true;
			// As indexers say what is wrong with a request.
			if (name === 'error') {
				const why = safeText(attributes['description'] ?? '', 120) || 'an error';
				throw new ProtocolError('feed-error', `the server says: ${why}`);
			}
			if (!roots.has(name)) {
				const what =
					name === 'html' ? 'a web page, no feed: it may want you to log in' : 'neither RSS nor Atom';
				throw new ProtocolError('feed-root', `this is ${what}`);
			}
		}
		if (this.#open.length >= deepest)
			throw new ProtocolError('feed-depth', 'its elements are too deep in others');
		const around = this.#open.at(-1)?.base ?? url;
		const own = attributes['xml:base'];
		const base = own !== undefined && URL.canParse(own, around) ? new URL(own, around).href : around;
		this.#open.push({tag, prefix, name, base, text: ''});
		if (this.#item === undefined && items.has(name)) {
			this.#item = new ItemElements();
			this.#itemDepth = this.#open.length;
		} else if (name !== 'link' || this.#open.length === this.#itemDepth + 1)
			this.#item?.element(name, attributes);
	}

	#text(text: string): void {
		const open = this.#open.at(-1);
		if (open === undefined || open.text.length >= longestText) return;
		open.text += text.slice(0, longestText - open.text.length);
	}

	/** What was not closed in it is closed with it; what is not open closes nothing. */
	#close(tag: string): void {
		const at = this.#open.findLastIndex(each => each.tag === tag);
		if (at === -1) return;
		while (this.#open.length > at) this.#end();
	}

	#end(): void {
		const closed = this.#open.pop();
		if (closed === undefined) return;
		const {prefix, name, base} = closed;
		const text = closed.text.trim();
		if (this.#open.length === 0) this.#isClosed = true;
		if (this.#item === undefined) {
			// Of the feed itself, not of its picture.
			if (this.#open.length <= 2) this.#channel.text(name, prefix, text);
			return;
		}
		if (this.#open.length >= this.#itemDepth) {
			const isOwn = this.#open.length === this.#itemDepth;
			return this.#item.text(name, isOwn ? this.#plain(prefix) : prefix || 'inner', text);
		}
		this.#take(this.#item, base);
		this.#item = undefined;
	}

	/** A prefix that stands for RSS or Atom themselves says nothing. */
	#plain(prefix: string): string {
		return prefix === 'atom' || prefix === 'rss' ? '' : prefix;
	}

	#take(elements: ItemElements, base: string): void {
		if (this.#items.length >= mostItems) return void this.#leftOut++;
		const item = itemOf(elements, base);
		if (item === undefined || this.#keys.has(item.key)) return;
		this.#keys.add(item.key);
		this.#items.push(item);
	}

	#ttl(): Millis | undefined {
		const minutes = Number(this.#channel.first('ttl') ?? Number.NaN);
		if (minutes > 0) return minutes * minute;
		const period = periods[this.#channel.first('*:updateperiod')?.toLowerCase() ?? ''];
		const frequency = Number(this.#channel.first('*:updatefrequency') ?? 1);
		return period === undefined || !(frequency > 0) ? undefined : period / frequency;
	}
}
