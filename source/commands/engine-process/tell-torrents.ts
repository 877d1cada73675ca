import type {Command} from '../../api/command.js';
import type {ExitStatus} from '../../base/errors.js';
import type {Context} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {requireEngine} from './ensure-engine.js';
import {oneByOne} from './one-by-one.js';
import {stateDirPath} from './state-dir.js';

type DistributiveOmit<Type, Key extends PropertyKey> = Type extends unknown ? Omit<Type, Key> : never;

/**
 * Has the running engine do the same to each torrent that the words name; one that cannot do it holds up no other. `all`
 * leaves alone what was paused by hand.
 */
export async function tellTorrents(
	command: DistributiveOmit<Extract<Command, {type: 'torrent.pause' | 'torrent.resume'}>, 'id'>,
	words: readonly string[],
	stateDir: string | undefined,
	{env, version, warn}: Pick<Context, 'env' | 'version' | 'warn'>,
): Promise<ExitStatus> {
	const engine = await requireEngine(stateDirPath(stateDir, env), env, version);
	try {
		// What is allowed is allowed to each by itself.
		const isPlain = Object.keys(command).length === 1;
		if (isPlain && words.length === 1 && words[0] === 'all') {
			await engine.send({type: command.type === 'torrent.pause' ? 'session.pauseAll' : 'session.resumeAll'});
			return 0;
		}
		const torrents = await findTorrents(engine, words);
		await oneByOne(torrents, async ({id}) => void (await engine.send({...command, id})), {warn});
	} finally {
		engine.close();
	}
	return 0;
}
