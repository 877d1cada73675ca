import type {TorrentView} from '../../api/snapshot.js';
import {targetLines, targetNames} from '../model/targets.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLink} from '../text/pasted-links.js';
import {terminalText} from '../text/text.js';
import {ask, giveOrAsk} from './ask.js';

/** Names what a form is about where its title cannot. */
export function namesOf(torrents: readonly TorrentView[]): readonly string[] {
	return torrents.length > 1 ? targetLines(torrents) : [];
}

/** Gives torrents a label; asks for it where none is given. */
export function openLabel(screen: ScreenContext, torrents: readonly TorrentView[], label: string): void {
	const set = (chosen: string) => {
		for (const {id} of torrents) screen.send({type: 'torrent.label', id, label: chosen});
		return undefined;
	};
	giveOrAsk(screen, label, set, () =>
		ask(
			screen,
			`Label: ${targetNames(torrents)}`,
			'label',
			'empty for none',
			torrents[0]?.label ?? '',
			set,
			() => namesOf(torrents),
		),
	);
}

/** Moves the data of torrents to a folder; asks for it where none is given. */
export function openMove(screen: ScreenContext, torrents: readonly TorrentView[], dir: string): void {
	const set = (chosen: string) => {
		if (chosen === '') return 'Give the folder that the data goes to.';
		const full = screen.fullPath(pastedLink(chosen));
		for (const {id} of torrents)
			screen.send({type: 'torrent.move', id, dir: full}, `Moved to ${terminalText(full)}.`);
		return undefined;
	};
	giveOrAsk(screen, dir, set, () =>
		ask(
			screen,
			`Move the data of ${targetNames(torrents)}`,
			'folder',
			'~ is your home folder',
			torrents[0]?.dir ?? '',
			set,
			() => namesOf(torrents),
		),
	);
}
