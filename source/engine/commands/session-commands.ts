import type {Reply} from '../../api/command.js';
import type {CommandHost, CommandsOf} from './command-host.js';
import {pauseAll, resumeAll} from './pause-all.js';

/** Does what concerns all torrents, or none. */
export function executeForSession(
	host: CommandHost,
	command: Exclude<CommandsOf<'session'>, {readonly type: 'session.stop'}>,
): Reply {
	switch (command.type) {
		case 'session.pauseAll':
			pauseAll(host.torrents.values());
			return {};
		case 'session.resumeAll':
			resumeAll(host.queue);
			return {};
		case 'session.slowMode':
			host.limits.setSlowMode(command.on);
			return {};
		case 'session.limits':
			host.limits.set(command);
			return {};
		case 'session.list':
			return {torrents: host.list()};
		case 'session.dht':
			return {dht: host.dht()};
		default:
			return command satisfies never;
	}
}
