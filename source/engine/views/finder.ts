import type {Findings} from '../../api/command.js';
import {type FuzzyWords, fuzzyScore, fuzzyWords} from '../../base/fuzzy.js';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {Torrent} from '../torrent/torrent.js';
import {stateOf} from './torrent-view.js';

/** Looking goes on so long before all else the engine does has its turn. */
const turn: Millis = 4;
/** Between looks at the clock. */
const filesATurn = 256;
/** Names are kept ready so long for who goes on typing. */
const keptTime: Millis = 20_000;
/** A file that is meant by its name goes before one that is meant by the folders it lies in. */
const nameBonus = 10;

/** The names of a torrent's files in lower case, as they were at a revision; whole paths, and where the last name begins. */
interface Names {
	readonly revision: number;
	readonly indices: readonly number[];
	readonly paths: readonly string[];
}

/** The best of many. */
class Best<Found extends {readonly score: number}> {
	readonly #limit: number;
	/** The worst one last. */
	readonly found: Found[] = [];
	count = 0;

	constructor(limit: number) {
		this.#limit = limit;
	}

	/** Whether one with this score would be kept. */
	has(score: number): boolean {
		return this.found.length < this.#limit || score > (this.found.at(-1)?.score ?? 0);
	}

	add(one: Found): void {
		let at = this.found.length;
		while (at > 0 && (this.found[at - 1]?.score ?? 0) < one.score) at--;
		this.found.splice(at, 0, one);
		if (this.found.length > this.#limit) this.found.pop();
	}
}

/** Finds torrents, their files and labels by words that somebody types. */
export class Finder {
	readonly #torrents: ReadonlyMap<string, Torrent>;
	readonly #clock: Clock;
	readonly #names = new Map<Torrent, Names>();
	#forget: Timer | undefined;

	constructor(torrents: ReadonlyMap<string, Torrent>, clock: Clock) {
		this.#torrents = torrents;
		this.#clock = clock;
	}

	/** The best `limit` of each kind. What comes and goes meanwhile may be there or not. */
	async find(typed: string, limit: number): Promise<Findings> {
		const words = fuzzyWords(typed);
		const torrents = new Best<Findings['torrents'][number]>(limit);
		const files = new Best<Findings['files'][number]>(limit);
		const all = [...this.#torrents.values()].sort((a, b) => a.settings.queue - b.settings.queue);
		for (const torrent of all) {
			const {id, name} = torrent;
			const score = fuzzyScore(words, name.toLowerCase());
			if (score === undefined) continue;
			torrents.count++;
			if (torrents.has(score)) torrents.add({id, name, state: stateOf(torrent), score});
		}
		if (words.length > 0) await this.#findFiles(all, words, files);
		this.#forget?.clear();
		this.#forget = this.#clock.after(keptTime, () => this.#names.clear());
		const labels = findLabels(all, words, limit);
		const more = torrents.count + files.count - torrents.found.length - files.found.length;
		return {torrents: torrents.found, files: files.found, labels, more};
	}

	async #findFiles(
		all: readonly Torrent[],
		words: FuzzyWords,
		files: Best<Findings['files'][number]>,
	): Promise<void> {
		let since = this.#clock.now();
		let looked = 0;
		for (const torrent of all) {
			const {indices, paths} = this.#namesOf(torrent);
			for (const [at, path] of paths.entries()) {
				if (++looked % filesATurn === 0 && this.#clock.now() - since >= turn) {
					await new Promise<void>(resolve => this.#clock.soon(resolve));
					since = this.#clock.now();
				}
				const score = scoreFile(words, path);
				if (score === undefined) continue;
				files.count++;
				if (!files.has(score)) continue;
				const index = indices[at] ?? 0;
				const {content} = torrent;
				const own = content?.renamed.get(index) ?? content?.metainfo.files[index]?.path;
				if (own) files.add({id: torrent.id, index, path: own, score});
			}
		}
	}

	/** What is asked again while somebody types is made once. */
	#namesOf(torrent: Torrent): Names {
		const {content} = torrent;
		const revision = content?.filesRevision ?? -1;
		const kept = this.#names.get(torrent);
		if (kept?.revision === revision) return kept;
		const indices: number[] = [];
		const paths: string[] = [];
		for (const [index, file] of (content?.metainfo.files ?? []).entries()) {
			if (file.pad) continue;
			indices.push(index);
			paths.push((content?.renamed.get(index) ?? file.path).join('/').toLowerCase());
		}
		const names = {revision, indices, paths};
		this.#names.set(torrent, names);
		return names;
	}
}

/** How well a file is meant: by its own name, else by its whole path. */
function scoreFile(words: FuzzyWords, path: string): number | undefined {
	const name = path.slice(path.lastIndexOf('/') + 1);
	const own = fuzzyScore(words, name);
	return own === undefined ? fuzzyScore(words, path) : own + nameBonus;
}

function findLabels(all: readonly Torrent[], words: FuzzyWords, limit: number): Findings['labels'] {
	const counts = new Map<string, number>();
	for (const {settings} of all) {
		const {label} = settings;
		if (label) counts.set(label, (counts.get(label) ?? 0) + 1);
	}
	const found = new Best<Findings['labels'][number]>(limit);
	for (const [label, torrents] of counts) {
		const score = fuzzyScore(words, label.toLowerCase());
		if (score !== undefined && found.has(score)) found.add({label, torrents, score});
	}
	return found.found;
}
