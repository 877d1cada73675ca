import type {Command} from '../../api/command.js';
import type {SessionView, TorrentView} from '../../api/snapshot.js';
import type {TorrentDetails} from '../../api/torrent-details.js';
import type {Clock} from '../../base/ports.js';
import type {Reason} from '../../base/reason.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis, Seconds} from '../../base/units.js';
import {WallTime} from '../../base/wall-time.js';
import {whyItStands, whyNothingMoves} from '../../policy/session/stall-reason.js';
import {stalledTime} from '../../policy/session/stalled-time.js';
import type {SessionLimits} from '../limits/session-limits.js';
import type {BlockBudget} from '../session/block-budget.js';
import type {QueueManager} from '../session/queue-manager.js';
import type {QueueStanding} from '../session/queue-standing.js';
import type {SessionServices} from '../session/session-services.js';
import type {SessionSettings} from '../session/session-settings.js';
import type {SessionStats} from '../session/session-stats.js';
import type {Torrent} from '../torrent/torrent.js';
import {KeptViews} from './kept-views.js';
import {QuietViews} from './quiet-views.js';
import {stallFacts, standingFacts} from './stall-facts.js';
import {detailTorrent} from './torrent-details.js';

/** What is reported on. */
export interface ReportedSession {
	readonly services: SessionServices;
	readonly torrents: ReadonlyMap<string, Torrent>;
	readonly traffic: SessionStats;
	readonly limits: SessionLimits;
	readonly queue: QueueManager;
	readonly budget: BlockBudget;
	readonly startedAt: Millis;
	readonly version: string;
	/** What its owner calls this client, and where data goes that is added without a folder. */
	readonly settings: Readonly<SessionSettings>;
	/** What the services of the session add. */
	views(): ReadonlyArray<Partial<SessionView> | undefined>;
}

/** Why a torrent stands still, and for how long nothing has come of what it is to download. */
interface Standstill {
	readonly reason?: Reason | undefined;
	readonly stalledFor?: Seconds | undefined;
}

/** In steps that those who look can bear: a minute, once one has passed. */
function uptimeOf(time: Millis): Seconds {
	const seconds = Math.floor(time / 1000);
	return seconds < 60 ? seconds : seconds - (seconds % 60);
}

/** What the screen and scripts see of a session, and of its torrents in the light of it. */
const mostChoosing = 10;

export class SessionReport {
	readonly #session: ReportedSession;
	readonly #views: KeptViews;
	readonly #wallTime: WallTime;
	readonly #quiet = new QuietViews();
	#reached: {readonly at: Millis; readonly is: boolean} | undefined;

	constructor(session: ReportedSession) {
		this.#session = session;
		this.#views = new KeptViews(session.services.seedRules);
		this.#wallTime = new WallTime(session.services.clock);
	}

	session(now: Millis): SessionView {
		const {services, torrents, traffic, limits, queue, startedAt, version, settings} = this.#session;
		const {name, dir, maxPeers} = settings;
		let downloadRate = 0;
		let uploadRate = 0;
		let connected = 0;
		for (const {stats, swarm} of torrents.values()) {
			if (stats.download.total + stats.upload.total > 0) {
				downloadRate += stats.download.rate(now);
				uploadRate += stats.upload.rate(now);
			}
			if (swarm.peers.size > 0) connected += swarm.connected;
		}
		return {
			name: safeText(name ?? '', 40) || 'tortui',
			version,
			pid: process.pid,
			uptime: uptimeOf(now - startedAt),
			port: services.port(),
			// That nobody has come in is no proof that nobody can: `closed` takes somebody who tried.
			portState: this.#hasReached(now) ? 'open' : 'unknown',
			downloadRate: Math.round(downloadRate),
			uploadRate: Math.round(uploadRate),
			downloaded: traffic.downloaded,
			uploaded: traffic.uploaded,
			earlier: {...traffic.earlier},
			recent: traffic.recent(),
			connected,
			dhtNodes: 0,
			externalAddresses: services.externalAddress.seen,
			maxDownload: services.downloadLimiter.rate,
			maxUpload: services.uploadLimiter.rate,
			maxPeers,
			activeDownloads: queue.places.downloads,
			activeSeeds: queue.places.seeds,
			slowMode: limits.slowMode,
			slowUntil: limits.slowUntil,
			haltedUntil: limits.haltedUntil,
			otherMode: limits.of(limits.slowMode ? 'normal' : 'slow'),
			dir,
			...this.#choosing(now),
			...Object.assign({}, ...this.#session.views()),
		};
	}

	#choosing(now: Millis): Pick<SessionView, 'choosing'> {
		const choosing: TorrentView[] = [];
		for (const torrent of this.#session.torrents.values())
			if (torrent.choosing && choosing.length < mostChoosing) choosing.push(this.torrent(torrent, now));
		return choosing.length > 0 ? {choosing} : {};
	}

	/** Somebody has come to us: the port is open. For all torrents of a list this is found out once. */
	#hasReached(now: Millis): boolean {
		if (this.#reached?.at === now) return this.#reached.is;
		let is = false;
		for (const torrent of this.#session.torrents.values()) {
			is = torrent.sources.reached;
			if (is) break;
		}
		this.#reached = {at: now, is};
		return is;
	}

	/** All torrents, or those of these ids that are there, and what is asked for beside. */
	list(
		{ids, details, reasons = true}: Omit<Extract<Command, {readonly type: 'session.list'}>, 'type'>,
		clock: Clock,
	): {readonly torrents: TorrentView[]; readonly details?: TorrentDetails[]} {
		const all = this.#session.torrents;
		const chosen = ids === undefined ? [...all.values()] : ids.flatMap(id => all.get(id) ?? []);
		const now = clock.now();
		const torrents = this.torrents(chosen, now, reasons);
		if (details === undefined) return {torrents};
		const wanted = new Set(details);
		return {torrents, details: chosen.map(torrent => detailTorrent(torrent, wanted, clock))};
	}

	/** Many at once: who stands where in the queue is looked up once. */
	torrents(torrents: Iterable<Torrent>, now: Millis, reasons = true): TorrentView[] {
		const standing = this.#session.queue.standing();
		return Array.from(torrents, torrent => this.#view(torrent, now, standing, reasons));
	}

	/** All of them, for those who go on looking: what nothing happens with may be as it was a second ago. */
	watched(now: Millis): TorrentView[] {
		const standing = this.#session.queue.standing();
		return this.#quiet.views(this.#session.torrents, now, torrent =>
			this.#view(torrent, now, standing, true),
		);
	}

	torrent(torrent: Torrent, now: Millis): TorrentView {
		return this.#view(torrent, now, this.#session.queue.standing(), true);
	}

	#view(torrent: Torrent, now: Millis, standing: QueueStanding, reasons: boolean): TorrentView {
		const isTold = reasons || torrent.activity.name === 'failed';
		const {reason, stalledFor}: Standstill = isTold ? this.#standstill(torrent, now, standing) : {};
		const view = this.#views.view(torrent, now, reason);
		return stalledFor === undefined ? view : {...view, stalledFor};
	}

	#standstill(torrent: Torrent, now: Millis, standing: QueueStanding): Standstill {
		const {services, queue, budget, limits, startedAt} = this.#session;
		const isQueued = torrent.activity.name === 'queued';
		const place = {
			queuedBehind: isQueued ? standing.before(torrent) : 0,
			haltedUntil: limits.haltedUntil,
			room: isQueued ? queue.room(torrent) : undefined,
		};
		const why = whyItStands(standingFacts(torrent, place));
		if (why !== undefined) return {reason: why};
		const facts = stallFacts(torrent, {
			now,
			wall: at => this.#wallTime.of(at),
			port: services.port(),
			listeningFor: (now - startedAt) / 1000,
			reached: this.#hasReached(now),
			diskBehind: budget.diskBehind,
			...place,
			dhtNodes: services.dht?.nodes,
			encryptedOnly: services.encryption === 'require',
		});
		const cutOff = torrent.active ? services.cutOff?.() : undefined;
		const reason: Reason | undefined =
			cutOff === undefined ? whyNothingMoves(facts) : {level: 'warn', text: cutOff};
		return {reason, stalledFor: stalledTime(facts)};
	}
}
