import type {TorrentView} from '../../api/snapshot.js';
import {keepLabelFolder, labelFolder} from '../adding/label-folder.js';
import {targetLines, targetNames} from '../model/targets.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLink} from '../text/pasted-links.js';
import {terminalText} from '../text/text.js';
import {field} from '../text/text-field.js';
import {ask, giveOrAsk} from './ask.js';
import type {FormField} from './form.js';
import {rememberFolder} from './last-folders.js';

/** Names what a form is about where its title cannot. */
export function namesOf(torrents: readonly TorrentView[]): readonly string[] {
	return torrents.length > 1 ? targetLines(torrents) : [];
}

/** Gives torrents a label; asks for it where none is given. */
export function openLabel(screen: ScreenContext, torrents: readonly TorrentView[], label: string): void {
	const set = (chosen: string) => {
		for (const {id} of torrents) screen.send({type: 'torrent.label', id, label: chosen});
		return undefined;
	};
	giveOrAsk(screen, label, set, () => {
		const before = torrents[0]?.label ?? '';
		const folderOf = labelFolder(screen.config);
		const shown = folderOf(before) ?? '';
		const name: FormField = {
			kind: 'text',
			name: 'label',
			label: 'label',
			hint: 'empty for none',
			value: field(before),
		};
		const place: FormField = {
			kind: 'text',
			name: 'dir',
			label: 'its folder',
			hint: 'for what is added with it from now on',
			value: field(shown),
			path: true,
			folder: true,
		};
		screen.setDialog({
			kind: 'form',
			title: `Label: ${targetNames(torrents)}`,
			fields: screen.config && !screen.visiting ? [name, place] : [name],
			at: 0,
			preview: values => {
				const chosen = (values['label'] ?? '').trim();
				const own = chosen === before ? undefined : folderOf(chosen);
				return [...namesOf(torrents), ...(own === undefined ? [] : [`The label has a folder: ${own}`])];
			},
			submit(values) {
				const chosen = (values['label'] ?? '').trim();
				const dir = (values['dir'] ?? '').trim();
				const problem = dir === shown ? undefined : keepLabelFolder(screen, chosen, dir);
				return problem ?? set(chosen);
			},
		});
	});
}

/** Moves the data of torrents to a folder; asks for it where none is given. */
export function openMove(screen: ScreenContext, torrents: readonly TorrentView[], dir: string): void {
	const set = (chosen: string) => {
		if (chosen === '') return 'Give the folder that the data goes to.';
		const full = screen.fullPath(pastedLink(chosen));
		rememberFolder(screen, full);
		for (const {id} of torrents)
			screen.send({type: 'torrent.move', id, dir: full}, `Moved to ${terminalText(full)}.`);
		return undefined;
	};
	giveOrAsk(screen, dir, set, () =>
		ask(
			screen,
			`Move the data of ${targetNames(torrents)}`,
			'folder',
			screen.completePath ? 'Tab completes, Ctrl-O another folder' : '~ is your home folder',
			torrents[0]?.dir ?? '',
			set,
			() => namesOf(torrents),
			'folder',
		),
	);
}
