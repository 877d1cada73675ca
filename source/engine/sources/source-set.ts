import type {Reannouncement} from '../../api/command.js';
import type {SourceView, TrackerView} from '../../api/snapshot.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {WallTime} from '../../base/wall-time.js';
import type {StallFacts} from '../../policy/session/stall-reason.js';
import type {PeerSource} from './peer-source.js';
import type {ResumeSource} from './resume-source.js';
import {trackerFacts} from './tracker-facts.js';
import type {TrackerSource} from './tracker-source.js';

/** They tell everybody who is in a swarm, so that a private torrent may not have them. BEP 27. */
const publicSources: ReadonlySet<PeerSourceName> = new Set(['dht', 'pex', 'lsd']);
/** How long all of them together have to say goodbye. */
const farewellTime: Millis = 5000;

/** The connections that are made to those whom the sources name. */
export interface SourcedSwarm {
	/** Answers how many of them are news. As `Swarm.add`. */
	add(addresses: readonly PeerAddress[], source: PeerSourceName, by?: string, knowV2?: boolean): number;
	/** Lets go of those whom nobody but these sources named. */
	letGoOfNamedBy(sources: ReadonlySet<PeerSourceName>, why: string): void;
}

/** Whom a source named so far. */
interface Heard {
	peers: number;
	/** Milliseconds since 1970. */
	at: Millis;
}

/** All sources of one torrent's peers: the only place that decides which of them it may have. */
export class SourceSet {
	readonly trackers: TrackerSource;
	readonly #resume: ResumeSource;
	readonly #all: readonly PeerSource[];
	readonly #swarm: SourcedSwarm;
	readonly #clock: Clock;
	readonly #wallTime: WallTime;
	readonly #heard = new Map<PeerSourceName, Heard>();
	/** Undefined while nobody knows: the content is still to come. */
	#private: boolean | undefined;

	/**
	 * @param others in the order in which they are shown
	 * @param isPrivate what the torrent's info dictionary says; undefined before there is one
	 */
	constructor(
		{
			trackers,
			resume,
			others,
		}: {
			readonly trackers: TrackerSource;
			readonly resume: ResumeSource;
			readonly others: readonly PeerSource[];
		},
		swarm: SourcedSwarm,
		clock: Clock,
		isPrivate: boolean | undefined,
	) {
		this.trackers = trackers;
		this.#resume = resume;
		this.#all = [trackers, ...others, resume];
		this.#swarm = swarm;
		this.#clock = clock;
		this.#wallTime = new WallTime(clock);
		this.#private = isPrivate;
	}

	/** BEP 27. False as long as nobody knows. */
	get isPrivate(): boolean {
		return this.#private === true;
	}

	/** Whether the torrent may have peers of this source, and tell its peers by it. */
	allows(source: PeerSourceName): boolean {
		return !this.isPrivate || !publicSources.has(source);
	}

	/** Somebody has come to us since the engine started. */
	get reached(): boolean {
		return this.#heard.has('incoming');
	}

	/** Begins to look for peers. @param remembered those that resume data remembers */
	start(remembered: readonly PeerAddress[]): void {
		this.#resume.remember(remembered);
		for (const source of this.#allowed()) source.start();
	}

	/** The download became complete just now. */
	completed(): void {
		for (const source of this.#allowed()) source.completed();
	}

	/** More peers are needed than there are. */
	needPeers(): void {
		for (const source of this.#allowed()) source.needPeers();
	}

	/** Asks now, as far as those who are asked allow it: for a person who does not want to wait. */
	hurry(): Reannouncement {
		for (const source of this.#allowed()) if (source !== this.trackers) source.hurry();
		const outcome = this.trackers.hurry();
		const others = outcome.running ? this.#allowed().flatMap(({kind, off}) => askable(kind, off)) : [];
		return {...outcome, ...(others.length > 0 && {others})};
	}

	/** Says goodbye everywhere. Resolves when that is done, after 5 s at the latest. */
	async stop(): Promise<void> {
		const stopped = Promise.all(this.#all.map(source => source.stop()));
		const late = new Promise<void>(resolve => {
			const timer = this.#clock.after(farewellTime, resolve);
			void stopped.then(() => timer.clear());
		});
		await Promise.race([stopped, late]);
	}

	/**
	 * A source named these peers; what one names that the torrent may not have is not heard.
	 *
	 * @param by who of its kind: the address of a peer or node, the URL of a tracker
	 * @param knowV2 it was asked for the v2 hash
	 */
	take(addresses: readonly PeerAddress[], source: PeerSourceName, by?: string, knowV2?: boolean): void {
		if (!this.allows(source)) return;
		this.#note(source, this.#swarm.add(addresses, source, by, knowV2));
	}

	/**
	 * The torrent has another hash besides, which was not known before: its peers there are looked for, too. BEP 52.
	 *
	 * @param key 20 bytes
	 */
	swarmJoined(key: Uint8Array): void {
		for (const source of this.#allowed()) source.swarmJoined?.(key);
	}

	/** Somebody came to us, and was let in. */
	cameIn(): void {
		this.#note('incoming', 1);
	}

	#note(source: PeerSourceName, peers: number): void {
		const before = this.#heard.get(source)?.peers ?? 0;
		this.#heard.set(source, {peers: before + peers, at: this.#clock.wall()});
	}

	/**
	 * The content has come, so that it is known whether the torrent is private. If it is, the sources that it may not have
	 * stop, and whoever was named by nobody else goes: peers of an earlier run too, since nobody knows who named those.
	 */
	contentCame(isPrivate: boolean): void {
		const wasPrivate = this.#private;
		this.#private = isPrivate;
		if (!isPrivate || wasPrivate !== undefined) return;
		for (const source of this.#all) if (!this.allows(source.kind)) void source.stop();
		this.#swarm.letGoOfNamedBy(new Set([...publicSources, 'resume']), 'the torrent is private');
	}

	/** One entry a source. */
	views(now: Millis): SourceView[] {
		return this.#all.map(source => this.#view(source, now));
	}

	#view(source: PeerSource, now: Millis): SourceView {
		const {kind, swarm} = source;
		const isAllowed = this.allows(kind);
		const off = isAllowed ? source.off : 'the torrent is private';
		const heard = this.#heard.get(kind);
		const nextAt = isAllowed ? source.nextAt(now) : undefined;
		return {
			kind,
			...(off !== undefined && {off}),
			peers: heard?.peers ?? 0,
			...(heard !== undefined && {heardAt: heard.at}),
			...(nextAt !== undefined && {nextAt: this.#wallTime.of(nextAt)}),
			...(isAllowed && swarm !== undefined && {swarm}),
		};
	}

	/** One row a tracker, in the order in which they are tried. */
	trackerViews(now: Millis): TrackerView[] {
		return this.trackers.views(now);
	}

	/** What the sources have to do with a torrent that stands still. */
	stallFacts(now: Millis): Pick<StallFacts, 'trackers' | 'otherSources'> {
		// Peers name others only when there are any.
		const others = this.#allowed().filter(
			({kind, off}) => publicSources.has(kind) && kind !== 'pex' && off === undefined,
		);
		return {
			trackers: trackerFacts(this.trackers.views(now), this.trackers.namesOnlyUs),
			otherSources: others.length > 0,
		};
	}

	#allowed(): readonly PeerSource[] {
		return this.#all.filter(({kind}) => this.allows(kind));
	}
}

/** Sources besides trackers that can be asked, unless they are switched off. */
function askable(kind: PeerSourceName, off: string | undefined): Array<'dht' | 'lsd'> {
	return off === undefined && (kind === 'dht' || kind === 'lsd') ? [kind] : [];
}
