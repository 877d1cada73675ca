import {UserError} from '../../base/errors.js';
import {safeText} from '../../base/safe-text.js';
import type {InfoHash} from '../../base/units.js';
import {asV1Hash, asV2Hash, infoHashFault} from './info-hash-text.js';
import {MagnetNotes} from './magnet-notes.js';
import {magnetParameters} from './magnet-parameters.js';
import type {Metainfo} from './metainfo.js';
import {sanitizeName} from './sanitize-path.js';
import {asTrackerUrl, asWebSeedUrl} from './source-urls.js';

export {isMagnet} from '../../base/magnet-text.js';

/** What a magnet link, or an info-hash alone, says about a torrent. At least one of the hashes is known. BEP 9, 53. */
export interface MagnetLink {
	/** SHA-1, 40 hex digits. */
	readonly infoHash: InfoHash | undefined;
	/** SHA-256, 64 hex digits. BEP 52. */
	readonly infoHashV2: InfoHash | undefined;
	/** What to call it until its own name is known; sanitised. */
	readonly name: string | undefined;
	readonly trackers: readonly string[];
	readonly webSeeds: readonly string[];
	/** `host:port` or `[IPv6]:port`; the host may be a name. */
	readonly peers: readonly string[];
	/** The files wanted, counted from 0, both ends included; undefined: all. */
	readonly select: ReadonlyArray<readonly [first: number, last: number]> | undefined;
}

const maximumLength = 65_536;
const maximumEntries = 500;
const maximumFileIndex = 2 ** 21;
const maximumPart = 40;
const utf8 = new TextEncoder();
/** What of a link tells nothing that anybody would miss: its length, which the file list tells again. */
const needless: ReadonlySet<string> = new Set(['xl', '']);

function fail(message: string): UserError {
	return new UserError('bad-magnet', message, 3);
}

function asPeer(text: string): string | undefined {
	const match = /^(?:\[[0-9a-f:.]+\]|[^\s:[\]/@]{1,255}):(\d{1,5})$/i.exec(text.trim());
	const port = Number(match?.[1]);
	return port > 0 && port < 65_536 ? text.trim() : undefined;
}

/** Where data is to be had, of `as`, which may also lead to a .torrent or to a page. */
function asAcceptableSource(text: string): string | undefined {
	const url = asWebSeedUrl(text);
	return url === undefined || /\.torrent(?:[?#]|$)/i.test(url) ? undefined : url;
}

/** What a link says, parameter by parameter: of what may be said once the first holds. */
class LinkReader {
	readonly notes = new MagnetNotes();
	#infoHash: InfoHash | undefined;
	#infoHashV2: InfoHash | undefined;
	#name: string | undefined;
	#select: Array<readonly [first: number, last: number]> | undefined;
	/** What is wrong with the first topic that names no torrent. */
	#fault: string | undefined;
	#isNearly = false;
	readonly #trackers = new Set<string>();
	readonly #webSeeds = new Set<string>();
	readonly #peers = new Set<string>();

	read(key: string, value: string): void {
		switch (key) {
			case 'xt':
				return this.#readTopic(value.trim());
			case 'dn':
				this.#name ??= sanitizeName(utf8.encode(value)) || undefined;
				return;
			case 'tr':
				return this.#add('tracker', this.#trackers, value, asTrackerUrl(value), trackerWanted);
			case 'ws':
				return this.#add(
					'web seed',
					this.#webSeeds,
					value,
					asWebSeedUrl(value),
					'it is no http or https URL',
				);
			case 'as':
				return this.#add(
					'other source',
					this.#webSeeds,
					value,
					asAcceptableSource(value),
					'only data over http or https could be of use',
				);
			case 'x.pe':
				return this.#add('peer', this.#peers, value, asPeer(value), 'a peer is HOST:PORT or [IPv6]:PORT');
			case 'so':
				return this.#readSelect(value);
			default:
				if (!needless.has(key)) this.notes.unknown(key);
		}
	}

	#add(kind: string, set: Set<string>, text: string, value: string | undefined, why: string): void {
		if (text.trim() === '') return;
		if (value === undefined) this.notes.passOver(kind, text, why);
		else if (set.size < maximumEntries) set.add(value);
		else if (!set.has(value)) this.notes.passOver(kind, text, `no more than ${maximumEntries} are taken`);
	}

	#readTopic(value: string): void {
		const [, kind = '', hash = ''] = /^(urn:[a-z0-9:]*:)(.*)$/i.exec(value) ?? [];
		switch (kind.toLowerCase()) {
			case 'urn:btih:':
				return this.#readHash(hash);
			case 'urn:btmh:':
				return this.#readMultihash(hash);
			default:
				return this.#refuse(
					`it is of another network (${safeText(kind || value, maximumPart)}): what names a torrent is xt=urn:btih: or xt=urn:btmh:`,
				);
		}
	}

	#readHash(hash: string): void {
		const v1 = asV1Hash(hash);
		if (v1 !== undefined) return this.#take('infoHash', v1);
		// Some write both kinds alike.
		const v2 = asV2Hash(hash);
		if (v2 !== undefined) return this.#take('infoHashV2', v2);
		this.#refuse(`${infoHashFault(hash)}: copy all of it`, hash.length >= enough);
	}

	#readMultihash(text: string): void {
		const digits = /^1220(.*)$/.exec(text)?.[1];
		// Some leave out what kind of hash it is.
		const v2 = asV2Hash(digits ?? text);
		if (v2 !== undefined) return this.#take('infoHashV2', v2);
		if (digits === undefined)
			return this.#refuse(
				'after urn:btmh: come 1220 and the 64 hex digits of a v2 info-hash: copy all of it',
			);
		const fault = /^[0-9a-f]+$/i.test(digits)
			? `an info-hash of v2 has 64 hex digits, this one has ${digits.length}`
			: infoHashFault(digits);
		this.#refuse(`${fault}: copy all of it`, true);
	}

	#take(which: 'infoHash' | 'infoHashV2', hash: InfoHash): void {
		const before = which === 'infoHash' ? this.#infoHash : this.#infoHashV2;
		if (before !== undefined && before !== hash)
			return this.notes.passOver('info-hash', hash, 'it is of another torrent: add that one by itself');
		if (which === 'infoHash') this.#infoHash = hash;
		else this.#infoHashV2 = hash;
	}

	/** @param isNearly there is a hash, and the fault says what is wrong with it */
	#refuse(fault: string, isNearly = false): void {
		if (this.#fault !== undefined) return;
		this.#fault = fault;
		this.#isNearly = isNearly;
	}

	#readSelect(text: string): void {
		if (this.#select !== undefined || text.trim() === '') return;
		const ranges: Array<readonly [first: number, last: number]> = [];
		const bad: string[] = [];
		for (const part of text.split(',').slice(0, maximumEntries)) {
			const match = /^\s*(\d{1,7})(?:-(\d{1,7}))?\s*$/.exec(part);
			const first = Number(match?.[1]);
			const last = Number(match?.[2] ?? first);
			if (first <= last && last <= maximumFileIndex) ranges.push([first, last]);
			else bad.push(part);
		}
		const shown = safeText(bad.join(','), maximumPart);
		if (ranges.length > 0) this.#select = ranges;
		else
			this.notes.say(
				`the link's choice of files so=${shown} is no list such as 0,2,4-6: all files are wanted`,
			);
		if (ranges.length > 0 && bad.length > 0)
			this.notes.say(`"${shown}" in the link's choice of files (so=) is ignored: it is no number or range`);
	}

	/** Throws a `UserError` when no torrent was named. */
	end(): MagnetLink {
		if (!this.#infoHash && !this.#infoHashV2) {
			throw fail(
				this.#fault === undefined
					? 'the magnet link names no torrent (it has no xt=urn:btih: part)'
					: `the magnet link has no info-hash that can be read${this.#isNearly ? '' : general}: ${this.#fault}`,
			);
		}
		if (this.#fault !== undefined) this.notes.say(`one of the link's names is ignored: ${this.#fault}`);
		return {
			infoHash: this.#infoHash,
			infoHashV2: this.#infoHashV2,
			name: this.#name,
			trackers: [...this.#trackers],
			webSeeds: [...this.#webSeeds],
			peers: [...this.#peers],
			select: this.#select,
		};
	}
}

const general = ' (40 hex digits or 32 of base32 after urn:btih:)';
/** What is as long as this is meant as a hash. */
const enough = 25;
const trackerWanted = 'only http, https and udp trackers are known';

/**
 * Reads a magnet link, or a bare info-hash (40 hex digits, 32 of base32, or 64 hex digits for v2). BEP 9, 52, 53.
 * Links are also read as they come out of pages and mails: with `&amp;` between their parts, or escaped twice. Trackers,
 * seeds and peers that make no sense are left out; at most 500 of each are taken.
 *
 * @throws {UserError} with exit status 3 when no torrent can be told from it, which says what is wrong
 */
export function parseMagnet(text: string): MagnetLink {
	return readLink(text).link;
}

/**
 * What of a magnet link is ignored, or is not read as it stands there: a line each, safe for a terminal; none for a bare
 * info-hash, and for what is no link.
 */
export function magnetNotes(text: string): readonly string[] {
	try {
		return readLink(text).notes;
	} catch (error) {
		if (error instanceof UserError) return [];
		throw error;
	}
}

function readLink(text: string): {readonly link: MagnetLink; readonly notes: readonly string[]} {
	const trimmed = text.trim();
	if (trimmed.length > maximumLength) throw fail('the magnet link is longer than 64 KiB');
	if (!/^magnet:/i.test(trimmed)) return {link: bareLink(trimmed), notes: []};
	const reader = new LinkReader();
	for (const [key, value] of magnetParameters(trimmed)) reader.read(key, value);
	return {link: reader.end(), notes: reader.notes.lines()};
}

function bareLink(text: string): MagnetLink {
	const infoHash = asV1Hash(text);
	const infoHashV2 = asV2Hash(text);
	if (!infoHash && !infoHashV2) throw fail(`not a magnet link: ${infoHashFault(text)}`);
	return {infoHash, infoHashV2, name: undefined, trackers: [], webSeeds: [], peers: [], select: undefined};
}

/** The magnet link of a torrent: its hashes, name, trackers and web seeds. BEP 9, 52. */
export function formatMagnet(
	torrent: Pick<Metainfo, 'infoHash' | 'infoHashV2' | 'name' | 'trackers' | 'webSeeds'>,
): string {
	const parts: string[] = [];
	if (torrent.infoHash) parts.push(`xt=urn:btih:${torrent.infoHash}`);
	if (torrent.infoHashV2) parts.push(`xt=urn:btmh:1220${torrent.infoHashV2}`);
	if (torrent.name !== '') parts.push(`dn=${encodeURIComponent(torrent.name.toWellFormed())}`);
	for (const url of torrent.trackers.flat()) parts.push(`tr=${encodeURIComponent(url)}`);
	for (const url of torrent.webSeeds) parts.push(`ws=${encodeURIComponent(url)}`);
	return `magnet:?${parts.join('&')}`;
}
