import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fieldRows} from '../../../source/ui/forms/field-rows.ts';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {rowText, rowWidth} from '../../../source/ui/present/row.ts';

const fields = [
	{kind: 'choice', name: 'start', label: 'start', options: ['now', 'in order', 'paused'], at: 1},
] as const;
const rowAt = (columns: number, ascii = false) =>
	fieldRows(fields, 0, columns, {glyphs: glyphsFor(ascii), timezone: 0})[0] ?? [];

test('a field has all that can be chosen where that has room, else what is chosen and how many others', () => {
	assert.equal(rowText(rowAt(60)).trimEnd(), '› start  ○ now   ● in order   ○ paused');
	assert.equal(rowText(rowAt(34)).trimEnd(), '› start  ● in order  ←→ 2 more');
	assert.match(rowText(rowAt(34, true)), /^[ -~]+ 2 more$/);
	assert.ok(rowWidth(rowAt(34)) <= 34);
	assert.equal(
		rowAt(34).at(-1)?.[3] && JSON.stringify(rowAt(34).at(-1)?.[3]),
		'{"kind":"part","at":0,"option":2}',
	);
});
