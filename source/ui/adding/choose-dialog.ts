import type {TorrentView} from '../../api/snapshot.js';
import {remove} from '../actions/removing.js';
import type {DialogKind} from '../dialogs/dialog-kind.js';
import {fieldLine} from '../forms/field-rows.js';
import {changeField, clickedField, type FormField, withField} from '../forms/form.js';
import {nextFolder} from '../forms/last-folders.js';
import {completePath} from '../forms/path-completion.js';
import {choosingNow, choosingTorrent} from '../model/targets.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {nameText} from '../text/text.js';
import {field, insert} from '../text/text-field.js';
import {type ChooseDialog, chosenByRule, takeChosen} from './choose-form.js';
import {chooseRows} from './choose-rows.js';
import {previewClick, previewKey} from './preview-keys.js';

const ruleField = 1;

function fieldsFor({dir, label}: TorrentView): readonly FormField[] {
	return [
		{
			kind: 'text',
			name: 'dir',
			label: 'folder',
			hint: 'Tab completes, Ctrl-O another folder',
			value: field(dir),
			path: true,
			folder: true,
		},
		{
			kind: 'text',
			name: 'select',
			label: 'rule',
			hint: 'takes what it names: 1,3-5   *.mkv   >100M   subs/   part of a path',
			value: field(),
		},
		{kind: 'text', name: 'label', label: 'label', value: field(label ?? '')},
	];
}

/** What becomes of the question. */
export interface ChooseEvents {
	/** Something else was opened before the engine had answered. */
	readonly notNow?: () => void;
	readonly opened?: () => void;
}

/**
 * Asks which files of a torrent are to be fetched, once the engine has said which there are.
 */
export function openChoose(
	screen: ScreenContext,
	torrent: TorrentView,
	{notNow, opened}: ChooseEvents = {},
): void {
	const {id} = torrent;
	screen.send({type: 'torrent.preview', link: id}, ({preview}) => {
		// What was opened since goes before an answer that comes late, and somebody else may have chosen.
		const now = choosingTorrent(screen.state(), id);
		if (!preview || preview.unknown || !now) return;
		if (screen.state().view.dialog) return notNow?.();
		const fields = fieldsFor(now);
		screen.setDialog({
			kind: 'choose',
			id,
			fields,
			at: fields.length,
			preview: {
				kind: 'known',
				link: id,
				torrent: preview,
				priorities: preview.files.map((_, at) => preview.priorities?.[at] ?? 2),
				folded: new Set(),
				row: 0,
			},
		});
		opened?.();
	});
}

function putOff(screen: ScreenContext, ids: readonly string[]): void {
	screen.setView({putOff: new Set([...screen.state().view.putOff, ...ids])});
}

/** Leaves the question for later: what was chosen so far is as it was. The first time it is asked whether to remove it. */
function later(screen: ScreenContext, dialog: ChooseDialog): void {
	const {id} = dialog;
	const torrent = choosingTorrent(screen.state(), id);
	const isFirst = !screen.state().view.putOff.has(id);
	putOff(screen, [id]);
	const say = () => screen.say('Nothing of it is fetched before its files are chosen: p asks again.', 'warn');
	if (!isFirst || !torrent) {
		screen.setDialog(undefined);
		return say();
	}
	const others = choosingNow(screen.state()).filter(each => !screen.state().view.putOff.has(each.id));
	screen.setDialog({
		kind: 'ask',
		title: 'Leave it for later?',
		lines: [nameText(torrent.name), 'Nothing of it is fetched before its files are chosen.'],
		choices: [
			{key: 'l', label: 'later: p asks again', run: say},
			{key: 'd', label: 'remove it from the list', run: () => remove(screen, [torrent], false)},
			{key: 'c', label: 'choose now', run: () => screen.setDialog(dialog)},
			...(others.length === 0
				? []
				: [
						{
							key: 'a',
							label: `later, and the ${others.length} that ${others.length === 1 ? 'waits' : 'wait'} as well`,
							run: () => {
								putOff(
									screen,
									others.map(each => each.id),
								);
								say();
							},
						},
					]),
		],
	});
}

function inTreeKey(screen: ScreenContext, dialog: ChooseDialog, key: string): void {
	const next = previewKey(dialog.preview, key);
	if (next) screen.setDialog({...dialog, preview: next, problem: undefined});
	else if (key === '*') screen.setDialog({...dialog, at: ruleField});
}

function changed(screen: ScreenContext, dialog: ChooseDialog, next: FormField): void {
	const fields = withField(dialog.fields, dialog.at, next);
	const after = {...dialog, fields, problem: undefined, ways: undefined};
	screen.setDialog(next.name === 'select' ? chosenByRule(after) : after);
}

/** Completes the path that is typed. */
function complete(screen: ScreenContext, dialog: ChooseDialog, next: () => void): boolean {
	const now = () => {
		const open = screen.state().view.dialog;
		return open?.kind === 'choose' ? open : undefined;
	};
	return completePath(screen, dialog, {now, set: changed => screen.setDialog(changed), next});
}

export const chooseDialog: DialogKind<ChooseDialog> = {
	shape: 'box',
	key(screen, open, key) {
		// Tab was pressed in a path, and its answer has not come.
		const dialog: ChooseDialog = open.looking ? {...open, at: open.at + 1, looking: undefined} : open;
		const {fields, at, preview} = dialog;
		const stops = fields.length + 1;
		const inTree = at >= fields.length;
		if (key === 'esc') later(screen, dialog);
		else if (key === 'enter') takeChosen(screen, dialog);
		else if (key === 'tab' || (key === 'down' && !inTree)) {
			const next = () => screen.setDialog({...dialog, at: (at + 1) % stops, ways: undefined});
			if (key !== 'tab' || !complete(screen, dialog, next)) next();
		} else if (key === 'shift-tab' || (key === 'up' && (!inTree || preview.row === 0)))
			screen.setDialog({...dialog, at: (at + stops - 1) % stops, ways: undefined});
		else if (inTree) inTreeKey(screen, dialog, key);
		else {
			const part = fields[at];
			const next = key === 'ctrl-o' ? nextFolder(screen, part) : part && changeField(part, key);
			if (next) changed(screen, dialog, next);
		}
	},
	click(screen, dialog, part, how) {
		const {at, option = 0} = part;
		const isTree = at >= dialog.fields.length;
		const preview = isTree ? previewClick(dialog.preview, option, how) : dialog.preview;
		const fields = clickedField(dialog.fields, part);
		screen.setDialog({...dialog, at, preview, fields, ways: undefined, looking: undefined});
	},
	paste(screen, dialog, text) {
		const part = dialog.fields[dialog.at];
		if (part?.kind === 'text') changed(screen, dialog, {...part, value: insert(part.value, text.trim())});
	},
	line: ({fields, at, problem, preview}, columns) =>
		at < fields.length || problem !== undefined
			? fieldLine('choose', fields, at, problem, columns)
			: [[`Which files? Enter starts, Esc later: ${nameText(preview.torrent.name)}`, 'title']],
	rows: (dialog, room, {state, look, folderLook}) =>
		chooseRows(dialog, room, state().model.session, look, folderLook),
};
