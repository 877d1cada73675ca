import {resolve} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import type {Command, EngineSettings, Reloaded, Reply} from '../../api/command.js';
import type {Watching} from '../../api/engine-client.js';
import type {Update, Watch} from '../../api/snapshot.js';
import {labelRules} from '../../automation/labels/label-settings.js';
import {usualSlowRate} from '../../engine/limits/session-limits.js';
import {wantedConnections} from '../../policy/peers/connection-limits.js';
import type {Flags} from '../arguments/command.js';
import {changedSections, type Sections} from '../arguments/config-sections.js';
import type {ownOptions} from '../arguments/engine-arguments.js';
import {parseSlowTime} from '../arguments/engine-quantities.js';
import {optionName} from '../arguments/option-names.js';
import {goalOptions, seedRules} from '../arguments/seed-goal-values.js';
import {type LocalEngine, usualDownloads, usualPeers} from './open-session.js';

/** What an engine goes by: what was typed, and what its config file says. */
export interface Configuration extends Sections {
	readonly flags: Flags<typeof ownOptions>;
}

/** Something beside the engine that does not go by what its config file says: because of which options, and why. */
export interface Refusal {
	readonly options: readonly string[];
	readonly why: string;
}

type OwnOption = keyof typeof ownOptions;

/** The options that can change while it runs, with what they come to. */
const changeable: {
	readonly [K in Exclude<keyof EngineSettings & OwnOption, 'seedRules'>]-?: (
		flags: Configuration['flags'],
	) => EngineSettings[K];
} = {
	dir: ({dir}) => resolve(dir ?? '.'),
	// Any free one is had already.
	port: ({port}) => port || undefined,
	maxPeers: ({maxPeers}) => maxPeers ?? usualPeers,
	maxConnections: ({maxConnections, maxPeers}) => wantedConnections(maxConnections, maxPeers ?? usualPeers),
	name: ({name}) => name ?? null,
	maxDownload: ({maxDownload}) => maxDownload ?? null,
	maxUpload: ({maxUpload}) => maxUpload ?? null,
	slowDownload: ({slowDownload}) => (slowDownload === undefined ? usualSlowRate : slowDownload),
	slowUpload: ({slowUpload}) => (slowUpload === undefined ? usualSlowRate : slowUpload),
	slowTimes: ({slowTimes}) => slowTimes.map(time => parseSlowTime(time, 'slow-times')),
	activeDownloads: ({activeDownloads}) => (activeDownloads === undefined ? usualDownloads : activeDownloads),
	activeSeeds: ({activeSeeds}) => activeSeeds ?? null,
	minFreeSpace: ({minFreeSpace}) => minFreeSpace ?? null,
};

const isGoal = (key: string) => key === 'seedRules' || (goalOptions as readonly string[]).includes(key);

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** An engine that can read its config file anew, while it runs. */
export class ReloadingEngine implements LocalEngine {
	readonly closed: Promise<string>;
	readonly #engine: LocalEngine;
	readonly #read: () => Configuration;
	readonly #applied: (configuration: Configuration) => Promise<readonly Refusal[]>;
	readonly #beside: ReadonlySet<string>;
	#now: Configuration;
	/** As it was started: what cannot change is compared with that. */
	readonly #first: Configuration;

	/**
	 * @param now what it was started with
	 * @param read reads anew what holds; throws a `UserError` for what cannot be read
	 * @param applied told of what holds then, for those beside the engine that go by it; answers which do not
	 * @param beside the options that they go by, so that these can change
	 */
	constructor(
		engine: LocalEngine,
		now: Configuration,
		read: () => Configuration,
		applied: (configuration: Configuration) => Promise<readonly Refusal[]>,
		beside: ReadonlySet<string>,
	) {
		this.#engine = engine;
		this.closed = engine.closed;
		this.#now = now;
		this.#first = now;
		this.#read = read;
		this.#applied = applied;
		this.#beside = beside;
	}

	async send(command: Command): Promise<Reply> {
		return command.type === 'session.reload' ? {reloaded: await this.reload()} : this.#engine.send(command);
	}

	/** Reads the config file anew and goes by it. Rejects with a `UserError` when it is wrong; all stays as it was then. */
	async reload(): Promise<Reloaded> {
		const now = this.#read();
		const {flags} = now;
		const before = this.#now;
		const settings: Record<string, unknown> = {};
		const changed: OwnOption[] = [];
		const later: OwnOption[] = [];
		for (const key of Object.keys(flags) as OwnOption[]) {
			if (Object.hasOwn(changeable, key) || key === 'nick' || isGoal(key) || this.#beside.has(key)) {
				if (!isSame(flags[key], before.flags[key])) changed.push(key);
			} else if (!isSame(flags[key], this.#first.flags[key])) later.push(key);
		}
		for (const key of changed)
			if (Object.hasOwn(changeable, key)) settings[key] = changeable[key as keyof typeof changeable](flags);
		// They go by all of it together.
		if (changed.some(isGoal) || !isDeepStrictEqual(now.labels, before.labels))
			settings['seedRules'] = seedRules(flags, labelRules(now.labels));
		await this.#engine.send({type: 'session.configure', settings});
		if (changed.includes('nick') && flags.nick !== undefined)
			await this.#engine.send({type: 'network.nick', nick: flags.nick});
		this.#now = now;
		const refusals = await this.#applied(now);
		const isRefused = (key: string) => refusals.some(({options}) => options.includes(key));
		const held = changed.filter(key => !isRefused(key));
		const refused = refusals.map(({why}) => why);
		return {
			changed: [...held.map(optionName), ...changedSections(before, now)],
			later: later.map(optionName),
			...(refused.length > 0 && {refused}),
		};
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		return this.#engine.watch(watch, listener);
	}

	stop(haste?: boolean): Promise<void> {
		return this.#engine.stop(haste);
	}

	close(): void {
		this.#engine.close();
	}
}
