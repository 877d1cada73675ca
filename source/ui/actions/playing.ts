import {playableAs} from '../../api/playable.js';
import type {StreamView} from '../../api/stream-view.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {nameText} from '../text/text.js';

/** Plays files, by their positions, while they are downloaded: of several those that can be watched or heard. */
export function playFiles(screen: ScreenContext, positions: readonly number[]): void {
	const {torrent} = screen.state().model;
	const chosen = positions.flatMap(position => torrent?.files?.[position] ?? []);
	const playable = chosen.filter(({path}) => playableAs(path.at(-1) ?? '') !== undefined);
	const files = playable.length > 0 ? playable : chosen.length === 1 ? chosen : [];
	if (torrent === undefined || files.length === 0)
		return screen.say('There is nothing to watch or hear in it.', 'warn');
	screen.send({type: 'stream.open', id: torrent.id, files: files.map(({index}) => index)}, ({stream}) => {
		if (stream === undefined)
			return screen.say('The running engine cannot do that: stop it, then start it again.', 'warn');
		const name = files.length === 1 ? (files[0]?.path.at(-1) ?? '') : `${files.length} files`;
		begin(screen, stream, nameText(name));
	});
}

function begin(screen: ScreenContext, stream: StreamView, name: string): void {
	const {player} = screen;
	if (player === undefined) return screen.setDialog({kind: 'stream', name, stream});
	player.play(
		stream.files.map(({url}) => url),
		why => screen.say(why, 'error'),
	);
	screen.say([`${player.name} plays ${name}`, ...stream.notes].join('; '), 'good');
}
