import type {AddOptions, Command} from '../../api/command.js';
import type {FoundTorrent} from '../../api/network-view.js';
import type {FilePriority} from '../../api/snapshot.js';
import {openTorrent} from '../actions/open-torrent.js';
import {type FormField, formValues} from '../forms/form.js';
import {rememberFolder} from '../forms/last-folders.js';
import type {MagnetStart} from '../model/preferences.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {mergedInWords} from '../text/merged.js';
import {pastedLink} from '../text/pasted-links.js';
import {fullLink} from './add-link.js';
import {type AddPreview, type KnownPreview, linkOf} from './add-preview.js';
import {ruled, ruleOf} from './preview-rule.js';

/** The dialog that adds a torrent: how, and what its link holds. */
export interface AddDialog {
	readonly kind: 'add';
	readonly fields: readonly FormField[];
	/** What somebody shares, instead of a link that is typed. */
	readonly found?: FoundTorrent | undefined;
	/** The field that has the keys; after the last one the tree of files. */
	readonly at: number;
	readonly problem?: string | undefined;
	readonly preview: AddPreview;
	/** The ways in which the path that is typed could go on, after Tab. */
	readonly ways?: readonly string[] | undefined;
	/** It is being looked what is there, after Tab. */
	readonly looking?: true | undefined;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		add: AddDialog;
	}
}

const normal: FilePriority = 2;

/** Asks the engine what the link holds. */
export function look(screen: ScreenContext): void {
	const {dialog} = screen.state().view;
	if (dialog?.kind !== 'add') return;
	const link = linkOf(dialog);
	if (link === '') {
		screen.setDialog({...dialog, problem: 'Type or paste a magnet link, or the path or URL of a .torrent.'});
		return;
	}
	screen.setDialog({...dialog, problem: undefined, preview: {kind: 'asked', link}});
	const settle = (preview: AddPreview) => {
		const now = screen.state().view.dialog;
		if (now?.kind !== 'add' || now.preview.kind !== 'asked' || now.preview.link !== link) return;
		screen.setDialog(applyRule({...now, preview}));
	};
	const {found} = dialog;
	const question: Command = found
		? {type: 'network.preview', infoHash: found.infoHash}
		: {type: 'torrent.preview', link: fullLink(screen, link)};
	screen.client.send(question).then(
		({preview: torrent}) =>
			settle(
				torrent
					? {
							kind: 'known',
							link,
							torrent,
							priorities: torrent.files.map(() => normal),
							folded: new Set(),
							row: 0,
						}
					: {kind: 'refused', link, why: 'the engine does not say what it holds'},
			),
		(error: unknown) =>
			settle({kind: 'refused', link, why: error instanceof Error ? error.message : String(error)}),
	);
}

/** Whether the files of a link are chosen when they are known, and not by a rule before that. */
export function asksLater({fields}: Pick<AddDialog, 'fields'>, magnetStart: MagnetStart): boolean {
	return magnetStart !== 'all' && ruleOf({fields}) === '';
}

/** The dialog with its rule carried out on the files that are shown. */
export function applyRule(dialog: AddDialog): AddDialog {
	const {fields, preview} = dialog;
	if (preview.kind !== 'known' || preview.torrent.unknown || ruleOf(dialog) === '') return dialog;
	return {...dialog, ...ruled({fields, preview})};
}

/** What differs from everything being wanted alike. */
function chosenPriorities({torrent, priorities}: KnownPreview): NonNullable<AddOptions['priorities']> {
	return torrent.files.flatMap((file, at): Array<readonly [number, FilePriority]> => {
		const priority = priorities[at] ?? normal;
		return priority === normal ? [] : [[file.index, priority]];
	});
}

/** Adds the torrent as it was chosen. */
export function submit(screen: ScreenContext, dialog: AddDialog, known: KnownPreview): void {
	const values = formValues(dialog.fields);
	const dir = (values['dir'] ?? '').trim();
	const label = (values['label'] ?? '').trim();
	const rule = ruleOf(dialog);
	const {start} = values;
	// What cannot be shown whole is chosen by the rule alone.
	const isWhole = !known.torrent.unknown && known.torrent.fileCount === known.torrent.files.length;
	const priorities = chosenPriorities(known);
	const asks = known.torrent.unknown && asksLater(dialog, screen.state().preferences['magnet-start']);
	screen.setDialog(undefined);
	if (dir !== '' && dir !== screen.state().model.session?.dir)
		rememberFolder(screen, screen.fullPath(pastedLink(dir)));
	screen.say('Adding …');
	const options: AddOptions = {
		...(dir !== '' && {dir: screen.fullPath(pastedLink(dir))}),
		...(isWhole ? priorities.length > 0 && {priorities} : rule !== '' && {select: rule}),
		...(asks && {choose: true}),
		...(label !== '' && {label}),
		...(start === 'paused' && {paused: true}),
		...(start === 'in order' && {sequential: true}),
		// A folder that nobody touched is not asked for: a label may have its own.
		...(label !== '' && dir !== '' && dir === screen.state().model.session?.dir && {usual: ['dir']}),
	};
	const {found} = dialog;
	screen.send(
		found
			? {type: 'network.get', infoHash: found.infoHash, options}
			: {type: 'torrent.addLink', link: fullLink(screen, known.link), options},
		reply => {
			screen.say(reply.already ? `It was there already${mergedInWords(reply.merged)}.` : 'Added.', 'good');
			if (reply.id) openTorrent(screen, reply.id);
		},
	);
}
