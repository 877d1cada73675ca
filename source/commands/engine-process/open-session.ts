import {resolve} from 'node:path';
import type {EngineClient} from '../../api/engine-client.js';
import type {FileData} from '../../api/file-data.js';
import {UserError} from '../../base/errors.js';
import type {Log} from '../../base/ports.js';
import type {SeedRule} from '../../base/seed-goal.js';
import type {Millis} from '../../base/units.js';
import type {DiskThread} from '../../io/disk/worker-thread.js';
import {portInFileNow} from '../../io/files/port-file.js';
import type {Flags} from '../arguments/command.js';
import {bootstrapNodes, parseSlowTime} from '../arguments/engine-quantities.js';
import type {engineOptions, torrentOptions} from '../arguments/flags.js';
import {type goalOptions, seedRules} from '../arguments/seed-goal-values.js';
import {wayOut} from '../arguments/way-out.js';
import {startIsOver} from '../start/late-flags.js';
import {keepNurserySmall} from './memory.js';

/** An engine in this process. */
export interface LocalEngine extends EngineClient {
	/**
	 * Announces `stopped`, saves the resume data, lets go of everything. At most 5 s.
	 *
	 * @param haste another engine waits to go on with the same torrents
	 */
	stop(haste?: boolean): Promise<void>;
}

/** What has the data of torrents, in this process. */
export interface FileSource {
	/** The data of a file of a torrent. Throws a `UserError` when there is none of that number. */
	openFile(id: string, fileIndex: number): FileData;
}

/** What the demonstration, say, can do without. */
type Optional =
	| 'maxConnections'
	| 'interface'
	| 'portFile'
	| 'blocklist'
	| 'dnsServer'
	| 'proxy'
	| 'proxyPasswordFile'
	| 'dhtBootstrap'
	| 'localTrackers'
	| 'slowDownload'
	| 'slowUpload'
	| 'slowTimes'
	| 'activeDownloads'
	| 'activeSeeds'
	| 'catalogue'
	| 'nick'
	| 'allocation'
	| 'minFreeSpace'
	| 'name'
	| 'seedRules';

/** What an engine is started with. */
export interface EngineSettings {
	readonly stateDir: string;
	/** Where data goes that is added without a folder. */
	readonly dir: string;
	/** Whether the torrents of the last time come back, as they do in the engine everybody shares. */
	readonly restore: boolean;
	/**
	 * The state folder of the user, where nodes of the DHT are kept for all, and a blocklist that was fetched; when left out only a
	 * restoring engine keeps any.
	 */
	readonly dhtNodes?: string | undefined;
	readonly version: string;
	readonly log: Log;
	/** Where peers know the engine whose place it takes: it listens there unless another port is asked for. */
	readonly inheritedPort?: number | undefined;
	/** So long after its beginning others than trackers are asked for peers; at once when left out. */
	readonly othersAfter?: Millis | undefined;
	/** A thread for the disk, started ahead; the engine ends it. */
	readonly diskThread?: DiskThread;
	readonly flags: Omit<Flags<typeof engineOptions>, Optional> &
		Partial<Pick<Flags<typeof engineOptions>, Optional>> &
		Pick<Flags<typeof torrentOptions>, 'maxPeers'> &
		Partial<Pick<Flags<typeof torrentOptions>, (typeof goalOptions)[number]>>;
	/** The goals that labels carry. */
	readonly labelRules?: readonly SeedRule[];
	/** The options that were typed, by name in camelCase; what was typed goes before what is remembered. */
	readonly given?: ReadonlySet<string>;
}

/** As many as other clients: a few at a time are finished sooner than all together. */
export const usualDownloads = 5;
/** Connections a torrent. */
export const usualPeers = 50;

/** By then the engine is loaded, and its thread has come up. */
const loadTime: Millis = 40;

/** Starts an engine in this process. The only place that knows how. */
export async function openSession(settings: EngineSettings): Promise<LocalEngine & FileSource> {
	const {stateDir, dir, restore, dhtNodes, version, log, diskThread, inheritedPort, flags, given} = settings;
	if (!flags.tcp && !flags.utp)
		throw new UserError(
			'bad-value',
			'--no-tcp and --no-utp exclude each other: peers would be reached by nothing',
			2,
		);
	keepNurserySmall();
	startIsOver(loadTime);
	const {Session} = await import('../../engine/session/session.js');
	const {activeDownloads = usualDownloads, activeSeeds} = flags;
	const minFreeSpace = flags.minFreeSpace ?? undefined;
	const inFile = flags.portFile === undefined ? undefined : portInFileNow(flags.portFile);
	const slowTimes = (flags.slowTimes ?? []).map(time => parseSlowTime(time, '--slow-times'));
	const mayWait = minFreeSpace !== undefined || slowTimes.some(({stop}) => stop);
	const way = wayOut({dnsServer: [], interface: undefined, ...flags});
	if (way.proxy?.kind === 'http' && flags.tcp === false)
		throw new UserError(
			'usage',
			'an HTTP proxy passes no uTP on, and with --no-tcp nothing would be left',
			2,
		);
	return Session.open({
		stateDir,
		dir,
		// Who had a proxy listened nowhere.
		port: inFile ?? flags.port ?? (inheritedPort || 6881),
		blocklist:
			flags.blocklist === undefined || /^https?:\/\//i.test(flags.blocklist)
				? flags.blocklist
				: resolve(flags.blocklist),
		blocklistBeside: dhtNodes,
		portFile: flags.portFile === undefined ? undefined : resolve(flags.portFile),
		// A port of the config file is the engine's; who transfers something beside it takes another.
		portFixed:
			inFile === undefined &&
			flags.port !== undefined &&
			(restore || given === undefined || given.has('port')),
		...way,
		utp: flags.utp,
		tcp: flags.tcp,
		maxPeers: flags.maxPeers ?? usualPeers,
		maxConnections: flags.maxConnections,
		maxDownload: flags.maxDownload,
		maxUpload: flags.maxUpload,
		slowDownload: flags.slowDownload,
		slowUpload: flags.slowUpload,
		typed: given,
		slowTimes,
		// Who asks for torrents to be got wants them all.
		queue: restore
			? {downloads: activeDownloads ?? undefined, seeds: activeSeeds ?? undefined, total: Infinity}
			: mayWait
				? {downloads: undefined, seeds: undefined, total: Infinity}
				: undefined,
		minFreeSpace,
		// Who asks for torrents to be got says it of each.
		seedRules: restore ? seedRules(flags, settings.labelRules) : undefined,
		allocation: flags.allocation,
		name: flags.name,
		catalogues: flags.catalogue ?? [],
		nick: flags.nick,
		trackers: flags.trackers,
		localTrackers: flags.localTrackers,
		dht: flags.dht ? {bootstrap: bootstrapNodes(flags.dhtBootstrap), guestOf: dhtNodes} : undefined,
		portMap: flags.portMap,
		encryption: flags.encryption ?? 'prefer',
		pex: flags.pex,
		lsd: flags.lsd,
		othersAfter: settings.othersAfter,
		persist: restore,
		version,
		makeTorrent: async (options, events, signal) =>
			(await import('../../creator/creation-thread.js')).createTorrentAside(options, events, signal),
		log,
		diskThread,
	});
}
