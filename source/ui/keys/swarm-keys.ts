import {addPeer, addTracker, askToBan, askToRemoveTracker, lookAtPeer} from '../actions/swarm.js';
import {defineKey, inGroup} from './define-key.js';
import {needPeer, needShown, needTracker} from './guards.js';

/** Keys that act on peers and on where they are known from. */
export const swarmKeys = inGroup('Peers and trackers', [
	defineKey({
		name: 'peer-look',
		keys: ['enter'],
		where: ['peers'],
		help: 'Tell everything about the peer, and what it has',
		footer: 2,
		when: needPeer,
		label: 'look at it',
		run: (screen, {peer}) => lookAtPeer(screen, peer),
	}),
	defineKey({
		name: 'peer-add',
		takes: {hint: 'HOST:PORT'},
		keys: ['A'],
		where: ['peers'],
		help: 'Connect to a peer at an address',
		footer: 9,
		when: needShown,
		label: 'add peer',
		run: (screen, {id}, address) => addPeer(screen, id, address),
	}),
	defineKey({
		name: 'peer-kick',
		keys: ['K'],
		where: ['peers'],
		help: 'Disconnect the peer',
		footer: 7,
		when: needPeer,
		label: 'kick',
		run: (screen, {id, peer}) =>
			screen.send({type: 'peer.kick', id, peer: peer.id}, `Disconnected ${peer.address}.`),
	}),
	defineKey({
		name: 'peer-ban',
		keys: ['B'],
		where: ['peers'],
		help: 'Disconnect the peer and never connect to it again',
		footer: 8,
		when: needPeer,
		label: 'ban',
		run: (screen, {id, peer}) => askToBan(screen, id, peer),
	}),
	defineKey({
		name: 'tracker-add',
		takes: {hint: 'URL'},
		keys: ['A'],
		where: ['trackers'],
		help: 'Add a tracker',
		footer: 3,
		when: needShown,
		label: 'add tracker',
		run: (screen, {id}, url) => addTracker(screen, id, url),
	}),
	defineKey({
		name: 'tracker-remove',
		keys: ['X', 'delete'],
		where: ['trackers'],
		help: 'Remove the tracker',
		footer: 4,
		when: needTracker,
		label: 'remove',
		run: (screen, {id, tracker}) => askToRemoveTracker(screen, id, tracker),
	}),
]);
