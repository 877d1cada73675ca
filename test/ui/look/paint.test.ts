import assert from 'node:assert/strict';
import {test} from 'node:test';
import {stripVTControlCharacters} from 'node:util';
import {colourDepth, hasAsciiOnly, Painter, showsUtf8} from '../../../source/ui/look/paint.ts';
import {themes} from '../../../source/ui/look/themes.ts';

test('knows as many colours as the terminal says', () => {
	assert.equal(colourDepth('auto', {term: 'xterm-256color', colorTerm: 'truecolor'}), 16_777_216);
	assert.equal(colourDepth('auto', {term: 'xterm-256color'}), 256);
	assert.equal(colourDepth('auto', {term: 'xterm'}), 16);
	assert.equal(colourDepth('auto', {term: 'xterm-256color', noColor: true}), 0);
	assert.equal(colourDepth('auto', {term: 'dumb'}), 0);
	assert.equal(colourDepth('always', {term: 'xterm-256color', noColor: true}), 256);
	assert.equal(showsUtf8('C'), false);
	assert.equal(showsUtf8('de_DE.UTF-8'), true);
	assert.equal(showsUtf8(undefined), true);
	assert.equal(hasAsciiOnly({term: 'linux', locale: 'C.UTF-8'}), true);
	assert.equal(hasAsciiOnly({term: 'xterm', locale: 'C'}), true);
	assert.equal(hasAsciiOnly({term: 'xterm', locale: 'C.UTF-8'}), false);
});

test('paints every theme at every depth, ending each row as it began', () => {
	for (const name of Object.keys(themes)) {
		for (const depth of [0, 16, 256, 16_777_216] as const) {
			const painter = new Painter(name, depth, false);
			for (const tone of Object.keys(themes[name]?.tones ?? {})) {
				const text = painter.row([['a', tone as never], ['b'], ['c', 'lit', true]], true);
				assert.equal(stripVTControlCharacters(text), 'abc');
				if (depth > 0) assert.ok(['39', '49', '22', '27'].some(code => text.endsWith(`\u001B[${code}m`)));
			}
		}
	}
});

test('replaces what a terminal without UTF-8 cannot show by as many cells', () => {
	assert.equal(new Painter('mono', 0, true).row([['“a” · 川…']]), '"a" . ??~');
});
