import {isUnknown} from '../../api/torrent-standing.js';
import {exportTorrent} from '../actions/export.js';
import {restorePriorities} from '../actions/files.js';
import {askToOverwrite} from '../actions/in-the-way.js';
import {markUnderCursor, setList} from '../actions/lists.js';
import {removeKeepingData, removeWithData, takeBack} from '../actions/removing.js';
import {copyMagnets, openData, queue, reannounce} from '../actions/torrents.js';
import {openAdd} from '../adding/add-dialog.js';
import {openChoose} from '../adding/choose-dialog.js';
import {openCreate} from '../creating/create-dialog.js';
import {openLabel, openMove} from '../forms/torrent-forms.js';
import {openLimits} from '../forms/torrent-limits.js';
import {isOver} from '../model/creations.js';
import {standsStill} from '../model/stands-still.js';
import {rowUnder} from '../model/targets.js';
import {isGroup} from '../model/torrent-groups.js';
import {nameText} from '../text/text.js';
import {folderWays, labelWays} from './argument-ways.js';
import {defineKey, inGroup} from './define-key.js';
import {needTorrents} from './guards.js';
import {after, type Situation} from './key-record.js';

/** The torrents, whether all stand still, and the one that has something in its way, or files to choose: going on asks. */
const needPausable = after(needTorrents, ({torrents}) => {
	const paused = torrents.every(standsStill);
	const [only] = torrents;
	const isOne = paused && torrents.length === 1;
	const inTheWay = isOne && only?.inTheWay !== undefined ? only : undefined;
	return {torrents, paused, inTheWay, choosing: isOne && only?.choosing ? only : undefined};
});

/** The torrent under the cursor, or all of the group there, and whether all of that is marked. */
function needMarkableRow({state}: Situation) {
	const row = rowUnder(state());
	if (row === undefined) return 'There is no torrent here: press a to add one.';
	const {marks} = state().view.lists.torrents;
	const group = isGroup(row) ? row.torrents.map(({id}) => id) : undefined;
	return {group, marked: (group ?? [isGroup(row) ? row.key : row.id]).every(id => marks.has(id))};
}

/** One torrent of which it is known what it holds. */
const needExportable = after(needTorrents, ({torrents}) => {
	const [torrent] = torrents;
	if (torrent === undefined || torrents.length > 1) return 'The .torrent is written of one at a time.';
	return isUnknown(torrent) ? 'It is not known yet what it holds: there is no .torrent to write.' : {torrent};
});

/** The torrents, and whether all of them are super-seeding. */
const needSuperSeeding = after(needTorrents, ({torrents}) => ({
	torrents,
	on: torrents.every(({superSeeding}) => superSeeding),
}));

/** Keys that act on torrents: the marked ones, else the one that is shown or under the cursor. */
export const torrentKeys = inGroup('Torrent', [
	defineKey({
		name: 'pause',
		keys: ['p'],
		where: ['torrent'],
		help: 'Pause the torrent, or let it go on',
		footer: 1,
		when: needPausable,
		label: ({paused, inTheWay, choosing}) =>
			inTheWay ? 'resume …' : choosing ? 'choose files' : paused ? 'resume' : 'pause',
		run: (screen, {torrents, paused, inTheWay, choosing}) => {
			if (inTheWay) return askToOverwrite(screen, inTheWay);
			if (choosing) return openChoose(screen, choosing);
			for (const {id} of torrents) screen.send({type: paused ? 'torrent.resume' : 'torrent.pause', id});
		},
	}),
	defineKey({
		name: 'mark',
		keys: ['space'],
		where: ['session'],
		help: 'Mark the torrent; keys then act on all that are marked',
		footer: 6,
		when: needMarkableRow,
		label: ({marked}) => (marked ? 'unmark' : 'mark'),
		run: (screen, {group, marked}) => {
			if (group === undefined) return markUnderCursor(screen, 'torrents');
			const {marks} = screen.state().view.lists.torrents;
			const others = [...marks].filter(id => !group.includes(id));
			setList(screen, 'torrents', {marks: new Set(marked ? others : [...others, ...group])});
		},
	}),
	defineKey({
		name: 'queue-up',
		keys: ['K'],
		where: ['session'],
		help: 'Move the torrent up in the queue',
		when: needTorrents,
		label: '',
		run: (screen, {torrents}) => queue(screen, torrents, -1),
	}),
	defineKey({
		name: 'queue-down',
		keys: ['J'],
		where: ['session'],
		help: 'Move the torrent down in the queue',
		when: needTorrents,
		label: 'queue',
		run: (screen, {torrents}) => queue(screen, torrents, 1),
	}),
	defineKey({
		name: 'details',
		keys: ['i'],
		where: ['torrent'],
		help: 'Show all that is known of the torrent',
		footer: 12,
		when: needTorrents,
		label: 'details',
		run: screen => screen.setDialog({kind: 'details'}),
	}),
	defineKey({
		name: 'add',
		takes: {hint: 'link', path: true},
		keys: ['a'],
		where: ['anywhere'],
		help: 'Add a torrent: a magnet link, a path or a URL (or just paste it)',
		footer: 11,
		label: 'add',
		run: (screen, _, link) => openAdd(screen, link),
	}),
	defineKey({
		name: 'create',
		takes: {hint: 'path', path: true},
		keys: ['M'],
		where: ['anywhere'],
		help: 'Make a torrent of a file or folder, or see how far one is',
		when: ({state}) => ({running: state().model.creations?.find(creation => !isOver(creation))}),
		label: ({running}) => (running ? 'being made' : 'make'),
		run: (screen, {running}, path) => {
			if (running && path === '') screen.setDialog({kind: 'creation', id: running.id});
			else openCreate(screen, path);
		},
	}),
	defineKey({
		name: 'open-data',
		keys: ['o'],
		where: ['torrent'],
		help: 'Open the file or folder of a finished torrent',
		when: needTorrents,
		label: 'open',
		run: (screen, {torrents}) => openData(screen, torrents),
	}),
	defineKey({
		name: 'remove',
		keys: ['d'],
		where: ['torrent'],
		help: 'Remove the torrent, keep its data (asks, unless it is marked; 15 s to take it back)',
		when: needTorrents,
		label: 'remove',
		run: (screen, {torrents}) => removeKeepingData(screen, torrents),
	}),
	defineKey({
		name: 'remove-data',
		keys: ['D'],
		where: ['torrent'],
		help: 'Remove it with its data (asks; 15 s to take it back)',
		when: needTorrents,
		label: 'remove with data',
		run: (screen, {torrents}) => removeWithData(screen, torrents),
	}),
	defineKey({
		name: 'undo',
		keys: ['u'],
		where: ['anywhere'],
		help: 'Take the last removal back, or what was last chosen of the files of this torrent',
		when: ({state}) => {
			const {removals, filesBefore, screen, torrent} = state().view;
			const removal = removals.at(-1);
			const files = screen === 'torrent' && filesBefore?.id === torrent ? filesBefore : undefined;
			return removal || files ? {removal, files} : 'There is nothing to undo.';
		},
		label: 'undo',
		run: (screen, {removal, files}) => {
			if (removal) takeBack(screen, removal);
			else if (files) restorePriorities(screen, files);
		},
	}),
	defineKey({
		name: 'verify',
		keys: ['v'],
		where: ['torrent'],
		help: 'Hash what is on disk again',
		when: needTorrents,
		label: 'verify',
		run: (screen, {torrents}) => {
			for (const {id, name} of torrents)
				screen.send({type: 'torrent.verify', id}, `Checking ${nameText(name)}.`);
		},
	}),
	defineKey({
		name: 'reannounce',
		keys: ['r'],
		where: ['torrent'],
		help: 'Ask the trackers and the DHT for peers now',
		when: needTorrents,
		label: 'reannounce',
		run: (screen, {torrents}) => reannounce(screen, torrents),
	}),
	defineKey({
		name: 'limits',
		keys: ['L'],
		where: ['torrent'],
		help: 'Limit the speed, or how long it seeds',
		when: needTorrents,
		label: 'limits',
		run: (screen, {torrents}) => openLimits(screen, torrents),
	}),
	defineKey({
		name: 'label',
		takes: {hint: 'label', ways: labelWays},
		keys: ['b'],
		where: ['torrent'],
		help: 'Give the torrent a label',
		when: needTorrents,
		label: 'label',
		run: (screen, {torrents}, label) => openLabel(screen, torrents, label),
	}),
	defineKey({
		name: 'move',
		takes: {hint: 'folder', path: true, ways: folderWays},
		keys: ['m'],
		where: ['torrent'],
		help: 'Move the data to another folder',
		when: needTorrents,
		label: 'move',
		run: (screen, {torrents}, dir) => openMove(screen, torrents, dir),
	}),
	defineKey({
		name: 'copy',
		keys: ['c'],
		where: ['torrent'],
		help: 'Copy the magnet link to the clipboard, also over SSH',
		footer: 15,
		when: needTorrents,
		label: 'copy magnet',
		run: (screen, {torrents}) => copyMagnets(screen, torrents),
	}),
	defineKey({
		name: 'export',
		takes: {hint: 'file', path: true},
		keys: ['E'],
		where: ['torrent'],
		help: 'Write its .torrent to a file',
		when: needExportable,
		label: 'write .torrent',
		run: (screen, {torrent}, path) => exportTorrent(screen, torrent, path),
	}),
	defineKey({
		name: 'super-seed',
		keys: ['ctrl-s'],
		where: ['torrent'],
		help: 'Give every peer other pieces while seeding (BEP 16)',
		when: needSuperSeeding,
		label: ({on}) => (on ? 'seed all alike' : 'super-seed'),
		run: (screen, {torrents, on}) => {
			for (const {id} of torrents) screen.send({type: 'torrent.superSeed', id, on: !on});
		},
	}),
]);
