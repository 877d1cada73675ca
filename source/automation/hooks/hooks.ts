import {basename} from 'node:path';
import type {Reply} from '../../api/command.js';
import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {TorrentView} from '../../api/snapshot.js';
import type {Clock, Timer} from '../../base/ports.js';
import {publicUrl} from '../../base/public-url.js';
import type {Millis} from '../../base/units.js';
import type {HttpClient} from '../../io/net/http/http-client.js';
import {isEngineOver} from '../engine-over.js';
import {firstElement} from '../sharing/engine-torrents.js';
import {CompletionJournal} from './completion-journal.js';
import {HookQueue} from './hook-queue.js';
import {type HookEvent, type HookSettings, tracksCompletion} from './hook-settings.js';
import {type HookStory, hookJson, hookVariables, programEnvironment} from './hook-story.js';
import {postHook} from './post-hook.js';
import {type ProgramEnd, runProgram} from './run-program.js';

/** Changes are told at once; this only finds what no change tells of. */
const calm: Millis = 60_000;
/** While something waits for a torrent to be ready. */
const soon: Millis = 2000;
/** Programs, and servers, that are told at the same time; more wait, but no more than so many. */
const atATime = 4;
const mostWaiting = 1000;
/** Between being asked to end and the end of the engine. */
const stopTime: Millis = 700;

/** What telling others stands on. */
export interface HookGround {
	readonly engine: EngineClient;
	readonly clock: Clock;
	readonly http: HttpClient;
	/** Absolute. */
	readonly stateDir: string;
	readonly env: NodeJS.ProcessEnv;
	readonly version: string;
}

/** What is remembered of a torrent from one look to the next. */
interface Seen {
	readonly isAtGoal: boolean;
	readonly isFailed: boolean;
}

function seenOf({state, goal}: TorrentView): Seen {
	return {isAtGoal: goal?.state === 'reached' || goal?.state === 'slowed', isFailed: state === 'failed'};
}

/**
 * Runs programs and tells servers when something happens to a torrent, and moves those that are complete. What happens
 * when a torrent is complete happens once for each, also when the engine ends in the middle of it: then it begins anew.
 */
export class Hooks {
	readonly #ground: HookGround;
	/** Undefined while nobody wants anything of complete ones. */
	#journal: CompletionJournal | undefined;
	readonly #programs = new HookQueue(atATime, mostWaiting);
	readonly #posts = new HookQueue(atATime, mostWaiting);
	readonly #moves = new HookQueue(1, mostWaiting);
	readonly #stopping = new AbortController();
	readonly #running = new Set<Promise<void>>();
	/** Of complete ones what is to be done is being done. */
	readonly #busy = new Set<string>();
	#settings: HookSettings;
	#seen: Map<string, Seen> | undefined;
	#views: readonly TorrentView[] = [];
	/** When they were so. */
	#seenAt: Millis = 0;
	#watching: Watching | undefined;
	#interval: Millis = calm;
	#saidFull = false;
	/** Until what waits is looked at again. */
	#timer: Timer | undefined;

	private constructor(ground: HookGround, settings: HookSettings) {
		this.#ground = ground;
		this.#settings = settings;
	}

	static async open(ground: HookGround, settings: HookSettings): Promise<Hooks> {
		const hooks = new Hooks(ground, settings);
		await hooks.#keepJournal();
		hooks.#watching = ground.engine.watch({interval: calm, torrents: true}, ({torrents}) => {
			if (torrents !== undefined) hooks.#look(torrents);
		});
		return hooks;
	}

	/** Something else is to be done from now on. */
	async apply(settings: HookSettings): Promise<void> {
		this.#settings = settings;
		await this.#keepJournal();
		this.#reviewComplete();
	}

	async #keepJournal(): Promise<void> {
		const {stateDir, clock} = this.#ground;
		const isWanted = tracksCompletion(this.#settings);
		if (isWanted === (this.#journal !== undefined)) return;
		const before = this.#journal;
		this.#journal = undefined;
		await before?.close();
		if (!isWanted) return;
		const journal = new CompletionJournal(stateDir, why =>
			this.#say('warn', `what is complete may be told of again after the next start: ${why}`),
		);
		await journal.open(clock.wall());
		this.#journal = journal;
	}

	/** Programs that run are asked to end; what they were told of completion they are told again. */
	async stop(): Promise<void> {
		this.#watching?.stop();
		this.#timer?.clear();
		this.#stopping.abort();
		const late = new Promise<void>(resolve => this.#ground.clock.after(stopTime, resolve));
		await Promise.race([Promise.all(this.#running), late]);
		await this.#journal?.close();
	}

	#look(views: readonly TorrentView[]): void {
		if (this.#stopping.signal.aborted) return;
		this.#views = views;
		this.#seenAt = this.#ground.clock.wall();
		const before = this.#seen;
		const now = new Map<string, Seen>();
		this.#seen = now;
		for (const view of views) {
			const seen = seenOf(view);
			now.set(view.id, seen);
			if (before === undefined) continue;
			const then = before.get(view.id);
			if (then === undefined) this.#happened('added', view);
			if (seen.isAtGoal && !then?.isAtGoal) this.#happened('goal', view);
			if (seen.isFailed && !then?.isFailed) this.#happened('error', view);
		}
		this.#reviewComplete();
	}

	#reviewComplete(): void {
		if (this.#journal === undefined || this.#seen === undefined) return;
		let waits = false;
		for (const view of this.#journal.look(this.#views, this.#seenAt)) {
			if (this.#busy.has(view.id)) continue;
			// What is on its way elsewhere is told of when it is there.
			const isReady = view.otherDir === undefined && !this.#programs.isFull && !this.#posts.isFull;
			if (isReady) this.#begin(view.id, this.#completed(view, this.#journal));
			else waits = true;
		}
		if (waits) this.#reviewSoon();
		else this.#watchEvery(calm);
	}

	#reviewSoon(): void {
		if (this.#stopping.signal.aborted) return;
		this.#watchEvery(soon);
		this.#timer ??= this.#ground.clock.after(soon, () => {
			this.#timer = undefined;
			this.#reviewComplete();
		});
	}

	#watchEvery(interval: Millis): void {
		if (interval === this.#interval) return;
		this.#interval = interval;
		this.#watching?.change({interval, torrents: true});
	}

	#begin(id: string, work: Promise<void>): void {
		this.#busy.add(id);
		const running = work.finally(() => {
			this.#busy.delete(id);
			this.#running.delete(running);
		});
		this.#running.add(running);
	}

	/** Moves it, tells of it, and takes note that this was done. */
	async #completed(view: TorrentView, journal: CompletionJournal): Promise<void> {
		const {moveByLabel, moveTo} = this.#settings;
		const byLabel = Object.hasOwn(moveByLabel, view.label ?? '') ? moveByLabel[view.label ?? ''] : undefined;
		const target = byLabel ?? moveTo;
		let {dir} = view;
		let moveError: string | undefined;
		if (target !== undefined && target !== dir) {
			const moved = await this.#move(view, target);
			if (moved === 'later') return this.#reviewSoon();
			moveError = moved.why;
			if (moveError === undefined) dir = target;
		}
		const isDone = await this.#tell('complete', {...view, dir}, moveError);
		if (isDone) await journal.told(view.id);
		else this.#reviewSoon();
	}

	/** Answers why it stays where it is; or that it is to be looked at again later. */
	async #move({id, dir}: TorrentView, target: string): Promise<{readonly why?: string} | 'later'> {
		let answer: {readonly why?: string} | 'later' = 'later';
		await this.#moves.add(async () => {
			if (this.#stopping.signal.aborted) return;
			const {engine} = this.#ground;
			try {
				await engine.send({type: 'torrent.move', id, dir: target});
				answer = {};
			} catch (error) {
				if (isEngineOver(error) || (await this.#isMoving(id, target))) return;
				const why = (error as Error).message;
				answer = {why};
				this.#say('error', `on-complete-move: it stays in ${dir}, not ${target}: ${why}`, id);
			}
		});
		return answer;
	}

	/** Somebody else moves it, or has: an earlier run, say, whose move begins anew. */
	async #isMoving(id: string, target: string): Promise<boolean> {
		const {torrents = []} = await this.#ground.engine.send({type: 'session.list'}).catch(() => ({}) as Reply);
		const view = torrents.find(each => each.id === id);
		return view === undefined || view.otherDir !== undefined || view.dir === target;
	}

	#happened(event: HookEvent, view: TorrentView): void {
		const {targets, urls} = this.#settings;
		if (targets[event] === undefined && urls.length === 0) return;
		const running: Promise<void> = this.#tell(event, view).then(() => void this.#running.delete(running));
		this.#running.add(running);
	}

	/** Tells all who are to be told. Answers whether that is over: not when the engine ends before, or too many wait. */
	async #tell(event: HookEvent, torrent: TorrentView, moveError?: string): Promise<boolean> {
		const {engine, clock} = this.#ground;
		const target = this.#settings.targets[event];
		const urls = [...(target?.kind === 'urls' ? target.urls : []), ...this.#settings.urls];
		if (target === undefined && urls.length === 0) return true;
		const root = torrent.files === 0 ? undefined : await firstElement(engine, torrent.id);
		const story: HookStory = {event, torrent, root, at: clock.wall(), moveError};
		const works = [
			...(target?.kind === 'program' ? [this.#programs.add(() => this.#run(story, target.words))] : []),
			...urls.map(url => this.#posts.add(() => this.#post(story, url))),
		];
		if (works.includes(undefined)) this.#tellFull(event, torrent.id);
		else this.#saidFull = false;
		const done = await Promise.all(works);
		return done.every(each => each === true);
	}

	#tellFull(event: HookEvent, id: string): void {
		if (this.#saidFull) return;
		this.#saidFull = true;
		const lost = event === 'complete' ? '' : ', it and what comes until then is not told';
		this.#say('error', `on-${event}: ${mostWaiting} wait to be told already${lost}`, id);
	}

	/** Answers whether it was told, or cannot be: not when the engine ends before. */
	async #run(story: HookStory, words: readonly string[]): Promise<boolean> {
		const {clock, env, stateDir, version} = this.#ground;
		const {signal} = this.#stopping;
		if (signal.aborted) return false;
		const {event, torrent} = story;
		const began = clock.now();
		const end = await runProgram({
			words,
			env: programEnvironment(env, stateDir, hookVariables(story, version)),
			timeout: this.#settings.timeout,
			clock,
			signal,
			said: line => this.#say('info', `on-${event}: ${line}`, torrent.id),
		});
		const [level, text] = endInWords(
			end,
			basename(words[0] ?? ''),
			clock.now() - began,
			this.#settings.timeout,
		);
		this.#say(level, `on-${event}: ${text}`, torrent.id);
		return end.name !== 'stopped';
	}

	/** As `#run`. */
	async #post(story: HookStory, url: string): Promise<boolean> {
		const {clock, http, version} = this.#ground;
		const {signal} = this.#stopping;
		if (signal.aborted) return false;
		const {event, torrent} = story;
		const end = await postHook(url, hookJson(story, version), {http, clock, signal});
		if (end.name === 'told') this.#say('info', `on-${event}: told ${publicUrl(url)}`, torrent.id);
		else if (end.name === 'failed')
			this.#say('warn', `on-${event}: ${publicUrl(url)} was not told: ${end.why}`, torrent.id);
		return end.name !== 'stopped';
	}

	#say(level: 'info' | 'warn' | 'error', text: string, torrent?: string): void {
		this.#ground.engine
			.send({type: 'session.log', level, text, ...(torrent !== undefined && {torrent})})
			.catch(() => {});
	}
}

/** How a program ended, in a line. */
function endInWords(
	end: ProgramEnd,
	program: string,
	took: Millis,
	timeout: Millis,
): readonly ['info' | 'warn', string] {
	if (end.name === 'refused') return ['warn', end.why];
	const time = `${(took / 1000).toFixed(1)} s`;
	const more = end.unsaid > 0 ? `; ${end.unsaid} bytes more of its output are left out` : '';
	switch (end.name) {
		case 'ended':
			return end.status === 0
				? ['info', `${program} is done in ${time}${more}`]
				: ['warn', `${program} failed with status ${end.status} after ${time}${more}`];
		case 'killed':
			return ['warn', `${program} was killed by ${end.signal} after ${time}${more}`];
		case 'late':
			return ['warn', `${program} did not end within ${timeout / 1000} s and was ended${more}`];
		case 'stopped':
			return ['warn', `${program} was ended after ${time}, for the engine ends${more}`];
	}
}
