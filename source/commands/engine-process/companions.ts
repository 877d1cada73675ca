import {isDeepStrictEqual} from 'node:util';
import type {Companion, CompanionGround, CompanionKind} from './companion.js';
import type {Configuration, Refusal} from './reloading-engine.js';

/** So much of a configuration as one kind goes by. */
function partOf({options, sections}: CompanionKind, configuration: Configuration): unknown[] {
	return [...options.map(key => configuration.flags[key]), ...sections.map(key => configuration[key])];
}

/** Those that live beside an engine: opened, told of new settings and ended together. */
export class Companions {
	readonly #kinds: readonly CompanionKind[];
	readonly #ground: CompanionGround;
	readonly #open = new Map<CompanionKind, {readonly companion: Companion; readonly elsewhere: unknown}>();
	#now: Configuration;
	/** One thing after the other. */
	#turn: Promise<void> = Promise.resolve();
	#isStopped = false;

	private constructor(
		kinds: readonly CompanionKind[],
		ground: CompanionGround,
		configuration: Configuration,
	) {
		this.#kinds = kinds;
		this.#ground = ground;
		this.#now = configuration;
	}

	/** Opens those that are wanted. When one refuses, by a `UserError`, those that were opened are ended. */
	static async open(
		kinds: readonly CompanionKind[],
		ground: CompanionGround,
		configuration: Configuration,
	): Promise<Companions> {
		const companions = new Companions(kinds, ground, configuration);
		try {
			for (const kind of kinds)
				if (kind.isWanted(configuration)) await companions.#begin(kind, configuration);
		} catch (error) {
			await companions.stop();
			throw error;
		}
		return companions;
	}

	async #begin(kind: CompanionKind, configuration: Configuration): Promise<void> {
		const elsewhere = await kind.readElsewhere?.(configuration, this.#ground.env);
		const companion = await kind.open(this.#ground, configuration);
		this.#open.set(kind, {companion, elsewhere});
	}

	async #end(kind: CompanionKind): Promise<void> {
		const open = this.#open.get(kind);
		this.#open.delete(kind);
		await open?.companion.stop();
	}

	/**
	 * Goes by a config that was read anew: opens, changes and ends. What refuses is told in the log, and holds up no other.
	 * Answers what does, and why.
	 */
	apply(configuration: Configuration): Promise<Refusal[]> {
		const refused: Refusal[] = [];
		this.#turn = this.#turn.then(async () => {
			const before = this.#now;
			this.#now = configuration;
			for (const kind of this.#kinds) {
				if (this.#isStopped) return;
				try {
					await this.#change(kind, before, configuration);
				} catch (error) {
					const why = `${kind.name}: ${(error as Error).message}`;
					refused.push({options: kind.options, why});
					await this.#tell(why);
				}
			}
		});
		return this.#turn.then(() => refused);
	}

	async #change(kind: CompanionKind, before: Configuration, now: Configuration): Promise<void> {
		const open = this.#open.get(kind);
		if (!kind.isWanted(now)) return this.#end(kind);
		if (open === undefined) return this.#begin(kind, now);
		const {companion, elsewhere} = open;
		const isSame =
			isDeepStrictEqual(partOf(kind, before), partOf(kind, now)) &&
			isDeepStrictEqual(elsewhere, await kind.readElsewhere?.(now, this.#ground.env));
		if (isSame) return;
		if (companion.apply !== undefined) return companion.apply(now);
		await this.#end(kind);
		await this.#begin(kind, now);
	}

	async #tell(text: string): Promise<void> {
		await this.#ground.engine.send({type: 'session.log', level: 'warn', text}).catch(() => {});
	}

	/** Ends all of them. */
	async stop(): Promise<void> {
		this.#isStopped = true;
		await this.#turn;
		await Promise.allSettled([...this.#open.keys()].map(kind => this.#end(kind)));
	}
}
