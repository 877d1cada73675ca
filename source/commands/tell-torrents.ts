import type {ExitStatus} from '../base/errors.js';
import type {Context} from './command.js';
import {requireEngine} from './ensure-engine.js';
import {findTorrents} from './find-torrents.js';
import {stateDirPath} from './state-dir.js';

/** Has the running engine do the same to each torrent that the words name. */
export async function tellTorrents(
	type: 'torrent.pause' | 'torrent.resume',
	words: readonly string[],
	stateDir: string | undefined,
	{env, version}: Pick<Context, 'env' | 'version'>,
): Promise<ExitStatus> {
	const engine = await requireEngine(stateDirPath(stateDir, env), env, version);
	try {
		for (const {id} of await findTorrents(engine, words)) await engine.send({type, id});
	} finally {
		engine.close();
	}
	return 0;
}
