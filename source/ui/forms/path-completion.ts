import type {ScreenContext} from '../screen/screen-context.js';
import {graphemes} from '../text/text.js';
import {field, fieldText} from '../text/text-field.js';
import {type FormField, withField} from './form.js';

/** The beginning that all of the texts have in common. */
export function commonStart(texts: readonly string[]): string {
	const [first = '', ...others] = texts.map(graphemes);
	const parts = [...first];
	const differs = parts.findIndex((part, at) => others.some(other => other[at] !== part));
	return (differs < 0 ? parts : parts.slice(0, differs)).join('');
}

/** A dialog with fields, some of which are paths. */
interface WithFields {
	readonly fields: readonly FormField[];
	readonly at: number;
	/** The ways in which the path could go on, while they are shown. */
	readonly ways?: readonly string[] | undefined;
	/** It is being looked what there is: a key that comes sooner is for the next field. */
	readonly looking?: true | undefined;
}

/**
 * Completes the path in the field that has the keys, as a shell does on Tab: to where it could go on in several ways,
 * which are shown then. Answers false where there is nothing to complete, or the ways are shown already: Tab goes on to
 * the next field then.
 *
 * @param now the dialog as it is when the answer comes; undefined when it has gone
 */
export function completePath<Open extends WithFields>(
	screen: ScreenContext,
	dialog: Open,
	{now, set, next}: {now: () => Open | undefined; set: (dialog: Open) => void; next: () => void},
): boolean {
	const {fields, at, ways} = dialog;
	const part = fields[at];
	if (part?.kind !== 'text' || !part.path || !screen.completePath || ways !== undefined) return false;
	const text = fieldText(part.value);
	if (text.trim() === '') return false;
	const asked: Open = {...dialog, looking: true};
	set(asked);
	screen.completePath(text).then(
		found => {
			if (now() !== asked) return;
			// What is there already under just this name is not to be guessed at.
			if (found.length === 0 || found.includes(text) || found.includes(`${text}/`)) return next();
			const longer = commonStart(found);
			const grown = longer.length > text.length ? longer : text;
			set({
				...dialog,
				fields: withField(fields, at, {...part, value: field(grown)}),
				ways: found.length > 1 ? found : [],
			});
		},
		// What cannot be looked at cannot be completed.
		() => {
			if (now() === asked) next();
		},
	);
	return true;
}

/** The ways in which a path could go on, in words of one row: the last name of each. */
export function waysInWords(ways: readonly string[]): string {
	return ways.map(way => way.replace(/^.*\/(?=.)/s, '')).join('  ');
}
