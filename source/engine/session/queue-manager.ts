import type {CheckMode} from '../../api/command.js';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {planQueue, type QueueFacts, type QueueLimits} from '../../policy/session/torrent-queue.js';
import type {Torrent} from '../torrent/torrent.js';
import type {DiskGuard, RoomFacts} from './disk-guard.js';
import {QueueStanding} from './queue-standing.js';

/** Nothing has moved for so long: others need not wait for it. */
export const stallTime: Millis = 600_000;
/** In ticks. */
const planTicks = 5;
/**
 * So many torrents may be looked through in a millisecond, and so many at once after some rest: a plan is made for every
 * change of a few, and among thousands what changes meanwhile is planned for together.
 */
const looksEach = 50;
const mostLooks = 20_000;

/** Says which of the torrents that want to run do, and which wait for others. */
export class QueueManager {
	readonly #torrents: ReadonlyMap<string, Torrent>;
	#limits: QueueLimits | undefined;
	readonly #clock: Clock;
	/** How those that wait are to be checked when their turn comes. */
	readonly #checks = new Map<Torrent, CheckMode>();
	readonly #guard: Pick<DiskGuard, 'isLow' | 'facts'> | undefined;
	readonly #isHalted: () => boolean;
	/** Of those that wait for room it is known what they have: they have run, or were looked at. */
	readonly #known = new WeakSet<Torrent>();
	/** Those that wait for no other. */
	readonly #forced = new Set<Torrent>();
	#planning = false;
	/** It is to be planned when what goes on now has gone on. */
	#isDue = false;
	/** Until then what changes among many is gathered. */
	#gathering: Timer | undefined;
	/** How many torrents may be looked through at once, as of a moment. */
	#looks = mostLooks;
	#looksAt: Millis;
	/** Some numbers belong to no torrent any more. */
	#hasGaps = false;
	/** So many have asked that nothing be planned for now. */
	#held = 0;
	#ticks = 0;

	/**
	 * @param limits undefined lets all run
	 * @param guard what is to be downloaded where there is too little of it waits
	 * @param isHalted whether everything waits now
	 */
	constructor(
		torrents: ReadonlyMap<string, Torrent>,
		limits: QueueLimits | undefined,
		clock: Clock,
		guard?: Pick<DiskGuard, 'isLow' | 'facts'>,
		isHalted: () => boolean = () => false,
	) {
		this.#torrents = torrents;
		this.#limits = limits;
		this.#clock = clock;
		this.#looksAt = clock.now();
		this.#guard = guard;
		this.#isHalted = isHalted;
	}

	/** How many may run; undefined where all may. */
	get limits(): QueueLimits | undefined {
		return this.#limits;
	}

	/** Other numbers hold from now on; nothing changes where all may run. */
	limit(limits: Partial<QueueLimits>): void {
		if (this.#limits === undefined) return;
		this.#limits = {...this.#limits, ...limits};
		this.plan();
	}

	/** How many may run at a time; undefined lets all. */
	get places(): Pick<QueueLimits, 'downloads' | 'seeds'> {
		const {downloads, seeds} = this.#limits ?? {};
		return {downloads, seeds};
	}

	/** Once a second. */
	tick(): void {
		if (++this.#ticks % planTicks === 0) this.plan();
	}

	/** In the order of the queue. */
	get order(): Torrent[] {
		return [...this.#torrents.values()].sort((one, other) => one.settings.queue - other.settings.queue);
	}

	/** Where everybody stands now, looked up once however many are asked for. */
	standing(): QueueStanding {
		return new QueueStanding(() =>
			[...this.#torrents.values()].filter(torrent => torrent.runs && !this.#waitsForRoom(torrent)),
		);
	}

	/** The room that it waits for; undefined when it waits for none. */
	room(torrent: Torrent): RoomFacts | undefined {
		return this.#waitsForRoom(torrent) ? this.#guard?.facts(torrent.dir) : undefined;
	}

	/** The torrent shall run as soon as it is its turn. */
	start(torrent: Torrent, check: CheckMode): void {
		if (torrent.held !== undefined) return;
		// What has changed before is gone by first.
		if (this.#isDue && this.#gathering === undefined) this.plan();
		if (torrent.activity.name === 'active') return;
		// It is looked at already: what it does then is what was said last.
		if (torrent.activity.name === 'checking') {
			torrent.post({type: 'start', check});
			return this.planSoon();
		}
		if (this.#limits === undefined || torrent.choosing) return torrent.post({type: 'start', check});
		this.#checks.set(torrent, check);
		// Both are told to whoever listens, who may ask for a plan: not before the torrent is ready for it.
		this.#planning = true;
		torrent.post({type: 'queue', wanted: true});
		this.#planning = false;
		// At once: its peers stay when it is its turn.
		if (this.#wait === 0 || torrent.swarm.peers.size > 0) this.plan();
		else this.planSoon();
	}

	/** The torrent waits for no other, as long as it is to run. To be told before it is started. */
	force(torrent: Torrent): void {
		this.#forced.add(torrent);
	}

	/** Gives a torrent another place, 1 for the first. */
	move(torrent: Torrent, position: number): void {
		const others = this.order.filter(other => other !== torrent);
		const at = Math.max(0, Math.min(others.length, Math.trunc(position) - 1));
		others.splice(at, 0, torrent);
		this.#number(others);
		this.plan();
	}

	/** A torrent has gone: the others move up. */
	left(torrent: Torrent): void {
		this.#checks.delete(torrent);
		this.#forced.delete(torrent);
		this.#hasGaps = true;
		this.planSoon();
	}

	/** Plans once what goes on now has gone on, however many changes that makes; of many torrents a moment later. */
	planSoon(): void {
		if (this.#isDue || this.#planning) return;
		this.#isDue = true;
		const wait = this.#wait;
		if (wait > 0) {
			this.#gathering = this.#clock.after(wait, () => this.plan());
			return;
		}
		queueMicrotask(() => {
			if (this.#isDue) this.plan();
		});
	}

	/** Until the answer is called nothing is planned: so many torrents come or go that it is worth it only then. */
	hold(): () => void {
		this.#held++;
		return () => {
			this.#held--;
			this.plan();
		};
	}

	/** Starts and holds back torrents as their turn comes; after every change, and now and then. */
	plan(): void {
		if (this.#planning) return;
		this.#gathering?.clear();
		this.#gathering = undefined;
		this.#isDue = false;
		if (this.#held > 0) return;
		if (this.#hasGaps) {
			this.#hasGaps = false;
			this.#number(this.order);
		}
		if (this.#limits === undefined) return;
		this.#restLooks();
		// Plans that are asked for at once may be many: what changes afterwards waits for a moment all the same.
		this.#looks = Math.max(-mostLooks, this.#looks - this.#torrents.size);
		this.#planning = true;
		const runs = [...this.#torrents.values()].filter(torrent => torrent.runs);
		for (const torrent of this.#forced) if (!torrent.runs) this.#forced.delete(torrent);
		const now = this.#clock.now();
		const waiting = new Set(runs.filter(torrent => this.#waitsForRoom(torrent)));
		const isHalted = this.#isHalted();
		const limits = isHalted ? {...this.#limits, total: 0} : this.#limits;
		const active = new Set(
			planQueue(
				runs
					.filter(torrent => !waiting.has(torrent))
					.map(torrent => factsOf(torrent, now, !isHalted && this.#forced.has(torrent))),
				limits,
			),
		);
		for (const torrent of runs) {
			// What is being looked at moves nothing, and is known then.
			if (isHalted && torrent.activity.name === 'checking')
				torrent.post({type: 'look', check: this.#checks.get(torrent) ?? 'quick'});
			else if (waiting.has(torrent)) this.#hold(torrent);
			else if (!active.has(torrent.id)) torrent.post({type: 'queue'});
		}
		for (const torrent of runs) {
			if (!active.has(torrent.id) || isBusy(torrent)) continue;
			const check = this.#checks.get(torrent) ?? 'quick';
			this.#checks.delete(torrent);
			torrent.post({type: 'start', check});
		}
		this.#planning = false;
	}

	/** How long it takes until all may be looked through again; 0 when they may be now. */
	get #wait(): Millis {
		this.#restLooks();
		const lacking = Math.min(mostLooks, this.#torrents.size) - this.#looks;
		return lacking <= 0 ? 0 : Math.ceil(lacking / looksEach);
	}

	#restLooks(): void {
		const now = this.#clock.now();
		this.#looks = Math.min(mostLooks, this.#looks + Math.max(0, now - this.#looksAt) * looksEach);
		this.#looksAt = now;
	}

	/** It would download, and there is too little room for that. What nobody knows yet, or only chooses, takes none. */
	#waitsForRoom(torrent: Torrent): boolean {
		if (this.#guard === undefined || torrent.content === undefined || torrent.hasAllWanted) return false;
		return this.#guard.isLow(torrent.dir);
	}

	/** It may have everything: one that has not run yet is looked at all the same. */
	#hold(torrent: Torrent): void {
		const {name} = torrent.activity;
		if (name === 'active') this.#known.add(torrent);
		else if (name === 'checking' || ((name === 'queued' || name === 'idle') && !this.#known.has(torrent))) {
			this.#known.add(torrent);
			return torrent.post({type: 'look', check: this.#checks.get(torrent) ?? 'quick'});
		}
		torrent.post({type: 'queue'});
	}

	#number(order: readonly Torrent[]): void {
		const wasPlanning = this.#planning;
		this.#planning = true;
		for (const [index, torrent] of order.entries())
			if (torrent.settings.queue !== index + 1) torrent.post({type: 'set', settings: {queue: index + 1}});
		this.#planning = wasPlanning;
	}
}

function isBusy({activity: {name}}: Torrent): boolean {
	return name === 'active' || name === 'checking';
}

function factsOf(torrent: Torrent, now: Millis, forced: boolean): QueueFacts {
	return {
		id: torrent.id,
		position: torrent.settings.queue,
		wants: torrent.hasAllWanted ? 'seed' : 'download',
		active: isBusy(torrent),
		stalled: torrent.active && now - torrent.stats.movedAt > stallTime,
		forced,
	};
}
