import type {TorrentView} from '../../api/snapshot.js';
import {ask, giveOrAsk} from '../forms/ask.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLink} from '../text/pasted-links.js';
import {nameText, terminalText} from '../text/text.js';

/** Writes the .torrent of a torrent to a file; asks for its path where none is given, and again when it cannot be. */
export function exportTorrent(screen: ScreenContext, torrent: TorrentView, path: string): void {
	const {id, name, dir} = torrent;
	if (screen.visiting) return sendTorrent(screen, torrent);
	const open = (start: string) =>
		ask(
			screen,
			`Write the .torrent of ${nameText(name)}`,
			'file',
			'a file that is there is not replaced',
			start,
			set,
			undefined,
			true,
		);
	const set = (chosen: string) => {
		if (chosen === '') return 'Give the path of the file.';
		const full = screen.fullPath(pastedLink(chosen));
		screen.send({type: 'torrent.export', id}, ({metainfo}) => {
			if (metainfo === undefined || !screen.saveFile)
				return screen.say('The running engine cannot do that: stop it, then start it again.', 'warn');
			screen.saveFile(full, metainfo).then(
				() => screen.say(`Written: ${terminalText(full)}`, 'good'),
				(error: unknown) => {
					screen.say(error instanceof Error ? error.message : String(error), 'error');
					if (!screen.state().view.dialog) open(chosen);
				},
			);
		});
		return undefined;
	};
	giveOrAsk(screen, path, set, () => open(`${dir}/${name.replaceAll('/', '_')}.torrent`));
}

/** Brings the .torrent to the machine of somebody who looks in from elsewhere: paths of this one mean nothing there. */
function sendTorrent(screen: ScreenContext, {id, name}: TorrentView): void {
	const file = `${name.replaceAll('/', '_')}.torrent`;
	screen.send({type: 'torrent.export', id}, ({metainfo}) => {
		if (metainfo === undefined || !screen.saveFile)
			return screen.say('The running engine cannot do that: stop it, then start it again.', 'warn');
		screen.saveFile(file, metainfo).then(
			() => screen.say(`Sent to you: ${terminalText(file)}`, 'good'),
			(error: unknown) => screen.say(error instanceof Error ? error.message : String(error), 'error'),
		);
	});
}
