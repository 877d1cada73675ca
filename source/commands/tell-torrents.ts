import type {Command} from '../api/command.js';
import type {ExitStatus} from '../base/errors.js';
import type {Context} from './command.js';
import {requireEngine} from './ensure-engine.js';
import {findTorrents} from './find-torrents.js';
import {stateDirPath} from './state-dir.js';

type DistributiveOmit<Type, Key extends PropertyKey> = Type extends unknown ? Omit<Type, Key> : never;

/** Has the running engine do the same to each torrent that the words name. */
export async function tellTorrents(
	command: DistributiveOmit<Extract<Command, {type: 'torrent.pause' | 'torrent.resume'}>, 'id'>,
	words: readonly string[],
	stateDir: string | undefined,
	{env, version}: Pick<Context, 'env' | 'version'>,
): Promise<ExitStatus> {
	const engine = await requireEngine(stateDirPath(stateDir, env), env, version);
	try {
		for (const {id} of await findTorrents(engine, words)) await engine.send({...command, id});
	} finally {
		engine.close();
	}
	return 0;
}
