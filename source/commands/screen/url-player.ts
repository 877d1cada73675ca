import type {UrlPlayer} from '../../ui/screen/screen-context.js';
import {findPlayer, startPlayer} from '../stream/player.js';

/** The player that a screen opens: one that lives on when the screen is left. Undefined when there is none here. */
export function urlPlayer(env: NodeJS.ProcessEnv): UrlPlayer | undefined {
	const player = findPlayer(env);
	return (
		player && {
			name: player.program,
			play(urls, failed) {
				startPlayer(player, urls, env, false).ended.then(
					status => status !== 0 && failed(`${player.program} ended with status ${status}.`),
					(error: Error) => failed(error.message),
				);
			},
		}
	);
}
