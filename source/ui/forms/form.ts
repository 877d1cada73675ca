import {edit, fieldText, type TextField} from '../text/text-field.js';

/** A field of a form. */
export type FormField =
	| {
			readonly kind: 'text';
			readonly name: string;
			readonly label: string;
			readonly hint?: string;
			readonly value: TextField;
			/** It is a path, which Tab completes. */
			readonly path?: true;
			/** It is a folder where data goes: what it looks like is said, and Ctrl-O goes through the last ones. */
			readonly folder?: true;
	  }
	| {
			readonly kind: 'choice';
			readonly name: string;
			readonly label: string;
			readonly hint?: string;
			readonly options: readonly string[];
			readonly at: number;
	  };

/** The values of a form, by field name. */
export function formValues(fields: readonly FormField[]): Readonly<Record<string, string>> {
	const values: Record<string, string> = {};
	for (const part of fields) {
		values[part.name] = part.kind === 'text' ? fieldText(part.value) : (part.options[part.at] ?? '');
	}
	return values;
}

/** The field after a key that changes it; undefined when the key does nothing to it. */
export function changeField(part: FormField, key: string): FormField | undefined {
	if (part.kind === 'text') {
		const value = edit(part.value, key);
		return value && {...part, value};
	}
	const {options, at} = part;
	if (key === 'right' || key === 'space') return {...part, at: (at + 1) % options.length};
	if (key === 'left') return {...part, at: (at + options.length - 1) % options.length};
	return undefined;
}

/** The fields with one in place of that at `at`. */
export function withField(fields: readonly FormField[], at: number, next: FormField): readonly FormField[] {
	return fields.map((part, index) => (index === at ? next : part));
}

/** The fields after a click on one of them: an option that was clicked is chosen. */
export function clickedField(
	fields: readonly FormField[],
	{at, option}: {readonly at: number; readonly option?: number},
): readonly FormField[] {
	const part = fields[at];
	if (option === undefined || part?.kind !== 'choice') return fields;
	return withField(fields, at, {...part, at: option});
}
