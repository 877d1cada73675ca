import type {DialogKind} from '../dialogs/dialog-kind.js';
import {fieldInSight, fieldLine, fieldRows} from '../forms/field-rows.js';
import {changeField, clickedField, type FormField, withField} from '../forms/form.js';
import {completePath, waysInWords} from '../forms/path-completion.js';
import type {Row} from '../present/row.js';
import {wrapRow} from '../present/wrapped-row.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLink} from '../text/pasted-links.js';
import {terminalText} from '../text/text.js';
import {field, insert} from '../text/text-field.js';
import {wrapped} from '../text/wrapped.js';
import {type CreateDialog, createFields, submit} from './create-form.js';

/** Opens the dialog that makes a torrent of what is at a path. */
export function openCreate(screen: ScreenContext, path: string): void {
	screen.setDialog({kind: 'create', fields: createFields(path), at: 0});
}

/** The dialog that is open now, when it is this kind. */
function openNow(screen: ScreenContext): CreateDialog | undefined {
	const {dialog} = screen.state().view;
	return dialog?.kind === 'create' ? dialog : undefined;
}

function changed(screen: ScreenContext, dialog: CreateDialog, next: FormField): void {
	const {fields, at} = dialog;
	screen.setDialog({...dialog, fields: withField(fields, at, next), problem: undefined, ways: undefined});
}

function go(screen: ScreenContext, dialog: CreateDialog, step: 1 | -1): void {
	const {fields, at} = dialog;
	screen.setDialog({...dialog, at: (at + step + fields.length) % fields.length, ways: undefined});
}

export const createDialog: DialogKind<CreateDialog> = {
	shape: 'box',
	key(screen, open, key) {
		const dialog = open.looking
			? {...open, at: (open.at + 1) % open.fields.length, looking: undefined}
			: open;
		const {fields, at, sent} = dialog;
		if (key === 'esc') screen.setDialog(undefined);
		else if (sent) return;
		else if (key === 'enter') submit(screen, dialog);
		else if (key === 'tab') {
			const isAsked = completePath<CreateDialog>(screen, dialog, {
				now: () => openNow(screen),
				set: next => screen.setDialog(next),
				next: () => go(screen, dialog, 1),
			});
			if (!isAsked) go(screen, dialog, 1);
		} else if (key === 'down') go(screen, dialog, 1);
		else if (key === 'shift-tab' || key === 'up') go(screen, dialog, -1);
		else {
			const part = fields[at];
			const next = part && changeField(part, key);
			if (next) changed(screen, dialog, next);
		}
	},
	click(screen, dialog, part) {
		if (dialog.sent) return;
		const fields = clickedField(dialog.fields, part);
		screen.setDialog({...dialog, fields, at: part.at, ways: undefined, looking: undefined});
	},
	paste(screen, dialog, text) {
		const part = dialog.fields[dialog.at];
		if (part?.kind !== 'text' || dialog.sent) return;
		// A path that is pasted over another one takes its place.
		const isWhole = part.path && /^(?:file:|\/|~)/.test(text.trim());
		const added = part.path ? pastedLink(text) : text.trim();
		changed(screen, dialog, {...part, value: insert(isWhole ? field() : part.value, added)});
	},
	line: ({fields, at, problem, sent}, columns) =>
		sent ? [['Looking for its files', 'dim']] : fieldLine('create', fields, at, problem, columns),
	rows({fields, at, problem, ways, sent}, room, {look}) {
		const columns = Math.min(76, room.columns);
		const rows: Row[] = [...fieldRows(fields, at, columns, look)];
		const inSight = fieldInSight(rows, fields, at);
		const note = sent ? `Looking for its files ${look.glyphs.ellipsis}` : ways && waysInWords(ways);
		if (problem !== undefined)
			rows.push(
				[],
				...wrapped(terminalText(problem), columns - 2).map((line): Row => [[` ${line}`, 'warn']]),
			);
		else if (note) rows.push([], ...wrapRow([[` ${terminalText(note)}`, 'dim']], columns));
		return {
			title: 'Make a torrent',
			rows,
			foot: 'Enter makes it   Tab next   Esc leaves',
			columns,
			// Where not all has room: what is wrong, else the field that has the keys.
			selected: problem === undefined && !note ? inSight : rows.length - 1,
		};
	},
};
