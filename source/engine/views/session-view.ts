import type {SessionView, TorrentView} from '../../api/snapshot.js';
import type {Reason} from '../../base/reason.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis, Seconds} from '../../base/units.js';
import {whyNothingMoves} from '../../policy/session/stall-reason.js';
import type {SessionLimits} from '../limits/session-limits.js';
import type {BlockBudget} from '../session/block-budget.js';
import type {QueueManager} from '../session/queue-manager.js';
import type {SessionServices} from '../session/session-services.js';
import type {SessionSettings} from '../session/session-settings.js';
import type {SessionStats} from '../session/session-stats.js';
import type {Torrent} from '../torrent/torrent.js';
import {stallFacts} from './stall-facts.js';
import {viewTorrent} from './torrent-view.js';

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

/** In steps that those who look can bear: a minute, once one has passed. */
function uptimeOf(time: Millis): Seconds {
	const seconds = Math.floor(time / 1000);
	return seconds < 60 ? seconds : seconds - (seconds % 60);
}

/** What the screen and scripts see of a session, and of its torrents in the light of it. */
const mostChoosing = 10;

export class SessionReport {
	readonly #session: ReportedSession;

	constructor(session: ReportedSession) {
		this.#session = session;
	}

	session(now: Millis): SessionView {
		const {services, torrents, traffic, limits, queue, startedAt, version, settings} = this.#session;
		const {name, dir, maxPeers} = settings;
		let downloadRate = 0;
		let uploadRate = 0;
		let connected = 0;
		for (const torrent of torrents.values()) {
			downloadRate += torrent.stats.download.rate(now);
			uploadRate += torrent.stats.upload.rate(now);
			connected += torrent.swarm.connected;
		}
		return {
			name: safeText(name ?? '', 40) || 'tortui',
			version,
			pid: process.pid,
			uptime: uptimeOf(now - startedAt),
			port: services.port(),
			// That nobody has come in is no proof that nobody can: `closed` takes somebody who tried.
			portState: this.#reached ? 'open' : 'unknown',
			downloadRate: Math.round(downloadRate),
			uploadRate: Math.round(uploadRate),
			downloaded: traffic.downloaded,
			uploaded: traffic.uploaded,
			connected,
			dhtNodes: 0,
			externalAddresses: services.externalAddress.seen,
			maxDownload: services.downloadLimiter.rate,
			maxUpload: services.uploadLimiter.rate,
			maxPeers,
			activeDownloads: queue.places.downloads,
			activeSeeds: queue.places.seeds,
			slowMode: limits.slowMode,
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

	/** Somebody has come to us: the port is open. */
	get #reached(): boolean {
		for (const torrent of this.#session.torrents.values()) if (torrent.sources.reached) return true;
		return false;
	}

	torrent(torrent: Torrent, now: Millis): TorrentView {
		return viewTorrent(torrent, now, this.#reason(torrent, now));
	}

	#reason(torrent: Torrent, now: Millis): Reason | undefined {
		const {services, queue, budget, startedAt} = this.#session;
		return whyNothingMoves(
			stallFacts(torrent, {
				now,
				port: services.port(),
				listeningFor: (now - startedAt) / 1000,
				reached: this.#reached,
				diskBehind: budget.diskBehind,
				queuedBehind: torrent.activity.name === 'queued' ? queue.before(torrent) : 0,
				room: torrent.activity.name === 'queued' ? queue.room(torrent) : undefined,
				dhtNodes: services.dht?.nodes,
			}),
		);
	}
}
