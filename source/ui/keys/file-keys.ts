import {fold, foldAll, lookAtFile, openFile, setPriority, stepPriority, wantOnly} from '../actions/files.js';
import {markUnderCursor, setList} from '../actions/lists.js';
import {playFiles} from '../actions/playing.js';
import {openRule} from '../forms/file-rule.js';
import {entries} from '../model/lists.js';
import {shownTorrents} from '../model/torrent-list.js';
import {defineKey, inGroup} from './define-key.js';
import {needChosenFiles, needFile, needFiles, needTorrents} from './guards.js';
import {after, type Situation} from './key-record.js';

/** What marking everything acts on, where somebody is. */
function needMarkable(situation: Situation) {
	const {view} = situation.state();
	const list = view.screen === 'session' ? ('torrents' as const) : ('files' as const);
	const {marks} = view.lists[list];
	if (marks.size > 0) return {list, marks};
	if (list === 'torrents' && shownTorrents(situation.state()).length > 0) return {list, marks};
	const facts = list === 'torrents' ? needTorrents(situation) : needChosenFiles(situation);
	return typeof facts === 'string' ? facts : {list, marks};
}

/** What is under the cursor, and whether it is folded. */
const needFoldable = after(needFile, ({node}, {state}) => ({
	node,
	folded: state().view.folded.has(node.key),
}));

/** The files, and whether any of them is wanted. */
const needWantable = after(needChosenFiles, ({positions}, {state}) => {
	const priority = state().model.torrent?.progress?.priority;
	return {positions, wanted: positions.some(position => (priority?.[position] ?? 2) > 0)};
});

/** Whether what is under the cursor is marked. */
const needMarkableFile = after(needFile, ({node}, {state}) => ({
	marked: state().view.lists.files.marks.has(node.key),
}));

/** Whether any folder is folded. */
const needFolders = after(needFiles, (_, {state}) => ({folded: state().view.folded.size > 0}));

/** The torrents, and whether all of them are downloaded in order. */
const needOrder = after(needTorrents, ({torrents}) => ({
	torrents,
	sequential: torrents.every(torrent => torrent.sequential),
}));

/** Keys that act on the files of a torrent: the marked ones, else the one under the cursor. */
export const fileKeys = inGroup('Files', [
	defineKey({
		name: 'fold',
		keys: ['enter', 'right', 'l', 'left', 'h'],
		where: ['files'],
		help: 'Fold or unfold the folder; Enter on a file tells everything about it',
		footer: 7,
		when: needFoldable,
		label: ({node, folded}) => (!node.folder ? 'look at it' : folded ? 'unfold' : 'fold'),
		run: (screen, {node}, _, key) => {
			if (key === 'enter' && !node.folder) lookAtFile(screen, node);
			else fold(screen, node, key);
		},
	}),
	defineKey({
		name: 'file-wanted',
		keys: ['space'],
		where: ['files'],
		help: 'Want the file, folder or marked ones, or skip',
		footer: 2,
		when: needWantable,
		label: ({wanted}) => (wanted ? 'skip' : 'want'),
		run: (screen, {positions, wanted}) => setPriority(screen, positions, wanted ? 0 : 2),
	}),
	defineKey({
		name: 'file-only',
		keys: ['I'],
		where: ['files'],
		help: 'Want only the file, folder or marked ones, and skip all others',
		footer: 8.5,
		when: needChosenFiles,
		label: 'only these',
		run: (screen, {positions}) => wantOnly(screen, positions),
	}),
	defineKey({
		name: 'file-more',
		keys: ['+', '='],
		where: ['files'],
		help: 'Raise the priority: skip, low, normal, high, first',
		when: needChosenFiles,
		label: '',
		run: (screen, {positions}) => stepPriority(screen, positions, 1),
	}),
	defineKey({
		name: 'file-less',
		keys: ['-'],
		where: ['files'],
		help: 'Lower the priority',
		footer: 3,
		footerKeys: '+/-',
		when: needChosenFiles,
		label: 'priority',
		run: (screen, {positions}) => stepPriority(screen, positions, -1),
	}),
	defineKey({
		name: 'mark-file',
		keys: ['x'],
		where: ['files'],
		help: 'Mark it: Space, + and - act on all marked',
		footer: 8,
		when: needMarkableFile,
		label: ({marked}) => (marked ? 'unmark' : 'mark'),
		run: screen => markUnderCursor(screen, 'files'),
	}),
	defineKey({
		name: 'mark-all',
		keys: ['A'],
		where: ['files', 'session'],
		help: 'Mark everything shown, or nothing',
		when: needMarkable,
		label: ({marks}) => (marks.size > 0 ? 'mark none' : 'mark all'),
		run: (screen, {list, marks}) => {
			const state = screen.state();
			// Those in folded groups too.
			const all =
				list === 'torrents'
					? shownTorrents(state).map(({id}) => id)
					: entries(state, list).map(({key}) => key);
			setList(screen, list, {marks: new Set(marks.size > 0 ? [] : all)});
		},
	}),
	defineKey({
		name: 'file-rule',
		keys: ['*'],
		where: ['files'],
		help: 'Set files by a rule: *.mkv, >100M, /sample/i',
		footer: 6,
		when: needFiles,
		label: 'rule',
		run: openRule,
	}),
	defineKey({
		name: 'fold-all',
		keys: ['z'],
		where: ['files'],
		help: 'Fold or unfold all folders',
		when: needFolders,
		label: ({folded}) => (folded ? 'unfold all' : 'fold all'),
		run: (screen, {folded}) => (folded ? screen.setView({folded: new Set()}) : foldAll(screen)),
	}),
	defineKey({
		name: 'open-file',
		keys: ['o'],
		where: ['files'],
		help: 'Open a finished file with its program',
		when: needFile,
		label: 'open file',
		run: (screen, {node}) => openFile(screen, node),
	}),
	defineKey({
		name: 'play',
		keys: ['O'],
		where: ['files'],
		help: 'Watch or hear a file while it downloads',
		when: needChosenFiles,
		label: 'play',
		run: (screen, {positions}) => playFiles(screen, positions),
	}),
	defineKey({
		name: 'sequential',
		keys: ['e'],
		where: ['files', 'pieces'],
		help: 'Download pieces in order, or rarest first',
		when: needOrder,
		label: ({sequential}) => (sequential ? 'any order' : 'in order'),
		run: (screen, {torrents, sequential}) => {
			for (const {id} of torrents)
				screen.send(
					{type: 'torrent.sequential', id, on: !sequential},
					sequential ? 'Rarest pieces first.' : 'Pieces in order.',
				);
		},
	}),
]);
