import type {Bytes, Millis} from '../../base/units.js';
import type {CatalogueEntry} from '../../protocol/catalogue/publication.js';
import type {SearchOrder, SearchQuery} from '../../protocol/catalogue/search-query.js';
import {FirstFew} from './first-few.js';
import {isSameEntry, type Listing, swarmKey} from './listing.js';
import {isPlainInitial, ListingColumns} from './listing-columns.js';
import {nameWords} from './name-words.js';
import {WordIndex} from './word-index.js';

/** All listings of a catalogue, found by hash and by words. */
export class ListingTable {
	readonly #slots: Array<Listing | undefined> = [];
	readonly #free: number[] = [];
	/** By the swarms that they are in: a hybrid by both. */
	readonly #bySwarm = new Map<string, Listing[]>();
	readonly #words = new WordIndex();
	readonly #columns = new ListingColumns();
	#size: Bytes = 0;

	/** How many there are. */
	get count(): number {
		return this.#slots.length - this.#free.length;
	}

	/** Bytes of all of them together. */
	get size(): Bytes {
		return this.#size;
	}

	/** The one that says this of the torrent; undefined when there is none. */
	find(entry: CatalogueEntry): Listing | undefined {
		return this.inSwarm(entry.infoHash).find(listing => isSameEntry(listing, entry));
	}

	/** Those of a swarm, however many tell it differently. @param infoHash v1 or v2, whole or cut to 40 digits */
	inSwarm(infoHash: string): readonly Listing[] {
		return this.#bySwarm.get(swarmKey(infoHash)) ?? [];
	}

	/** A new one that nobody shares yet. */
	add(entry: CatalogueEntry, since: Millis): Listing {
		const slot = this.#free.pop() ?? this.#slots.length;
		const words = nameWords(entry.name);
		const listing: Listing = {
			...entry,
			slot,
			text: words.map(word => ` ${word}`).join(''),
			publishers: new Map(),
			since,
			seeders: 0,
			leechers: 0,
		};
		this.#slots[slot] = listing;
		this.#columns.set(listing);
		this.#size += entry.size;
		this.#words.add(slot, words);
		for (const key of swarmsOf(entry)) {
			const others = this.#bySwarm.get(key);
			if (others === undefined) this.#bySwarm.set(key, [listing]);
			else others.push(listing);
		}
		return listing;
	}

	remove(listing: Listing): void {
		const {slot} = listing;
		if (this.#slots[slot] !== listing) return;
		this.#slots[slot] = undefined;
		this.#free.push(slot);
		this.#size -= listing.size;
		this.#words.remove(slot, nameWords(listing.name));
		for (const key of swarmsOf(listing)) {
			const left = this.inSwarm(key).filter(other => other !== listing);
			if (left.length === 0) this.#bySwarm.delete(key);
			else this.#bySwarm.set(key, left);
		}
	}

	/** The next `count` of them from a place on, and the place behind these: those who go on from there see all in turn. */
	from(place: number, count: number): {readonly listings: Listing[]; readonly next: number} {
		const listings: Listing[] = [];
		let at = place < this.#slots.length ? place : 0;
		for (let looked = 0; looked < count && looked < this.#slots.length; looked++) {
			const listing = this.#slots[at];
			if (listing !== undefined) listings.push(listing);
			at = (at + 1) % this.#slots.length;
		}
		return {listings, next: at};
	}

	*all(): Generator<Listing, void, undefined> {
		for (const listing of this.#slots) if (listing !== undefined) yield listing;
	}

	/** It has other seeders and leechers than before. */
	counted(listing: Listing): void {
		this.#columns.count(listing);
	}

	/** The first `most` of those that fit, and where to go on behind them. Words of a name are found by their beginnings. */
	search(
		{words, min = 0, max = Number.POSITIVE_INFINITY, sort = 'seeds', after}: SearchQuery,
		most: number,
	): {readonly found: readonly Listing[]; readonly next?: string | undefined} {
		const ranks = this.#columns.ranks(sort);
		const isBefore = (a: number, b: number): boolean => {
			if (ranks[a] !== ranks[b]) return ranks[a]! < ranks[b]!;
			if (sort !== 'name') return a < b;
			const [one, other] = [this.#slots[a]!.text, this.#slots[b]!.text];
			return one === other ? a < b : one < other;
		};
		const behind = readCursor(after);
		const sizes = this.#columns.ranks('size');
		const first = new FirstFew<number>(most + 1, isBefore);
		this.#eachFitting(words, slot => {
			const size = -sizes[slot]!;
			if (size < min || size > max) return;
			if (behind === undefined || isBehind(behind, sort, ranks[slot]!, this.#slots[slot]!)) first.offer(slot);
		});
		const found = first.items.slice(0, most).map(slot => this.#slots[slot]!);
		const last = found.at(-1);
		if (first.items.length <= most || last === undefined) return {found};
		return {found, next: writeCursor(sort === 'name' ? last.text : ranks[last.slot]!, last.slot)};
	}

	#eachFitting(text: string, take: (slot: number) => void): void {
		if (/^\s*(?:[\da-f]{40}|[\da-f]{64})\s*$/i.test(text)) {
			const inSwarm = this.inSwarm(text.trim().toLowerCase());
			for (const {slot} of inSwarm) take(slot);
			if (inSwarm.length > 0) return;
		}
		const words = nameWords(text).sort((a, b) => b.length - a.length);
		// Asked for by letters of which there is none in any name.
		if (words.length === 0 && text.trim() !== '') return;
		const [longest, ...others] = words;
		let begun = others.filter(word => !isPlainInitial(word)).map(word => ` ${word}`);
		const mayHave = this.#columns.mayHave(words);
		const look = (slot: number): void => {
			if (!mayHave(slot)) return;
			const listing = this.#slots[slot];
			if (listing === undefined) return;
			// To look into each of them costs more than all else.
			if (begun.length > 0) for (const word of begun) if (!listing.text.includes(word)) return;
			take(slot);
		};
		if (longest !== undefined && this.#words.find(longest, look)) return;
		if (longest !== undefined && !isPlainInitial(longest)) begun = [...begun, ` ${longest}`];
		for (let slot = 0; slot < this.#slots.length; slot++) look(slot);
	}
}

/** What the last of a page was compared by. */
interface Cursor {
	readonly rank: number | string;
	readonly slot: number;
}

function isBehind(behind: Cursor, sort: SearchOrder, rank: number, {text, slot}: Listing): boolean {
	const own = sort === 'name' ? text : rank;
	return behind.rank === own ? behind.slot < slot : behind.rank < own;
}

function writeCursor(rank: number | string, slot: number): string {
	return `${slot}:${typeof rank === 'number' ? '' : '~'}${rank}`;
}

function readCursor(text: string | undefined): Cursor | undefined {
	const [, slot, isText, rank = ''] = /^(\d{1,9}):(~?)(.*)$/s.exec(text ?? '') ?? [];
	if (slot === undefined) return undefined;
	if (isText !== '') return {rank, slot: Number(slot)};
	return Number.isFinite(Number(rank)) && rank !== '' ? {rank: Number(rank), slot: Number(slot)} : undefined;
}

function swarmsOf({infoHash, infoHashV2}: CatalogueEntry): Set<string> {
	return new Set([swarmKey(infoHash), ...(infoHashV2 === undefined ? [] : [swarmKey(infoHashV2)])]);
}
