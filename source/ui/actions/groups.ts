import {type Grouping, groupings, type TorrentGroup} from '../model/torrent-groups.js';
import {shownGroups} from '../model/torrent-list.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {setList} from './lists.js';

/** Folds a group, with the cursor on it, or unfolds it. */
export function foldGroup(screen: ScreenContext, {key}: TorrentGroup, fold: boolean): void {
	const foldedGroups = new Set(screen.state().view.foldedGroups);
	if (fold) foldedGroups.add(key);
	else foldedGroups.delete(key);
	screen.setView({foldedGroups});
	setList(screen, 'torrents', {key});
}

/** Opens the folded group that a torrent lies in, if it lies in one. */
export function unfoldFor(screen: ScreenContext, id: string): void {
	const state = screen.state();
	const group = shownGroups(state)?.find(({torrents}) => torrents.some(torrent => torrent.id === id));
	if (group === undefined) return;
	const foldedGroups = new Set(state.view.foldedGroups);
	if (foldedGroups.delete(group.key)) screen.setView({foldedGroups});
}

/** Puts the torrents in groups, by the name of the grouping or its first letter. Answers whether there is such a one. */
export function groupBy(screen: ScreenContext, wanted: string): boolean {
	const group = groupings.find(name => name === wanted || name[0] === wanted);
	if (group === undefined) {
		screen.say(`There is no grouping “${wanted}”: ${groupings.join(', ')}.`, 'warn');
		return false;
	}
	screen.setPreferences({group: group satisfies Grouping});
	return true;
}
