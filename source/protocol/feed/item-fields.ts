import {parseSize} from '../../base/quantities.js';
import type {Bytes, Millis} from '../../base/units.js';
import {asV1Hash, asV2Hash} from '../metainfo/info-hash-text.js';
import type {ItemElements} from './feed-element.js';
import type {FeedItem, FeedTarget} from './feed-item.js';

const mostTitle = 500;
const mostUrl = 8192;
const mostKey = 500;

const references: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"};

/** One line; what was escaped twice, as titles often are, is read twice. */
function lineOf(text: string): string {
	return text
		.slice(0, 8 * mostTitle)
		.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,6}));/gi, (whole, name?: string, code?: string) => {
			if (name !== undefined) return references[name.toLowerCase()]!;
			const point = Number(code);
			return point > 0 && point <= 0x10_ff_ff ? String.fromCodePoint(point) : whole;
		})
		.replace(/\s+/g, ' ')
		.trim()
		.slice(0, mostTitle);
}

function asUrl(text: string | undefined, base: string): string | undefined {
	const plain = text?.trim();
	if (plain === undefined || plain === '' || plain.length > mostUrl || !URL.canParse(plain, base))
		return undefined;
	const {protocol, href} = new URL(plain, base);
	if (protocol === 'magnet:')
		return /^magnet:\?/i.test(plain) && /[?&]xt=urn:bt(?:ih|mh):/i.test(plain) ? plain : undefined;
	return protocol === 'http:' || protocol === 'https:' ? href : undefined;
}

const isMagnet = (url: string | undefined): url is string => url?.slice(0, 7).toLowerCase() === 'magnet:';

function endsInTorrent(url: string): boolean {
	const {pathname, search} = new URL(url);
	return /\.torrent$/i.test(pathname) || /\.torrent(?:&|$)/i.test(search);
}

const isTorrentType = (type: string | undefined): boolean =>
	/^\s*application\/x-bittorrent\b/i.test(type ?? '');
/** What a file of another kind says of itself: such an enclosure is no torrent. */
const isOtherType = (type: string | undefined): boolean =>
	/^\s*(?:audio|video|image|text|font)\//i.test(type ?? '');

interface Enclosure {
	readonly url: string;
	readonly type: string | undefined;
	readonly length: string | undefined;
}

function enclosuresOf(elements: ItemElements, base: string): Enclosure[] {
	const found = [
		...elements.all('enclosure').map(({url, type, length}) => ({url, type, length})),
		...elements
			.all('link')
			.filter(({rel}) => rel?.toLowerCase() === 'enclosure')
			.map(({href, type, length}) => ({url: href, type, length})),
		...elements.all('content').map(({url, type, filesize}) => ({url, type, length: filesize})),
	];
	return found.flatMap(({url, type, length}) => {
		const absolute = asUrl(url, base);
		return absolute === undefined ? [] : [{url: absolute, type, length}];
	});
}

/** A page: what RSS's `link` says, or Atom's without a relation or with `alternate`. */
function pageOf(elements: ItemElements, base: string): string | undefined {
	const plain = asUrl(elements.first('link'), base);
	if (plain !== undefined) return plain;
	const alternate = elements.all('link').find(({rel = 'alternate'}) => rel.toLowerCase() === 'alternate');
	return asUrl(alternate?.['href'], base);
}

/** The first of what is surely a torrent, then a magnet link, then what may be one. */
function targetOf(
	elements: ItemElements,
	base: string,
	infoHash: string | undefined,
	title: string,
): FeedTarget | undefined {
	const enclosures = enclosuresOf(elements, base);
	const page = pageOf(elements, base);
	const links = enclosures.filter(({url}) => !isMagnet(url));
	const sure = links.find(({url, type}) => isTorrentType(type) || endsInTorrent(url));
	if (sure !== undefined) return {kind: 'torrent', url: sure.url};
	const magnet = [
		...enclosures.map(({url}) => url),
		asUrl(elements.first('*:magneturi'), base),
		asUrl(elements.attr('magneturl'), base),
		page,
		asUrl(elements.first('guid', 'id', 'comments'), base),
	].find(isMagnet);
	if (page !== undefined && !isMagnet(page) && endsInTorrent(page)) return {kind: 'torrent', url: page};
	if (magnet !== undefined) return {kind: 'magnet', url: magnet};
	const open = links.find(({type}) => !isOtherType(type));
	if (open !== undefined) return {kind: 'page', url: open.url};
	if (infoHash !== undefined) {
		const kind = infoHash.length === 40 ? 'btih:' : 'btmh:1220';
		const name = title === '' ? '' : `&dn=${encodeURIComponent(title.toWellFormed())}`;
		return {kind: 'magnet', url: `magnet:?xt=urn:${kind}${infoHash}${name}`};
	}
	return page === undefined || links.length > 0 ? undefined : {kind: 'page', url: page};
}

function hashOf(text: string | undefined): string | undefined {
	const plain = text?.trim() ?? '';
	return asV1Hash(plain) ?? asV2Hash(plain) ?? asV2Hash(plain.replace(/^1220/i, ''));
}

function hashOfMagnet(url: string): string | undefined {
	const [, kind, value] = /[?&]xt=urn:(btih|btmh):([\da-z]+)/i.exec(url) ?? [];
	return kind === undefined ? undefined : hashOf(value);
}

function positive(text: string | undefined): Bytes | undefined {
	const size = text === undefined ? undefined : parseSize(text.replaceAll(',', ''));
	return size !== undefined && size > 0 ? size : undefined;
}

function sizeOf(elements: ItemElements, base: string): Bytes | undefined {
	const said = [
		elements.attr('size'),
		elements.first('*:contentlength', '*:size'),
		...enclosuresOf(elements, base).map(({length}) => length),
	];
	for (const text of said) {
		const size = positive(text);
		// Some say the length of the .torrent, or a number that only has to be there.
		if (size !== undefined && size >= 1_000_000) return size;
	}
	return positive(elements.attr('size')) ?? positive(elements.first('*:contentlength', '*:size'));
}

function timeOf(elements: ItemElements): Millis | undefined {
	const text = elements.first('pubdate', '*:published', '*:date', '*:updated');
	const at = text === undefined ? Number.NaN : Date.parse(text.slice(0, 100));
	return Number.isFinite(at) && at > 0 ? at : undefined;
}

function count(text: string | undefined): number | undefined {
	return text !== undefined && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : undefined;
}

/** What an item says. Undefined when it says nothing by which it could be told from others. */
export function itemOf(elements: ItemElements, base: string): FeedItem | undefined {
	const said = hashOf(elements.attr('infohash') ?? elements.first('*:infohash'));
	const written = lineOf(elements.first('title', '*:title') ?? '');
	const target = targetOf(elements, base, said, written);
	const infoHash = said ?? (target?.kind === 'magnet' ? hashOfMagnet(target.url) : undefined);
	const title = written || lineOf(elements.first('description', 'summary') ?? '') || target?.url || '';
	const key = elements.first('guid', 'id') ?? target?.url ?? title;
	if (key === '') return undefined;
	return {
		key: key.slice(0, mostKey),
		title: title.slice(0, mostTitle),
		at: timeOf(elements),
		size: sizeOf(elements, base),
		infoHash,
		seeders: count(elements.attr('seeders') ?? elements.first('*:seeders', '*:seeds')),
		target,
	};
}
