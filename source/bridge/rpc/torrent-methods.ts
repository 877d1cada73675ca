import type {TorrentView} from '../../api/snapshot.js';
import {forEachTorrent} from './for-each-torrent.js';
import type {RpcArguments} from './rpc-arguments.js';
import {RpcError} from './rpc-error.js';
import type {RpcGround, RpcMethod} from './rpc-ground.js';
import type {RpcTorrent} from './rpc-torrents.js';
import {addTorrent} from './torrent-add.js';
import {statusOf} from './torrent-fields.js';
import {getTorrents} from './torrent-get.js';
import {changeTorrent, readChange} from './torrent-set.js';

/** In ms: a torrent that is to stop has said goodbye by then. */
const pauseTime = 15_000;
const pauseLook = 50;

const byQueue = (one: RpcTorrent, other: RpcTorrent) => one.view.queue - other.view.queue;

/** Does the same to each of those that are meant. */
function forEach(
	task: (torrent: RpcTorrent, ground: RpcGround) => Promise<unknown>,
	order?: (one: RpcTorrent, other: RpcTorrent) => number,
): RpcMethod {
	return {
		async run(args, ground) {
			await forEachTorrent(args, ground, torrent => task(torrent, ground), order);
			return {};
		},
	};
}

const start = (isNow: boolean) =>
	forEach(async ({view}, {engine}) => {
		const status = statusOf(view);
		const waits = status === 3 || status === 5;
		// It may stand still when that is over.
		const isChecked = status === 1 || status === 2;
		// One that runs, or waits for its turn, has nothing more to be told; also one that stopped at its goal goes on.
		if (status !== 0 && !isChecked && !(isNow && waits)) return;
		await engine.send({type: 'torrent.resume', id: view.id, ...(isNow && {now: true})});
	}, byQueue);

const stop = forEach(async ({view}, {engine}) => {
	if (view.state !== 'paused' && view.state !== 'pausing')
		await engine.send({type: 'torrent.pause', id: view.id});
});

const remove: RpcMethod = {
	async run(args, ground) {
		const withData = args.flag('delete_local_data') ?? false;
		await forEachTorrent(args, ground, async ({view}) => {
			await ground.engine.send({type: 'torrent.remove', id: view.id, withData});
			ground.torrents.gone(view.id);
			ground.trackers.forget(view.id);
		});
		return {};
	},
};

const set: RpcMethod = {
	async run(args, ground) {
		const change = readChange(args);
		await forEachTorrent(args, ground, torrent => changeTorrent(ground, torrent, change));
		return {};
	},
};

const setLocation: RpcMethod = {
	async run(args, ground) {
		const dir = args.path('location', 'new location path');
		if (dir === undefined) throw new RpcError('params', 'no location');
		const isMove = args.flag('move') ?? false;
		await forEachTorrent(args, ground, async ({view}) => {
			if (dir.replace(/\/+$/, '') === view.dir) return;
			if (isMove || view.pieces === 0) await ground.engine.send({type: 'torrent.move', id: view.id, dir});
			else await findFiles(ground, view, dir);
		});
		return {};
	},
};

/** Its files are elsewhere already: it stands still until they are looked at there, and goes on then if it ran. */
async function findFiles(
	{engine, torrents, clock}: RpcGround,
	{id, state}: TorrentView,
	dir: string,
): Promise<void> {
	const isStill = (now: TorrentView['state'] | undefined) => now === 'paused' || now === 'failed';
	if (!isStill(state)) {
		await engine.send({type: 'torrent.pause', id});
		const end = clock.now() + pauseTime;
		while (!isStill((await torrents.one(id))?.view.state)) {
			if (clock.now() > end) throw new RpcError('system', 'it does not stop: try again');
			await new Promise<void>(resolve => clock.after(pauseLook, resolve));
		}
	}
	await engine.send({type: 'torrent.move', id, dir, find: true});
	if (!isStill(state)) await engine.send({type: 'torrent.resume', id});
}

/** A place in the queue that is so many further down, after those of them that are moved, too. */
const moveBy = (step: -1 | 1) =>
	forEach(
		async ({view}, {engine}) => {
			await engine.send({type: 'torrent.queue', id: view.id, position: Math.max(1, view.queue + step)});
		},
		(one, other) => step * -byQueue(one, other),
	);

const moveTop = forEach(
	({view}, {engine}) => engine.send({type: 'torrent.queue', id: view.id, position: 1}),
	(one, other) => -byQueue(one, other),
);

const moveBottom = forEach(
	({view}, {engine}) => engine.send({type: 'torrent.queue', id: view.id, position: Number.MAX_SAFE_INTEGER}),
	byQueue,
);

async function renamePath(
	args: RpcArguments,
	{engine, torrents}: RpcGround,
): Promise<Readonly<Record<string, unknown>>> {
	const [torrent, ...others] = await torrents.chosen(args.ids, ['files']);
	if (torrent === undefined || others.length > 0)
		throw new RpcError('params', 'torrent-rename-path requires 1 torrent');
	const path = args.text('path') ?? '';
	const name = args.text('name') ?? '';
	const result = {id: torrent.number, path, name};
	const parts = path.split('/').filter(part => part !== '');
	if (parts.length === 0 || name === '' || name.includes('/') || name === '.' || name === '..')
		throw new RpcError('system', 'Invalid argument', result);
	const below = (torrent.details?.files ?? []).filter(({path: own}) =>
		parts.every((part, at) => own[at] === part),
	);
	if (below.length === 0) throw new RpcError('system', 'No such file or directory', result);
	const isFolder = below.some(({path: own}) => own.length > parts.length);
	for (const {index} of below) {
		await engine.send({
			type: 'torrent.rename',
			id: torrent.view.id,
			fileIndex: index,
			name,
			...(isFolder && {depth: parts.length - 1}),
		});
	}
	return result;
}

/** The methods that concern torrents. */
export const torrentMethods = {
	queue_move_bottom: moveBottom,
	queue_move_down: moveBy(1),
	queue_move_top: moveTop,
	queue_move_up: moveBy(-1),
	torrent_add: {run: addTorrent},
	torrent_get: {isQuestion: true, run: getTorrents},
	torrent_reannounce: forEach(({view}, {engine}) => engine.send({type: 'torrent.reannounce', id: view.id})),
	torrent_remove: remove,
	torrent_rename_path: {run: renamePath},
	torrent_set: set,
	torrent_set_location: setLocation,
	torrent_start: start(false),
	torrent_start_now: start(true),
	torrent_stop: stop,
	torrent_verify: forEach(({view}, {engine}) => engine.send({type: 'torrent.verify', id: view.id})),
} as const satisfies Readonly<Record<string, RpcMethod>>;
