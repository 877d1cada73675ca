import {statfs} from 'node:fs/promises';
import type {EngineSettings} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {SeedGoal} from '../../base/seed-goal.js';
import type {Millis, Seconds} from '../../base/units.js';
import type {RpcArguments} from './rpc-arguments.js';
import {RpcError} from './rpc-error.js';
import type {RpcGround, RpcMethod} from './rpc-ground.js';
import {todaysName} from './rpc-names.js';
import {keptSetting, keptSettings, type SessionFacts, sessionFields} from './session-fields.js';
import {daysOf, engineSettings, sessionView} from './session-values.js';
import {wish} from './session-wishes.js';

/** In which an answer is on its way before the engine ends. */
const farewellTime = 200;
const minutesOfDay = 1439;

async function factsOf(ground: RpcGround, dialect: SessionFacts['dialect']): Promise<SessionFacts> {
	const [settings, session] = await Promise.all([engineSettings(ground.engine), sessionView(ground.engine)]);
	return {settings, session, ground, dialect};
}

const sessionGet: RpcMethod = {
	isQuestion: true,
	async run(args, ground, dialect) {
		const facts = await factsOf(ground, dialect);
		const wanted = args.raw('fields');
		const names = Array.isArray(wanted)
			? wanted.filter(name => typeof name === 'string').map(todaysName)
			: [];
		const chosen = names.length === 0 ? Object.keys(sessionFields) : names;
		const result: Record<string, unknown> = {};
		for (const name of chosen) {
			if (Object.hasOwn(sessionFields, name)) result[name] = sessionFields[name]!(facts);
		}
		return result;
	},
};

/** A limit of all torrents in kB/s, whether it holds, and what it is then in bytes; undefined when neither was said. */
function limitOf(
	args: RpcArguments,
	ground: RpcGround,
	name: 'speed_limit_down' | 'speed_limit_up',
	now: number | null | undefined,
): number | null | undefined {
	const rate = args.count(name);
	const on = args.flag(`${name}_enabled`);
	if (rate !== undefined) ground.memory.set(name, rate);
	if (rate === undefined && on === undefined) return undefined;
	const holds = on ?? typeof now === 'number';
	return holds ? (keptSetting(ground, name) as number) * 1000 : null;
}

/** The same of how many torrents run at a time. */
function placesOf(
	args: RpcArguments,
	ground: RpcGround,
	name: 'download_queue' | 'seed_queue',
	now: number | null | undefined,
): number | null | undefined {
	const size = args.count(`${name}_size`, 100_000);
	const on = args.flag(`${name}_enabled`);
	if (size !== undefined) ground.memory.set(`${name}_size`, size);
	if (size === undefined && on === undefined) return undefined;
	return (on ?? typeof now === 'number') ? (keptSetting(ground, `${name}_size`) as number) : null;
}

function goalOf(args: RpcArguments, ground: RpcGround, now: SeedGoal): SeedGoal | undefined {
	const {ratio: _ratio, idle: _idle, ...others} = now;
	const ratio = args.number('seed_ratio_limit');
	const ratioOn = args.flag('seed_ratio_limited');
	const idle = args.count('idle_seeding_limit', 1_000_000);
	const idleOn = args.flag('idle_seeding_limit_enabled');
	if (ratio !== undefined) ground.memory.set('seed_ratio_limit', Math.max(0, ratio));
	if (idle !== undefined) ground.memory.set('idle_seeding_limit', idle);
	if ([ratio, ratioOn, idle, idleOn].every(value => value === undefined)) return undefined;
	return {
		...others,
		...((ratioOn ?? typeof now.ratio === 'number') && {
			ratio: keptSetting(ground, 'seed_ratio_limit') as number,
		}),
		...((idleOn ?? typeof now.idle === 'number') && {
			idle: (keptSetting(ground, 'idle_seeding_limit') as number) * 60,
		}),
	};
}

function slowTimesOf(
	args: RpcArguments,
	ground: RpcGround,
	now: EngineSettings['slowTimes'] = [],
): EngineSettings['slowTimes'] {
	const begin = args.count('alt_speed_time_begin', minutesOfDay);
	const end = args.count('alt_speed_time_end', minutesOfDay);
	const day = args.count('alt_speed_time_day', 127);
	const on = args.flag('alt_speed_time_enabled');
	if ([begin, end, day, on].every(value => value === undefined)) return undefined;
	const [first] = now;
	const {memory} = ground;
	if (begin !== undefined) memory.set('alt_speed_time_begin', begin);
	if (end !== undefined) memory.set('alt_speed_time_end', end);
	if (day !== undefined) memory.set('alt_speed_time_day', day);
	if (!(on ?? first !== undefined)) return [];
	const setting = (name: 'alt_speed_time_begin' | 'alt_speed_time_end' | 'alt_speed_time_day') =>
		keptSetting(ground, name) as number;
	return [
		{
			days: day === undefined && first ? first.days : daysOf(setting('alt_speed_time_day')),
			from: begin ?? first?.from ?? setting('alt_speed_time_begin'),
			to: end ?? first?.to ?? setting('alt_speed_time_end'),
		},
	];
}

async function setSpeeds(args: RpcArguments, ground: RpcGround, settings: EngineSettings): Promise<void> {
	const {engine, memory} = ground;
	const down = limitOf(args, ground, 'speed_limit_down', settings.maxDownload);
	const up = limitOf(args, ground, 'speed_limit_up', settings.maxUpload);
	if (down !== undefined || up !== undefined)
		await engine.send({
			type: 'session.limits',
			mode: 'normal',
			...(down !== undefined && {maxDownload: down}),
			...(up !== undefined && {maxUpload: up}),
		});
	const slowDown = args.count('alt_speed_down');
	const slowUp = args.count('alt_speed_up');
	if (slowDown !== undefined) memory.set('alt_speed_down', slowDown);
	if (slowUp !== undefined) memory.set('alt_speed_up', slowUp);
	if (slowDown !== undefined || slowUp !== undefined)
		await engine.send({
			type: 'session.limits',
			mode: 'slow',
			...(slowDown !== undefined && {maxDownload: slowDown * 1000}),
			...(slowUp !== undefined && {maxUpload: slowUp * 1000}),
		});
	const on = args.flag('alt_speed_enabled');
	if (on !== undefined) await engine.send({type: 'session.slowMode', on});
}

async function configure(args: RpcArguments, ground: RpcGround, now: EngineSettings): Promise<void> {
	const dir = args.path('download_dir', 'download directory path');
	const maxPeers = args.count('peer_limit_per_torrent', 10_000);
	const maxConnections = args.count('peer_limit_global', 20_000);
	const port = args.count('peer_port', 65_535);
	if (port === 0) throw new RpcError('params', 'peer port 0 is none: give one from 1 to 65535');
	const activeDownloads = placesOf(args, ground, 'download_queue', now.activeDownloads);
	const activeSeeds = placesOf(args, ground, 'seed_queue', now.activeSeeds);
	const goal = goalOf(args, ground, now.seedRules?.all ?? {});
	const slowTimes = slowTimesOf(args, ground, now.slowTimes);
	const settings: EngineSettings = {
		...(dir !== undefined && {dir}),
		...(port !== undefined && {port}),
		...(maxPeers !== undefined && {maxPeers: Math.max(1, maxPeers)}),
		...(maxConnections !== undefined && {maxConnections: Math.max(1, maxConnections)}),
		...(activeDownloads !== undefined && {activeDownloads}),
		...(activeSeeds !== undefined && {activeSeeds}),
		...(goal !== undefined && {seedRules: {rules: now.seedRules?.rules ?? [], all: goal}}),
		...(slowTimes !== undefined && {slowTimes}),
	};
	if (Object.keys(settings).length > 0) await wish(ground, now, settings);
}

const handled: ReadonlySet<string> = new Set([
	...Object.keys(keptSettings),
	...['alt_speed_enabled', 'alt_speed_time_enabled', 'download_dir', 'peer_limit_per_torrent', 'peer_port'],
	'peer_limit_global',
	...['download_queue_enabled', 'seed_queue_enabled', 'seed_ratio_limited', 'idle_seeding_limit_enabled'],
	...['speed_limit_down_enabled', 'speed_limit_up_enabled'],
]);

/** What is told only: clients may send back all that they were told. */
const toldOnly: ReadonlySet<string> = new Set([
	...[
		'blocklist_size',
		'config_dir',
		'download_dir_free_space',
		'incomplete_dir',
		'session_id',
		'tcp_enabled',
	],
	...['units', 'version', 'rpc_version', 'rpc_version_minimum', 'rpc_version_semver'],
]);

/** What this engine has as it is, whatever clients say: told when they want it otherwise. */
function unchangeable(args: RpcArguments, facts: SessionFacts): string[] {
	return args.names.filter(name => {
		if (handled.has(name) || toldOnly.has(name) || !Object.hasOwn(sessionFields, name)) return false;
		const wanted = args.raw(name);
		const now = sessionFields[name]!(facts);
		const isFlag = typeof now === 'boolean';
		return JSON.stringify(isFlag ? args.flag(name) : wanted) !== JSON.stringify(now);
	});
}

const sessionSet: RpcMethod = {
	async run(args, ground, dialect) {
		const facts = await factsOf(ground, dialect);
		for (const name of ['start_added_torrents', 'sequential_download'] as const) {
			const on = args.flag(name);
			if (on !== undefined) ground.memory.set(name, on);
		}
		const cache = args.count('cache_size_mib');
		if (cache !== undefined) ground.memory.set('cache_size_mib', cache);
		await setSpeeds(args, ground, facts.settings);
		await configure(args, ground, facts.settings);
		const others = unchangeable(args, facts);
		if (others.length > 0)
			throw new RpcError(
				'system',
				`cannot be changed from here: ${others.join(', ')}; see tortui config and tortui engine --help`,
			);
		return {};
	},
};

const sessionStats: RpcMethod = {
	isQuestion: true,
	async run(_, {engine, torrents, memory, clock}) {
		const [session, all] = await Promise.all([sessionView(engine), torrents.all()]);
		const running = all.filter(({view: {state}}) =>
			/^(?:metadata|checking|downloading|seeding)$/.test(state),
		);
		const sum = (part: 'downloaded' | 'uploaded') => all.reduce((total, {view}) => total + view[part], 0);
		// How long it runs is told in whole minutes after the first.
		const begin = clock.wall() - session.uptime * 1000 - (session.uptime < 60 ? 1000 : 60_000);
		const files = (since: Millis) =>
			all.reduce((total, {view}) => total + (view.addedAt >= since ? view.files : 0), 0);
		const stats = (
			downloaded: number,
			uploaded: number,
			since: Millis,
			seconds: Seconds,
			sessions: number,
		) => ({
			downloaded_bytes: downloaded,
			files_added: files(since),
			seconds_active: seconds,
			session_count: sessions,
			uploaded_bytes: uploaded,
		});
		const {downloaded, uploaded, earlier = {downloaded: 0, uploaded: 0}, uptime} = session;
		return {
			active_torrent_count: running.length,
			cumulative_stats: stats(
				Math.max(sum('downloaded'), downloaded),
				Math.max(sum('uploaded'), uploaded),
				0,
				Math.max(memory.seconds, uptime),
				memory.sessions,
			),
			current_stats: stats(downloaded - earlier.downloaded, uploaded - earlier.uploaded, begin, uptime, 1),
			download_speed: session.downloadRate,
			paused_torrent_count: all.length - running.length,
			torrent_count: all.length,
			upload_speed: session.uploadRate,
		};
	},
};

const sessionClose: RpcMethod = {
	async run(_, {engine, clock}) {
		clock.after(farewellTime, () => void engine.send({type: 'session.stop'}).catch(() => undefined));
		return {};
	},
};

const freeSpace: RpcMethod = {
	isQuestion: true,
	async run(args) {
		const path = args.path('path', 'directory path');
		if (path === undefined) throw new RpcError('params', 'directory path argument is missing');
		try {
			const {bavail, blocks, bsize} = await statfs(path);
			return {path, size_bytes: bavail * bsize, total_size: blocks * bsize};
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			const why = code === 'ENOENT' ? 'No such file or directory' : (code ?? 'unknown');
			throw new RpcError('system', why, {path, size_bytes: -1, total_size: -1});
		}
	},
};

const portTest: RpcMethod = {
	isQuestion: true,
	async run(args, {engine}) {
		const protocol = args.text('ip_protocol');
		if (protocol !== undefined && protocol !== 'ipv4' && protocol !== 'ipv6')
			throw new RpcError('params', 'invalid ip protocol string');
		const {portState} = await sessionView(engine);
		if (portState === 'unknown')
			throw new RpcError('http', "Couldn't test port: nobody has come in so far", {
				...(protocol && {ip_protocol: protocol}),
			});
		return {port_is_open: portState === 'open', ...(protocol && {ip_protocol: protocol})};
	},
};

const blocklistUpdate: RpcMethod = {
	async run(_, {engine}) {
		try {
			const {blocklist} = await engine.send({type: 'session.blocklist'});
			return {blocklist_size: blocklist ?? 0};
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			throw new RpcError('http', `Couldn't fetch blocklist: ${error.message}`);
		}
	},
};

const groupGet: RpcMethod = {
	isQuestion: true,
	async run() {
		return {group: []};
	},
};

const groupSet: RpcMethod = {
	async run(args) {
		if ((args.text('name') ?? '').trim() === '') throw new RpcError('params', 'No group name given');
		throw new RpcError('system', 'there are no bandwidth groups here: torrents have limits of their own');
	},
};

/** The methods that concern no torrent alone. */
export const sessionMethods = {
	blocklist_update: blocklistUpdate,
	free_space: freeSpace,
	group_get: groupGet,
	group_set: groupSet,
	port_test: portTest,
	session_close: sessionClose,
	session_get: sessionGet,
	session_set: sessionSet,
	session_stats: sessionStats,
} as const satisfies Readonly<Record<string, RpcMethod>>;
