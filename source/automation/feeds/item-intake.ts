import type {AddOptions, Command, Reply} from '../../api/command.js';
import type {EngineClient} from '../../api/engine-client.js';
import type {FeedRule} from '../../api/feed-rules.js';
import {UserError} from '../../base/errors.js';
import type {Clock} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import {readMetainfoAside} from '../../io/metainfo/thread.js';
import type {HttpClient} from '../../io/net/http/http-client.js';
import {isEngineOver} from '../engine-over.js';
import type {Feed, KnownItem} from './feed.js';
import type {FeedHistory} from './feed-history.js';
import {secretOf} from './feed-settings.js';
import {fetchTarget} from './fetch-torrent.js';

/** What cannot be had is tried each time that the feed is looked at: so often, and for so long, at the least. */
const leastTries = 8;
const patience: Millis = 3 * 86_400_000;

/** What taking items stands on. */
export interface IntakeGround {
	readonly engine: EngineClient;
	readonly http: HttpClient;
	readonly clock: Clock;
	readonly history: FeedHistory;
	say(level: 'info' | 'warn', text: string): void;
}

/** What came of it. */
export interface Taken {
	readonly id: string | undefined;
	readonly already: boolean;
}

/** Adds what items lead to to the engine, and notes that it did. */
export class ItemIntake {
	readonly #ground: IntakeGround;

	constructor(ground: IntakeGround) {
		this.#ground = ground;
	}

	/** Takes what fits a rule, unless something was done with it, or its torrent was taken, before. What goes wrong is noted. */
	async takeRuled(feed: Feed, known: KnownItem): Promise<void> {
		const {history, clock, say} = this.#ground;
		const {rule, item, id} = known;
		if (rule === undefined || item.target === undefined || history.fate(feed.id, id) !== undefined) return;
		const {name} = rule.rule;
		const at = clock.wall();
		if (item.infoHash !== undefined && history.knows(item.infoHash))
			return history.note(feed.id, id, {state: 'had', at, infoHash: item.infoHash, rule: name});
		try {
			const {already} = await this.take(feed, known, optionsOf(rule.rule), name);
			say(
				'info',
				`${feed.name}: «${safeText(item.title, 100)}» ${already ? 'was here already' : `is added (rule ${safeText(name, 60)})`}`,
			);
		} catch (error) {
			if (!(error instanceof UserError) || isEngineOver(error)) throw error;
			if (feed.gone.signal.aborted) return;
			const tries = (known.later?.tries ?? 0) + 1;
			const since = Math.min(known.later?.since ?? at, at);
			const isOver = tries >= leastTries && at - since >= patience;
			const isFinal = error.exitStatus === 3 || error.exitStatus === 2 || isOver;
			if (tries === 1 || isFinal)
				say(
					'warn',
					`${feed.name}: «${safeText(item.title, 100)}» is ${isFinal ? 'not added' : 'tried again'}: ${error.message}`,
				);
			if (!isFinal) known.later = {why: error.message, tries, since};
			else {
				known.later = undefined;
				await history.note(feed.id, id, {state: 'failed', at, rule: name, why: safeText(error.message, 200)});
			}
		}
	}

	/** Adds what an item leads to, and notes it. Rejects with a `UserError`. */
	async take(feed: Feed, known: KnownItem, options: AddOptions, rule?: string): Promise<Taken> {
		const {engine, history, clock} = this.#ground;
		const command = await this.#command(feed, known, options);
		const before = rule === undefined ? undefined : await this.#takenBefore(command);
		const {id, already = false}: Reply =
			before === undefined ? await engine.send(command) : {id: before, already: true};
		known.later = undefined;
		await history.note(feed.id, known.id, {
			state: already ? 'had' : 'taken',
			at: clock.wall(),
			infoHash: id ?? known.item.infoHash,
			...(rule !== undefined && {rule}),
		});
		return {id, already};
	}

	/** The info-hash of what would be added, when that was taken from another feed or under another name. */
	async #takenBefore(command: Command): Promise<string | undefined> {
		if (command.type !== 'torrent.add') return undefined;
		try {
			const {infoHash, infoHashV2} = await readMetainfoAside(command.metainfo as Uint8Array);
			return [infoHash, infoHashV2].find(hash => hash !== undefined && this.#ground.history.knows(hash));
		} catch {
			// What is wrong with it the engine says.
			return undefined;
		}
	}

	async #command(feed: Feed, {item: {target}}: KnownItem, options: AddOptions): Promise<Command> {
		if (target === undefined) throw new UserError('no-torrent', 'no torrent is in it', 3);
		if (target.kind === 'magnet') return {type: 'torrent.addLink', link: target.url, options};
		const wish = {
			url: target.url,
			feedUrl: feed.settings.url,
			secret: secretOf(feed.settings),
			fromPublic: feed.isPublic,
			signal: feed.gone.signal,
		};
		const found = await fetchTarget(wish, this.#ground.http);
		return 'link' in found
			? {type: 'torrent.addLink', link: found.link, options}
			: {type: 'torrent.add', metainfo: found.metainfo, options};
	}
}

/** What a rule has its torrents added with. */
export function optionsOf(rule: FeedRule): AddOptions {
	const {dir, label, start, select, sequential, goal, maxDownload, maxUpload} = rule;
	return {
		...(dir !== undefined && {dir}),
		...(label !== undefined && {label}),
		...(start === false && {paused: true}),
		...(select !== undefined && {select}),
		...(sequential !== undefined && {sequential}),
		...(goal !== undefined && {goal}),
		...(maxDownload !== undefined && {maxDownload}),
		...(maxUpload !== undefined && {maxUpload}),
		// Whoever has it already has it as they wanted it. A folder that is named goes before that of the label.
		usual: [
			...(dir === undefined ? ['dir'] : []),
			'label',
			'paused',
			'select',
			'sequential',
			'goal',
			'maxDownload',
			'maxUpload',
		],
	};
}
