import {UserError} from '../../base/errors.js';
import type {Clock} from '../../base/ports.js';
import type {BytesPerSecond, Millis} from '../../base/units.js';
import {BlockPool} from '../../io/disk/block-pool.js';
import {DiskService} from '../../io/disk/disk-service.js';
import {machineClock} from '../../io/machine/clock.js';
import {openFileLimit} from '../../io/machine/open-file-limit.js';
import {resolvePeer} from '../../io/net/resolve-peer.js';
import {PathRegistry} from '../../io/ownership/path-registry.js';
import {LimitStore} from '../../io/state/limit-store.js';
import {StatsStore} from '../../io/state/stats-store.js';
import {StateStore} from '../../io/state/torrent-store.js';
import {TotalsStore} from '../../io/state/totals-store.js';
import {connectionLimits, wantedConnections} from '../../policy/peers/connection-limits.js';
import {isMagnet, magnetNotes, parseMagnet} from '../../protocol/metainfo/magnet.js';
import {idOf} from '../../protocol/metainfo/swarm-hashes.js';
import type {AddingSetup} from '../adding/adding-setup.js';
import {AdoptedTorrents} from '../adding/adopted-torrents.js';
import {exportMetainfo} from '../adding/export-metainfo.js';
import {previewMagnet} from '../adding/preview-magnet.js';
import {removeTorrent} from '../adding/remove-torrent.js';
import {TorrentAdder} from '../adding/torrent-adder.js';
import {previewMetainfo, readMetainfo, TorrentLinks} from '../adding/torrent-links.js';
import {TorrentRestorer} from '../adding/torrent-restorer.js';
import {TorrentTwins} from '../adding/torrent-twins.js';
import type {CatalogueService} from '../catalogue/catalogue-service.js';
import type {CommandHost} from '../commands/command-host.js';
import {Creations} from '../creating/creations.js';
import {SessionLimits, usualSlowRate} from '../limits/session-limits.js';
import {SessionLog} from '../log/session-log.js';
import {ConnectionSlots} from '../swarm/connection-slots.js';
import type {Torrent} from '../torrent/torrent.js';
import {UpdateComposer} from '../views/compose-update.js';
import {dhtView} from '../views/dht-view.js';
import {Finder} from '../views/finder.js';
import {SessionReport} from '../views/session-view.js';
import {Watchers} from '../views/watchers.js';
import {Autosave} from './autosave.js';
import {BlockBudget} from './block-budget.js';
import {composeCatalogue} from './compose-catalogue.js';
import {composeShared} from './compose-shared.js';
import {DiskGuard} from './disk-guard.js';
import {FilePatrol} from './file-patrol.js';
import {FreeSpace} from './free-space.js';
import {QueueManager} from './queue-manager.js';
import {SeedGoals} from './seed-goals.js';
import type {SessionOptions} from './session-options.js';
import type {SessionService} from './session-service.js';
import type {SessionServices} from './session-services.js';
import type {SessionSettings} from './session-settings.js';
import {SessionStats} from './session-stats.js';
import {TorrentIndex} from './torrent-index.js';
import {Totals} from './totals.js';

const usualPoolSlots = 4096;
/** What the disk has to end what it does when we leave. */
const diskFarewell: Millis = 3000;

/** What a session is made of. */
export interface SessionParts {
	readonly clock: Clock;
	readonly torrents: ReadonlyMap<string, Torrent>;
	/** In the order in which they start and tick. */
	readonly services: readonly SessionService[];
	readonly commands: CommandHost;
	readonly autosave: Autosave;
	readonly watchers: Watchers;
	readonly log: SessionLog;
	/** Where peers find us; 0 before they can. */
	port(): number;
	/** Lets go of what the services stood on: sockets and the disk, which gets 3 s for it. */
	release(): Promise<void>;
	/** Lets go of the sockets only, at once. */
	closeSockets(): void;
}

/** What is only there when the session is to remember. */
interface Stores {
	readonly speeds: StatsStore | undefined;
	readonly limits: LimitStore | undefined;
	readonly totals: TotalsStore | undefined;
}

/** Puts a session together; nothing of it runs yet. */
export function composeSession(options: SessionOptions): SessionParts {
	const torrents = new TorrentIndex();
	const settings: SessionSettings = {dir: options.dir, maxPeers: options.maxPeers, name: options.name};
	const seedRules = {rules: options.seedRules ?? {all: {}, rules: []}};
	const clock = options.clock ?? machineClock;
	const startedAt = clock.now();
	const log = new SessionLog(options.log, torrents, clock);
	const write: SessionServices['log'] = (level, text, torrent) => log.write(level, text, torrent);
	const paths = new PathRegistry();
	const pool = new BlockPool(options.poolSlots ?? usualPoolSlots);
	const disk =
		options.openDisk?.(pool) ??
		new DiskService(pool, {stateDir: options.stateDir, thread: options.diskThread});
	const connections = wantedConnections(options.maxConnections, options.maxPeers);
	const most = connectionLimits(openFileLimit(), connections);
	const slots = new ConnectionSlots(most.peers, torrents, clock);
	const budget = new BlockBudget(pool, torrents, clock);
	const {
		shared,
		services: network,
		closeSockets,
		movePort,
		blocklist,
	} = composeShared({
		options,
		clock,
		disk,
		pool,
		paths,
		torrents,
		slots,
		budget,
		seedRules,
		halfOpen: most.halfOpen,
		log: write,
		limitsChanged: () => limits.changed(),
	});
	const stores = openStores(options, write);
	const limits = composeLimits(options, stores.limits, shared, torrents, () => queue.plan());
	const guard = new DiskGuard(
		{disk, torrents, changed: () => queue.plan(), log: write, now: () => clock.now()},
		options.minFreeSpace,
	);
	const queue = new QueueManager(
		torrents,
		options.queue,
		clock,
		guard,
		() => limits.haltedUntil !== undefined,
	);
	const stats = new SessionStats(torrents, clock, stores.speeds);
	const totals = stores.totals && new Totals(stores.totals, torrents, stats);
	const store = options.store ?? new StateStore(options.stateDir, write);
	const autosave = new Autosave(
		{torrents, traffic: stats, store, speeds: stores.speeds, log: write},
		startedAt,
	);
	const changed = () => watchers.hurry();
	const keep = (torrent: Torrent) => autosave.save(torrent);
	const places = {torrents, queue, paths, store, speeds: stores.speeds, log: write};
	const twins = new TorrentTwins({
		torrents,
		queue,
		remove: torrent => removeTorrent(places, torrent, false),
	});
	const adding: AddingSetup = {
		services: shared,
		torrents,
		adopted: new AdoptedTorrents({
			services: shared,
			torrents,
			queue,
			store,
			twins,
			changed,
			limited: () => limits.serve(),
			keep,
		}),
		queue,
		twins,
		store,
		lasting: options.persist,
		settings,
		trackers: options.trackers,
		changed,
	};
	const adder = new TorrentAdder(adding);
	const creations = new Creations({
		make: options.makeTorrent,
		async add(bytes, addOptions) {
			const reply = await adder.add(bytes, addOptions);
			const torrent = torrents.get(reply.id ?? '');
			if (torrent !== undefined) keep(torrent);
			return reply;
		},
		clock,
		createdBy: `tortui/${options.version}`,
		log: write,
		changed,
	});
	const catalogue = composeCatalogue(options, shared, torrents, store);
	const seedGoals = new SeedGoals({
		holder: seedRules,
		torrents,
		queue,
		remove: (torrent, withData) => removeTorrent(places, torrent, withData),
		log: write,
	});
	const services: readonly SessionService[] = [
		...network,
		{start: () => warnOfFewFiles(most.peers, connections, write)},
		limits,
		stats,
		...(totals === undefined ? [] : [totals]),
		new TorrentRestorer({...adding, speeds: stores.speeds, totals, kept: torrent => autosave.kept(torrent)}),
		new FilePatrol(torrents),
		guard,
		seedGoals,
		budget,
		{tick: () => queue.tick()},
		log,
		autosave,
		catalogue,
		new FreeSpace(disk, () => settings.dir),
		creations,
	];
	const finder = new Finder(torrents, clock);
	const report = new SessionReport({
		services: shared,
		torrents,
		traffic: stats,
		limits,
		queue,
		budget,
		startedAt,
		version: options.version,
		settings,
		views: () => services.map(service => service.view?.()),
	});
	const watchers = composeWatchers({torrents, clock, stats, log, report, creations, catalogue});
	const links = new TorrentLinks(shared.http, clock);
	return {
		clock,
		torrents,
		services,
		autosave,
		watchers,
		log,
		commands: {
			torrents,
			queue,
			limits,
			settings,
			seedGoals,
			guard,
			now: () => clock.now(),
			port: () => shared.port(),
			connections: {
				get most() {
					return slots.most;
				},
				limit: wanted => slots.limit(connectionLimits(openFileLimit(), wanted).peers),
			},
			movePort,
			blocklist,
			adder,
			creations,
			addLink: async (link, addOptions) =>
				isMagnet(link)
					? adder.addMagnet(parseMagnet(link), addOptions, magnetNotes(link))
					: adder.add(await links.read(link), addOptions),
			preview: link =>
				isMagnet(link)
					? previewMagnet(parseMagnet(link), torrents, magnetNotes(link))
					: links.preview(link, id => torrents.has(id)),
			previewBytes: async bytes => {
				const metainfo = await readMetainfo(bytes);
				return previewMetainfo(metainfo, torrents.has(idOf(metainfo)));
			},
			metainfo: torrent => exportMetainfo(torrent, store),
			remove: (torrent, withData) => removeTorrent(places, torrent, withData),
			resolvePeer: async text => {
				const peer = await resolvePeer(text, shared.resolver);
				if (!shared.filter?.blocks(peer.host)) return peer;
				throw new UserError('blocked', `the peer ${text} is on the blocklist`);
			},
			list: wish => report.list(wish, clock),
			find: (words, limit) => finder.find(words, limit),
			log: write,
			network: catalogue,
			dht: () => dhtView(shared.dht),
		},
		port: () => shared.port(),
		closeSockets,
		async release() {
			closeSockets();
			// Files that are being copied to another disk are still where they were.
			await Promise.race([disk.close(), new Promise<void>(resolve => clock.after(diskFarewell, resolve))]);
		},
	};
}

function openStores({persist, stateDir}: SessionOptions, log: SessionServices['log']): Stores {
	if (!persist) return {speeds: undefined, limits: undefined, totals: undefined};
	return {
		speeds: new StatsStore(stateDir, text => log('warn', text)),
		limits: new LimitStore(stateDir, {
			damaged: why => log('warn', `limits chosen earlier are forgotten: ${why}`),
			later: why => log('warn', `limits chosen earlier do not hold, new ones are not kept: ${why}`),
			failed: ({message}) => log('warn', `limits are not kept: ${message}`),
		}),
		totals: new TotalsStore(stateDir, ({message}) => log('warn', `totals are not kept: ${message}`)),
	};
}

function composeLimits(
	options: SessionOptions,
	store: LimitStore | undefined,
	{clock, downloadLimiter, uploadLimiter, log}: SessionServices,
	torrents: ReadonlyMap<string, Torrent>,
	halted: () => void,
): SessionLimits {
	const slow = (rate: BytesPerSecond | null | undefined) =>
		rate === null ? undefined : (rate ?? usualSlowRate);
	return new SessionLimits(
		{
			configured: {
				maxDownload: options.maxDownload,
				maxUpload: options.maxUpload,
				slowDownload: slow(options.slowDownload),
				slowUpload: slow(options.slowUpload),
			},
			typed: options.typed ?? new Set(),
			slowTimes: options.slowTimes ?? [],
			halted,
			store,
			log,
		},
		{download: downloadLimiter, upload: uploadLimiter},
		torrents,
		clock,
	);
}

function composeWatchers({
	torrents,
	clock,
	stats,
	log,
	report,
	creations,
	catalogue,
}: Pick<SessionParts, 'torrents' | 'clock' | 'log'> & {
	readonly stats: SessionStats;
	readonly report: SessionReport;
	readonly creations: Creations;
	readonly catalogue: CatalogueService;
}): Watchers {
	const source = {
		torrents,
		clock,
		lines: log.lines,
		get history() {
			return stats.history;
		},
		get diskRate() {
			return stats.diskRate;
		},
		network: () => catalogue.network(),
		session: (now: Millis) => report.session(now),
		list: (now: Millis) => report.watched(now),
		torrent: (torrent: Torrent, now: Millis) => report.torrent(torrent, now),
		creations: () => creations.views(),
	};
	return new Watchers(new UpdateComposer(source), clock);
}

function warnOfFewFiles(allowed: number, wanted: number, log: SessionServices['log']): void {
	if (allowed >= wanted) return;
	log(
		'warn',
		`too few open files are allowed: at most ${allowed} peers at a time; raise the limit with ulimit -n`,
	);
}
