import {ProtocolError} from '../../base/errors.js';
import {longestEntity, resolveEntities} from './entities.js';

/** What a scanner finds, in order. */
export interface MarkupEvents {
	/** Names are in lower case, with their prefixes. */
	open(tag: string, attributes: Readonly<Record<string, string>>): void;
	close(tag: string): void;
	/** Of one run of text it may come in several parts. */
	text(text: string): void;
	/** What stands in a document type, the beginning of it. */
	doctype(text: string): void;
}

/** A tag that is longer is none. */
const longestTag = 65_536;
const mostAttributes = 100;

/** A tag without its end. */
const tag = /<(\/?)([A-Za-z_:][^\s/<>"'=]{0,99})((?:[^"'<>]|"[^"]*"|'[^']*')*)/y;
const attribute = /([^\s=/"'<>]{1,100})(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?/g;

/** What is skipped, or taken as it is, up to where it ends. */
const runs = {
	comment: {start: '<!--', end: '-->'},
	data: {start: '<![CDATA[', end: ']]>'},
	instruction: {start: '<?', end: '?>'},
} as const;

type Run = keyof typeof runs;

/**
 * Finds tags and text in XML, or in what is meant as such, that comes in parts. It takes what is not well-formed: a `<` that
 * begins nothing is text, an entity that nobody declared stays. Nothing is declared, so that nothing can grow.
 */
export class MarkupScanner {
	readonly #events: MarkupEvents;
	/** What has come and was not understood yet. */
	#rest = '';
	#run: Run | undefined;

	constructor(events: MarkupEvents) {
		this.#events = events;
	}

	/** Takes the next part. Throws a ProtocolError for a tag that does not end. */
	push(part: string): void {
		this.#rest += part;
		let at = 0;
		for (;;) {
			const next = this.#step(at);
			if (next === at) break;
			at = next;
		}
		this.#rest = this.#rest.slice(at);
	}

	/** Nothing follows: what was left open is text. */
	end(): void {
		if (this.#run === undefined && this.#rest !== '') this.#events.text(resolveEntities(this.#rest));
		this.#rest = '';
	}

	/** Goes on from a place of what has come; answers how far, the same place when more has to come first. */
	#step(at: number): number {
		if (this.#run !== undefined) return this.#inRun(at, this.#run);
		const text = this.#rest;
		if (text[at] !== '<') return this.#takeText(at);
		const run = (Object.keys(runs) as Run[]).find(each => text.startsWith(runs[each].start, at));
		if (run !== undefined) {
			this.#run = run;
			return at + runs[run].start.length;
		}
		if (text.length - at < longestStart && maybeStart(text.slice(at))) return at;
		return text[at + 1] === '!' ? this.#takeDeclaration(at) : this.#takeTag(at);
	}

	#takeText(at: number): number {
		const text = this.#rest;
		const next = text.indexOf('<', at);
		let end = next === -1 ? text.length : next;
		if (next === -1) {
			// The end of a reference may still come.
			const mark = text.lastIndexOf('&');
			if (mark >= at && text.length - mark <= longestEntity && !text.includes(';', mark)) end = mark;
		}
		if (end > at) this.#events.text(resolveEntities(text.slice(at, end)));
		return end;
	}

	#inRun(at: number, run: Run): number {
		const text = this.#rest;
		const mark = runs[run].end;
		const end = text.indexOf(mark, at);
		// Its mark may be cut.
		const upTo = end === -1 ? Math.max(at, text.length - mark.length + 1) : end;
		if (run === 'data' && upTo > at) this.#events.text(text.slice(at, upTo));
		if (end === -1) return upTo;
		this.#run = undefined;
		return end + mark.length;
	}

	/** `<!DOCTYPE …>`, or another one that means nothing to us. */
	#takeDeclaration(at: number): number {
		const text = this.#rest;
		const name = /^<!doctype\b/i.exec(text.slice(at, at + 10));
		const end = text.indexOf('>', at);
		if (name !== null) {
			if (end === -1 && text.length - at < longestTag) return at;
			this.#events.doctype(
				text.slice(at + name[0].length, Math.min(end === -1 ? text.length : end, at + 200)),
			);
		}
		if (end === -1) {
			if (text.length - at < longestTag) return at;
			throw new ProtocolError('feed-xml', 'no XML: a declaration that does not end');
		}
		return end + 1;
	}

	#takeTag(at: number): number {
		const text = this.#rest;
		tag.lastIndex = at;
		const found = tag.exec(text);
		const end = found === null ? at + 1 : tag.lastIndex;
		// More may come: the rest of its name, of a quote, or what ends it.
		const isCut =
			found === null ? /^<\/?$/.test(text.slice(at, at + 3)) : text[end] !== '>' && text[end] !== '<';
		if (isCut) {
			if (text.length - at < longestTag) return at;
			throw new ProtocolError('feed-xml', 'no XML: a tag that does not end');
		}
		if (found === null || text[end] === '<') {
			this.#events.text('<');
			return at + 1;
		}
		const [, closes, name = '', inside = ''] = found;
		const plain = name.toLowerCase();
		if (closes) this.#events.close(plain);
		else {
			this.#events.open(plain, attributesOf(inside));
			if (inside.endsWith('/')) this.#events.close(plain);
		}
		return end + 1;
	}
}

const longestStart = Math.max(...Object.values(runs).map(({start}) => start.length), '<!doctype'.length);

/** Whether the beginning of something may be cut. */
function maybeStart(text: string): boolean {
	return ['<!DOCTYPE', ...Object.values(runs).map(({start}) => start)].some(start =>
		start.toLowerCase().startsWith(text.toLowerCase()),
	);
}

function attributesOf(inside: string): Readonly<Record<string, string>> {
	const attributes: Record<string, string> = Object.create(null);
	if (!/\S/.test(inside)) return attributes;
	let count = 0;
	for (const [, name = '', double, single, bare] of inside.matchAll(attribute)) {
		if (++count > mostAttributes) break;
		const key = name.toLowerCase();
		attributes[key] ??= resolveEntities(double ?? single ?? bare ?? '').trim();
	}
	return attributes;
}
