import {UserError} from '../../base/errors.js';
import {toHex} from '../../base/hex.js';
import {asInfoHash, type InfoHash} from '../../base/units.js';
import type {Metainfo} from './metainfo.js';
import {sanitizeName} from './sanitize-path.js';
import {asTrackerUrl, asWebSeedUrl} from './source-urls.js';

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
const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
const utf8 = new TextEncoder();

function fail(message: string): UserError {
	return new UserError('bad-magnet', message, 3);
}

/** 32 characters of base32 as the 40 hex digits they stand for. */
function fromBase32(text: string): InfoHash {
	const bytes = new Uint8Array(20);
	let at = 0;
	let bits = 0;
	let held = 0;
	for (const character of text.toLowerCase()) {
		held = (held << 5) | base32.indexOf(character);
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[at++] = held >> bits;
			held &= (1 << bits) - 1;
		}
	}

	return toHex(bytes) as InfoHash;
}

/** A v1 info-hash as people write it: 40 hex digits or 32 of base32. */
function asV1(text: string): InfoHash | undefined {
	if (/^[a-z2-7]{32}$/i.test(text)) return fromBase32(text);
	return text.length === 40 ? asInfoHash(text) : undefined;
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text.replaceAll('+', ' '));
	} catch {
		// A stray % in a name is no reason to refuse the link.
		return text;
	}
}

function asPeer(text: string): string | undefined {
	const match = /^(?:\[[0-9a-f:.]+\]|[^\s:[\]/@]{1,255}):(\d{1,5})$/i.exec(text.trim());
	const port = Number(match?.[1]);
	return port > 0 && port < 65_536 ? text.trim() : undefined;
}

function readSelect(text: string): Array<readonly [first: number, last: number]> {
	const ranges: Array<readonly [first: number, last: number]> = [];
	for (const part of text.split(',').slice(0, maximumEntries)) {
		const match = /^\s*(\d{1,7})(?:-(\d{1,7}))?\s*$/.exec(part);
		const first = Number(match?.[1]);
		const last = Number(match?.[2] ?? first);
		if (first <= last && last <= maximumFileIndex) ranges.push([first, last]);
	}

	return ranges;
}

/** Whether `text` is meant as a magnet link or a bare info-hash rather than as a file name. */
export function isMagnet(text: string): boolean {
	const trimmed = text.trim();
	return /^magnet:/i.test(trimmed) || asV1(trimmed) !== undefined || asInfoHash(trimmed) !== undefined;
}

/** The parameters of a magnet link, decoded, in their order: `tr.1` and `xt.2`, which number what is repeated, without that. */
function* parameters(link: string): Generator<readonly [key: string, value: string]> {
	for (const pair of link.replace(/^magnet:\??/i, '').split('&')) {
		const equals = pair.indexOf('=');
		if (equals < 0) continue;
		const key = decode(pair.slice(0, equals)).toLowerCase();
		yield [key.replace(/\.\d+$/, ''), decode(pair.slice(equals + 1))];
	}
}

/** What a link says, parameter by parameter: of what may be said once the first holds. */
class LinkReader {
	#infoHash: InfoHash | undefined;
	#infoHashV2: InfoHash | undefined;
	#name: string | undefined;
	#select: Array<readonly [first: number, last: number]> | undefined;
	#topics = 0;
	readonly #trackers = new Set<string>();
	readonly #webSeeds = new Set<string>();
	readonly #peers = new Set<string>();

	read(key: string, value: string): void {
		if (key === 'xt') this.#readTopic(value.trim());
		else if (key === 'dn') this.#name ??= sanitizeName(utf8.encode(value)) || undefined;
		else if (key === 'tr') add(this.#trackers, asTrackerUrl(value));
		else if (key === 'ws') add(this.#webSeeds, asWebSeedUrl(value));
		else if (key === 'x.pe') add(this.#peers, asPeer(value));
		else if (key === 'so') this.#select ??= readSelect(value);
	}

	#readTopic(value: string): void {
		this.#topics++;
		const v1 = /^urn:btih:(.*)$/i.exec(value);
		const v2 = /^urn:btmh:1220([0-9a-f]{64})$/i.exec(value);
		if (v1) this.#infoHash ??= asV1(v1[1]!);
		if (v2) this.#infoHashV2 ??= asInfoHash(v2[1]!);
	}

	/** Throws a `UserError` when no torrent was named. */
	end(): MagnetLink {
		if (!this.#infoHash && !this.#infoHashV2) {
			throw fail(
				this.#topics === 0
					? 'the magnet link names no torrent (it has no xt=urn:btih: part)'
					: 'the magnet link has no info-hash that can be read (40 hex digits or 32 of base32 after urn:btih:)',
			);
		}
		return {
			infoHash: this.#infoHash,
			infoHashV2: this.#infoHashV2,
			name: this.#name,
			trackers: [...this.#trackers],
			webSeeds: [...this.#webSeeds],
			peers: [...this.#peers],
			select: this.#select?.length === 0 ? undefined : this.#select,
		};
	}
}

function add(set: Set<string>, value: string | undefined): void {
	if (value !== undefined && set.size < maximumEntries) set.add(value);
}

/**
 * Reads a magnet link, or a bare info-hash (40 hex digits, 32 of base32, or 64 hex digits for v2). BEP 9, 52, 53.
 * Trackers, seeds and peers that make no sense are left out; at most 500 of each are taken.
 *
 * @throws {UserError} with exit status 3 when no torrent can be told from it
 */
export function parseMagnet(text: string): MagnetLink {
	const trimmed = text.trim();
	if (trimmed.length > maximumLength) throw fail('the magnet link is longer than 64 KiB');
	if (!/^magnet:/i.test(trimmed)) {
		const infoHash = asV1(trimmed);
		const infoHashV2 = trimmed.length === 64 ? asInfoHash(trimmed) : undefined;
		if (!infoHash && !infoHashV2)
			throw fail('not a magnet link and not an info-hash (40 or 64 hex digits, or 32 of base32)');
		return {infoHash, infoHashV2, name: undefined, trackers: [], webSeeds: [], peers: [], select: undefined};
	}
	const reader = new LinkReader();
	for (const [key, value] of parameters(trimmed)) reader.read(key, value);
	return reader.end();
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
