import assert from 'node:assert/strict';
import {test} from 'node:test';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {thinBar} from '../../../source/ui/present/bar.ts';
import {rowText, rowWidth} from '../../../source/ui/present/row.ts';

const look = {glyphs: glyphsFor(false), timezone: 0};

test('fills bars to an exact width', () => {
	for (let part = 0; part <= 1; part += 0.07) assert.equal(rowWidth(thinBar(part, 9, look.glyphs)), 9);
	assert.equal(rowText(thinBar(0.5, 5, look.glyphs)), '━━╸──');
});
