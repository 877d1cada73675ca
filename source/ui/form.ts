import {fieldText} from './text-field.js';
import type {FormField} from './view.js';

/** The values of a form, by field name. */
export function formValues(fields: readonly FormField[]): Readonly<Record<string, string>> {
	const values: Record<string, string> = {};
	for (const part of fields) {
		values[part.name] = part.kind === 'text' ? fieldText(part.value) : (part.options[part.at] ?? '');
	}
	return values;
}
