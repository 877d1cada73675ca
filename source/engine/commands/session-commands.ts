import type {Reply} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import {safeText} from '../../base/safe-text.js';
import type {CommandHost, CommandsOf} from './command-host.js';
import {pauseAll, resumeAll} from './pause-all.js';

/** Of what others write into the log. */
const longestLine = 1000;

/** Does what concerns all torrents, or none. */
export function executeForSession(
	host: CommandHost,
	command: Exclude<
		CommandsOf<'session'>,
		{readonly type: 'session.stop' | 'session.configure' | 'session.blocklist' | 'session.find'}
	>,
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
		case 'session.reload':
			throw new UserError(
				'no-config',
				'this engine was started without a config file that it could read anew',
			);
		case 'session.list':
			return host.list(command);
		case 'session.log':
			host.log(command.level, safeText(command.text, longestLine), command.torrent);
			return {};
		case 'session.dht':
			return {dht: host.dht()};
		default:
			return command satisfies never;
	}
}
