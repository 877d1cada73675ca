import {UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';
import {themes} from '../../ui/look/themes.js';
import type {ValueReader} from './quantities.js';

/** The names of all themes, the usual one first. */
export const themeNames: readonly string[] = Object.keys(themes);

const read: ValueReader<string> = (value, where) => {
	const name = value.trim().toLowerCase();
	if (themeNames.includes(name)) return name;
	const guess = nearest(name, themeNames);
	const hint = guess ? `did you mean ${guess}?` : `there are ${themeNames.join(', ')}`;
	throw new UserError('bad-value', `${where}: ${JSON.stringify(value)} is no theme; ${hint}`, 2);
};

/** The name of a theme; another word is a `UserError` that names the nearest one, or all. */
export const themeName: ValueReader<string> = Object.assign(read, {words: themeNames});
