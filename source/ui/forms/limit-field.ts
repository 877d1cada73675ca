import {quantity} from '../text/format.js';
import {field} from '../text/text-field.js';
import type {FormField} from './form.js';

/** A field for a limit of so many bytes a second. */
export function limitField(name: string, label: string, value: number | undefined, hint: string): FormField {
	return {
		kind: 'text',
		name,
		label,
		hint,
		value: field(value === undefined ? '' : quantity(value).replace(' ', '')),
	};
}

/** Reads a limit: nothing is none (null), wrong text is undefined. */
export function readLimit(
	text: string | undefined,
	read: (text: string) => number | undefined,
): number | null | undefined {
	const trimmed = (text ?? '').trim();
	return trimmed === '' || trimmed === 'none' ? null : read(trimmed);
}
