import type {AddOptions} from '../../api/command.js';
import type {FilePriority} from '../../api/snapshot.js';
import {changeField, formValues, withField} from '../dialogs/form.js';
import {
	type AddDialog,
	currentPreview,
	type KnownPreview as Known,
	linkOf,
	previewRows,
} from '../model/add-preview.js';
import {matchRule, priorityOf, type TreeNode} from '../model/file-tree.js';
import type {AddPreview, FormField} from '../model/view.js';
import {mergedInWords} from '../present/merged.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLink} from '../text/pasted-links.js';
import {safeText} from '../text/text.js';
import {field} from '../text/text-field.js';
import {openTorrent} from './open-torrent.js';

const normal: FilePriority = 2;

/** Opens the dialog that adds a torrent; what was pasted is looked into at once. */
export function openAdd(screen: ScreenContext, link: string): void {
	const {model} = screen.state();
	screen.setDialog({
		kind: 'add',
		fields: [
			{kind: 'text', name: 'link', label: 'torrent', hint: 'a path or URL of a .torrent', value: field(link)},
			{
				kind: 'text',
				name: 'dir',
				label: 'folder',
				hint: 'where the data goes',
				value: field(model.session?.dir ?? model.torrent?.overview?.dir ?? ''),
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
		],
		at: 0,
		preview: {kind: 'none'},
	});
	if (link.trim() !== '') look(screen);
}

/** Whether a link is one, and no path. */
function isLink(link: string): boolean {
	return /^(?:https?:|magnet:)/i.test(link) || /^(?:[0-9a-f]{40}|[0-9a-f]{64}|[a-z2-7]{32})$/i.test(link);
}

function fullLink(screen: ScreenContext, typed: string): string {
	const link = pastedLink(typed);
	return isLink(link) ? link : screen.fullPath(link);
}

const mostNamed = 6;

/** Asks about several torrents at once: they are added as they come, into the usual folder. */
export function openAddMany(screen: ScreenContext, links: readonly string[]): void {
	const shown = links.slice(0, mostNamed).map(link => `  ${safeText(link)}`);
	if (links.length > mostNamed) shown.push(`  and ${links.length - mostNamed} more`);
	screen.setDialog({
		kind: 'ask',
		title: `Add ${links.length} torrents?`,
		lines: shown,
		choices: [
			{key: 'y', label: 'add them all', run: () => addMany(screen, links)},
			{key: 'o', label: 'only the first one, and choose how', run: () => openAdd(screen, links[0] ?? '')},
			{key: 'n', label: 'add none', run: () => undefined},
		],
	});
}

function addMany(screen: ScreenContext, links: readonly string[]): void {
	let added = 0;
	const refused: string[] = [];
	const settle = () => {
		if (added + refused.length < links.length) return;
		const [first] = refused;
		if (first === undefined) screen.say(`Added ${added} torrents.`, 'good');
		else screen.say(`Added ${added} of ${links.length}, ${refused.length} refused: ${first}`, 'error');
	};
	screen.say(`Adding ${links.length} torrents …`);
	for (const link of links) {
		screen.client.send({type: 'torrent.addLink', link: fullLink(screen, link), options: {}}).then(
			() => {
				added++;
				settle();
			},
			(error: unknown) => {
				refused.push(error instanceof Error ? error.message : String(error));
				settle();
			},
		);
	}
}

/** Asks the engine what the link holds. */
function look(screen: ScreenContext): void {
	const {dialog} = screen.state().view;
	if (dialog?.kind !== 'add') return;
	const link = linkOf(dialog);
	if (link === '') {
		screen.setDialog({...dialog, problem: 'Type or paste the path or URL of a .torrent.'});
		return;
	}
	screen.setDialog({...dialog, problem: undefined, preview: {kind: 'asked', link}});
	const settle = (preview: AddPreview) => {
		const now = screen.state().view.dialog;
		if (now?.kind !== 'add' || now.preview.kind !== 'asked' || now.preview.link !== link) return;
		screen.setDialog(applyRule({...now, preview}));
	};
	screen.client.send({type: 'torrent.preview', link: fullLink(screen, link)}).then(
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

/** The dialog with its rule carried out on the files that are shown. */
function applyRule(dialog: AddDialog): AddDialog {
	const {preview} = dialog;
	const rule = (formValues(dialog.fields)['select'] ?? '').trim();
	if (preview.kind !== 'known' || rule === '') return dialog;
	const result = matchRule(rule, preview.torrent.files);
	if ('problem' in result) return {...dialog, problem: result.problem};
	const wanted = new Set(result.positions);
	return {
		...dialog,
		problem: wanted.size === 0 ? 'No file matches.' : undefined,
		preview: {...preview, priorities: preview.torrent.files.map((_, at) => (wanted.has(at) ? normal : 0))},
	};
}

/** What differs from everything being wanted alike. */
function chosenPriorities({torrent, priorities}: Known): NonNullable<AddOptions['priorities']> {
	return torrent.files.flatMap((file, at): Array<readonly [number, FilePriority]> => {
		const priority = priorities[at] ?? normal;
		return priority === normal ? [] : [[file.index, priority]];
	});
}

function submit(screen: ScreenContext, dialog: AddDialog, known: Known): void {
	const values = formValues(dialog.fields);
	const dir = (values['dir'] ?? '').trim();
	const label = (values['label'] ?? '').trim();
	const rule = (values['select'] ?? '').trim();
	const {start} = values;
	// What cannot be shown whole is chosen by the rule alone.
	const isWhole = known.torrent.fileCount === known.torrent.files.length;
	const priorities = chosenPriorities(known);
	screen.setDialog(undefined);
	screen.say('Adding …');
	screen.send(
		{
			type: 'torrent.addLink',
			link: fullLink(screen, known.link),
			options: {
				...(dir !== '' && {dir: screen.fullPath(pastedLink(dir))}),
				...(isWhole ? priorities.length > 0 && {priorities} : rule !== '' && {select: rule}),
				...(label !== '' && {label}),
				...(start === 'paused' && {paused: true}),
				...(start === 'in order' && {sequential: true}),
			},
		},
		reply => {
			screen.say(reply.already ? `It was there already${mergedInWords(reply.merged)}.` : 'Added.', 'good');
			if (reply.id) openTorrent(screen, reply.id);
		},
	);
}

function setPriority(
	known: Known,
	node: TreeNode,
	next: (before: FilePriority | undefined) => FilePriority,
): Known {
	const before = priorityOf(node, {completed: [], priority: known.priorities});
	const chosen = next(before);
	const inside = new Set(node.files);
	return {...known, priorities: known.priorities.map((old, at) => (inside.has(at) ? chosen : old))};
}

/** A key in the tree of files; undefined when it means nothing there. */
function treeKey(known: Known, key: string): Known | undefined {
	const rows = previewRows(known);
	const node = rows[known.row];
	const go = (row: number): Known => ({...known, row: Math.max(0, Math.min(rows.length - 1, row))});
	const fold = (folded: boolean): Known => {
		const next = new Set(known.folded);
		if (node && folded) next.add(node.key);
		else if (node) next.delete(node.key);
		return {...known, folded: next};
	};
	switch (key) {
		case 'up':
		case 'k':
			return go(known.row - 1);
		case 'down':
		case 'j':
			return go(known.row + 1);
		case 'pageup':
			return go(known.row - 10);
		case 'pagedown':
			return go(known.row + 10);
		case 'home':
		case 'g':
			return go(0);
		case 'end':
		case 'G':
			return go(rows.length - 1);
		case 'left':
		case 'h':
			if (node?.folder && !known.folded.has(node.key)) return fold(true);
			return go(rows.findIndex(({key: other}) => other === node?.key.slice(0, node.key.lastIndexOf('/'))));
		case 'right':
		case 'l':
			return node?.folder ? fold(false) : undefined;
		case 'space':
			return node && setPriority(known, node, before => (before === 0 ? normal : 0));
		case '+':
		case '=':
			return node && setPriority(known, node, (before = normal) => Math.min(4, before + 1) as FilePriority);
		case '-':
			return node && setPriority(known, node, (before = normal) => Math.max(0, before - 1) as FilePriority);
		default:
			return undefined;
	}
}

/** A key in the dialog that adds a torrent. */
export function addKey(screen: ScreenContext, dialog: AddDialog, key: string): void {
	const {fields, at} = dialog;
	const preview = currentPreview(dialog);
	const known = preview.kind === 'known' ? preview : undefined;
	// The tree of files comes after the last field.
	const stops = fields.length + (known ? 1 : 0);
	const inTree = known !== undefined && at >= fields.length;
	if (key === 'esc') screen.setDialog(undefined);
	else if (key === 'enter') {
		if (known) submit(screen, dialog, known);
		else if (preview.kind !== 'asked') look(screen);
	} else if (key === 'tab' || (key === 'down' && !inTree))
		screen.setDialog({...dialog, at: (at + 1) % stops});
	else if (key === 'shift-tab' || (key === 'up' && (!inTree || known.row === 0))) {
		screen.setDialog({...dialog, at: (Math.min(at, stops) + stops - 1) % stops});
	} else if (inTree) {
		const next = treeKey(known, key);
		if (next) screen.setDialog({...dialog, preview: next});
	} else {
		const part = fields[at];
		const next = part && changeField(part, key);
		if (next) changed(screen, dialog, at, next);
	}
}

function changed(screen: ScreenContext, dialog: AddDialog, at: number, next: FormField): void {
	const after: AddDialog = {...dialog, fields: withField(dialog.fields, at, next), problem: undefined};
	screen.setDialog(next.name === 'select' ? applyRule(after) : after);
}

/** Text that was pasted into the dialog: a link is looked into at once. */
export function addPaste(
	screen: ScreenContext,
	dialog: AddDialog,
	paste: (part: FormField) => FormField,
): void {
	const part = dialog.fields[dialog.at];
	if (part?.kind !== 'text') return;
	changed(screen, dialog, dialog.at, paste(part));
	if (part.name === 'link') look(screen);
}
