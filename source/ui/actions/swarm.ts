import type {PeerView, TrackerView} from '../../api/snapshot.js';
import {ask, giveOrAsk} from '../forms/ask.js';
import {cursorRow, entries} from '../model/lists.js';
import {trackerFacts} from '../present/facts.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {nameText, terminalText} from '../text/text.js';
import {moveTo} from './lists.js';
import {askWhenSeen} from './unasked.js';

/** Shows all that is known of a peer. The cursor stays on it from now on, however the list is sorted. */
export function lookAtPeer(screen: ScreenContext, peer: PeerView): void {
	const shown = entries(screen.state(), 'peers');
	moveTo(screen, 'peers', cursorRow(shown, screen.state().view.lists.peers));
	screen.setDialog({kind: 'peer', peer, wall: screen.clock.wall()});
}

/** Connects to a peer at an address; asks for it where none is given. */
export function addPeer(screen: ScreenContext, id: string, address: string): void {
	const set = (chosen: string) => {
		if (!/^\[?[\w.:-]+\]?:\d{1,5}$/.test(chosen))
			return 'An address has a port: 192.0.2.1:6881 or [2001:db8::1]:6881.';
		screen.send({type: 'peer.add', id, address: chosen}, `Connecting to ${chosen}.`);
		return undefined;
	};
	giveOrAsk(screen, address, set, () => ask(screen, 'Connect to a peer', 'address', 'host:port', '', set));
}

/** Adds a tracker; asks for its URL where none is given. */
export function addTracker(screen: ScreenContext, id: string, url: string): void {
	const set = (chosen: string) => {
		if (!/^(?:https?|udp):\/\/[^\s/]+/i.test(chosen))
			return 'A tracker is an http://, https:// or udp:// URL.';
		screen.send({type: 'tracker.add', id, url: chosen}, 'Tracker added.');
		return undefined;
	};
	giveOrAsk(screen, url, set, () => ask(screen, 'Add a tracker', 'URL', 'http, https or udp', '', set));
}

/** Adds a web seed; asks for its URL where none is given. */
export function addWebSeed(screen: ScreenContext, id: string, url: string): void {
	const set = (chosen: string) => {
		if (!/^https?:\/\/[^\s/]+/i.test(chosen)) return 'A web seed is an http:// or https:// URL.';
		screen.send({type: 'webSeed.add', id, url: chosen}, 'Web seed added.');
		return undefined;
	};
	giveOrAsk(screen, url, set, () => ask(screen, 'Add a web seed', 'URL', 'http or https', '', set));
}

/** Tells all that is known of a tracker, or of another source of peers. */
export function lookAtTracker(screen: ScreenContext, tracker: TrackerView): void {
	screen.setDialog({
		kind: 'facts',
		title: tracker.kind === 'tracker' ? 'Tracker' : tracker.kind === 'web' ? 'Web seed' : 'Source of peers',
		facts: trackerFacts(tracker, screen.clock.wall()),
		command: 'tracker-look',
	});
}

/** Asks whether a peer is to be disconnected: nothing brings back one that dialled in. */
export function askToKick(screen: ScreenContext, id: string, peer: PeerView): void {
	askAboutPeer(screen, peer, 'Disconnect this peer?', 'disconnect it', () =>
		screen.send({type: 'peer.kick', id, peer: peer.id}, `Disconnected ${peer.address}.`),
	);
}

/** Asks whether a peer is to be banned. */
export function askToBan(screen: ScreenContext, id: string, peer: PeerView): void {
	askAboutPeer(screen, peer, 'Ban this peer?', 'ban it', () =>
		screen.send({type: 'peer.ban', id, peer: peer.id}, `Banned ${peer.address}.`),
	);
}

function askAboutPeer(
	screen: ScreenContext,
	{address, client}: PeerView,
	title: string,
	label: string,
	run: () => void,
): void {
	askWhenSeen(screen, {
		kind: 'ask',
		title,
		lines: [`${address}  ${nameText(client)}`],
		choices: [
			{key: 'y', label, run},
			{key: 'n', label: 'keep it', run: () => undefined},
		],
		isFragile: true,
	});
}

/** Asks whether a tracker, or a web seed, is to be removed. */
export function askToRemoveTracker(screen: ScreenContext, id: string, {kind, url}: TrackerView): void {
	const isWeb = kind === 'web';
	askWhenSeen(screen, {
		kind: 'ask',
		title: isWeb ? 'Remove this web seed?' : 'Remove this tracker?',
		lines: [terminalText(url)],
		choices: [
			{
				key: 'y',
				label: 'remove it',
				run: () =>
					isWeb
						? screen.send({type: 'webSeed.remove', id, url}, 'Web seed removed.')
						: screen.send({type: 'tracker.remove', id, url}, 'Tracker removed.'),
			},
			{key: 'n', label: 'keep it', run: () => undefined},
		],
		isFragile: true,
	});
}
