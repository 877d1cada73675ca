import type {FilePriority} from '../../api/snapshot.js';
import {completedOf, matchRule, priorityOf} from '../model/file-tree.js';
import {priorityWords} from '../present/files.js';
import type {Action, ScreenContext} from '../screen/screen-context.js';
import {size} from '../text/format.js';
import {safeText} from '../text/text.js';
import {field} from '../text/text-field.js';
import {chosenFiles, fileUnderCursor} from './chosen-files.js';
import {setList} from './moving.js';
import {targets} from './target.js';

function setPriority(screen: ScreenContext, positions: readonly number[], priority: FilePriority): void {
	const {model} = screen.state();
	const torrent = model.torrent;
	if (!torrent?.files || positions.length === 0) return;
	const files: number[] = [];
	for (const position of positions) {
		const file = torrent.files[position];
		if (file && torrent.progress?.priority[position] !== priority) files.push(file.index);
	}
	if (files.length === 0) return;
	screen.send(
		{type: 'files.priority', id: torrent.id, files, priority},
		positions.length > 1 ? `${positions.length} files: ${priorityWords[priority]}` : undefined,
	);
}

function step(by: 1 | -1): Action {
	return screen => {
		const state = screen.state();
		const positions = chosenFiles(state);
		const progress = state.model.torrent?.progress;
		// A group that is not of one mind starts from its highest member.
		const highest = Math.max(...positions.map(position => progress?.priority[position] ?? 2), 0);
		setPriority(screen, positions, Math.max(0, Math.min(4, highest + by)) as FilePriority);
	};
}

const byName = new Map(priorityWords.map((word, index) => [word, index as FilePriority]));

function openRule(screen: ScreenContext): void {
	const files = screen.state().model.torrent?.files;
	if (!files) return;
	screen.setDialog({
		kind: 'form',
		title: 'Set files by a rule',
		fields: [
			{
				kind: 'text',
				name: 'rule',
				label: 'files',
				hint: '*.mkv  >100M  1,3-5  subs/  !*.nfo  /sample/i  part of a path',
				value: field(),
			},
			{kind: 'choice', name: 'priority', label: 'become', options: priorityWords, at: 0},
		],
		at: 0,
		preview: values => {
			const result = matchRule(values['rule'] ?? '', files);
			if ('problem' in result) return [result.problem];
			const bytes = result.positions.reduce((sum, position) => sum + (files[position]?.length ?? 0), 0);
			const names = result.positions
				.slice(0, 5)
				.map(position => `  ${files[position]?.path.join('/') ?? ''}`);
			const more = result.positions.length - names.length;
			return [
				`${result.positions.length} of ${files.length} files, ${size(bytes)}`,
				...names,
				...(more > 0 ? [`  and ${more} more`] : []),
			];
		},
		submit: values => {
			const result = matchRule(values['rule'] ?? '', files);
			if ('problem' in result) return result.problem;
			if (result.positions.length === 0) return 'No file matches.';
			setPriority(screen, result.positions, byName.get(values['priority'] ?? '') ?? 2);
			return undefined;
		},
	});
}

/** Everything that is done to files. */
export const fileActions: Readonly<Record<string, Action>> = {
	'file-wanted': screen => {
		const state = screen.state();
		setPriority(screen, chosenFiles(state), screen.keyContext().wanted ? 0 : 2);
	},
	'file-more': step(1),
	'file-less': step(-1),
	priority: (screen, argument) => {
		const priority = byName.get(argument);
		if (priority === undefined) screen.say(`A priority is one of ${priorityWords.join(', ')}.`, 'warn');
		else setPriority(screen, chosenFiles(screen.state()), priority);
	},
	'file-rule': openRule,
	'mark-file': screen => {
		const state = screen.state();
		const node = fileUnderCursor(state);
		if (!node) return;
		const marks = new Set(state.view.lists.files.marks);
		if (!marks.delete(node.key)) marks.add(node.key);
		setList(screen, 'files', {marks});
		screen.run('down', '', 'down');
	},
	fold: (screen, _argument, key) => {
		const state = screen.state();
		const node = fileUnderCursor(state);
		if (!node) return;
		const folded = new Set(state.view.folded);
		const closing = key === 'left' || key === 'h';
		if (node.folder && closing !== folded.has(node.key)) {
			if (folded.has(node.key)) folded.delete(node.key);
			else folded.add(node.key);
			screen.setView({folded});
		} else if (node.folder && key === 'enter') {
			folded.delete(node.key);
			screen.setView({folded});
		} else if (closing && node.key.includes('/')) {
			// From a file, left goes to its folder.
			setList(screen, 'files', {key: node.key.slice(0, node.key.lastIndexOf('/'))});
		}
	},
	'fold-all': screen => {
		const state = screen.state();
		if (state.view.folded.size > 0) {
			screen.setView({folded: new Set()});
			return;
		}
		const folders = new Set<string>();
		for (const file of state.model.torrent?.files ?? []) {
			for (let depth = 1; depth < file.path.length; depth++) folders.add(file.path.slice(0, depth).join('/'));
		}
		screen.setView({folded: folders});
	},
	'open-data': screen => {
		for (const torrent of targets(screen.state())) {
			if (!screen.openFile) screen.say('Files cannot be opened from here: there is no desktop.', 'warn');
			else if (torrent.completed < torrent.wanted || torrent.wanted === 0)
				screen.say(`${safeText(torrent.name)} is not finished yet.`, 'warn');
			else screen.openFile(`${torrent.dir}/${torrent.name}`);
		}
	},
	'open-file': screen => {
		const state = screen.state();
		const node = fileUnderCursor(state);
		const overview = state.model.torrent?.overview;
		if (!node || !overview) return;
		if (!screen.openFile) screen.say('Files cannot be opened from here: there is no desktop.', 'warn');
		else if (priorityOf(node, state.model.torrent?.progress) === 0)
			screen.say('This file is skipped.', 'warn');
		else if (completedOf(node, state.model.torrent?.progress) < node.length)
			screen.say('This is not finished yet.', 'warn');
		else screen.openFile(`${overview.dir}/${node.key}`);
	},
};
