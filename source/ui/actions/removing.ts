import type {RemovedFiles} from '../../api/command.js';
import type {TorrentView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import {standsStill} from '../model/stands-still.js';
import {targetLines, targetNames} from '../model/targets.js';
import type {PendingRemoval} from '../model/view.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {removedInWords} from '../text/removed.js';
import {nameText} from '../text/text.js';

/** How long a removal can be taken back. */
const undoTime: Millis = 15_000;

/** Sends a removal that was not taken back. */
function carryOut(screen: ScreenContext, removal: PendingRemoval): void {
	const {view} = screen.state();
	if (!view.removals.includes(removal)) return;
	screen.setView({removals: view.removals.filter(other => other !== removal)});
	const {withData, names} = removal;
	const sum: RemovedFiles[] = [];
	for (const id of removal.ids) {
		screen.send({type: 'torrent.remove', id, withData}, ({removed}) => {
			if (removed === undefined) return;
			sum.push(removed);
			screen.say(removedInWords(names, sum), sum.some(({kept}) => kept > 0) ? 'warn' : 'good');
		});
	}
}

/**
 * Removes torrents, which can be taken back. What is removed is paused at once and gone from the list; the engine is told
 * to forget it when nobody has taken that back in time, or when the screen is left, however that comes about. Only a
 * screen that is killed within that time leaves the torrent where it was, paused: a removal is easily asked for again,
 * deleted data is not had again.
 */
export function remove(screen: ScreenContext, torrents: readonly TorrentView[], withData: boolean): void {
	const [first] = torrents;
	const names =
		torrents.length > 1 && first
			? `${nameText(first.name)} and ${torrents.length - 1} more`
			: targetNames(torrents);
	const running = torrents.filter(torrent => !standsStill(torrent)).map(({id}) => id);
	const removal: PendingRemoval = {ids: torrents.map(torrent => torrent.id), running, names, withData};
	for (const id of running) screen.send({type: 'torrent.pause', id});
	const {view} = screen.state();
	screen.setView({
		removals: [...view.removals, removal],
		...(view.screen === 'torrent' && removal.ids.includes(view.torrent ?? '') && {screen: 'session'}),
		lists: {...view.lists, torrents: {...view.lists.torrents, marks: new Set(), key: undefined}},
	});
	screen.say(
		`${withData ? 'Deleting' : 'Removing'} ${names} in 15 s: u takes it back.`,
		withData ? 'warn' : 'info',
	);
	screen.clock.after(undoTime, () => carryOut(screen, removal));
}

/**
 * Removes torrents from the list. A key alone may be a letter of a word that was meant for somewhere else, and the finder's
 * Enter may have been meant for what is found a moment later: it asks, unless they were marked.
 */
export function removeKeepingData(screen: ScreenContext, torrents: readonly TorrentView[]): void {
	const {view} = screen.state();
	const isMarked = view.screen === 'session' && torrents.every(({id}) => view.lists.torrents.marks.has(id));
	if (isMarked) return remove(screen, torrents, false);
	screen.setDialog({
		kind: 'ask',
		title: 'Remove it from the list?',
		lines: targetLines(torrents, 'its data stays '),
		choices: [
			{key: 'y', label: 'remove it, keep the data', run: () => remove(screen, torrents, false)},
			{key: 'D', label: 'with its data', run: () => removeWithData(screen, torrents)},
			{key: 'n', label: 'keep all', run: () => undefined},
		],
		isFragile: true,
	});
}

/** Asks whether torrents are to be removed with their data. */
export function removeWithData(screen: ScreenContext, torrents: readonly TorrentView[]): void {
	screen.setDialog({
		kind: 'ask',
		title: 'Remove with its data?',
		lines: targetLines(torrents),
		choices: [
			{key: 'y', label: 'delete the data', run: () => remove(screen, torrents, true)},
			{key: 'd', label: 'remove, keep the data', run: () => remove(screen, torrents, false)},
			{key: 'n', label: 'keep all', run: () => undefined},
		],
		isFragile: true,
	});
}

/** Takes a removal back: what was running goes on. */
export function takeBack(screen: ScreenContext, removal: PendingRemoval): void {
	const {removals} = screen.state().view;
	screen.setView({removals: removals.filter(other => other !== removal)});
	for (const id of removal.running) screen.send({type: 'torrent.resume', id});
	screen.say(`${removal.names} stays.`, 'good');
}
