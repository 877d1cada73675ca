import type {FoundTorrent} from '../../api/network-view.js';
import type {DialogKind} from '../dialogs/dialog-kind.js';
import {fieldLine} from '../forms/field-rows.js';
import {changeField, clickedField, type FormField, withField} from '../forms/form.js';
import {nextFolder} from '../forms/last-folders.js';
import {completePath} from '../forms/path-completion.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLinks} from '../text/pasted-links.js';
import {field, insert} from '../text/text-field.js';
import type {AddDialog} from './add-form.js';
import {applyRule, look, submit} from './add-form.js';
import {currentPreview} from './add-preview.js';
import {addRows} from './add-rows.js';
import {labelFolder} from './label-folder.js';
import {previewClick, previewKey} from './preview-keys.js';

/** How a torrent is added, whatever its link. */
function howFields(screen: ScreenContext): readonly FormField[] {
	const {model} = screen.state();
	return [
		{
			kind: 'text',
			name: 'dir',
			label: 'folder',
			hint: 'Tab completes, Ctrl-O another folder',
			value: field(model.session?.dir ?? model.torrent?.overview?.dir ?? ''),
			path: true,
			folder: true,
		},
		{
			kind: 'text',
			name: 'select',
			label: 'files',
			hint: 'all when empty: 1,3-5   *.mkv   >100M   subs/   part of a path',
			value: field(),
		},
		{kind: 'choice', name: 'start', label: 'start', options: ['now', 'in order', 'paused'], at: 0},
		{kind: 'text', name: 'label', label: 'label', value: field()},
	];
}

/** Opens the dialog that adds a torrent; what was pasted is looked into at once. */
export function openAdd(screen: ScreenContext, link: string): void {
	screen.setDialog({
		kind: 'add',
		fields: [
			{
				kind: 'text',
				name: 'link',
				label: 'torrent',
				hint: 'a magnet link, or a path or URL of a .torrent',
				value: field(link),
				path: true,
			},
			...howFields(screen),
		],
		at: 0,
		preview: {kind: 'none'},
	});
	if (link.trim() !== '') look(screen);
}

/** Opens the dialog that adds a torrent on one that somebody shares: what it holds is looked into at once. */
export function openFound(screen: ScreenContext, found: FoundTorrent): void {
	const fields = howFields(screen);
	// The tree of its files has the keys, once it is known.
	screen.setDialog({kind: 'add', found, fields, at: fields.length, preview: {kind: 'none'}});
	look(screen);
}

function changed(screen: ScreenContext, dialog: AddDialog, at: number, next: FormField): void {
	const after: AddDialog = {
		...dialog,
		fields: withField(dialog.fields, at, next),
		problem: undefined,
		ways: undefined,
	};
	screen.setDialog(next.name === 'select' ? applyRule(after) : after);
}

/** Completes the path that is typed. */
function complete(screen: ScreenContext, dialog: AddDialog, next: () => void): boolean {
	const now = () => {
		const open = screen.state().view.dialog;
		return open?.kind === 'add' ? open : undefined;
	};
	return completePath(screen, dialog, {now, set: changed => screen.setDialog(changed), next});
}

/** A field with pasted text in it. A link that is pasted over another one takes its place. */
function pastedField(part: FormField & {kind: 'text'}, text: string, links: readonly string[]): FormField {
	const isPath = part.name === 'link' || part.name === 'dir';
	const before = part.name === 'link' && /^(?:[a-z]+:|\/)/i.test(links[0] ?? '') ? field() : part.value;
	return {...part, value: insert(before, isPath ? (links[0] ?? '') : text.trim())};
}

export const addDialog: DialogKind<AddDialog> = {
	shape: 'box',
	key(screen, open, key) {
		// Tab was pressed in a path, and its answer has not come.
		const dialog: AddDialog = open.looking ? {...open, at: open.at + 1, looking: undefined} : open;
		const {fields, at} = dialog;
		const preview = currentPreview(dialog);
		const known = preview.kind === 'known' ? preview : undefined;
		// The tree of files comes after the last field.
		const hasTree = known !== undefined && !known.torrent.unknown;
		const stops = fields.length + (hasTree ? 1 : 0);
		const inTree = hasTree && at >= fields.length;
		if (key === 'esc') screen.setDialog(undefined);
		else if (key === 'enter') {
			if (known) submit(screen, dialog, known);
			else if (preview.kind !== 'asked') look(screen);
		} else if (key === 'tab' || (key === 'down' && !inTree)) {
			const next = () => screen.setDialog({...dialog, at: (at + 1) % stops, ways: undefined});
			const isAsked = key === 'tab' && complete(screen, dialog, next);
			if (!isAsked) next();
		} else if (key === 'shift-tab' || (key === 'up' && (!inTree || known.row === 0))) {
			screen.setDialog({...dialog, at: (Math.min(at, stops) + stops - 1) % stops});
		} else if (inTree) {
			const next = previewKey(known, key);
			if (next) screen.setDialog({...dialog, preview: next});
		} else {
			const part = fields[at];
			const next = key === 'ctrl-o' ? nextFolder(screen, part) : part && changeField(part, key);
			if (next) changed(screen, dialog, at, next);
		}
	},
	click(screen, dialog, part, how) {
		const {at, option = 0} = part;
		const now = currentPreview(dialog);
		const isTree = at >= dialog.fields.length && now.kind === 'known';
		const preview = isTree ? previewClick(now, option, how) : dialog.preview;
		const fields = clickedField(dialog.fields, part);
		screen.setDialog({...dialog, at, preview, fields, ways: undefined, looking: undefined});
	},
	paste(screen, dialog, text) {
		const links = pastedLinks(text);
		const part = dialog.fields[dialog.at];
		if (part?.kind !== 'text') return;
		changed(screen, dialog, dialog.at, pastedField(part, text, links));
		if (part.name !== 'link') return;
		look(screen);
		if (links.length > 1) screen.say(`${links.length} links were pasted: this is the first.`, 'warn');
	},
	line: ({kind, fields, at, problem}, columns) => fieldLine(kind, fields, at, problem, columns),
	rows(dialog, room, {state, look: signs, folderLook, config}) {
		const {model, preferences} = state();
		const places = {folderLook, labelFolder: labelFolder(config)};
		return addRows(dialog, room, model.session, preferences['magnet-start'], signs, places);
	},
};
