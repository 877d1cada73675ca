import {fieldInSight, fieldLine, fieldRows} from '../forms/field-rows.js';
import {changeField, clickedField, type FormField, formValues, withField} from '../forms/form.js';
import {nextFolder} from '../forms/last-folders.js';
import {completePath, waysInWords} from '../forms/path-completion.js';
import type {Row} from '../present/row.js';
import {wrapRow} from '../present/wrapped-row.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {terminalText} from '../text/text.js';
import {insert} from '../text/text-field.js';
import type {DialogKind} from './dialog-kind.js';

/** A form: fields that are filled in, and what is done with them. */
export interface FormDialog {
	readonly kind: 'form';
	readonly title: string;
	readonly fields: readonly FormField[];
	/** The field that has the keys. */
	readonly at: number;
	readonly problem?: string | undefined;
	/** The ways in which the path that is typed could go on, after Tab. */
	readonly ways?: readonly string[] | undefined;
	/** It is being looked what is there, after Tab. */
	readonly looking?: true | undefined;
	/** Said under the fields, from what they hold. */
	readonly preview?: ((values: Readonly<Record<string, string>>) => readonly string[]) | undefined;
	/** Answers a problem in words, or nothing when the form may close. */
	readonly submit: (values: Readonly<Record<string, string>>) => string | undefined;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		form: FormDialog;
	}
}

/** Completes the path that is typed; `next` goes on where there is nothing to complete. */
function complete(screen: ScreenContext, dialog: FormDialog, next: () => void): boolean {
	const now = () => {
		const open = screen.state().view.dialog;
		return open?.kind === 'form' ? open : undefined;
	};
	return completePath(screen, dialog, {now, set: changed => screen.setDialog(changed), next});
}

export const formDialog: DialogKind<FormDialog> = {
	shape: 'box',
	key(screen, open, key) {
		// Tab was pressed in a path, and its answer has not come.
		const dialog: FormDialog = open.looking ? {...open, looking: undefined} : open;
		const {fields, at} = dialog;
		const current = fields[at];
		const go = (to: number) =>
			screen.setDialog({
				...dialog,
				at: (to + fields.length) % fields.length,
				problem: undefined,
				ways: undefined,
			});
		if (key === 'esc') screen.setDialog(undefined);
		else if (key === 'enter') {
			const problem = dialog.submit(formValues(fields));
			if (problem !== undefined) screen.setDialog({...dialog, problem});
			// A form may have opened another dialog.
			else if (screen.state().view.dialog === open) screen.setDialog(undefined);
		} else if (key === 'tab') {
			if (!complete(screen, dialog, () => go(at + 1))) go(at + 1);
		} else if (key === 'down') go(at + 1);
		else if (key === 'shift-tab' || key === 'up') go(at - 1);
		else {
			const next = key === 'ctrl-o' ? nextFolder(screen, current) : current && changeField(current, key);
			if (next)
				screen.setDialog({
					...dialog,
					fields: withField(fields, at, next),
					problem: undefined,
					ways: undefined,
				});
		}
	},
	click(screen, dialog, part) {
		const fields = clickedField(dialog.fields, part);
		screen.setDialog({
			...dialog,
			fields,
			at: part.at,
			problem: undefined,
			ways: undefined,
			looking: undefined,
		});
	},
	paste(screen, dialog, text) {
		const {fields, at} = dialog;
		const current = fields[at];
		if (current?.kind !== 'text') return;
		const value = insert(current.value, text.trim());
		screen.setDialog({...dialog, fields: withField(fields, at, {...current, value})});
	},
	line: ({kind, fields, at, problem}, columns) => fieldLine(kind, fields, at, problem, columns),
	rows(dialog, room, {look, folderLook}) {
		const {title, fields, at, problem} = dialog;
		const columns = Math.min(76, room.columns);
		const rows: Row[] = [...fieldRows(fields, at, columns, look, folderLook)];
		const inSight = fieldInSight(rows, fields, at);
		const told = (text: string, tone: 'warn' | 'dim') =>
			wrapRow([[`  ${terminalText(text)}`, tone]], columns);
		const preview = dialog.preview?.(formValues(fields)) ?? [];
		if (preview.length > 0) rows.push([], ...preview.flatMap(line => told(line, 'dim')));
		if (problem !== undefined) rows.push([], ...told(problem, 'warn'));
		else if (dialog.ways && dialog.ways.length > 0) rows.push(...told(waysInWords(dialog.ways), 'dim'));
		return {
			title: terminalText(title),
			rows,
			foot: 'Enter does it   Tab next   Esc leaves',
			columns: 76,
			// Where not all has room: what is wrong, else the field that has the keys.
			selected: problem === undefined ? inSight : rows.length - 1,
		};
	},
};
