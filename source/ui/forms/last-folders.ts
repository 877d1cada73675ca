import {folderWays} from '../keys/argument-ways.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {field, fieldText} from '../text/text-field.js';
import type {FormField} from './form.js';

const mostKept = 8;

/** The field of a folder with the next one of those that data went to; undefined for other fields. */
export function nextFolder(screen: ScreenContext, part: FormField | undefined): FormField | undefined {
	if (part?.kind !== 'text' || !part.folder) return undefined;
	const folders = folderWays(screen);
	const next = folders[(folders.indexOf(fieldText(part.value)) + 1) % folders.length];
	return next === undefined ? undefined : {...part, value: field(next)};
}

/** Keeps that data was sent to a folder, for `nextFolder`. */
export function rememberFolder(screen: ScreenContext, dir: string): void {
	const {folders} = screen.state().preferences;
	const known = Array.isArray(folders.paths) ? folders.paths : [];
	if (dir === '' || known[0] === dir) return;
	const paths = [dir, ...known.filter(path => path !== dir)].slice(0, mostKept);
	screen.setPreferences({folders: {paths}});
}
