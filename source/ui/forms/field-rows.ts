import type {FolderLook} from '../model/folder-look.js';
import type {Look} from '../present/context.js';
import type {Hit} from '../present/hit.js';
import {type Row, rowWidth, type Span, withHit} from '../present/row.js';
import {wrapRow} from '../present/wrapped-row.js';
import {cellWidth, fit, terminalText} from '../text/text.js';
import {fieldText, type TextField} from '../text/text-field.js';
import {folderWords} from './folder-words.js';
import type {FormField} from './form.js';

/** A character of a field as it is drawn: what is not seen, or would turn a line round, has a sign of its own. */
function drawn(part: string): string {
	return terminalText(part) || '\u00B7';
}

/** A field with its cursor, in `columns` cells; the part round the cursor is shown. */
export function fieldRow(value: TextField, columns: number, active: boolean): Row {
	const parts = value.parts.map(drawn);
	const before = parts.slice(0, value.at);
	// Where there is no room at all nothing is left before the cursor.
	while (before.length > 0 && cellWidth(before.join('')) > columns - 2) before.shift();
	const left = before.join('');
	const under = active ? (parts[value.at] ?? ' ') : (parts[value.at] ?? '');
	const after = parts.slice(value.at + 1).join('');
	const room = Math.max(0, columns - cellWidth(left) - cellWidth(under));
	return [
		[left, 'text'],
		[under, 'text', active],
		[fit(after, room), 'text'],
	];
}

const gap: readonly Span[] = [['   ']];

/** The first of several words begins where they do. */
const trimFirst = ([text, ...rest]: Span, at: number): Span => [at === 0 ? text.trimStart() : text, ...rest];

/** What is chosen, where all that can be has no room, and how many others there are. A click takes the next of them. */
function onlyChosen({options, at}: Extract<FormField, {kind: 'choice'}>, index: number, {glyphs}: Look): Row {
	const next: Hit = {kind: 'part', at: index, option: (at + 1) % options.length};
	const others = options.length - 1;
	return [
		[glyphs.on, 'accent', false, next],
		[` ${options[at] ?? ''}`, 'text', false, next],
		[`  ${glyphs.ascii ? '<>' : '←→'} ${others} more`, 'faint', false, next],
	];
}

/** The fields of a form, one a row; the one that has the keys says what it takes. */
export function fieldRows(
	fields: readonly FormField[],
	at: number,
	columns: number,
	look: Look,
	folderLook: (path: string) => FolderLook | undefined = () => undefined,
): readonly Row[] {
	const {glyphs} = look;
	const labels = Math.max(...fields.map(({label}) => cellWidth(label)));
	const rows: Row[] = [];
	for (const [index, part] of fields.entries()) {
		const active = index === at;
		const hit: Hit = {kind: 'part', at: index};
		const lead: Span[] = [
			[active ? glyphs.cursor : ' ', 'accent'],
			[` ${fit(part.label, labels, 'right')}  `, active ? 'accent' : 'dim'],
		];
		const room = columns - labels - 5;
		if (part.kind === 'text') rows.push(withHit([...lead, ...fieldRow(part.value, room, active)], hit));
		else {
			const options: Span[] = part.options.flatMap((option, choice): Span[] => {
				const chosen: Hit = {kind: 'part', at: index, option: choice};
				return [
					[
						choice === part.at ? glyphs.on : glyphs.off,
						choice === part.at ? 'accent' : 'faint',
						false,
						chosen,
					],
					[` ${option}   `, choice === part.at ? 'text' : 'faint', false, chosen],
				];
			});
			rows.push(
				withHit([...lead, ...(rowWidth(options) - 3 <= room ? options : onlyChosen(part, index, look))], hit),
			);
		}
		if (!active) continue;
		const known =
			part.kind === 'text' && part.folder ? folderWords(folderLook(fieldText(part.value).trim())) : [];
		// What is known of the folder goes before what any folder is told of.
		const hint: Span[] = part.hint === undefined ? [] : [[part.hint, 'faint']];
		if (known.length + hint.length > 0)
			rows.push(
				...wrapRow(
					[[' '.repeat(labels + 4)], ...known.map(trimFirst), ...(known.length > 0 ? gap : []), ...hint],
					columns,
				),
			);
	}
	return rows;
}

/** The row that is kept in sight of the rows of fields: of the one that has the keys, the last of what it says of itself. */
export function fieldInSight(rows: readonly Row[], fields: readonly FormField[], at: number): number {
	return at + Math.max(0, rows.length - fields.length);
}

/** A form in one row: what is wrong with it, else the field that has the keys. `name` stands where there is none. */
export function fieldLine(
	name: string,
	fields: readonly FormField[],
	at: number,
	problem: string | undefined,
	columns: number,
): Row {
	if (problem !== undefined) return [[terminalText(problem), 'warn']];
	const part = fields[Math.min(at, fields.length - 1)];
	if (!part) return [[name, 'title']];
	const label: Span = [`${part.label}: `, 'accent'];
	const room = Math.max(4, columns - part.label.length - 2);
	if (part.kind === 'text') return [label, ...fieldRow(part.value, room, true)];
	return [label, [part.options[part.at] ?? '', 'text']];
}
