import type {BytesPerSecond, Millis} from '../../base/units.js';

/** So long a newcomer may take to say what it has or what it wants. */
const muteTime: Millis = 3000;
/** So long one may take to ask for something that may, or to send something that was asked. */
const silentTime: Millis = 5000;
/** Who has traded nothing for so long makes room for somebody new … */
const tradelessTime: Millis = 60_000;
/** … and, for who was here already for nothing, one that has traded nothing for so long. */
const longTradelessTime: Millis = 120_000;
/** Those who merely hold their place go no faster than this: a crowd of newcomers is no better than they are. */
const holderGap: Millis = 200;
/** One that might trade yet is let go for a newcomer no sooner than so long after the last. */
const turnoverGap: Millis = 5000;
/**
 * Who trades less than this, some eight blocks a minute, holds its place rather than needs it: a full set of such peers
 * is less than one slow line.
 */
const trickle: BytesPerSecond = 2048;
/** … and has had so long to show it. */
const trickleTime: Millis = 30_000;
/** Who gives less than this, a block a second, makes room for one we dial in the part that is kept for those. */
const slow: BytesPerSecond = 16_384;
/** A part of the places, one in so many, is kept for peers we dial: nobody can choose whom we know. */
const dialledPart = 4;

/** What is to be known of a connected peer to say who makes room. */
export interface TurnoverFacts {
	readonly id: number;
	readonly incoming: boolean;
	readonly connectedAt: Millis;
	/** When a block last came or went; undefined for never. */
	readonly tradedAt: Millis | undefined;
	/** What it gives us and what goes either way, over the last minute or so. */
	readonly giving: BytesPerSecond;
	readonly trading: BytesPerSecond;
	/** It has something, or wants something. */
	readonly hasSpoken: boolean;
	/** Its host was here before, and traded nothing. */
	readonly returns: boolean;
	/** Since when it could ask us for what it wants and does not, or owes us all that it was asked for. */
	readonly silentSince: Millis | undefined;
}

/** Whom room is made for. */
export interface Newcomer {
	/** It comes to us, or we are going to dial it. */
	readonly how: 'comes' | 'dialled';
	/** Its host was not here before for nothing, as far as is known. */
	readonly isNew: boolean;
}

/** What was done so far. */
export interface TurnoverState {
	readonly now: Millis;
	/** When room was made last … */
	readonly lastMade: Millis;
	/** … and by letting go of one that might have traded yet. */
	readonly lastTurnover: Millis;
	/** All places there are. */
	readonly places: number;
}

/** Whether a connected peer is of no use, as far as can be told: it holds its place and does nothing with it. */
function holdsOnly(peer: TurnoverFacts, now: Millis): boolean {
	if (peer.tradedAt !== undefined) return false;
	if (peer.returns) return true;
	if (!peer.hasSpoken && now - peer.connectedAt >= muteTime) return true;
	return peer.silentSince !== undefined && now - peer.silentSince >= silentTime;
}

/** Whether it has had the time to show what it gives us, and that is not much. */
function givesLittle(peer: TurnoverFacts, now: Millis): boolean {
	const here = now - peer.connectedAt;
	return here >= tradelessTime ? peer.giving < slow : here >= silentTime && peer.giving === 0;
}

/**
 * Who makes room when all places are taken; undefined when nobody is to. Those who merely hold their place make room at
 * once for anybody new; anybody does when nobody has traded for 5 s: those who have the places are not the right ones.
 * Else who might trade yet goes only after a minute without a block, or with a few only, one every 5 s. Who was here
 * before for nothing finds room only where nobody has traded for two minutes.
 */
export function whoYields(
	peers: readonly TurnoverFacts[],
	newcomer: Newcomer,
	{now, lastMade, lastTurnover, places}: TurnoverState,
): {readonly id: number; readonly isTurnover: boolean; readonly trickles?: boolean} | undefined {
	const idleSince = (peer: TurnoverFacts): Millis => peer.tradedAt ?? peer.connectedAt;
	const idlest = (of: readonly TurnoverFacts[]): TurnoverFacts | undefined =>
		of.reduce<TurnoverFacts | undefined>(
			(worst, peer) => (worst === undefined || idleSince(peer) < idleSince(worst) ? peer : worst),
			undefined,
		);
	if (now - lastMade < holderGap) return undefined;
	if (newcomer.isNew) {
		const holder = idlest(peers.filter(peer => holdsOnly(peer, now)));
		if (holder !== undefined) return {id: holder.id, isTurnover: false};
	}
	if (newcomer.isNew && peers.every(({tradedAt}) => tradedAt === undefined || now - tradedAt >= silentTime)) {
		const worst = idlest(peers.filter(peer => now - idleSince(peer) >= silentTime));
		if (worst !== undefined) return {id: worst.id, isTurnover: false};
	}
	if (now - lastTurnover < turnoverGap) return undefined;
	const dialled = peers.reduce((count, peer) => count + (peer.incoming ? 0 : 1), 0);
	const owed = newcomer.how === 'dialled' && dialled < Math.floor(places / dialledPart);
	const patience = newcomer.isNew ? tradelessTime : longTradelessTime;
	const worst =
		idlest(peers.filter(peer => now - idleSince(peer) >= patience)) ??
		(owed ? idlest(peers.filter(peer => peer.incoming && givesLittle(peer, now))) : undefined);
	if (worst !== undefined) return {id: worst.id, isTurnover: true};
	if (!newcomer.isNew) return undefined;
	const least = peers
		.filter(
			peer => peer.tradedAt !== undefined && now - peer.connectedAt >= trickleTime && peer.trading < trickle,
		)
		.reduce<TurnoverFacts | undefined>(
			(worst, peer) => (worst === undefined || peer.trading < worst.trading ? peer : worst),
			undefined,
		);
	return least && {id: least.id, isTurnover: true, trickles: true};
}
