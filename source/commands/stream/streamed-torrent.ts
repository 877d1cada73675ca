import {existsSync} from 'node:fs';
import type {AddOptions} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {isMagnet} from '../../protocol/metainfo/magnet.js';
import type {Context} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {addCommand, readForEngine} from '../transfer/torrent-source.js';

/** Whether a word can only be a TORRENT, and no ID of one that the engine has. */
export function isTorrentSource(word: string): boolean {
	return word === '-' || isMagnet(word) || /^https?:\/\//i.test(word) || /[/\\]|\.torrent$/i.test(word);
}

/**
 * The id of the torrent a word means: one of the engine, or one that is added. Rejects with a `UserError` when it is
 * neither.
 */
export async function streamedTorrent(
	word: string,
	engine: RemoteEngine,
	options: AddOptions,
	context: Context,
): Promise<string> {
	if (!isTorrentSource(word)) {
		try {
			const [found, other] = await findTorrents(engine, [word]);
			if (found !== undefined && other === undefined) return found.id;
			throw new UserError('usage', 'one torrent at a time: tortui stream TORRENT', 2);
		} catch (error) {
			if (!(error instanceof UserError) || error.code !== 'no-torrent' || !existsSync(word)) throw error;
		}
	}
	const source = await readForEngine(word, engine.hello.about, context);
	const {id} = await engine.send(addCommand(source, options));
	if (id === undefined) throw new UserError('not-added', `${source.label} was not added`);
	return id;
}

/**
 * Waits until it is known what a torrent holds. Rejects with a `UserError` when it stops, is removed or the engine goes
 * before.
 *
 * @param waits told once when that is not known yet
 */
export async function knownFiles(
	engine: RemoteEngine,
	id: string,
	stopped: Promise<unknown>,
	waits: () => void,
): Promise<void> {
	const known = Promise.withResolvers<void>();
	let isTold = false;
	const watching = engine.watch({interval: 250, torrent: {id, overview: true}}, ({torrent}) => {
		if (torrent?.gone) known.reject(new UserError('no-such-torrent', 'the torrent was removed'));
		const view = torrent?.overview;
		if (view === undefined) return;
		if (view.state === 'failed') {
			known.reject(new UserError('failed', `it has stopped: ${view.reason?.text ?? 'its disk failed'}`));
		} else if (view.state !== 'metadata' && view.files > 0) known.resolve();
		else if (!isTold) {
			isTold = true;
			waits();
		}
	});
	void engine.closed.then(why => known.reject(new UserError('engine-lost', why)));
	try {
		await Promise.race([known.promise, stopped]);
	} finally {
		watching.stop();
	}
}
