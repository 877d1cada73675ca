import type {Command, Reply} from '../api/command.js';
import type {EngineClient, Watching} from '../api/engine-client.js';
import type {Update, Watch} from '../api/snapshot.js';
import type {Clock, Timer} from '../base/ports.js';
import type {Millis} from '../base/units.js';
import type {EnginePart, PartSection, PartSectionName, StoppableEngine} from './engine-part.js';

/** So long the parts have to let go of everything. */
const stopTime: Millis = 1000;
/** What parts tell comes no more often than this. */
const shortestInterval: Millis = 250;

/** An engine together with its parts: what is asked of any of them is answered through one door. */
export class AutomatedEngine implements StoppableEngine {
	readonly closed: Promise<string>;
	readonly #engine: StoppableEngine;
	readonly #parts: readonly EnginePart[];
	readonly #clock: Clock;
	#stopping: Promise<void> | undefined;

	/** @param parts the first that answers a command is asked it, and the first stands outermost around what is done */
	constructor(engine: StoppableEngine, parts: readonly EnginePart[], clock: Clock) {
		this.#engine = engine;
		this.#parts = parts;
		this.#clock = clock;
		this.closed = engine.closed;
	}

	async send(command: Command): Promise<Reply> {
		const asked = this.#parts.find(part => part.answers(command.type));
		if (asked !== undefined) return asked.send(command);
		if (command.type === 'session.stop') {
			await this.stop(command.handOver !== undefined);
			return {};
		}
		const ask = (): Promise<Reply> => this.#engine.send(command);
		return this.#parts.reduceRight(
			(inner, part) => (part.around === undefined ? inner : () => part.around!(command, inner)),
			ask,
		)();
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		const sections = this.#parts.flatMap(({section}) => section ?? []);
		return new PartWatching(this.#engine, sections, this.#clock, watch, listener);
	}

	/** The parts first: they speak to the engine to the end. */
	stop(haste = false): Promise<void> {
		this.#stopping ??= this.#stop(haste);
		return this.#stopping;
	}

	async #stop(haste: boolean): Promise<void> {
		const late = new Promise<void>(resolve => this.#clock.after(stopTime, resolve));
		await Promise.race([Promise.allSettled(this.#parts.map(part => part.stop())), late]);
		await this.#engine.stop(haste);
	}

	/** An engine in this process is let go of by `stop`. */
	close(): void {
		void this.stop();
	}
}

/** What somebody watches: the engine's sections, and those of its parts. */
class PartWatching implements Watching {
	readonly #sections: readonly PartSection[];
	readonly #clock: Clock;
	readonly #listener: (update: Update) => void;
	readonly #inner: Watching;
	readonly #forget: ReadonlyArray<() => void>;
	#watch: Watch;
	#revision = 0;
	/** Of each section, the revision that was told last. */
	readonly #told = new Map<PartSectionName, number>();
	#timer: Timer | undefined;
	#isStopped = false;

	constructor(
		engine: EngineClient,
		sections: readonly PartSection[],
		clock: Clock,
		watch: Watch,
		listener: (update: Update) => void,
	) {
		this.#sections = sections;
		this.#clock = clock;
		this.#watch = watch;
		this.#listener = listener;
		this.#inner = engine.watch(watch, update => this.#tell(update));
		this.#forget = sections.map(section =>
			section.listen(() => {
				if (this.#isDue(section)) this.#schedule(Math.max(shortestInterval, this.#watch.interval));
			}),
		);
		this.#schedule(0);
	}

	#isDue({name, revision}: PartSection): boolean {
		return this.#watch[name] === true && this.#told.get(name) !== revision;
	}

	#tell(update: Partial<Update>): void {
		if (this.#isStopped) return;
		const due: Partial<Record<PartSectionName, unknown>> = {};
		for (const section of this.#sections) {
			if (!this.#isDue(section)) continue;
			this.#told.set(section.name, section.revision);
			due[section.name] = section.view;
		}
		this.#revision++;
		this.#listener({...update, ...(due as Partial<Update>), revision: this.#revision});
	}

	#schedule(time: Millis): void {
		if (this.#timer !== undefined || this.#isStopped) return;
		if (!this.#sections.some(section => this.#isDue(section))) return;
		this.#timer = this.#clock.after(time, () => {
			this.#timer = undefined;
			if (this.#sections.some(section => this.#isDue(section))) this.#tell({});
		});
	}

	change(watch: Watch): void {
		this.#watch = watch;
		this.#told.clear();
		this.#inner.change(watch);
		this.#schedule(0);
	}

	stop(): void {
		this.#isStopped = true;
		this.#timer?.clear();
		for (const forget of this.#forget) forget();
		this.#inner.stop();
	}
}
