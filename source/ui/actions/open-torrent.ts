import {shownTorrents} from '../model/torrent-list.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {nameText} from '../text/text.js';

/** Opens a torrent's screen, its lists as nobody has moved in them. */
export function openTorrent(screen: ScreenContext, id: string): void {
	const {lists} = screen.state().view;
	screen.setView({
		screen: 'torrent',
		torrent: id,
		cell: -1,
		lists: {
			...lists,
			peers: {...lists.peers, key: undefined, filter: ''},
			trackers: {...lists.trackers, key: undefined, filter: ''},
			files: {...lists.files, key: undefined, filter: '', marks: new Set()},
			log: {...lists.log, key: undefined, filter: ''},
		},
	});
}

/** Opens the first torrent whose name holds the text. */
export function openTorrentNamed(screen: ScreenContext, text: string): void {
	const wanted = text.toLowerCase();
	const found = shownTorrents(screen.state()).find(({name}) =>
		[name, nameText(name)].some(text => text.toLowerCase().includes(wanted)),
	);
	if (found) openTorrent(screen, found.id);
	else screen.say(`No torrent here is called “${text}”.`, 'warn');
}
