import type {EngineClient} from '../../api/engine-client.js';
import type {FileData} from '../../api/file-data.js';
import type {FilePriority, FileView, TorrentView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';

/** What is asked of the engine before files of one of its torrents are played. */
interface ReadyGround {
	readonly engine: Pick<EngineClient, 'send' | 'watch'>;
	openFile(id: string, fileIndex: number): FileData;
}

/**
 * Has a torrent run so that files of it can be played: it is resumed, put first, or only these of it are wanted, if need
 * be. Answers its id and what was done, in words. Rejects with a `UserError` when they cannot come.
 */
export async function makeReady(
	{engine, openFile}: ReadyGround,
	named: string,
	indices: readonly number[],
): Promise<{readonly id: string; readonly notes: readonly string[]}> {
	const torrent = await findTorrent(engine, named);
	const {id, state} = torrent;
	if (state === 'metadata')
		throw new UserError('no-metadata', 'nobody has said yet what it holds: wait for a peer that does');
	const files = indices.map(index => openFile(id, index));
	const notes: string[] = [];
	if (torrent.choosing) {
		const chosen = new Set(indices);
		const others = (await filesOf(engine, id)).filter(({index}) => !chosen.has(index));
		const priorities = others.map(({index}) => [index, 0 as FilePriority] as const);
		await engine.send({type: 'torrent.choose', id, priorities});
		notes.push(
			chosen.size === 1 ? 'only this file of it is wanted now' : 'only these files of it are wanted now',
		);
	}
	if (files.every(file => file.available(0, file.length) === file.length)) return {id, notes};
	if (files.some(({priority}) => priority === 0))
		notes.push('what is skipped is downloaded as far as it is played');
	switch (state) {
		case 'failed':
			throw new UserError('failed', `it has stopped: ${torrent.reason?.text ?? 'its disk failed'}`);
		case 'paused':
		case 'pausing':
		case 'finished':
			await engine.send({type: 'torrent.resume', id});
			notes.push('it was paused, and runs again');
			break;
		case 'queued':
			await engine.send({type: 'torrent.queue', id, position: 1});
			notes.push('it is the first in the queue now');
			break;
		default:
	}
	return {id, notes};
}

async function findTorrent(engine: ReadyGround['engine'], named: string): Promise<TorrentView> {
	const {torrents = []} = await engine.send({type: 'session.list'});
	const found = torrents.find(
		({id, infoHash, infoHashV2}) => id === named || infoHash === named || infoHashV2 === named,
	);
	if (found === undefined)
		throw new UserError('no-such-torrent', 'the engine has no such torrent: see `tortui list`');
	return found;
}

/** All files of a torrent. */
function filesOf(engine: ReadyGround['engine'], id: string): Promise<readonly FileView[]> {
	return new Promise(resolve => {
		const watching = engine.watch({interval: 50, torrent: {id, files: true}}, ({torrent}) => {
			if (torrent?.files === undefined && !torrent?.gone) return;
			watching.stop();
			resolve(torrent.files ?? []);
		});
	});
}
