import type {FileReading} from '../../source/bridge/stream/file-stream.js';
import {FileStream} from '../../source/bridge/stream/file-stream.js';
import type {Node, SwarmWorld} from './swarm-world.ts';

export interface PlayerOptions {
	/** Bytes a second it plays. */
	readonly rate: number;
	/** Bytes it has before it begins, and after it has stood still. */
	readonly start: number;
	/** Bytes it holds at most. */
	readonly cache: number;
}

/** The only file of the torrent, streamed by a node. */
export function streamOf(world: SwarmWorld, {session}: Node): FileStream {
	return new FileStream(world.id, 0, session.openFile(world.id, 0), {engine: session, clock: world.clock});
}

/** A player as people have them: fills what it may hold, begins when it has a little, and stands still without. */
export class Player {
	/** When it began to play after each seek, since that. */
	readonly startedAfter: number[] = [];
	/** How long it stood still each time, once it had begun. */
	readonly stalls: number[] = [];
	/** Bytes it has had. */
	received = 0;
	ended = false;
	readonly #world: SwarmWorld;
	readonly #stream: FileStream;
	readonly #options: PlayerOptions;
	#reading: FileReading | undefined;
	#seekedAt = 0;
	#buffered = 0;
	#isPlaying = false;
	#hasBegun = false;
	#stalledAt = 0;
	#at = 0;

	constructor(world: SwarmWorld, stream: FileStream, options: PlayerOptions) {
		this.#world = world;
		this.#stream = stream;
		this.#options = options;
		this.#tick();
	}

	/** Where it reads. */
	get position(): number {
		return this.#reading?.position ?? 0;
	}

	/** Goes on from somewhere else. */
	seek(position: number): void {
		this.#reading?.close();
		this.#seekedAt = this.#world.clock.now();
		this.#buffered = 0;
		this.#isPlaying = false;
		this.#hasBegun = false;
		const reading = this.#stream.open(position);
		this.#reading = reading;
		void this.#take(reading);
	}

	stop(): void {
		this.#reading?.close();
		this.ended = true;
	}

	async #take(reading: FileReading): Promise<void> {
		const {clock} = this.#world;
		const {start, cache} = this.#options;
		for (;;) {
			while (this.#buffered >= cache) {
				await new Promise<void>(resolve => clock.after(50, resolve));
				if (this.#reading !== reading) return;
			}
			const bytes = await reading.next(262_144);
			if (this.#reading !== reading) return;
			if (bytes === undefined) break;
			this.received += bytes.length;
			this.#buffered += bytes.length;
			if (!this.#isPlaying && this.#buffered >= start) this.#play();
		}
		this.ended = true;
	}

	#play(): void {
		const now = this.#world.clock.now();
		if (!this.#hasBegun) this.startedAfter.push(now - this.#seekedAt);
		else this.stalls.push(now - this.#stalledAt);
		this.#hasBegun = true;
		this.#isPlaying = true;
		this.#at = now;
	}

	#tick(): void {
		const {clock} = this.#world;
		const now = clock.now();
		if (this.#isPlaying) {
			this.#buffered -= ((now - this.#at) * this.#options.rate) / 1000;
			this.#at = now;
			if (this.#buffered < 0 && !this.ended) {
				this.#isPlaying = false;
				this.#stalledAt = now;
				this.#buffered = 0;
			}
		}
		if (!this.ended) clock.after(20, () => this.#tick());
	}
}
