import {isInTrouble, standingOf} from '../../api/torrent-standing.js';
import {cursorRow, entries, shownTorrents} from '../model/lists.js';
import type {ScreenState} from '../model/store.js';
import {type Chip, chips} from '../present/chips.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {setList} from './lists.js';

/** The row of the next torrent with which something is wrong, from the cursor on and then from the top; undefined when there is none. */
export function nextInTrouble(state: ScreenState): number | undefined {
	const ailing = new Set(
		shownTorrents(state).flatMap(torrent =>
			isInTrouble(torrent) || ['stalled', 'failed'].includes(standingOf(torrent)) ? [torrent.id] : [],
		),
	);
	if (ailing.size === 0) return undefined;
	const shown = entries(state, 'torrents');
	const at = cursorRow(shown, state.view.lists.torrents);
	for (let step = 1; step <= shown.length; step++) {
		const row = (at + step) % shown.length;
		if (ailing.has(shown[row]?.key ?? '')) return row;
	}
	return undefined;
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
