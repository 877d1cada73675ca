import type {Socket} from 'node:net';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

/** In which the head of a request comes, from when a connection is opened or its first byte is here. */
const headTime: Millis = 10_000;
/** A connection that has had an answer may be used again for so long. */
const idleTime: Millis = 60_000;
/** In which so much of a body comes, or it will not. */
const bodyTime: Millis = 10_000;
const bodyPace = 4096;
/** In which a reader takes something of its answer … */
const readTime: Millis = 60_000;
/** … and longer for one that was given to the system whole: bytes a ms. */
const readPace = 8;
const sweepTime: Millis = 1000;

type Stage =
	/** Nothing of the next request is known. */
	| 'quiet'
	/** Its body is coming. */
	| 'body'
	/** Its answer is being made, or read. */
	| 'answer'
	/** Its answer is read as somebody likes, or it speaks another protocol. */
	| 'own';

interface Visitor {
	readonly socket: Socket;
	stage: Stage;
	/** When that began, or something last moved. */
	since: Millis;
	/** What had come, or gone, by then. */
	moved: number;
	/** What may be waited for now. */
	patience: Millis;
}

/** Connections of a door. Those that say nothing hold no place for long, and none when places are short. */
export class HttpVisitors {
	readonly #clock: Clock;
	readonly #most: number;
	/** The one that has been quiet longest first. */
	readonly #visitors = new Map<Socket, Visitor>();
	#sweep: Timer | undefined;

	constructor(clock: Clock, most: number) {
		this.#clock = clock;
		this.#most = most;
	}

	get size(): number {
		return this.#visitors.size;
	}

	/** Takes a new connection, in place of one that has waited longest where there are too many. */
	add(socket: Socket): void {
		if (this.#visitors.size >= this.#most && !this.#makeRoom()) {
			socket.destroy();
			return;
		}
		this.#visitors.set(socket, {
			socket,
			stage: 'quiet',
			since: this.#clock.now(),
			moved: 0,
			patience: headTime,
		});
		socket.once('close', () => this.#visitors.delete(socket));
		if (!this.#sweep) this.#sweepLater();
	}

	/** Its request's head has come, and its body is being read; or its answer is made, or it has been. */
	is(stage: Stage, socket: Socket): void {
		const visitor = this.#visitors.get(socket);
		if (!visitor) return;
		visitor.stage = stage;
		visitor.since = this.#clock.now();
		visitor.patience = idleTime;
		visitor.moved = stage === 'answer' ? sent(socket) : socket.bytesRead;
		this.#visitors.delete(socket);
		this.#visitors.set(socket, visitor);
	}

	/** Ends those that have nothing under way; `all` ends the others too. */
	end(all: boolean): void {
		for (const {socket, stage} of this.#visitors.values()) {
			if (all || stage === 'quiet' || stage === 'own') socket.destroy();
		}
		if (all) this.#sweep?.clear();
	}

	/** Ends the one that has said nothing longest; where nobody is silent, the one that has read its answer longest. */
	#makeRoom(): boolean {
		const all = [...this.#visitors.values()];
		const goes =
			all.find(({stage}) => stage === 'quiet' || stage === 'body') ??
			all.find(({stage, socket}) => stage === 'answer' && socket.writableLength > 0);
		if (goes === undefined) return false;
		this.#visitors.delete(goes.socket);
		goes.socket.destroy();
		return true;
	}

	#sweepLater(): void {
		this.#sweep = this.#clock.after(sweepTime, () => {
			this.#sweep = undefined;
			const now = this.#clock.now();
			for (const visitor of this.#visitors.values()) {
				if (isLate(visitor, now)) visitor.socket.destroy();
			}
			if (this.#visitors.size > 0) this.#sweepLater();
		});
	}
}

function sent(socket: Socket): number {
	return socket.bytesWritten - socket.writableLength;
}

function isLate(visitor: Visitor, now: Millis): boolean {
	const {socket, stage, since, moved} = visitor;
	switch (stage) {
		case 'quiet':
			if (visitor.patience === idleTime && socket.bytesRead !== moved) {
				visitor.patience = headTime;
				visitor.since = now;
			}
			return now - visitor.since >= visitor.patience;
		case 'body':
			if (now - since < bodyTime) return false;
			if (socket.bytesRead - moved < bodyPace) return true;
			visitor.since = now;
			visitor.moved = socket.bytesRead;
			return false;
		case 'answer':
			if (socket.writableLength === 0 || sent(socket) !== moved) {
				visitor.since = now;
				visitor.moved = sent(socket);
				return false;
			}
			return now - since >= readTime + socket.writableLength / readPace;
		case 'own':
			return false;
		default:
			return stage satisfies never;
	}
}
