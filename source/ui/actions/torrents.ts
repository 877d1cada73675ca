import type {Reannouncement} from '../../api/command.js';
import type {TorrentView} from '../../api/snapshot.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {reannounced, reannouncedAll} from '../text/reannounced.js';
import {nameText} from '../text/text.js';
import {setList} from './lists.js';

/** Moves the first of some torrents by a place in the queue. */
export function queue(screen: ScreenContext, [torrent]: readonly TorrentView[], by: 1 | -1): void {
	if (!torrent) return;
	setList(screen, 'torrents', {key: torrent.id});
	screen.send({type: 'torrent.queue', id: torrent.id, position: Math.max(1, torrent.queue + by)});
}

/** Asks the trackers of torrents for peers, and says what that came to. */
export function reannounce(screen: ScreenContext, torrents: readonly TorrentView[]): void {
	const told: Reannouncement[] = [];
	for (const {id} of torrents) {
		screen.send({type: 'torrent.reannounce', id}, ({reannouncement}) => {
			// An engine of an earlier version does not say.
			if (reannouncement === undefined) return screen.say('Asking for peers.');
			told.push(reannouncement);
			if (told.length < torrents.length) return;
			screen.say(torrents.length === 1 ? reannounced(reannouncement) : reannouncedAll(told));
		});
	}
}

/** Copies the magnet links of torrents to the clipboard. */
export function copyMagnets(screen: ScreenContext, torrents: readonly TorrentView[]): void {
	const magnets = torrents.map(({magnet}) => magnet);
	screen.copy(magnets.join('\n'));
	screen.say(magnets.length === 1 ? 'Magnet link copied.' : `${magnets.length} magnet links copied.`, 'good');
}

/** Opens the data of finished torrents with its program. */
export function openData(screen: ScreenContext, torrents: readonly TorrentView[]): void {
	for (const {completed, wanted, name, dir} of torrents) {
		if (!screen.openFile) screen.say('Files cannot be opened from here: there is no desktop.', 'warn');
		else if (completed < wanted || wanted === 0) screen.say(`${nameText(name)} is not finished yet.`, 'warn');
		else screen.openFile(`${dir}/${name}`);
	}
}
