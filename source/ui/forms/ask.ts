import type {ScreenContext} from '../screen/screen-context.js';
import {field} from '../text/text-field.js';

/**
 * Opens a form with one field. `submit` answers a problem in words, or nothing when all is well; `preview` what is said
 * under the field; `isPath`: Tab completes it; `folder`: data goes there.
 */
export function ask(
	screen: ScreenContext,
	title: string,
	fieldLabel: string,
	hint: string,
	start: string,
	submit: (value: string) => string | undefined,
	preview?: () => readonly string[],
	isPath: boolean | 'folder' = false,
): void {
	screen.setDialog({
		kind: 'form',
		title,
		fields: [
			{
				kind: 'text',
				name: 'value',
				label: fieldLabel,
				hint,
				value: field(start),
				...(isPath && {path: true}),
				...(isPath === 'folder' && {folder: true}),
			},
		],
		at: 0,
		preview,
		submit: values => submit((values['value'] ?? '').trim()),
	});
}

/** Uses what was typed behind a command's name, and says what is wrong with it; asks where nothing was. */
export function giveOrAsk(
	screen: ScreenContext,
	argument: string,
	set: (value: string) => string | undefined,
	openForm: () => void,
): void {
	if (argument === '') return openForm();
	const problem = set(argument);
	if (problem) screen.say(problem, 'warn');
}
