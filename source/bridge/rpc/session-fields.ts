import type {EngineSettings} from '../../api/command.js';
import type {SessionView} from '../../api/snapshot.js';
import type {Dialect} from './rpc-dialects.js';
import type {RpcGround} from './rpc-ground.js';
import {bitsOf, usualIdleMinutes, usualRatio} from './session-values.js';
import {kilobytes} from './torrent-fields.js';

/** Who we say we are: clients tell by it what they may ask for. */
export const identity = {
	version: '4.1.3 (ba5eba11)',
	rpc_version: 18,
	rpc_version_minimum: 14,
	rpc_version_semver: '6.0.1',
} as const;

/** What settings are told by. */
export interface SessionFacts {
	readonly settings: EngineSettings;
	readonly session: SessionView;
	readonly ground: RpcGround;
	readonly dialect: Dialect;
}

type Value = (facts: SessionFacts) => unknown;

const decimals = {
	speed_units: ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'],
	speed_bytes: 1000,
	size_units: ['B', 'kB', 'MB', 'GB', 'TB'],
	size_bytes: 1000,
	memory_units: ['B', 'KiB', 'MiB', 'GiB', 'TiB'],
	memory_bytes: 1024,
} as const;

/** Those that the engine has nothing of: kept for the clients, who find again what they have set. */
export const keptSettings = {
	cache_size_mib: 4,
	sequential_download: false,
	start_added_torrents: true,
	alt_speed_time_begin: 540,
	alt_speed_time_end: 1020,
	alt_speed_time_day: 127,
	speed_limit_down: 100,
	speed_limit_up: 100,
	download_queue_size: 5,
	seed_queue_size: 10,
	seed_ratio_limit: usualRatio,
	idle_seeding_limit: usualIdleMinutes,
	alt_speed_down: 50,
	alt_speed_up: 50,
} as const;

/** What a client has set of those; what it is without that. */
export function keptSetting<Name extends keyof typeof keptSettings>(
	{memory}: Pick<RpcGround, 'memory'>,
	name: Name,
): number | boolean {
	const usual = keptSettings[name];
	const kept = memory.setting(name);
	return typeof kept === typeof usual ? (kept as number | boolean) : usual;
}

const kept =
	(name: keyof typeof keptSettings): Value =>
	({ground}) =>
		keptSetting(ground, name);

/** Limits of slow mode are the alternative speeds. */
function slowRate(
	name: 'alt_speed_down' | 'alt_speed_up',
	rate: number | null | undefined,
	ground: RpcGround,
): number {
	return rate === null || rate === undefined ? (keptSetting(ground, name) as number) : kilobytes(rate);
}

function slowTime({settings}: SessionFacts) {
	return settings.slowTimes?.[0];
}

const encryptions = {require: 'required', prefer: 'preferred', off: 'allowed'} as const;

/** Every setting that can be asked for, by its name today. Clients expect all of them at any time. */
export const sessionFields: Readonly<Record<string, Value>> = {
	alt_speed_down: ({settings, ground}) => slowRate('alt_speed_down', settings.slowDownload, ground),
	alt_speed_enabled: ({session}) => session.slowMode,
	alt_speed_time_begin: facts => slowTime(facts)?.from ?? keptSetting(facts.ground, 'alt_speed_time_begin'),
	alt_speed_time_day: facts => {
		const time = slowTime(facts);
		return time === undefined ? keptSetting(facts.ground, 'alt_speed_time_day') : bitsOf(time);
	},
	alt_speed_time_enabled: facts => slowTime(facts) !== undefined,
	alt_speed_time_end: facts => slowTime(facts)?.to ?? keptSetting(facts.ground, 'alt_speed_time_end'),
	alt_speed_up: ({settings, ground}) => slowRate('alt_speed_up', settings.slowUpload, ground),
	anti_brute_force_enabled: () => true,
	anti_brute_force_threshold: () => 100,
	blocklist_enabled: ({session}) => session.blocklist !== undefined,
	blocklist_size: ({session}) => session.blocklist?.ranges ?? 0,
	blocklist_url: ({session}) => session.blocklist?.from ?? '',
	cache_size_mib: kept('cache_size_mib'),
	config_dir: ({ground}) => ground.stateDir,
	default_trackers: () => '',
	dht_enabled: ({ground}) => ground.fixed.dht,
	download_dir: ({session}) => session.dir,
	download_dir_free_space: ({session}) => session.freeSpace ?? -1,
	download_queue_enabled: ({settings}) => typeof settings.activeDownloads === 'number',
	download_queue_size: ({settings, ground}) =>
		settings.activeDownloads ?? keptSetting(ground, 'download_queue_size'),
	encryption: ({ground, dialect}) => {
		const word = encryptions[ground.fixed.encryption];
		return word === 'allowed' && dialect === 'older' ? 'tolerated' : word;
	},
	idle_seeding_limit: ({settings, ground}) => {
		const idle = settings.seedRules?.all.idle;
		return typeof idle === 'number' ? Math.round(idle / 60) : keptSetting(ground, 'idle_seeding_limit');
	},
	idle_seeding_limit_enabled: ({settings}) => typeof settings.seedRules?.all.idle === 'number',
	incomplete_dir: ({session}) => session.dir,
	incomplete_dir_enabled: () => false,
	lpd_enabled: ({ground}) => ground.fixed.lsd,
	peer_limit_global: ({settings}) => settings.maxConnections ?? 200,
	peer_limit_per_torrent: ({settings}) => settings.maxPeers ?? 50,
	peer_port: ({session}) => session.port,
	peer_port_random_on_start: () => false,
	pex_enabled: ({ground}) => ground.fixed.pex,
	port_forwarding_enabled: ({ground}) => ground.fixed.portMap,
	preferred_transports: ({ground}) => (ground.fixed.utp ? ['tcp', 'utp'] : ['tcp']),
	queue_stalled_enabled: () => true,
	queue_stalled_minutes: () => 10,
	rename_partial_files: () => false,
	reqq: () => 2000,
	rpc_version: () => identity.rpc_version,
	rpc_version_minimum: () => identity.rpc_version_minimum,
	rpc_version_semver: () => identity.rpc_version_semver,
	script_torrent_added_enabled: () => false,
	script_torrent_added_filename: () => '',
	script_torrent_done_enabled: () => false,
	script_torrent_done_filename: () => '',
	script_torrent_done_seeding_enabled: () => false,
	script_torrent_done_seeding_filename: () => '',
	seed_queue_enabled: ({settings}) => typeof settings.activeSeeds === 'number',
	seed_queue_size: ({settings, ground}) => settings.activeSeeds ?? keptSetting(ground, 'seed_queue_size'),
	seed_ratio_limit: ({settings, ground}) => {
		const ratio = settings.seedRules?.all.ratio;
		return typeof ratio === 'number' ? ratio : keptSetting(ground, 'seed_ratio_limit');
	},
	seed_ratio_limited: ({settings}) => typeof settings.seedRules?.all.ratio === 'number',
	sequential_download: kept('sequential_download'),
	session_id: ({ground}) => ground.memory.session,
	speed_limit_down: ({settings, ground}) =>
		typeof settings.maxDownload === 'number'
			? kilobytes(settings.maxDownload)
			: keptSetting(ground, 'speed_limit_down'),
	speed_limit_down_enabled: ({settings}) => typeof settings.maxDownload === 'number',
	speed_limit_up: ({settings, ground}) =>
		typeof settings.maxUpload === 'number'
			? kilobytes(settings.maxUpload)
			: keptSetting(ground, 'speed_limit_up'),
	speed_limit_up_enabled: ({settings}) => typeof settings.maxUpload === 'number',
	start_added_torrents: kept('start_added_torrents'),
	tcp_enabled: () => true,
	trash_original_torrent_files: () => false,
	units: () => decimals,
	utp_enabled: ({ground}) => ground.fixed.utp,
	version: () => identity.version,
};
