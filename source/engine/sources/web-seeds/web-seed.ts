import {ProtocolError} from '../../../base/errors.js';
import type {Clock, LogLevel} from '../../../base/ports.js';
import {safeText} from '../../../base/safe-text.js';
import {type Bytes, blockLength, type Millis, type Seconds} from '../../../base/units.js';
import type {BlockPool} from '../../../io/disk/block-pool.js';
import type {RangeDialer, RangeStream} from '../../../io/net/http/range-connection.js';
import type {PieceGeometry} from '../../../policy/pieces/piece-geometry.js';
import type {Run} from '../../../policy/requests/run-planner.js';
import type {AnswerHead} from '../../../protocol/http/answer-parser.js';
import {readRangeAnswer} from '../../../protocol/http/range-answer.js';
import type {Metainfo} from '../../../protocol/metainfo/metainfo.js';
import type {WebSeedFiles} from '../../../protocol/metainfo/web-seed-files.js';
import type {Bitfield} from '../../../protocol/wire/bitfield.js';
import {portionOf} from '../../limits/slow-reads.js';
import type {TorrentRateLimits} from '../../limits/torrent-limits.js';
import {PeerTraffic} from '../../peers/peer-traffic.js';
import type {TransferStats} from '../../torrent/transfer-stats.js';
import {BlockRequests, type BlockSource} from '../../transfer/block-source.js';
import type {Downloader} from '../../transfer/downloader.js';
import {FilePlaces} from './file-places.js';
import {type Range, RangeQueue} from './range-queue.js';
import type {ServerSlots} from './server-slots.js';
import {type LackingFile, WebSeedPieces} from './web-seed-pieces.js';

/** Blocks asked for at first, and at the most: 1 and 16 MiB. */
const firstWindow = 64;
const widestWindow = 1024;
const narrowestWindow = 16;
/** What should be on its way from a server, by how fast it is. */
const windowTime: Seconds = 4;
/** Requests that wait for their answers on a connection. */
const mostUnanswered = 4;
/** Who says nothing for so long is not waited for, nor who has not come to the point of an answer for so long. */
const silence: Millis = 20_000;
const longestHead: Millis = 30_000;
/** A block at least should come in this time. */
const slowTime: Millis = 30_000;
/** So much of an answer that is of no use is read, so that the connection can be used further. */
const mostSkipped: Bytes = 65_536;
/** A connection that brought so much is worth another one at once. */
const goodDeal: Bytes = 262_144;
/** Of what was taken back and is on its way more than this is not waited for, nor more than comes in this time. */
const mostInVain: Bytes = 262_144;
const vainTime: Seconds = 0.25;
const idleTime: Millis = 15_000;
const shortestWait: Millis = 30_000;
const longestWait: Millis = 1_800_000;
/** What servers say of how long they are to be left alone is believed up to this. */
const longestRetryAfter: Seconds = 86_400;
/** A file that a server does not have may be there after this. */
const missingTime: Millis = 3_600_000;
/** After so many wrong pieces, if they are half of what came, nothing of a server is believed. */
const mostWrong = 8;

/** What a server asks of its torrent. */
export interface WebSeedOwner {
	readonly map: PieceGeometry;
	readonly metainfo: Pick<Metainfo, 'files'>;
	readonly places: WebSeedFiles;
	readonly downloader: Downloader;
	readonly stats: TransferStats;
	readonly rateLimits: TorrentRateLimits;
	readonly pool: BlockPool;
	/** A server found no memory free: it is to be asked again when there is. */
	waitForBuffer(source: BlockSource): void;
	log(level: LogLevel, text: string): void;
}

/** What all web seeds stand on. */
export interface WebSeedGrounds {
	readonly clock: Clock;
	readonly dialer: RangeDialer;
	readonly slots: ServerSlots;
}

/** How a server does. `resting`: nothing is wanted of it, or others come first. */
export type WebSeedState =
	| {readonly name: 'resting'}
	| {readonly name: 'active'}
	| {readonly name: 'waiting'; readonly until: Millis; readonly why: string}
	| {readonly name: 'off'; readonly why: string};

/** One connection. */
interface Link {
	readonly stream: RangeStream;
	/** What it was opened for: its address was judged by that. */
	readonly url: URL;
	readonly fromPublic: boolean;
	readonly origin: string;
	readonly server: string;
	/** How many of the ranges were asked for over it. */
	asked: number;
	/** Answers that came whole, and bytes of files. */
	answers: number;
	bytes: Bytes;
	/** Whether it is good for another answer. */
	persists: boolean;
	usedAt: Millis;
}

/** What is made of the answer that comes. */
type Answer = {readonly kind: 'data'; left: Bytes; readonly untilClose: boolean} | {readonly kind: 'useless'};

/**
 * One HTTP server that has a torrent's files: asked for long runs of pieces, over one connection at a time. BEP 19.
 * What it does that it should not costs its connection, a file of it, some time, or itself.
 */
export class WebSeed implements BlockSource {
	readonly id: number;
	readonly url: string;
	/** For people: without what may be secret in its URL. */
	readonly name: string;
	/** A person named it: local addresses are no risk. */
	readonly isTrusted: boolean;
	/** What the smart ban knows it by: another one when it was found guilty. The smart ban's to write. */
	sender: string;
	readonly offered = undefined;
	readonly roundTrip = Infinity;
	readonly run: Run = {window: firstWindow, next: -1};
	readonly traffic: PeerTraffic;
	requests: BlockRequests;
	amInterested = false;
	/** It is asked for whole pieces alone. The smart ban's to write. */
	onParole = false;
	now: Millis;
	readonly #owner: WebSeedOwner;
	readonly #grounds: WebSeedGrounds;
	readonly #pieces: WebSeedPieces;
	readonly #places: FilePlaces;
	readonly #ranges: RangeQueue;
	#state: WebSeedState = {name: 'resting'};
	/** The connection that is used, and those kept beside it by origin. */
	#link: Link | undefined;
	readonly #links = new Map<string, Link>();
	#answer: Answer | undefined;
	/** The range that it is of. */
	#range: Range | undefined;
	/** Since when the answer that comes next is waited for. */
	#headSince: Millis = 0;
	#heardAt: Millis = 0;
	/** What had come at a time, to see whether anything comes. */
	#mark = {at: 0, bytes: 0};
	#isPaused = false;
	/** Bytes that limits have granted and that have not come yet. */
	#paid: Bytes = 0;
	#isFlushing = false;
	#isPruning = false;
	/** Failures since something good came. */
	#failures = 0;
	/** The last failure was one of the connection, not of an answer. */
	#wasOutOfReach = false;
	#wrong = 0;
	/** Answers of this server that came for what was asked behind others, or could have. */
	#keepsConnections = false;
	#redirects = false;

	constructor(
		{id, url, isTrusted}: {readonly id: number; readonly url: string; readonly isTrusted: boolean},
		owner: WebSeedOwner,
		grounds: WebSeedGrounds,
	) {
		this.id = id;
		this.url = url;
		this.name = `web seed ${safeText(new URL(url).host)}`;
		this.sender = `web:${id}:0`;
		this.isTrusted = isTrusted;
		this.#owner = owner;
		this.#grounds = grounds;
		this.now = grounds.clock.now();
		this.traffic = new PeerTraffic(this.now);
		this.#pieces = new WebSeedPieces(owner.map, owner.metainfo.files);
		this.#places = new FilePlaces(url, owner.places);
		this.requests = new BlockRequests(owner.map.blocksPerPiece, this.now);
		this.#ranges = new RangeQueue(owner.map, owner.metainfo.files, owner.pool.bytes, {
			start: (piece, begin, length) => owner.downloader.incoming.start(this, piece, begin, length),
			end: () => owner.downloader.incoming.end(this),
		});
	}

	get state(): WebSeedState {
		return this.#state;
	}

	get isClosed(): boolean {
		return this.#state.name !== 'active';
	}

	get pieces(): Bitfield | undefined {
		return this.#pieces.known;
	}

	/** Files that it does not have as they should be. */
	get lacking(): ReadonlyMap<number, LackingFile> {
		return this.#pieces.lacking;
	}

	/** Whether a connection with it is being made, or stands. */
	get isConnected(): boolean {
		return this.#link !== undefined;
	}

	get snubbed(): boolean {
		return this.requests.queue.snubbed;
	}

	get outstanding(): number {
		return this.requests.queue.outstanding;
	}

	get blockTime(): Millis {
		return this.requests.queue.blockTime;
	}

	asked(piece: number, block: number): boolean {
		return this.requests.queue.has(piece, block);
	}

	/** Nothing that comes is unasked, as long as it is within what was: that is looked at where it comes. */
	strike(): void {}

	close(reason: string): void {
		this.#fail(reason);
	}

	// Working and resting.

	/** Whether it could be asked for something: it is neither off nor to be left alone. */
	isReady(now: Millis): boolean {
		const state = this.#state;
		if (state.name === 'waiting' && state.until <= now) this.#state = {name: 'resting'};
		if (this.#pieces.recall(now) && state.name === 'active')
			this.#pieces.count(this.#owner.downloader.picker);
		const {name} = this.#state;
		if (name === 'active') return true;
		return name === 'resting' && this.#grounds.slots.mayTake(new URL(this.url).host);
	}

	/** It is to be asked for what is needed. */
	begin(now: Millis): void {
		if (this.#state.name === 'active') return;
		this.now = now;
		this.#state = {name: 'active'};
		this.#pieces.count(this.#owner.downloader.picker);
		this.amInterested = true;
		this.refill();
	}

	/** Nothing is wanted of it. */
	rest(): void {
		if (this.#state.name !== 'active') return;
		this.#leave({name: 'resting'});
	}

	/** It is not to be asked for anything any more. */
	end(): void {
		this.#leave({name: 'off', why: 'removed'});
	}

	#leave(state: WebSeedState): void {
		const wasActive = this.#state.name === 'active';
		this.#state = state;
		this.amInterested = false;
		for (const link of [...this.#links.values()]) this.#close(link);
		this.#letGo();
		if (wasActive) this.#pieces.uncount(this.#owner.downloader.picker);
	}

	/** What it was asked for may be asked of others. */
	#letGo(): void {
		const {downloader} = this.#owner;
		const {name} = this.#state;
		// Whoever is closed gives back what is half there.
		const state = this.#state;
		if (name === 'active') this.#state = {name: 'resting'};
		this.#ranges.clear();
		downloader.release(this);
		this.#state = state;
		this.requests = new BlockRequests(this.#owner.map.blocksPerPiece, this.now);
		this.run.next = -1;
	}

	/** It does not what it should: it is left alone for a while. */
	#fail(why: string, after?: Seconds): void {
		if (this.#state.name !== 'active') return;
		this.#failures++;
		this.#wasOutOfReach = false;
		const backOff = Math.min(longestWait, shortestWait * 2 ** Math.min(10, this.#failures - 1));
		// Who says the same short time again and again is not asked that often for ever.
		const least = Math.min(shortestWait, backOff / 32);
		const wait = after === undefined ? backOff : Math.max(least, 1000 * Math.min(after, longestRetryAfter));
		this.#owner.log(
			'warn',
			`${this.name}: ${safeText(why, 200)}: asked again in ${Math.round(wait / 1000)} s`,
		);
		this.run.window = firstWindow;
		this.#places.reset();
		this.#leave({name: 'waiting', until: this.#grounds.clock.now() + wait, why: safeText(why, 200)});
	}

	/** Asks it for more, if there is more and room for it. */
	refill(): void {
		const {downloader} = this.#owner;
		downloader.refill(this);
		if (this.requests.waitsForBuffer) this.#owner.waitForBuffer(this);
	}

	/** What kept it from being reached may be over: it need not wait, unless it said so itself. */
	forgive(): void {
		if (this.#state.name === 'waiting' && this.#wasOutOfReach) this.#state = {name: 'resting'};
		this.#failures = 0;
	}

	// Asking.

	sendRequest(piece: number, begin: Bytes, length: Bytes): void {
		this.#ranges.add(piece, begin, length, this.#link?.asked ?? 0);
		if (this.#isFlushing) return;
		this.#isFlushing = true;
		// What follows is to be one range with it.
		this.#grounds.clock.soon(() => {
			this.#isFlushing = false;
			this.#send();
		});
	}

	sendCancel(): void {
		if (this.#isPruning) return;
		this.#isPruning = true;
		this.#grounds.clock.soon(() => {
			this.#isPruning = false;
			this.#prune();
		});
	}

	/** Much of what comes next is not needed any more: an answer cannot be cut short but with its connection. */
	#prune(): void {
		if (this.isClosed || this.requests.cancelled === 0) return;
		const most = Math.max(mostInVain, this.traffic.download.rate(this.now) * vainTime);
		if (this.#ranges.before((piece, block) => this.asked(piece, block)) < most) return;
		const {downloader, map} = this.#owner;
		if (this.#link !== undefined && this.#link.asked > 0) this.#close(this.#link);
		downloader.incoming.left(this);
		this.requests.cancelled = 0;
		for (const position of this.#ranges.clear()) {
			const piece = Math.floor(position / map.pieceLength);
			const begin = position - map.pieceStart(piece);
			const block = begin / blockLength;
			if (this.asked(piece, block)) this.#ranges.add(piece, begin, map.blockSize(piece, block), 0);
		}
		this.run.next = -1;
		this.#goOn();
	}

	/** Asks for the ranges that were not asked for yet, as far as they may be behind those that were. */
	#send(): void {
		const {ranges} = this.#ranges;
		const now = this.#grounds.clock.now();
		while (!this.isClosed && this.#answer?.kind !== 'useless') {
			const at = this.#link?.asked ?? 0;
			const range = ranges[at];
			if (range === undefined) return;
			if (at > 0 && !this.#mayPipeline(at)) return;
			const {url, fromPublic} = this.#places.of(range.file);
			if (this.#link?.origin !== url.origin || !this.#mayCarry(this.#link, url, fromPublic)) {
				if (at > 0) return;
				const other = this.#kept(url, fromPublic) ?? this.#open(url, fromPublic);
				if (other === undefined) return;
				this.#use(other);
			}
			const link = this.#link!;
			if (link.asked === 0) {
				this.#headSince = now;
				this.#heardAt = now;
				if (range !== this.#range) this.#mark = {at: now, bytes: this.traffic.downloaded};
			}
			link.asked++;
			link.usedAt = now;
			link.stream.ask(url, range.offset, range.length);
		}
	}

	/** Behind a redirect, or on a connection that ends, nothing is asked for that would have to be asked again. */
	#mayPipeline(at: number): boolean {
		const {ranges} = this.#ranges;
		if (at >= mostUnanswered || !this.#keepsConnections || this.#link?.persists === false) return false;
		return !this.#redirects || ranges[at]!.file === ranges[at - 1]!.file;
	}

	/** Whether a connection was allowed for something that is no less of a risk, if its address is a local one. */
	#mayCarry({stream, url: first, fromPublic: was}: Link, url: URL, fromPublic: boolean): boolean {
		if (stream.isPublic) return true;
		const mayHaveQuery = this.isTrusted || url.search === '' || first.search !== '';
		return mayHaveQuery && (was || !fromPublic);
	}

	/** The connection with a server that stands, when it may be used; one that may not is closed. */
	#kept(url: URL, fromPublic: boolean): Link | undefined {
		const link = this.#links.get(url.origin);
		if (link === undefined || this.#mayCarry(link, url, fromPublic)) return link;
		this.#close(link);
		return undefined;
	}

	#open(url: URL, fromPublic: boolean): Link | undefined {
		const {slots, dialer} = this.#grounds;
		const server = url.host;
		this.#makeRoom();
		if (!slots.take(server)) {
			this.#fail('it has as many connections with us as we let it have', 5);
			return undefined;
		}
		const stream = dialer.open(
			{url, fromPublic, trusted: this.isTrusted},
			{
				connected: () => {
					this.#heard();
					this.#headSince = this.now;
				},
				head: head => this.#head(link, head),
				body: (bytes, from, to) => this.#body(link, bytes, from, to),
				end: () => this.#end(link),
				read: () => this.#read(link),
				closed: why => this.#closed(link, why),
			},
		);
		const link: Link = {
			stream,
			url,
			fromPublic,
			origin: url.origin,
			server,
			asked: 0,
			answers: 0,
			bytes: 0,
			persists: true,
			usedAt: this.now,
		};
		this.#links.set(link.origin, link);
		return link;
	}

	/** One connection is kept beside the one that is used, for servers that send us to another for each file. */
	#makeRoom(): void {
		if (this.#links.size < 2) return;
		const [oldest] = [...this.#links.values()].sort((one, other) => one.usedAt - other.usedAt);
		this.#close(oldest!);
	}

	#close(link: Link): void {
		link.stream.close();
		this.#forget(link);
	}

	#forget(link: Link): void {
		if (this.#links.get(link.origin) !== link) return;
		this.#links.delete(link.origin);
		this.#grounds.slots.give(link.server);
		if (this.#link !== link) return;
		this.#link = undefined;
		this.#answer = undefined;
		this.#isPaused = false;
		if (this.#paid > 0) this.#owner.rateLimits.download.refund(this.#paid);
		this.#paid = 0;
	}

	/** Another connection is used from now on. */
	#use(link: Link): void {
		if (this.#isPaused) this.#link?.stream.resume();
		this.#isPaused = false;
		this.#link = link;
		this.#pace(link);
	}

	// Answers.

	#heard(): void {
		this.now = this.#grounds.clock.now();
		this.#heardAt = this.now;
	}

	#head(link: Link, head: AnswerHead): void {
		const range = this.#ranges.ranges[0];
		this.#heard();
		if (link !== this.#link || link.asked === 0 || range === undefined)
			throw new ProtocolError('unasked-answer', 'it answers what it was not asked');
		const {file} = range;
		const asked = {
			from: range.offset,
			length: range.length,
			fileLength: this.#owner.metainfo.files[file]!.length,
		};
		const answer = readRangeAnswer(head, asked, this.#grounds.clock.wall());
		link.persists = head.persists;
		switch (answer.kind) {
			case 'data':
				this.#answer = {
					kind: 'data',
					left: answer.length,
					untilClose: head.length === undefined && !head.persists,
				};
				// Who gives a little of it at a time is as slow as who gives it all little by little.
				if (range !== this.#range) this.#mark = {at: this.now, bytes: this.traffic.downloaded};
				this.#range = range;
				this.#places.worked(file);
				return;
			case 'redirect': {
				this.#redirects = true;
				const why = this.#places.move(file, answer.location, link.stream.isPublic);
				return why === undefined ? this.#skip(link, head) : this.#fail(why);
			}
			case 'missing':
				if (this.#places.back(file)) return this.#skip(link, head);
				this.#lack(file, answer.why, missingTime);
				return this.#skip(link, head);
			case 'busy':
				return this.#fail(answer.why, answer.after);
			case 'broken':
				return this.#fail(answer.why);
		}
	}

	/** What was asked for is asked for anew, elsewhere or not at all: the rest of the answer is of no use. */
	#skip(link: Link, {length}: AnswerHead): void {
		// It may have been closed meanwhile.
		if (this.#link !== link) return this.#goOn();
		const isKept = link.asked === 1 && link.persists && length !== undefined && length <= mostSkipped;
		if (!isKept) {
			this.#close(link);
			return this.#goOn();
		}
		link.asked = 0;
		this.#answer = {kind: 'useless'};
	}

	#body(link: Link, bytes: Uint8Array, from: number, to: number): void {
		const answer = this.#answer;
		if (link !== this.#link || answer === undefined) return;
		if (answer.kind === 'useless') return;
		const length = to - from;
		if (length > answer.left) throw new ProtocolError('long-body', 'it sends more than it was asked for');
		answer.left -= length;
		link.bytes += length;
		this.#count(length);
		this.#ranges.take(bytes, from, to);
		// Some that are to close the connection at the end of it do not.
		if (answer.left === 0 && answer.untilClose && this.#link === link) this.#end(link);
	}

	#count(bytes: Bytes): void {
		const {stats, rateLimits} = this.#owner;
		this.traffic.came(bytes, this.now);
		this.traffic.lastUsefulAt = this.now;
		stats.download.add(bytes, this.now);
		stats.downloaded += bytes;
		if (rateLimits.maxDownload === undefined) return;
		const owed = bytes - Math.max(0, this.#paid);
		this.#paid -= bytes;
		if (owed > 0) {
			rateLimits.downloadUsed(this.now, 0, owed);
			this.#paid = 0;
		}
	}

	#end(link: Link): void {
		const answer = this.#answer;
		if (link !== this.#link || answer === undefined) return;
		if (answer.kind === 'data' && answer.left > 0)
			throw new ProtocolError('short-body', 'it sends less than it says');
		this.#answer = undefined;
		this.#headSince = this.now;
		link.answers++;
		if (answer.kind === 'data') this.#succeeded(link);
		if (!link.persists) this.#close(link);
		this.#goOn();
	}

	#succeeded(link: Link): void {
		this.#failures = 0;
		this.#keepsConnections ||= link.persists;
		this.run.window = Math.min(this.run.window * 2, this.#widest());
		if (this.#ranges.ranges[0] !== this.#range) {
			link.asked--;
			return;
		}
		// It gave a part of it: the answers to what was asked behind it would come before the rest.
		if (link.asked > 1) this.#close(link);
		else link.asked = 0;
	}

	#widest(): number {
		const rate = this.traffic.download.rate(this.now);
		return Math.max(narrowestWindow, Math.min(widestWindow, Math.ceil((rate * windowTime) / blockLength)));
	}

	#goOn(): void {
		if (this.isClosed) return;
		this.refill();
		this.#send();
	}

	/** A portion was read to its end: time to ask for more, and to wait where a limit has it. */
	#read(link: Link): void {
		this.#heardAt = this.#grounds.clock.now();
		if (link !== this.#link) return;
		if (this.#answer?.kind === 'data') this.refill();
		this.#prune();
		if (this.#link === link) this.#pace(link);
	}

	#closed(link: Link, why: string): void {
		const isInUse = link === this.#link && (link.asked > 0 || this.#answer !== undefined);
		const isNoLoss = this.#answer?.kind === 'useless' || link.answers > 0 || link.bytes >= goodDeal;
		this.#forget(link);
		if (!isInUse || this.isClosed) return;
		this.now = this.#grounds.clock.now();
		if (isNoLoss) return this.#goOn();
		this.#fail(why);
		this.#wasOutOfReach = true;
	}

	// What it lacks.

	#lack(file: number, why: string, forTime: Millis): void {
		const told = `${this.name}: ${safeText(this.#owner.metainfo.files[file]!.path.join('/'), 200)}: ${safeText(why, 200)}`;
		this.#owner.log('warn', `${told}: not asked of it again for now`);
		this.#pieces.lack(file, why, this.now + forTime);
		this.#lacksMore(why, forTime);
	}

	/** What it was asked for goes back; with nothing left it is asked for nothing. */
	#lacksMore(why: string, forTime: Millis): void {
		if (this.#pieces.none) {
			const state: WebSeedState =
				forTime === Infinity ? {name: 'off', why} : {name: 'waiting', until: this.now + forTime, why};
			return this.#leave(state);
		}
		if (this.isClosed) return;
		this.#pieces.count(this.#owner.downloader.picker);
		this.#letGo();
	}

	/** It gave all of a piece that is wrong. To be told by the smart ban, when the piece was taken back. */
	gaveWrong(piece: number): void {
		if (this.#state.name === 'off' || this.pieces?.has(piece) === false) return;
		this.now = this.#grounds.clock.now();
		const {map, metainfo} = this.#owner;
		const file = this.#pieces.wrong(piece);
		const what = file === undefined ? `piece ${piece}` : safeText(metainfo.files[file]!.path.join('/'), 200);
		this.#owner.log('warn', `${this.name} has wrong data: ${what} is not asked of it again`);
		if (++this.#wrong >= mostWrong && this.#wrong * map.pieceLength * 2 > this.traffic.downloaded) {
			this.#owner.log('warn', `${this.name} has too much wrong data: it is not asked for anything again`);
			return this.#leave({name: 'off', why: 'wrong data'});
		}
		if (this.#link !== undefined && this.#link.asked > 0) this.#close(this.#link);
		this.#lacksMore('wrong data', Infinity);
		this.#goOn();
	}

	// Time and limits.

	/** Once a second. */
	tick(now: Millis): void {
		this.now = now;
		for (const link of [...this.#links.values()])
			if (link.asked === 0 && this.#answer === undefined && now - link.usedAt > idleTime) this.#close(link);
		const why = this.#whyTooLate(now);
		if (why !== undefined) return this.#fail(why);
		this.resupply(now);
		this.#goOn();
	}

	#whyTooLate(now: Millis): string | undefined {
		const link = this.#link;
		if (link === undefined || (link.asked === 0 && this.#answer === undefined)) return undefined;
		const {downloaded} = this.traffic;
		if (this.#isPaused) {
			// We keep it waiting, not it us.
			this.#heardAt = now;
			this.#headSince = now;
			this.#mark = {at: now, bytes: downloaded};
			return undefined;
		}
		if (now - this.#heardAt > silence) return `it has said nothing for ${silence / 1000} s`;
		if (this.#answer === undefined && now - this.#headSince > longestHead)
			return 'its answer has no beginning';
		if (now - this.#mark.at <= slowTime) return undefined;
		const bytes = downloaded - this.#mark.bytes;
		this.#mark = {at: now, bytes: downloaded};
		return bytes < blockLength ? `it is too slow: ${bytes} bytes in ${slowTime / 1000} s` : undefined;
	}

	/** Limits may allow more: reads on when they do. Peers are served before. */
	resupply(now: Millis): void {
		if (!this.#isPaused || this.#link === undefined) return;
		this.now = now;
		this.#pace(this.#link);
	}

	/** Reads on as far as what was granted goes. */
	#pace(link: Link): void {
		const {rateLimits} = this.#owner;
		const {maxDownload} = rateLimits;
		const {stream} = link;
		if (maxDownload === undefined) {
			this.#paid = 0;
			if (this.#isPaused) stream.readAtMost(undefined);
		} else {
			const portion = portionOf(maxDownload);
			stream.readAtMost(portion);
			if (this.#paid <= 0) this.#paid += rateLimits.download.grant(this.now, portion);
			if (this.#paid <= 0) {
				this.#isPaused = true;
				return stream.pause();
			}
		}
		if (!this.#isPaused) return;
		this.#isPaused = false;
		stream.resume();
	}
}
