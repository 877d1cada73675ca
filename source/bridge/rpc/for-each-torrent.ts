import {UserError} from '../../base/errors.js';
import type {RpcArguments} from './rpc-arguments.js';
import {RpcError} from './rpc-error.js';
import type {RpcGround} from './rpc-ground.js';
import type {RpcTorrent} from './rpc-torrents.js';

/**
 * Does the same to each torrent that a method's `ids` mean. One that cannot do it holds up no other; the first that could
 * not is told then.
 */
export async function forEachTorrent(
	args: RpcArguments,
	{torrents}: RpcGround,
	task: (torrent: RpcTorrent) => Promise<unknown>,
	order?: (one: RpcTorrent, other: RpcTorrent) => number,
): Promise<void> {
	const chosen = await torrents.chosen(args.ids);
	let failure: unknown;
	for (const torrent of order ? chosen.sort(order) : chosen) {
		try {
			await task(torrent);
		} catch (error) {
			if (!(error instanceof UserError || error instanceof RpcError)) throw error;
			failure ??= error;
		}
	}
	if (failure !== undefined) throw failure;
}
