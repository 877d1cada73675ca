import type {Command} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {SeedGoalChange} from '../../base/seed-goal.js';
import type {RpcArguments} from './rpc-arguments.js';
import {RpcError} from './rpc-error.js';
import type {RpcGround} from './rpc-ground.js';
import type {RpcTorrent} from './rpc-torrents.js';
import {chooseFiles, readFileChoices, readLabels} from './torrent-add.js';
import {changeTrackers, readTrackerChange} from './torrent-trackers.js';

type Limits = Extract<Command, {readonly type: 'torrent.limits'}>;

/** What is to be changed of each torrent, checked before anything is. */
export interface TorrentChange {
	readonly labels: string[] | undefined;
	readonly choices: ReturnType<typeof readFileChoices>;
	/** Files that are to be wanted; none named means all. */
	readonly wanted: readonly number[] | undefined;
	readonly trackers: ReturnType<typeof readTrackerChange>;
	readonly args: RpcArguments;
}

const mode = {session: 0, own: 1, none: 2} as const;

/** Reads what `torrent_set` was called with. Throws an `RpcError` for what cannot be meant. */
export function readChange(args: RpcArguments): TorrentChange {
	if ((args.text('group') ?? '') !== '')
		throw new RpcError('system', 'there are no bandwidth groups here: torrents have limits of their own');
	if (args.flag('honors_session_limits') === false)
		throw new RpcError('system', 'limits of the session are for all torrents');
	if ((args.count('sequential_download_from_piece') ?? 0) > 0)
		throw new RpcError('pieceIndex', 'pieces are fetched in order from the first on');
	const priority = args.integer('bandwidth_priority');
	if (priority !== undefined && Math.abs(priority) > 1)
		throw new RpcError('params', 'bandwidth_priority: must be -1, 0 or 1');
	for (const name of ['seed_ratio_mode', 'seed_idle_mode']) args.count(name, mode.none);
	for (const name of ['download_limited', 'upload_limited', 'sequential_download']) args.flag(name);
	for (const name of ['download_limit', 'upload_limit', 'queue_position', 'seed_idle_limit', 'peer_limit'])
		args.count(name);
	args.number('seed_ratio_limit');
	args.path('location', 'new location path');
	return {
		labels: readLabels(args),
		choices: readFileChoices(args),
		wanted: args.counts('files_wanted'),
		trackers: readTrackerChange(args),
		args,
	};
}

/** Does that to one torrent. What cannot be done keeps nothing else from being done; the first of it is told then. */
export async function changeTorrent(
	ground: RpcGround,
	torrent: RpcTorrent,
	change: TorrentChange,
): Promise<void> {
	const {args} = change;
	const {id} = torrent.view;
	const {engine, memory} = ground;
	const tasks: Array<() => Promise<unknown>> = [
		async () => {
			if (change.labels === undefined) return;
			memory.keep(id, {labels: change.labels});
			await engine.send({type: 'torrent.label', id, label: change.labels[0] ?? ''});
		},
		async () => {
			const priority = args.integer('bandwidth_priority');
			if (priority !== undefined) memory.keep(id, {bandwidth_priority: priority});
		},
		() => wantFiles(ground, id, change.wanted),
		async () => {
			if (change.choices.length > 0) await chooseFiles(ground, id, change.choices);
		},
		async () => {
			const limits = limitsOf(ground, torrent, args);
			if (limits !== undefined) await engine.send({type: 'torrent.limits', id, ...limits});
		},
		async () => {
			const goal = goalOf(ground, torrent, args);
			if (goal !== undefined) await engine.send({type: 'torrent.goal', id, goal});
		},
		async () => {
			const on = args.flag('sequential_download');
			if (on !== undefined) await engine.send({type: 'torrent.sequential', id, on});
		},
		async () => {
			const place = args.count('queue_position');
			if (place !== undefined) await engine.send({type: 'torrent.queue', id, position: place + 1});
		},
		async () => {
			if (change.trackers !== undefined) await changeTrackers(ground, id, change.trackers);
		},
		async () => {
			const dir = args.path('location', 'new location path');
			if (dir !== undefined && dir !== '') await engine.send({type: 'torrent.move', id, dir});
		},
	];
	let failure: unknown;
	for (const task of tasks) {
		try {
			await task();
		} catch (error) {
			if (!(error instanceof UserError || error instanceof RpcError)) throw error;
			failure ??= error;
		}
	}
	if (failure !== undefined) throw failure;
}

/** Those that are skipped are not any more; the others keep their priorities. */
async function wantFiles(
	{engine}: RpcGround,
	id: string,
	places: readonly number[] | undefined,
): Promise<void> {
	if (places === undefined) return;
	const reply = await engine.send({type: 'session.list', ids: [id], details: ['files']});
	const {files = [], progress} = reply.details?.[0] ?? {};
	const entries = places.length === 0 ? [...files.keys()] : places;
	if (entries.some(place => files[place] === undefined)) throw new RpcError('fileIndex');
	const skipped = entries.filter(place => progress?.priority[place] === 0);
	if (skipped.length > 0)
		await engine.send({
			type: 'files.priority',
			id,
			files: skipped.map(place => files[place]!.index),
			priority: 2,
		});
}

function limitsOf(
	{memory}: RpcGround,
	{view, kept}: RpcTorrent,
	args: RpcArguments,
): Omit<Limits, 'type' | 'id'> | undefined {
	const limit = (
		name: 'download_limit' | 'upload_limit',
		now: number | undefined,
	): number | null | undefined => {
		const rate = args.count(name);
		const on = args.flag(name === 'download_limit' ? 'download_limited' : 'upload_limited');
		if (rate !== undefined) memory.keep(view.id, {[name]: rate});
		if (rate === undefined && on === undefined) return undefined;
		const holds = on ?? now !== undefined;
		return holds ? (rate ?? kept[name] ?? 100) * 1000 : null;
	};
	const maxDownload = limit('download_limit', view.maxDownload);
	const maxUpload = limit('upload_limit', view.maxUpload);
	const maxPeers = args.count('peer_limit');
	if (maxDownload === undefined && maxUpload === undefined && maxPeers === undefined) return undefined;
	return {
		...(maxDownload !== undefined && {maxDownload}),
		...(maxUpload !== undefined && {maxUpload}),
		...(maxPeers !== undefined && {maxPeers: Math.max(1, Math.min(10_000, maxPeers))}),
	};
}

function goalOf(
	{memory}: RpcGround,
	{view, kept}: RpcTorrent,
	args: RpcArguments,
): SeedGoalChange | undefined {
	const ratio = args.number('seed_ratio_limit');
	const ratioMode = args.count('seed_ratio_mode', mode.none);
	const idle = args.count('seed_idle_limit');
	const idleMode = args.count('seed_idle_mode', mode.none);
	if ([ratio, ratioMode, idle, idleMode].every(value => value === undefined)) return undefined;
	if (ratio !== undefined) memory.keep(view.id, {seed_ratio_limit: Math.max(0, ratio)});
	if (idle !== undefined) memory.keep(view.id, {seed_idle_limit: idle});
	const own = view.goal?.own;
	const ratioNow = typeof own?.ratio === 'number' ? mode.own : undefined;
	const idleNow = typeof own?.idle === 'number' ? mode.own : undefined;
	const part = (chosen: number | undefined, amount: number | undefined) => {
		if (chosen === undefined) return undefined;
		if (chosen === mode.session) return null;
		return chosen === mode.none ? 'none' : amount;
	};
	const wishes = {
		ratio: part(
			ratioMode ?? (ratio === undefined ? undefined : ratioNow),
			Math.max(0, ratio ?? kept.seed_ratio_limit ?? 2),
		),
		idle: part(
			idleMode ?? (idle === undefined ? undefined : idleNow),
			(idle ?? kept.seed_idle_limit ?? 30) * 60,
		),
	};
	const said = Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== undefined));
	return Object.keys(said).length > 0 ? said : undefined;
}
