import type {ExitStatus} from '../../base/errors.js';
import {terminalText} from '../../base/safe-text.js';
import {type Command, type Context, defineCommand} from '../arguments/command.js';
import {choice} from '../arguments/quantities.js';
import {findEngine} from '../engine-process/find-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {completedCommand} from './completion-model.js';

const shell = choice('bash', 'zsh', 'fish');

/** For the scripts: id and name of every torrent of the running engine; nothing when none runs. */
async function tellTorrents({env, version, stdout}: Context): Promise<ExitStatus> {
	const engine = await findEngine(stateDirPath(undefined, env), env, version);
	if (!engine) return 0;
	const {torrents = []} = await engine.send({type: 'session.list'});
	engine.close();
	for (const {id, name} of torrents) stdout.write(`${id}\t${terminalText(name)}\n`);
	return 0;
}

/**
 * The verb that prints a script which teaches a shell the words of the command line.
 *
 * @param loadCommands reads all commands whose words are taught
 */
export function completionCommand(loadCommands: () => Promise<readonly Command[]>): Command {
	return defineCommand({
		name: 'completion',
		usage: ['completion bash|zsh|fish'],
		summary: 'Prints a script that completes the words of tortui in a shell.',
		words: [1, 1],
		options: {},
		notes: [
			'  bash, in ~/.bashrc:                  source <(tortui completion bash)',
			'  zsh, in ~/.zshrc, after compinit:    source <(tortui completion zsh)',
			'  fish:  tortui completion fish > ~/.config/fish/completions/tortui.fish',
		],
		async run({input: [word = '']}, context) {
			if (word === 'torrents') return tellTorrents(context);
			const asked = shell(word, 'completion');
			const commands = (await loadCommands()).map(completedCommand);
			switch (asked) {
				case 'bash': {
					const {bashCompletion} = await import('./completion-bash.js');
					context.stdout.write(bashCompletion(commands));
					return 0;
				}
				case 'zsh': {
					const {zshCompletion} = await import('./completion-zsh.js');
					context.stdout.write(zshCompletion(commands));
					return 0;
				}
				case 'fish': {
					const {fishCompletion} = await import('./completion-fish.js');
					context.stdout.write(fishCompletion(commands));
					return 0;
				}
				default:
					return asked satisfies never;
			}
		},
	});
}
