import {browse, openNetwork, place, stepPart, underCursor} from '../actions/network.js';
import {openTorrent} from '../actions/open-torrent.js';
import {openFound} from '../adding/add-dialog.js';
import {openCatalogue, openNick, openShare} from '../forms/network-forms.js';
import {defineKey, inGroup} from './define-key.js';
import type {Situation} from './key-record.js';

const openLabels = {found: 'look inside', person: 'what they share', shared: 'open'} as const;

/** What is under the cursor: something shared, somebody, or a torrent of mine. */
function needUnderCursor({state}: Situation) {
	const under = underCursor(state());
	if (!under) return 'There is nothing here to look into.';
	if (under.kind === 'shared' && under.item.torrent === undefined) return 'That is no torrent yet.';
	return {under};
}

/** What is under the cursor of what was found. */
function needFound({state}: Situation) {
	const under = underCursor(state());
	return under?.kind === 'found'
		? {torrent: under.torrent}
		: 'There is nothing here of which to copy a link.';
}

/** Keys of the Network view: who is here, what they share, what I share. */
export const networkKeys = inGroup('Network', [
	defineKey({
		name: 'network',
		takes: {hint: 'words'},
		keys: ['W'],
		where: ['anywhere'],
		help: 'Show who is here and what they share, through trackers with a catalogue',
		footer: 10.5,
		when: ({state}) => ({isList: state().view.screen === 'session'}),
		// In the footer of a torrent other keys are worth more.
		label: ({isList}) => (isList ? 'network' : ''),
		run: (screen, _, words) => openNetwork(screen, words),
	}),
	defineKey({
		name: 'look-inside',
		keys: ['enter', 'right', 'l'],
		where: ['network'],
		help: 'Look inside and download; of somebody, show what they share',
		footer: 1,
		when: needUnderCursor,
		label: ({under}) => openLabels[under.kind],
		run: (screen, {under}) => {
			if (under.kind === 'found') openFound(screen, under.torrent);
			else if (under.kind === 'person') browse(screen, under.person.nick);
			else if (under.item.torrent !== undefined) openTorrent(screen, under.item.torrent);
		},
	}),
	defineKey({
		name: 'next-part',
		keys: ['tab'],
		where: ['network'],
		help: 'Go to the next part: search, found, people, what I share',
		footer: 2,
		label: 'pane',
		run: screen => stepPart(screen, 1),
	}),
	defineKey({
		name: 'previous-part',
		keys: ['shift-tab'],
		where: ['network'],
		help: 'Go to the part before',
		label: 'pane back',
		run: screen => stepPart(screen, -1),
	}),
	defineKey({
		name: 'seek',
		takes: {hint: 'words'},
		keys: ['/'],
		where: ['network'],
		help: 'Type what to look for',
		footer: 3,
		label: 'search',
		run: (screen, _, words) => {
			if (words !== '') openNetwork(screen, words);
			else place(screen, {pane: 'search'});
		},
	}),
	defineKey({
		name: 'nick',
		takes: {hint: 'name'},
		keys: ['n'],
		where: ['network'],
		help: 'Choose the nickname that others see',
		footer: 4,
		label: 'nickname',
		run: (screen, _, nick) => openNick(screen, nick),
	}),
	defineKey({
		name: 'share',
		takes: {hint: 'folder', path: true},
		keys: ['S'],
		where: ['network'],
		help: 'Share a folder: each file and folder in it is a torrent',
		footer: 5,
		label: 'share',
		run: (screen, _, dir) => openShare(screen, dir),
	}),
	defineKey({
		name: 'catalogue',
		takes: {hint: 'URL'},
		keys: ['A'],
		where: ['network'],
		help: 'Name a tracker with a catalogue',
		footer: 7,
		label: 'add tracker',
		run: (screen, _, url) => openCatalogue(screen, url),
	}),
	defineKey({
		name: 'copy-found',
		keys: ['c'],
		where: ['network'],
		help: 'Copy the magnet link of what is under the cursor',
		when: needFound,
		label: 'copy magnet',
		run: (screen, {torrent}) => {
			screen.copy(torrent.magnet);
			screen.say('The magnet link is in the clipboard, where the terminal allows that.', 'good');
		},
	}),
]);
