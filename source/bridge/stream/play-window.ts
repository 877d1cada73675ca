import type {FileData} from '../../api/file-data.js';
import type {Bytes, BytesPerSecond, Millis, Seconds} from '../../base/units.js';

/** Where somebody is in a file, and how fast. */
export interface Playing {
	/** The first byte that is not sent yet. */
	readonly position: Bytes;
	/** What is sent a second. */
	readonly rate: BytesPerSecond;
}

/** Pieces that follow each other, and when they are due: the first within so long, each other one step later. */
export interface DueRun {
	readonly first: number;
	readonly last: number;
	readonly within: Millis;
	readonly step: Millis;
}

/** So much time is kept ahead of a player, at its rate; … */
const ahead: Seconds = 30;
/** … but no less than this, for the rate may have been low because the swarm's was; nor more. */
const leastAhead: Bytes = 8_388_608;
const mostAhead: Bytes = 67_108_864;
/** With very small pieces no more than so many of a player are due. */
const mostPieces = 512;
/** Of all players together. */
const mostDue = 4000;
/** Players are thought to need at least this much. */
const leastRate: BytesPerSecond = 262_144;
/** Pieces are wanted a little sooner than they seem to be needed: what was late is caught up with. */
const haste = 1.25;
/** What is needed at once is due in so long: sooner than anybody could send it. */
const atOnce: Millis = 250;
/** The end of a file is due in so long: many formats have their index there. */
const endWithin: Millis = 2000;
const endLength: Bytes = 524_288;

/** What is due at about the same time is said to be. */
const tolerance: Millis = 5;

type Pieces = Pick<FileData, 'length' | 'first' | 'last' | 'pieceAt' | 'pieceStart' | 'has'>;

/**
 * Which pieces of a file are due, and when, so that everybody who plays it has them in time: from where each is to some
 * time ahead of it, in the order in which they are needed, and the end of the file. Each as early as the first who needs
 * it wants it. Pieces that are here are left out.
 */
export function playWindow(file: Pieces, players: readonly Playing[]): Map<number, Millis> {
	const due = new Map<number, Millis>();
	if (file.length === 0 || players.length === 0) return due;
	const want = (piece: number, within: Millis): void => {
		if (file.has(piece)) return;
		const known = due.get(piece);
		if (known === undefined || within < known) due.set(piece, within);
	};
	const most = Math.max(1, Math.min(mostPieces, Math.floor(mostDue / players.length)));
	for (const {position, rate} of players) {
		if (position >= file.length) continue;
		const pace = Math.max(leastRate, rate) * haste;
		const end = position + Math.min(mostAhead, Math.max(leastAhead, ahead * rate));
		const first = file.pieceAt(position);
		const last = Math.min(file.last, first + most - 1, file.pieceAt(Math.min(file.length, end) - 1));
		for (let piece = first; piece <= last; piece++) {
			const needed = Math.max(0, file.pieceStart(piece) - position);
			want(piece, atOnce + (needed * 1000) / pace);
		}
	}
	const end = file.pieceAt(Math.max(0, file.length - endLength));
	for (let piece = file.last; piece >= end; piece--) want(piece, endWithin);
	return due;
}

/** The same in as few runs as say it, no piece more than some ms sooner or later. */
export function dueRuns(due: ReadonlyMap<number, Millis>): DueRun[] {
	const pieces = [...due.keys()].sort((one, other) => one - other);
	const runs: DueRun[] = [];
	for (let from = 0; from < pieces.length; ) {
		const first = pieces[from]!;
		const within = due.get(first)!;
		let to = from + 1;
		const step = pieces[to] === first + 1 ? Math.max(0, due.get(pieces[to]!)! - within) : 0;
		for (; pieces[to] === first + to - from; to++) {
			const expected = within + (to - from) * step;
			if (Math.abs(due.get(pieces[to]!)! - expected) > tolerance) break;
		}
		runs.push({first, last: pieces[to - 1]!, within, step});
		from = to;
	}
	return runs;
}
