import type {Command} from '../../api/command.js';
import type {ExitStatus} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {Context} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {tellEach} from '../torrents/tell-each.js';
import {withEngine} from '../torrents/with-engine.js';

type DistributiveOmit<Type, Key extends PropertyKey> = Type extends unknown ? Omit<Type, Key> : never;

/**
 * Has the running engine do the same to each torrent that the words name; one that cannot do it holds up no other. `all`
 * leaves alone what was paused by hand.
 */
export function tellTorrents(
	command: DistributiveOmit<Extract<Command, {type: 'torrent.pause' | 'torrent.resume'}>, 'id'>,
	words: readonly string[],
	flags: {readonly stateDir?: string | undefined; readonly json: boolean},
	context: Context,
): Promise<ExitStatus> {
	return withEngine(flags, context, async engine => {
		// What is allowed is allowed to each by itself.
		const isPlain = Object.keys(command).length === 1;
		if (isPlain && words.length === 1 && words[0] === 'all') {
			await engine.send({type: command.type === 'torrent.pause' ? 'session.pauseAll' : 'session.resumeAll'});
			if (flags.json) context.stdout.write(`${terminalJson({all: true, ok: true})}\n`);
			return 0 as const;
		}
		const torrents = await findTorrents(engine, words);
		await tellEach(
			torrents,
			async ({id}) => void (await engine.send({...command, id})) as undefined,
			flags,
			context,
		);
		return 0 as const;
	});
}
