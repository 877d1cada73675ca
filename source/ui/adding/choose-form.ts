import {type FormField, formValues} from '../forms/form.js';
import {rememberFolder} from '../forms/last-folders.js';
import {choosingTorrent} from '../model/targets.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLink} from '../text/pasted-links.js';
import type {KnownPreview} from './add-preview.js';
import {ruled, ruleOf} from './preview-rule.js';

/** The question which files of a torrent are to be fetched, asked when it has come to be known which there are. */
export interface ChooseDialog {
	readonly kind: 'choose';
	/** The torrent's. */
	readonly id: string;
	readonly fields: readonly FormField[];
	/** The field that has the keys; after the last one the tree of files. */
	readonly at: number;
	readonly problem?: string | undefined;
	/** The ways in which the path that is typed could go on, after Tab. */
	readonly ways?: readonly string[] | undefined;
	/** It is being looked what is there, after Tab. */
	readonly looking?: true | undefined;
	readonly preview: KnownPreview;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		choose: ChooseDialog;
	}
}

/** The dialog with its rule carried out on the files that are shown. */
export function chosenByRule(dialog: ChooseDialog): ChooseDialog {
	return ruleOf(dialog) === '' ? dialog : {...dialog, ...ruled(dialog)};
}

/** Starts the torrent with what was chosen, in the folder and with the label that were. */
export function takeChosen(screen: ScreenContext, dialog: ChooseDialog): void {
	const {id, preview, problem} = dialog;
	const {files, fileCount} = preview.torrent;
	const values = formValues(dialog.fields);
	const rule = ruleOf(dialog);
	if (rule !== '' && problem !== undefined) return;
	// What cannot be shown whole is chosen by the rule alone.
	const isWhole = files.length === fileCount;
	if (isWhole && preview.priorities.every(priority => priority === 0))
		return screen.setDialog({...dialog, problem: 'Nothing is chosen: Space takes a file, A all of them.'});
	const torrent = choosingTorrent(screen.state(), id);
	const dir = screen.fullPath(pastedLink(values['dir'] ?? ''));
	const label = (values['label'] ?? '').trim();
	screen.setDialog(undefined);
	if (!torrent) return screen.say('Its files were chosen elsewhere meanwhile.', 'warn');
	const start = () =>
		screen.send(
			{
				type: 'torrent.choose',
				id,
				...(isWhole
					? {
							priorities: preview.priorities.map(
								(priority, at) => [files[at]?.index ?? at, priority] as const,
							),
						}
					: rule !== '' && {select: rule}),
			},
			'Started.',
		);
	if (label !== (torrent.label ?? '')) screen.send({type: 'torrent.label', id, label});
	if (dir !== torrent.dir) rememberFolder(screen, dir);
	// Its data goes nowhere before it is known where to.
	if (dir !== '' && dir !== torrent.dir) screen.send({type: 'torrent.move', id, dir}, start);
	else start();
}
