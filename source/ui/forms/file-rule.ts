import {setPriority} from '../actions/files.js';
import {matchRule} from '../model/file-tree.js';
import {priorityNamed, priorityWords} from '../present/files.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {size} from '../text/format.js';
import {field} from '../text/text-field.js';

/** The form that gives a priority to all files that a rule picks. */
export function openRule(screen: ScreenContext): void {
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
			setPriority(screen, result.positions, priorityNamed(values['priority'] ?? '') ?? 2);
			return undefined;
		},
	});
}
