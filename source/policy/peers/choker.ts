import type {BytesPerSecond, Millis} from '../../base/units.js';

/** An unchoked peer is not choked, and a choked one not unchoked, before this has passed. */
const antiFlap: Millis = 10_000;
/** How long an optimistic unchoke lasts. BEP 3. */
const optimisticTime: Millis = 30_000;
/** A peer's turn while seeding lasts at least this long … */
const turnTime: Millis = 60_000;
/** … and until so many pieces were sent … */
const turnPieces = 20;
/** … but never longer than this, or a slow reader of large pieces would sit there for hours. */
const longestTurn: Millis = 300_000;
/** So long a peer is a newcomer: the time of one optimistic unchoke. */
const newcomerTime: Millis = optimisticTime;
/** How much likelier newcomers, and those who gave before, are drawn than those of whom nothing is known … */
const promising = 3;
/** … and those who had a turn and gave nothing, or let our requests lie. */
const fruitless = 1 / 3;

/** What the choker knows of one connected peer. Times that never were are `-Infinity`. */
export interface ChokeFacts {
	readonly id: number;
	/** They want something we have. */
	readonly interested: boolean;
	readonly amChoking: boolean;
	/** What they send us, steadied, and we them. */
	readonly rateToUs: BytesPerSecond;
	readonly rateFromUs: BytesPerSecond;
	/** They have sent us something since they came. */
	readonly hasGiven?: boolean;
	readonly lastUnchokedAt: Millis;
	readonly lastChokedAt: Millis;
	readonly piecesSentSinceUnchoke: number;
	readonly isSeed: boolean;
	/** They have let our requests lie. */
	readonly snubbed: boolean;
	/** Since when they hold an optimistic slot; undefined when they hold none. */
	readonly optimisticSince: Millis | undefined;
	readonly connectedAt: Millis;
	/** Unchoked for a while, it asks for nothing. */
	readonly idle?: boolean;
	/** What it asked for lies there: it takes nothing. */
	readonly stalled?: boolean;
}

/** What the choker is to go by. */
export interface ChokeOptions {
	/** Nothing more is wanted: rank by turns, not by what they give. */
	readonly seeding: boolean;
	/** Peers unchoked at a time, optimistic ones included. */
	readonly slots: number;
	/** So many more may try: those who have the slots take nothing, and the line stands still. */
	readonly trials?: number;
	readonly now: Millis;
	/** 0 <= x < 1 */
	readonly random: () => number;
}

/** Ids of all who are to be unchoked; everyone else is to be choked. */
export interface ChokePlan {
	/** Optimistic ones included. */
	readonly unchoke: number[];
	/** Those who hold an optimistic slot from now on, or still. */
	readonly optimistic: number[];
}

/**
 * Says who may download from us until the next round, 10 to 15 s from now.
 * Leeching ranks by their rate to us, then those who gave before those who never did, those who snub us left out; seeding lets everyone have a turn.
 * One slot in five, and at least one, goes to a peer drawn by lot for 30 s: newcomers and those who gave before are three
 * times as likely, those who had a turn and gave nothing three times less.
 * No slot stands empty while somebody is interested: whoever holds one and asks for nothing does not count, and who asks
 * and does not take what it is sent has none. BEP 3.
 */
export function planUnchokes(peers: readonly ChokeFacts[], options: ChokeOptions): ChokePlan {
	const {seeding, slots, trials = 0, now, random} = options;
	// Who asks for nothing needs no slot: it keeps the word it was given, and another has a turn. But not who has had
	// its fill: with pauses at the right times it would have a slot from everybody, and for ever.
	const interested = peers.filter(peer => peer.interested && !peer.isSeed);
	const keepsWord = (peer: ChokeFacts): boolean =>
		peer.piecesSentSinceUnchoke === 0 || now - peer.lastUnchokedAt < antiFlap;
	const idle = interested
		.filter(peer => !peer.amChoking && peer.idle && keepsWord(peer))
		.map(peer => peer.id);
	const contenders = interested.filter(peer => !peer.stalled && (peer.amChoking || !peer.idle));
	const stalled = interested.filter(peer => peer.stalled && !peer.amChoking);
	if (contenders.length <= slots) {
		const unchoke = contenders.map(peer => peer.id);
		// Whoever was unchoked and lost interest costs nothing while there is room, and need not ask again.
		for (const peer of peers) {
			if (unchoke.length >= slots) break;
			if (!peer.interested && !peer.amChoking && !peer.isSeed) unchoke.push(peer.id);
		}
		// Nobody waits for their slots: the line may be at fault, not they.
		unchoke.push(...stalled.map(peer => peer.id));
		return {unchoke: [...unchoke, ...idle], optimistic: []};
	}
	const optimisticSlots = slots > 1 ? Math.max(1, Math.floor(slots / 5)) : 0;
	const optimistic = contenders
		.filter(peer => !peer.amChoking && now - (peer.optimisticSince ?? -Infinity) < optimisticTime)
		.slice(0, optimisticSlots);
	const chosen = new Set(optimistic);

	const ranked = contenders
		.filter(peer => !chosen.has(peer))
		.sort(seeding ? byTurn(now) : byReciprocity(now));
	// Unchoked a moment ago: kept, whatever the rank.
	const kept = ranked.filter(peer => !peer.amChoking && now - peer.lastUnchokedAt < antiFlap);
	const fit = ranked.filter(peer => (seeding || !peer.snubbed) && !chokedJustNow(peer, now));
	const take = (from: readonly ChokeFacts[], room: number): void => {
		for (const peer of from) {
			if (room <= 0) return;
			if (chosen.has(peer)) continue;
			chosen.add(peer);
			room--;
		}
	};
	const regular = optimistic.length + slots - optimisticSlots;
	take(kept, regular - chosen.size);
	take(fit, regular - chosen.size);
	while (optimistic.length < optimisticSlots) {
		const waiting = ranked.filter(peer => !chosen.has(peer) && peer.amChoking && !chokedJustNow(peer, now));
		const drawn = draw(waiting, now, random());
		if (!drawn) break;
		chosen.add(drawn);
		optimistic.push(drawn);
	}
	take(fit, slots - chosen.size);
	take(ranked, slots - chosen.size);
	take(onTrial(ranked), trials);
	return {
		unchoke: [...Array.from(chosen, peer => peer.id), ...idle],
		optimistic: optimistic.map(peer => peer.id),
	};
}

/** Who may try while those who hold the slots take nothing: the newest of those who were never unchoked. */
function onTrial(ranked: readonly ChokeFacts[]): ChokeFacts[] {
	return ranked
		.filter(peer => peer.amChoking && peer.lastUnchokedAt === -Infinity)
		.sort((one, other) => other.connectedAt - one.connectedAt || other.id - one.id);
}

function chokedJustNow(peer: ChokeFacts, now: Millis): boolean {
	return peer.amChoking && now - peer.lastChokedAt < antiFlap;
}

type Order = (one: ChokeFacts, other: ChokeFacts) => number;

function byReciprocity(now: Millis): Order {
	const turns = byTurn(now);
	return (one, other) => other.rateToUs - one.rateToUs || given(other) - given(one) || turns(one, other);
}

function given(peer: ChokeFacts): number {
	return peer.hasGiven ? 1 : 0;
}

/** First those whose turn lasts, the fastest in front; then those who have waited longest. */
function byTurn(now: Millis): Order {
	return (one, other) => {
		const oneHas = hasTurn(one, now);
		if (oneHas !== hasTurn(other, now)) return oneHas ? -1 : 1;
		return oneHas
			? other.rateFromUs - one.rateFromUs || one.id - other.id
			: waitingSince(one, now) - waitingSince(other, now) || one.id - other.id;
	};
}

function hasTurn(peer: ChokeFacts, now: Millis): boolean {
	if (peer.amChoking) return false;
	const turn = now - peer.lastUnchokedAt;
	return turn < turnTime || (peer.piecesSentSinceUnchoke < turnPieces && turn < longestTurn);
}

function waitingSince(peer: ChokeFacts, now: Millis): Millis {
	return peer.amChoking ? Math.max(peer.lastChokedAt, peer.connectedAt) : now;
}

function draw(waiting: readonly ChokeFacts[], now: Millis, chance: number): ChokeFacts | undefined {
	let left = chance * waiting.reduce((sum, peer) => sum + promise(peer, now), 0);
	for (const peer of waiting) {
		left -= promise(peer, now);
		if (left < 0) return peer;
	}
	return waiting.at(-1);
}

/** How likely a peer is to be drawn, compared with others. */
function promise(peer: ChokeFacts, now: Millis): number {
	if (peer.snubbed) return fruitless;
	if (peer.hasGiven) return promising;
	if (peer.lastUnchokedAt > -Infinity) return fruitless;
	return now - peer.connectedAt < newcomerTime ? promising : 1;
}
