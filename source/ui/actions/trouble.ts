import type {TorrentView} from '../../api/snapshot.js';
import {isInTrouble, standingOf} from '../../api/torrent-standing.js';
import {entries} from '../model/lists.js';
import type {ScreenState} from '../model/store.js';
import {rowUnder} from '../model/targets.js';
import {isGroup} from '../model/torrent-groups.js';
import {shownTorrents} from '../model/torrent-list.js';
import {type Chip, chips} from '../present/chips.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {unfoldFor} from './groups.js';
import {moveTo, setList} from './lists.js';

/** The next torrent with which something is wrong, from the cursor on and then from the top; undefined when there is none. */
export function nextInTrouble(state: ScreenState): TorrentView | undefined {
	const shown = shownTorrents(state);
	const row = rowUnder(state);
	const under = row && isGroup(row) ? row.torrents[0] : row;
	const at = under === undefined ? -1 : shown.indexOf(under);
	// A group comes before the first of its own.
	const from = row && isGroup(row) ? at : at + 1;
	for (let step = 0; step < shown.length; step++) {
		const torrent = shown[(from + step) % shown.length];
		if (torrent && ails(torrent)) return torrent;
	}
	return undefined;
}

function ails(torrent: TorrentView): boolean {
	const standing = standingOf(torrent);
	return standing === 'stalled' || standing === 'failed' || isInTrouble(torrent);
}

/** Goes to a torrent, which may be in a folded group. */
export function goToTorrent(screen: ScreenContext, {id}: TorrentView): void {
	unfoldFor(screen, id);
	moveTo(
		screen,
		'torrents',
		entries(screen.state(), 'torrents').findIndex(({key}) => key === id),
	);
}

/** What is said where a chip has nobody. */
function nobody({word}: Chip): string {
	if (word === 'trouble') return 'Nothing is wrong with a torrent that runs.';
	return word === 'metadata' ? 'No torrent waits for its file list.' : `No torrent is ${word}.`;
}

/** Shows only the torrents of a chip, given by its digit or word; all again when they are the ones shown. */
export function showChip(screen: ScreenContext, wanted: string): void {
	const chip = chips.find(({digit, word}) => digit === wanted || word === wanted);
	if (!chip)
		return screen.say(`There is no state “${wanted}”: ${chips.map(({word}) => word).join(', ')}.`, 'warn');
	const {model, view} = screen.state();
	const {filter, key} = view.lists.torrents;
	if (filter === chip.word) return setList(screen, 'torrents', {filter: ''});
	const fitting = (model.torrents ?? []).filter(chip.fits);
	if (fitting.length === 0) return screen.say(nobody(chip));
	// The cursor goes where there is something to read, unless it is there.
	const stays = fitting.some(({id}) => id === key);
	setList(screen, 'torrents', {filter: chip.word, ...(!stays && {key: undefined, index: 0})});
}
