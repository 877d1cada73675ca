import type {Command} from '../../api/command.js';
import type {EngineClient} from '../../api/engine-client.js';
import type {FileData} from '../../api/file-data.js';
import {UserError} from '../../base/errors.js';
import type {Clock, Timer} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';
import {FlowRate} from './flow-rate.js';
import {dueRuns, playWindow} from './play-window.js';

/** What a file that is streamed stands on. */
export interface StreamGround {
	readonly engine: Pick<EngineClient, 'send' | 'watch'>;
	readonly clock: Clock;
}

/** How often it is thought over what is due, while somebody plays. */
const roundTime: Millis = 1000;
/** A player that has moved on is followed no more often. */
const shortestRound: Millis = 250;
/** Who seeks comes again at once: what is due is not thought over in between. */
const seekTime: Millis = 100;
/** A player that went may come again: what is due for it holds so long. */
const returnTime: Millis = 10_000;
/** When nobody has come for so long, a file that was skipped is skipped again. */
const idleTime: Millis = 60_000;
/** What a skipped file becomes while it is played: what is due comes first anyhow. */
const playedPriority = 1;
/** A piece is due at about the same time still. */
const sameTime: Millis = 300;

/** One file of a torrent that is played while it is downloaded, by any number of players. */
export class FileStream {
	readonly file: FileData;
	readonly #id: string;
	readonly #index: number;
	readonly #ground: StreamGround;
	readonly #readings = new Set<FileReading>();
	/** What was said to be due, and when, by the clock. */
	#due = new Map<number, Millis>();
	#timer: Timer | undefined;
	#timerAt: Millis = Infinity;
	#thoughtAt: Millis = -Infinity;
	#idleTimer: Timer | undefined;
	/** Somebody is to come before that, by the clock. */
	#expectedUntil: Millis = -Infinity;
	/** It was skipped before it was played. */
	#wasSkipped = false;
	#forget: (() => void) | undefined;

	constructor(id: string, fileIndex: number, file: FileData, ground: StreamGround) {
		this.#id = id;
		this.#index = fileIndex;
		this.file = file;
		this.#ground = ground;
	}

	/** How many play it now. */
	get players(): number {
		return this.#readings.size;
	}

	/** Begins to read from a position on; until `close` what follows that is downloaded before all else. */
	open(position: Bytes): FileReading {
		const {clock} = this.#ground;
		const reading = new FileReading(this, position, clock, {
			moved: () => this.#think(shortestRound),
			closed: () => this.#left(reading),
		});
		this.#readings.add(reading);
		this.#expectedUntil = -Infinity;
		this.#idleTimer?.clear();
		this.#idleTimer = undefined;
		this.#forget ??= this.file.listen(() => this.#wake());
		this.#want();
		this.#think(0);
		return reading;
	}

	/** Somebody is about to play it, from its beginning. */
	expect(): void {
		if (this.#readings.size > 0) return;
		this.#expectedUntil = this.#ground.clock.now() + returnTime;
		this.#want();
		this.#think(0);
		this.#waitForSomebody();
	}

	/** Nobody plays it any more: readings end, nothing of it is due, and it is skipped again if it was. */
	close(): void {
		for (const reading of [...this.#readings]) reading.close();
		this.#rest();
	}

	#left(reading: FileReading): void {
		this.#readings.delete(reading);
		if (this.#readings.size > 0) return this.#think(seekTime);
		this.#forget?.();
		this.#forget = undefined;
		this.#waitForSomebody();
	}

	/** What is due holds for a while, and that it is wanted for longer. */
	#waitForSomebody(): void {
		this.#idleTimer?.clear();
		this.#idleTimer = this.#ground.clock.after(returnTime, () => {
			this.#withdraw();
			this.#idleTimer = this.#ground.clock.after(idleTime - returnTime, () => this.#rest());
		});
	}

	#rest(): void {
		this.#expectedUntil = -Infinity;
		this.#idleTimer?.clear();
		this.#idleTimer = undefined;
		this.#withdraw();
		if (!this.#wasSkipped) return;
		this.#wasSkipped = false;
		// Unless somebody has chosen otherwise meanwhile.
		if (this.file.priority === playedPriority) this.#prioritise(0);
	}

	#wake(): void {
		for (const reading of [...this.#readings]) reading.wake();
	}

	/** A file that is skipped is wanted while it is played. */
	#want(): void {
		const {file} = this;
		if (file.priority !== 0 || file.available(0, file.length) === file.length) return;
		this.#wasSkipped = true;
		this.#prioritise(playedPriority);
	}

	#prioritise(priority: 0 | typeof playedPriority): void {
		this.#send({type: 'files.priority', id: this.#id, files: [this.#index], priority});
	}

	/** Thinks over what is due, when so long has passed since the last time. */
	#think(gap: Millis): void {
		const {clock} = this.#ground;
		const now = clock.now();
		const at = gap === 0 ? now : Math.max(now, this.#thoughtAt + gap);
		if (at >= this.#timerAt) return;
		this.#timer?.clear();
		this.#timerAt = at;
		this.#timer = clock.after(at - now, () => this.#decide());
	}

	#decide(): void {
		const {clock} = this.#ground;
		const now = clock.now();
		this.#timer = undefined;
		this.#timerAt = Infinity;
		this.#thoughtAt = now;
		const players = [...this.#readings].map(({position, rate}) => ({position, rate}));
		if (players.length === 0) {
			if (now >= this.#expectedUntil) return;
			players.push({position: 0, rate: 0});
		}
		const due = playWindow(this.file, players);
		// First: who was asked for it is free for what is due now.
		this.#deny([...this.#due.keys()].filter(piece => !due.has(piece) && !this.file.has(piece)));
		if (isNews(due, this.#due, now)) this.#setDue(due, now);
		if (due.size > 0) this.#think(roundTime);
	}

	#setDue(due: ReadonlyMap<number, Millis>, now: Millis): void {
		this.#due = new Map([...due].map(([piece, within]) => [piece, now + within]));
		for (const {first, last, within, step} of dueRuns(due)) {
			this.#send({type: 'piece.deadline', id: this.#id, pieces: [[first, last]], within, step});
		}
	}

	#withdraw(): void {
		this.#timer?.clear();
		this.#timer = undefined;
		this.#timerAt = Infinity;
		this.#deny([...this.#due.keys()].filter(piece => !this.file.has(piece)));
		this.#due.clear();
	}

	#deny(pieces: readonly number[]): void {
		if (pieces.length === 0) return;
		for (const piece of pieces) this.#due.delete(piece);
		this.#send({type: 'piece.deadline', id: this.#id, pieces, within: null});
	}

	/** What cannot be done any more, because the torrent is gone say, the readings find out. */
	#send(command: Command): void {
		this.#ground.engine.send(command).catch(() => {});
	}
}

/** Whether other pieces are due than were, or some at another time. */
function isNews(due: ReadonlyMap<number, Millis>, before: ReadonlyMap<number, Millis>, now: Millis): boolean {
	for (const [piece, within] of due) {
		const known = before.get(piece);
		if (known === undefined || Math.abs(known - now - within) > sameTime + within / 4) return true;
	}
	return false;
}

/** Whom a reading tells what it does. */
interface ReadingEvents {
	/** It is in another piece, or waits for one. */
	moved(): void;
	closed(): void;
}

/** Somebody who reads a file from front to back, from one position on. */
export class FileReading {
	readonly #stream: FileStream;
	readonly #clock: Clock;
	readonly #events: ReadingEvents;
	readonly #flow: FlowRate;
	#position: Bytes;
	readonly #closed: Array<() => void> = [];
	#wake: (() => void) | undefined;
	#isClosed = false;

	constructor(stream: FileStream, position: Bytes, clock: Clock, events: ReadingEvents) {
		this.#stream = stream;
		this.#position = position;
		this.#clock = clock;
		this.#events = events;
		this.#flow = new FlowRate(clock.now());
	}

	/** The first byte it has not had. */
	get position(): Bytes {
		return this.#position;
	}

	/** Bytes a second it takes. */
	get rate(): number {
		return this.#flow.at(this.#clock.now());
	}

	/**
	 * What follows, as soon as it is here: at most so many bytes; undefined when it was closed, or at the end of the file.
	 * Rejects with a `UserError` when it cannot be had.
	 */
	async next(most: Bytes): Promise<Uint8Array | undefined> {
		const {file} = this.#stream;
		while (!this.#isClosed && this.#position < file.length) {
			if (file.isGone) throw new UserError('no-such-torrent', 'the torrent was removed');
			const length = file.available(this.#position, most);
			if (length > 0) return this.#read(length);
			this.#events.moved();
			await new Promise<void>(resolve => {
				this.#wake = resolve;
			});
		}
		return undefined;
	}

	async #read(length: Bytes): Promise<Uint8Array | undefined> {
		const {file} = this.#stream;
		const bytes = new Uint8Array(length);
		await file.read(this.#position, bytes);
		if (this.#isClosed) return undefined;
		const before = file.pieceAt(this.#position);
		this.#position += length;
		this.#flow.add(length, this.#clock.now());
		if (file.pieceAt(this.#position) !== before) this.#events.moved();
		return bytes;
	}

	/** More may be there. */
	wake(): void {
		const wake = this.#wake;
		this.#wake = undefined;
		wake?.();
	}

	/** Calls `listener` when it is closed. */
	onClose(listener: () => void): void {
		this.#closed.push(listener);
	}

	/** It reads no more: `next` that waits answers undefined. */
	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.wake();
		this.#events.closed();
		for (const listener of this.#closed) listener();
	}
}
