import type {CommonTrackerView} from '../../api/swarms-view.js';
import {cursorRow} from '../model/lists.js';
import type {ScreenState} from '../model/store.js';
import {type NamedPeer, shownEveryPeer, shownEveryTracker, swarmEntries} from '../model/swarm-lists.js';
import {type SwarmPart, swarmParts} from '../model/swarms-place.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {setList} from './lists.js';
import {openTorrent} from './open-torrent.js';

/** Opens the Swarms view as it was left. */
export function openSwarms(screen: ScreenContext): void {
	screen.setView({screen: 'swarms'});
}

/** Gives the keys to the next part of the Swarms view, or the one before. */
export function stepSwarmPart(screen: ScreenContext, step: 1 | -1): void {
	const at = swarmParts.indexOf(screen.state().view.swarmPart);
	screen.setView({swarmPart: swarmParts[(at + step + swarmParts.length) % swarmParts.length] as SwarmPart});
}

/** The peer under the cursor of the Swarms view. */
export function everyPeerUnderCursor(state: ScreenState): NamedPeer | undefined {
	const {view} = state;
	if (view.screen !== 'swarms' || view.swarmPart !== 'everyPeer') return undefined;
	return shownEveryPeer(state)[cursorRow(swarmEntries(state, 'everyPeer'), view.lists.everyPeer)];
}

/** The tracker under the cursor of the Swarms view. */
export function everyTrackerUnderCursor(state: ScreenState): CommonTrackerView | undefined {
	const {view} = state;
	if (view.screen !== 'swarms' || view.swarmPart !== 'everyTracker') return undefined;
	return shownEveryTracker(state)[cursorRow(swarmEntries(state, 'everyTracker'), view.lists.everyTracker)];
}

/** Opens the list with the torrents of a tracker alone. */
export function listTorrentsOf(screen: ScreenContext, {url}: CommonTrackerView): void {
	const host = url
		.replace(/^[a-z]+:\/\//, '')
		.replace(/:\d+$/, '')
		.replace(/^\[|\]$/g, '');
	setList(screen, 'torrents', {filter: `tracker:${host}`});
	screen.setView({screen: 'session'});
}

/** Opens the torrent of a peer, with the cursor on it. */
export function openPeersTorrent(screen: ScreenContext, {torrent, id}: NamedPeer): void {
	openTorrent(screen, torrent);
	screen.setView({pane: 'peers'});
	setList(screen, 'peers', {key: String(id)});
}
