import {askToBan, askToKick} from '../actions/swarm.js';
import {
	everyPeerUnderCursor,
	everyTrackerUnderCursor,
	listTorrentsOf,
	openPeersTorrent,
	openSwarms,
	stepSwarmPart,
} from '../actions/swarms.js';
import {defineKey, inGroup} from './define-key.js';
import type {Situation} from './key-record.js';

/** The peer under the cursor among those of all torrents. */
function needEveryPeer({state}: Situation) {
	const peer = everyPeerUnderCursor(state());
	return peer ? {peer} : 'There is no peer here.';
}

/** Keys of the Swarms view: the peers and the trackers of all torrents. */
export const swarmsKeys = inGroup('Peers and trackers', [
	defineKey({
		name: 'swarms',
		keys: ['V'],
		where: ['anywhere'],
		help: 'Show the peers and the trackers of all torrents',
		footer: 13.5,
		when: ({state}) => ({isList: state().view.screen === 'session'}),
		label: ({isList}) => (isList ? 'all peers' : ''),
		run: openSwarms,
	}),
	defineKey({
		name: 'look-into',
		keys: ['enter', 'right', 'l'],
		where: ['swarms'],
		help: 'Open the torrent of the peer under the cursor, or list the torrents of the tracker',
		footer: 1,
		when: ({state}) => {
			const peer = everyPeerUnderCursor(state());
			const tracker = everyTrackerUnderCursor(state());
			return peer || tracker ? {peer, tracker} : 'There is nothing here to look into.';
		},
		label: ({tracker}) => (tracker ? 'its torrents' : 'its torrent'),
		run: (screen, {peer, tracker}) => {
			if (peer) openPeersTorrent(screen, peer);
			else if (tracker) listTorrentsOf(screen, tracker);
		},
	}),
	defineKey({
		name: 'next-swarm-part',
		keys: ['tab'],
		where: ['swarms'],
		help: 'Go from the peers to the trackers, and back',
		footer: 2,
		label: 'pane',
		run: screen => stepSwarmPart(screen, 1),
	}),
	defineKey({
		name: 'previous-swarm-part',
		keys: ['shift-tab'],
		where: ['swarms'],
		help: 'Go to the part before',
		label: 'pane back',
		run: screen => stepSwarmPart(screen, -1),
	}),
	defineKey({
		name: 'every-peer-kick',
		keys: ['K'],
		where: ['swarms'],
		help: 'Disconnect the peer (asks)',
		footer: 3,
		when: needEveryPeer,
		label: 'kick',
		run: (screen, {peer}) => askToKick(screen, peer.torrent, peer),
	}),
	defineKey({
		name: 'every-peer-ban',
		keys: ['B'],
		where: ['swarms'],
		help: 'Disconnect the peer and never connect to it again',
		footer: 4,
		when: needEveryPeer,
		label: 'ban',
		run: (screen, {peer}) => askToBan(screen, peer.torrent, peer),
	}),
]);
