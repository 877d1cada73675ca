import type {Bytes, Millis} from '../../base/units.js';

/** Metadata travels in pieces of so many bytes. BEP 9. */
const pieceLength: Bytes = 16_384;
/** Larger info dictionaries could not be read. */
const largestMetadata: Bytes = 10_000_000;
/** Who says that it is larger than this is believed last: a false size must not keep the true one waiting. */
const doubtfulSize: Bytes = 4 << 20;
/** Who has not answered for so long is not waited for alone any more. */
const patience: Millis = 10_000;
/** Who has nothing to answer is asked, too, for what another has not answered for so long. */
const hurry: Millis = 2000;
/** After so long it may be asked again. */
const forgotten: Millis = 60_000;
/** Pieces one peer is asked for at a time. */
const mostOfOne = 3;
/** Wholes that are fetched of one peer each at a time, once one of several was wrong; more of them while all are small. */
const fewestAlone = 3;
const smallTogether: Bytes = 512 << 10;
/** Wholes at a time, those of peers who answer and take their time over it included; and of doubtful sizes. */
const mostAtATime = 16;
const mostDoubtful = 3;
/** Whoever had part in a wrong whole is asked after all others for so long, drawn by chance. */
const shortRest: readonly [Millis, Millis] = [20_000, 70_000];
/** A host that is at fault is not asked again for so long, by whatever connection; so many are remembered. */
const badHostTime: Millis = 10 * 60_000;
const mostHosts = 1000;
/** After a reject it is asked again: it may have it by then. */
const rejectRest: Millis = 30_000;
/** Sizes that are told apart. */
const mostSizes = 32;

/** A question for one piece. */
export interface MetadataRequest {
	readonly peer: number;
	readonly piece: number;
}

/** What a piece that came led to. */
export type MetadataOutcome =
	| {readonly kind: 'nothing'}
	/** It was asked for and is kept. */
	| {readonly kind: 'kept'}
	/** It is of the wrong length or says another size: whoever sent it is at fault. */
	| {readonly kind: 'wrong'}
	/** All pieces are here: whoever has the hash says by `failed` when they are wrong. */
	| {readonly kind: 'whole'; readonly bytes: Uint8Array; readonly attempt: number};

interface Source {
	readonly size: Bytes;
	/** The same for all connections with whoever it is. */
	readonly host: string;
	/** Not asked before. */
	readyAt: Millis;
	/** It alone gave a whole that was wrong, or breaks the rules. */
	isBad: boolean;
	/** Pieces it was asked for, by attempt, and when. */
	readonly open: Map<string, {readonly attempt: number; readonly piece: number; readonly at: Millis}>;
}

/** What is known of a host, whatever connections there are with it. */
interface HostNotes {
	/** Not asked before: it alone gave a whole that was wrong, or broke the rules. */
	readonly badUntil: Millis;
	/** Asked before only where nobody else is left to be asked: it had part in a wrong whole. */
	readonly restUntil: Millis;
}

const noNotes: HostNotes = {badUntil: -Infinity, restUntil: -Infinity};

interface Attempt {
	readonly size: Bytes;
	/** Undefined: of any who say this size. */
	readonly alone: number | undefined;
	readonly pieces: Array<Uint8Array | undefined>;
	readonly from: Array<number | undefined>;
	readonly since: Millis;
	missing: number;
	isWhole: boolean;
}

/**
 * Fetches metadata from the peers that have it: decides whom to ask for which piece, and whom not to believe. First a
 * whole is put together of what several give; when that is wrong nobody can tell by whom, and from then on wholes of one
 * peer each are fetched. BEP 9.
 */
export class MetadataDownload {
	readonly #random: () => number;
	readonly #sources = new Map<number, Source>();
	readonly #attempts = new Map<number, Attempt>();
	/** What was found out lately, the last at the end. */
	readonly #hosts = new Map<string, HostNotes>();
	/** When it was last asked whom to ask. */
	#lookedAt: Millis = -Infinity;
	/** How often a whole of a size was wrong. */
	readonly #wrongSizes = new Map<Bytes, number>();
	#attemptCount = 0;
	#failures = 0;

	/** @param random 0 <= x < 1 */
	constructor(random: () => number) {
		this.#random = random;
	}

	/** Peers that say they have it. */
	get sources(): number {
		let count = 0;
		for (const source of this.#sources.values())
			if (!source.isBad && !this.#isBadHost(source, this.#lookedAt)) count++;
		return count;
	}

	/** Of those, who is asked for something just now. */
	get asked(): number {
		let count = 0;
		for (const {open} of this.#sources.values()) if (open.size > 0) count++;
		return count;
	}

	/** Wholes that were wrong. */
	get failures(): number {
		return this.#failures;
	}

	/** How far the one that is farthest has come: 0 .. 1. */
	get progress(): number {
		let most = 0;
		for (const {pieces, missing} of this.#attempts.values())
			most = Math.max(most, (pieces.length - missing) / pieces.length);
		return most;
	}

	/**
	 * A peer says that it has metadata of this size; later words of it change nothing. Answers whether that can be.
	 *
	 * @param host the same for all connections with whoever it is: one that was at fault is not asked by another
	 */
	offer(peer: number, size: Bytes, now: Millis, host: string): boolean {
		if (!(size >= 1 && size <= largestMetadata)) return false;
		if (this.#sources.has(peer)) return true;
		this.#sources.set(peer, {size, host, readyAt: now, isBad: false, open: new Map()});
		return true;
	}

	#note(host: string, notes: Partial<HostNotes>): void {
		const before = this.#hosts.get(host) ?? noNotes;
		this.#hosts.delete(host);
		this.#hosts.set(host, {...before, ...notes});
		if (this.#hosts.size <= mostHosts) return;
		for (const oldest of this.#hosts.keys()) {
			this.#hosts.delete(oldest);
			return;
		}
	}

	#isBadHost({host}: Source, now: Millis): boolean {
		return (this.#hosts.get(host) ?? noNotes).badUntil > now;
	}

	#rests({host}: Source, now: Millis): boolean {
		return (this.#hosts.get(host) ?? noNotes).restUntil > now;
	}

	/** It is at fault: neither it nor any other connection with its host is asked. */
	#isAtFault(source: Source, now: Millis): void {
		source.isBad = true;
		this.#note(source.host, {badUntil: now + badHostTime});
		for (const [peer, {host}] of this.#sources) if (host === source.host) this.#giveUpAlone(peer);
	}

	#giveUpAlone(peer: number): void {
		for (const [number, attempt] of this.#attempts)
			if (attempt.alone === peer && !attempt.isWhole) this.#attempts.delete(number);
	}

	/** A peer is gone, or takes no questions any more. */
	left(peer: number): void {
		this.#sources.delete(peer);
		this.#giveUpAlone(peer);
	}

	/** Whom to ask for what now; they count as asked. */
	next(now: Millis): MetadataRequest[] {
		this.#lookedAt = now;
		for (const {open} of this.#sources.values())
			for (const [key, {at}] of open) if (now - at >= forgotten) open.delete(key);
		this.#begin(now);
		const requests: MetadataRequest[] = [];
		for (const [number, attempt] of this.#attempts) {
			if (attempt.isWhole) continue;
			const able = this.#ableFor(attempt, now);
			const askedAt = this.#askedAt(number);
			for (let piece = 0; piece < attempt.pieces.length; piece++) {
				// Thousands of pieces are not gone through for who can be asked nothing.
				if (!able.some(([, {open}]) => open.size < mostOfOne)) break;
				if (attempt.pieces[piece] !== undefined) continue;
				const key = `${number} ${piece}`;
				const peer = whomToAsk(able, key, now - (askedAt.get(piece) ?? -Infinity));
				if (peer === undefined) continue;
				this.#sources.get(peer)!.open.set(key, {attempt: number, piece, at: now});
				requests.push({peer, piece});
			}
		}
		return requests;
	}

	/** When to ask again for what is not answered; Infinity for never. */
	nextDeadline(now: Millis): Millis {
		let next = Infinity;
		for (const {open, host, readyAt, isBad} of this.#sources.values()) {
			if (isBad) continue;
			const {badUntil, restUntil} = this.#hosts.get(host) ?? noNotes;
			for (const due of [readyAt, badUntil, restUntil]) if (due > now) next = Math.min(next, due);
			for (const {at} of open.values())
				for (const due of [at + hurry, at + patience]) if (due > now) next = Math.min(next, due);
		}
		return next;
	}

	/** Who takes its time over a whole keeps nobody waiting who has another. */
	#begin(now: Millis): void {
		if (this.#failures === 0) {
			const sizes = new Set([...this.#attempts.values()].map(attempt => attempt.size));
			const answers = [...this.#sources.values()].some(
				source => sizes.has(source.size) && this.#answers(source, now),
			);
			let size = this.#bestSize(sizes, now);
			if (size !== undefined && this.#mayOpen(size, answers ? 1 : mostAtATime, now))
				this.#open(size, undefined, now);
			// Small ones cost next to nothing: whatever sizes are named are tried together.
			while (size !== undefined && size * (sizes.size + 1) <= smallTogether) {
				sizes.add(size);
				size = this.#bestSize(sizes, now);
				if (size === undefined || size * sizes.size > smallTogether) return;
				if (this.#mayOpen(size, mostAtATime, now)) this.#open(size, undefined, now);
			}
			return;
		}
		// Who is silent makes room.
		for (const [number, {alone, isWhole}] of this.#attempts) {
			const source = alone === undefined ? undefined : this.#sources.get(alone);
			if (!isWhole && (source === undefined || !this.#answers(source, now))) this.#attempts.delete(number);
		}
		const busy = new Set([...this.#attempts.values()].map(({alone}) => alone));
		const rested: Array<readonly [peer: number, source: Source]> = [];
		const resting: Array<readonly [peer: number, source: Source]> = [];
		for (const [peer, source] of this.#sources) {
			if (busy.has(peer) || !this.#answers(source, now)) continue;
			(this.#rests(source, now) ? resting : rested).push([peer, source]);
		}
		for (const [peer, {size}] of rested) this.#openAlone(peer, size, now);
		// Who had part in a wrong whole may be honest: it is not waited for where there is nobody else.
		if (rested.length > 0 || this.#othersAreAsked(now)) return;
		for (const [peer, {size}] of resting) this.#openAlone(peer, size, now);
	}

	#openAlone(peer: number, size: Bytes, now: Millis): void {
		const together = Math.min(mostAtATime, Math.max(fewestAlone, Math.floor(smallTogether / size)));
		if (this.#mayOpen(size, together, now)) this.#open(size, peer, now);
	}

	/** Whether one that had no part in a wrong whole is asked, and has had no time to answer yet. */
	#othersAreAsked(now: Millis): boolean {
		for (const {alone, since, isWhole} of this.#attempts.values()) {
			const source = alone === undefined ? undefined : this.#sources.get(alone);
			if (source === undefined || isWhole || now - since >= hurry) continue;
			if (!this.#rests(source, now)) return true;
		}
		return false;
	}

	/**
	 * Whether one more whole may be fetched: always while there are fewer than `least`, and otherwise once those there are
	 * have had their time. Where there are too many the slowest is given up.
	 */
	#mayOpen(size: Bytes, least: number, now: Millis): boolean {
		const isDoubtful = size > doubtfulSize;
		const rivals = [...this.#attempts].filter(([, other]) => other.size > doubtfulSize === isDoubtful);
		const young = rivals.filter(([, {since}]) => now - since < hurry).length;
		if (young >= least) return false;
		if (rivals.length < (isDoubtful ? mostDoubtful : mostAtATime)) return true;
		const rate = ({pieces, missing, since}: Attempt): number => (pieces.length - missing) / (now - since);
		const slowest = rivals
			.filter(([, {since, isWhole}]) => now - since >= patience && !isWhole)
			.sort(([, one], [, other]) => rate(one) - rate(other))[0];
		if (slowest === undefined) return false;
		const [number, {alone, size: given}] = slowest;
		this.#attempts.delete(number);
		this.#wrongSizes.set(given, (this.#wrongSizes.get(given) ?? 0) + 1);
		const source = alone === undefined ? undefined : this.#sources.get(alone);
		if (source !== undefined) source.readyAt = now + rejectRest;
		return true;
	}

	#answers(source: Source, now: Millis): boolean {
		const {open, isBad, readyAt} = source;
		if (isBad || readyAt > now || this.#isBadHost(source, now)) return false;
		for (const {at} of open.values()) if (now - at >= patience) return false;
		return true;
	}

	#open(size: Bytes, alone: number | undefined, now: Millis): void {
		const count = Math.ceil(size / pieceLength);
		this.#attempts.set(this.#attemptCount++, {
			size,
			alone,
			pieces: new Array<undefined>(count).fill(undefined),
			from: new Array<undefined>(count).fill(undefined),
			since: now,
			missing: count,
			isWhole: false,
		});
	}

	/** The size most say, those in doubt last. */
	#bestSize(tried: ReadonlySet<Bytes>, now: Millis): Bytes | undefined {
		const votes = new Map<Bytes, number>();
		for (const source of this.#sources.values()) {
			const {size} = source;
			if (tried.has(size) || !this.#answers(source, now)) continue;
			if (votes.has(size) || votes.size < mostSizes) votes.set(size, (votes.get(size) ?? 0) + 1);
		}
		const rank = (size: Bytes): number =>
			(size > doubtfulSize ? 1000 : 0) + 10 * (this.#wrongSizes.get(size) ?? 0);
		let best: Bytes | undefined;
		for (const [size, count] of votes) {
			if (best === undefined) best = size;
			else {
				const difference = rank(size) - rank(best);
				if (difference < 0 || (difference === 0 && count > votes.get(best)!)) best = size;
			}
		}
		return best;
	}

	/** Who may be asked for pieces of an attempt. */
	#ableFor({size, alone}: Attempt, now: Millis): Array<readonly [peer: number, source: Source]> {
		const only = alone === undefined ? undefined : this.#sources.get(alone);
		const from = alone === undefined ? this.#sources : only === undefined ? [] : [[alone, only] as const];
		return [...from].filter(
			([, source]) =>
				!source.isBad && source.readyAt <= now && source.size === size && !this.#isBadHost(source, now),
		);
	}

	/** When each piece of an attempt was asked for last. */
	#askedAt(number: number): Map<number, Millis> {
		const times = new Map<number, Millis>();
		for (const {open} of this.#sources.values())
			for (const {attempt, piece, at} of open.values())
				if (attempt === number) times.set(piece, Math.max(at, times.get(piece) ?? -Infinity));
		return times;
	}

	/** A piece came. `total`: the size it says, if it says one. The bytes are copied. */
	received(
		peer: number,
		piece: number,
		total: Bytes | undefined,
		data: Uint8Array,
		now: Millis,
	): MetadataOutcome {
		const source = this.#sources.get(peer);
		if (source === undefined) return {kind: 'nothing'};
		const asked = [...source.open.entries()].find(([, open]) => open.piece === piece);
		if (asked === undefined) return {kind: 'wrong'};
		source.open.delete(asked[0]);
		const attempt = this.#attempts.get(asked[1].attempt);
		if (attempt === undefined || attempt.isWhole) return {kind: 'nothing'};
		const length = Math.min(pieceLength, attempt.size - piece * pieceLength);
		if (data.length !== length || (total !== undefined && total !== attempt.size)) {
			this.#isAtFault(source, now);
			return {kind: 'wrong'};
		}
		if (attempt.pieces[piece] !== undefined) return {kind: 'nothing'};
		attempt.pieces[piece] = data.slice();
		attempt.from[piece] = peer;
		if (--attempt.missing > 0) return {kind: 'kept'};
		attempt.isWhole = true;
		const bytes = new Uint8Array(attempt.size);
		for (const [at, part] of attempt.pieces.entries()) bytes.set(part!, at * pieceLength);
		return {kind: 'whole', bytes, attempt: asked[1].attempt};
	}

	/** A peer does not give a piece. Answers whether it was asked for it. */
	rejected(peer: number, piece: number, now: Millis): boolean {
		const source = this.#sources.get(peer);
		const asked = source && [...source.open.entries()].find(([, open]) => open.piece === piece);
		if (source === undefined || asked === undefined) return false;
		source.open.delete(asked[0]);
		source.readyAt = now + rejectRest;
		const attempt = this.#attempts.get(asked[1].attempt);
		if (attempt?.alone === peer && !attempt.isWhole) this.#attempts.delete(asked[1].attempt);
		return true;
	}

	/** The whole of an attempt is wrong: whoever had part in it is asked last for a while; who alone gave it not any more. */
	failed(number: number, now: Millis): void {
		const attempt = this.#attempts.get(number);
		if (attempt === undefined) return;
		this.#attempts.delete(number);
		this.#failures++;
		this.#wrongSizes.set(attempt.size, (this.#wrongSizes.get(attempt.size) ?? 0) + 1);
		const senders = new Set(attempt.from);
		for (const peer of senders) {
			const source = peer === undefined ? undefined : this.#sources.get(peer);
			if (source === undefined) continue;
			if (senders.size === 1) this.#isAtFault(source, now);
			const [least, most] = shortRest;
			this.#note(source.host, {restUntil: now + least + this.#random() * (most - least)});
		}
	}
}

/** Of those who may be asked whoever has least to answer; only the idle while another has not had its time. */
function whomToAsk(
	able: ReadonlyArray<readonly [peer: number, source: Source]>,
	key: string,
	waited: Millis,
): number | undefined {
	// One peer a piece, as long as it answers.
	if (waited < hurry) return undefined;
	let best: number | undefined;
	let fewest = waited < patience ? 1 : mostOfOne;
	for (const [peer, {open}] of able) {
		if (open.has(key) || open.size >= fewest) continue;
		best = peer;
		fewest = open.size;
	}
	return best;
}
