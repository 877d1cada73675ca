import {cursorRow, entries, shownPeers, shownTrackers} from '../model/lists.js';
import type {Action, ScreenContext} from '../screen/screen-context.js';
import {safeText} from '../text/text.js';
import {ask} from './ask.js';

function underCursor<Item>(
	screen: ScreenContext,
	list: 'peers' | 'trackers',
	items: readonly Item[],
): Item | undefined {
	const state = screen.state();
	return items[cursorRow(entries(state, list), state.view.lists[list])];
}

/** Everything that is done to peers, trackers and pieces. */
export const swarmActions: Readonly<Record<string, Action>> = {
	'peer-add': (screen, argument) => {
		const id = screen.state().view.torrent;
		if (id === undefined) return;
		const set = (address: string) => {
			if (!/^\[?[\w.:-]+\]?:\d{1,5}$/.test(address))
				return 'An address has a port: 192.0.2.1:6881 or [2001:db8::1]:6881.';
			screen.send({type: 'peer.add', id, address}, `Connecting to ${address}.`);
			return undefined;
		};
		if (argument) {
			const problem = set(argument);
			if (problem) screen.say(problem, 'warn');
		} else ask(screen, 'Connect to a peer', 'address', 'host:port', '', set);
	},
	'peer-kick': screen => {
		const peer = underCursor(screen, 'peers', shownPeers(screen.state()));
		const id = screen.state().view.torrent;
		if (peer && id !== undefined)
			screen.send({type: 'peer.kick', id, peer: peer.id}, `Disconnected ${peer.address}.`);
	},
	'peer-ban': screen => {
		const peer = underCursor(screen, 'peers', shownPeers(screen.state()));
		const id = screen.state().view.torrent;
		if (!peer || id === undefined) return;
		screen.setDialog({
			kind: 'ask',
			title: 'Ban this peer?',
			lines: [`${peer.address}  ${safeText(peer.client)}`],
			choices: [
				{
					key: 'y',
					label: 'ban it',
					run: () => screen.send({type: 'peer.ban', id, peer: peer.id}, `Banned ${peer.address}.`),
				},
				{key: 'n', label: 'keep it', run: () => undefined},
			],
		});
	},
	'tracker-add': (screen, argument) => {
		const id = screen.state().view.torrent;
		if (id === undefined) return;
		const set = (url: string) => {
			if (!/^(?:https?|udp):\/\/[^\s/]+/i.test(url))
				return 'A tracker is an http://, https:// or udp:// URL.';
			screen.send({type: 'tracker.add', id, url}, 'Tracker added.');
			return undefined;
		};
		if (argument) {
			const problem = set(argument);
			if (problem) screen.say(problem, 'warn');
		} else ask(screen, 'Add a tracker', 'URL', 'http, https or udp', '', set);
	},
	'tracker-remove': screen => {
		const tracker = underCursor(screen, 'trackers', shownTrackers(screen.state()));
		const id = screen.state().view.torrent;
		if (!tracker || id === undefined) return;
		if (tracker.kind !== 'tracker') {
			screen.say('Only trackers can be removed here.', 'warn');
			return;
		}
		screen.setDialog({
			kind: 'ask',
			title: 'Remove this tracker?',
			lines: [safeText(tracker.url)],
			choices: [
				{
					key: 'y',
					label: 'remove it',
					run: () => screen.send({type: 'tracker.remove', id, url: tracker.url}, 'Tracker removed.'),
				},
				{key: 'n', label: 'keep it', run: () => undefined},
			],
		});
	},
	inspect: screen => {
		const {view, model} = screen.state();
		const cells = model.torrent?.pieces?.cells.length ?? 0;
		if (view.torrent === undefined || cells === 0) return;
		const cell = Math.max(0, view.cell);
		screen.send({type: 'piece.inspect', id: view.torrent, cell, cells}, ({inspection}) => {
			// What was opened since, or another torrent, goes before an answer that comes late.
			const now = screen.state().view;
			if (inspection && !now.dialog && now.torrent === view.torrent && now.pane === 'pieces')
				screen.setDialog({kind: 'inspection', inspection, cell});
		});
	},
};
