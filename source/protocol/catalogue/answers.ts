import {ProtocolError} from '../../base/errors.js';
import type {Bytes, Millis} from '../../base/units.js';
import {asNick} from './nick.js';
import {asCatalogueEntry, type CatalogueEntry} from './publication.js';

/** Torrents of one page of what was found. */
export const pageLength = 50;
/** Nicknames of one torrent that are told. */
export const mostNicks = 20;
/** People that are told at a time. */
export const mostPeople = 1000;
/** Torrents of one person that are told at a time. */
export const mostOfOne = 1000;
const longestCursor = 400;

/** One torrent as a catalogue tells of it. */
export interface CatalogueTorrent extends CatalogueEntry {
	/** Who shares it: the first 20. */
	readonly nicks: readonly string[];
	readonly seeders: number;
	readonly leechers: number;
	/** When it was first published, in ms since 1970. */
	readonly since: Millis;
	/** Whether the catalogue has the .torrent itself. */
	readonly torrent?: boolean | undefined;
}

/** Somebody who shares something. */
export interface CataloguePerson {
	readonly nick: string;
	readonly torrents: number;
	readonly size: Bytes;
	/** When they came, in ms since 1970. */
	readonly since: Millis;
	/** Whether others can connect to them; undefined while nobody knows. */
	readonly reachable?: boolean | undefined;
}

/** Somebody, and what they share: the first thousand by name. */
export interface CatalogueShelf extends Omit<CataloguePerson, 'torrents'> {
	readonly torrents: readonly CatalogueTorrent[];
}

/** What a catalogue says of itself. */
export interface CatalogueAbout {
	readonly people: number;
	readonly torrents: number;
	readonly size: Bytes;
	/** For what it wants a token. */
	readonly token: {readonly publish: boolean; readonly search: boolean};
}

/** What was found. */
export interface CataloguePage {
	readonly torrents: readonly CatalogueTorrent[];
	/** Asked for as `after`, what follows. */
	readonly next?: string | undefined;
}

/** What a publisher is told. */
export interface PublishAnswer {
	/** Entries that are there now. */
	readonly published: number;
	readonly refused: ReadonlyArray<{readonly infoHash: string; readonly why: string}>;
}

/** Something that has happened in a catalogue. */
export type CatalogueEvent =
	| {readonly type: 'published' | 'withdrawn'; readonly infoHash: string; readonly nick: string}
	| {readonly type: 'came' | 'left'; readonly nick: string}
	/** So much at once that it is not told one by one. */
	| {readonly type: 'many'};

type Fields = Readonly<Record<string, unknown>>;

/** Reads `GET /catalogue/v1`. @throws {ProtocolError} */
export function readAbout(text: string): CatalogueAbout {
	const {people, torrents, size, token} = fieldsOf(parse(text));
	const wanted = isFields(token) ? token : {};
	return {
		people: count(people),
		torrents: count(torrents),
		size: count(size),
		token: {publish: wanted['publish'] === true, search: wanted['search'] === true},
	};
}

/** Reads what was found, or what somebody shares. Entries that make no sense are left out. @throws {ProtocolError} */
export function readPage(text: string): CataloguePage {
	const {torrents, next} = fieldsOf(parse(text));
	if (!Array.isArray(torrents)) throw senseless();
	const isNext = typeof next === 'string' && next !== '' && next.length <= longestCursor;
	return {
		torrents: torrents.slice(0, mostOfOne).flatMap(value => readTorrent(value) ?? []),
		...(isNext && {next}),
	};
}

/** Reads who is here. People that make no sense are left out. @throws {ProtocolError} */
export function readPeople(text: string): CataloguePerson[] {
	const {users} = fieldsOf(parse(text));
	if (!Array.isArray(users)) throw senseless();
	return users.slice(0, mostPeople).flatMap(value => {
		if (!isFields(value)) return [];
		const nick = asNick(value['nick']);
		if (nick === undefined) return [];
		const {torrents, size, since, reachable} = value;
		return [
			{
				nick,
				torrents: count(torrents),
				size: count(size),
				since: count(since),
				...(typeof reachable === 'boolean' && {reachable}),
			},
		];
	});
}

/** Reads what came of publishing. @throws {ProtocolError} */
export function readPublished(text: string): PublishAnswer {
	const {published, refused} = fieldsOf(parse(text));
	const list = Array.isArray(refused) ? refused : [];
	return {
		published: count(published),
		refused: list.slice(0, mostOfOne).flatMap(value => {
			if (!isFields(value)) return [];
			const {infoHash, why} = value;
			return typeof infoHash === 'string' && typeof why === 'string' ? [{infoHash, why}] : [];
		}),
	};
}

/** Reads what a catalogue knows of a publisher: how many entries. @throws {ProtocolError} */
export function readOwnEntries(text: string): number {
	return count(fieldsOf(parse(text))['torrents']);
}

/** The event that a line of the stream of events tells; undefined when it makes no sense. */
export function asCatalogueEvent(text: string): CatalogueEvent | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (!isFields(value)) return undefined;
	const {type, infoHash} = value;
	if (type === 'many') return {type};
	const nick = asNick(value['nick']);
	if (nick === undefined) return undefined;
	if (type === 'came' || type === 'left') return {type, nick};
	if ((type !== 'published' && type !== 'withdrawn') || typeof infoHash !== 'string') return undefined;
	return {type, infoHash: infoHash.slice(0, 64), nick};
}

function readTorrent(value: unknown): CatalogueTorrent | undefined {
	if (!isFields(value)) return undefined;
	const entry = asCatalogueEntry(value);
	if (entry === undefined) return undefined;
	const {nicks, seeders, leechers, since, torrent} = value;
	const named = Array.isArray(nicks) ? nicks.slice(0, mostNicks) : [];
	return {
		...entry,
		nicks: named.flatMap(nick => asNick(nick) ?? []),
		seeders: count(seeders),
		leechers: count(leechers),
		since: count(since),
		...(torrent === true && {torrent}),
	};
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw senseless();
	}
}

function fieldsOf(value: unknown): Fields {
	if (isFields(value)) return value;
	throw senseless();
}

function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function count(value: unknown): number {
	return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : 0;
}

function senseless(): ProtocolError {
	return new ProtocolError('bad-catalogue', 'what it answers is not a catalogue’s');
}
