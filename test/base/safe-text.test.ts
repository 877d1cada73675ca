import assert from 'node:assert/strict';
import {test} from 'node:test';
import {safeText, terminalText} from '../../source/base/safe-text.ts';

test('plain lines come out as they went in, and whatever is next to plain is still made fit', () => {
	assert.equal(safeText('piece 12 verified, at 192.0.2.1:6881'), 'piece 12 verified, at 192.0.2.1:6881');
	assert.equal(safeText('two  spaces, and one at the end '), 'two spaces, and one at the end');
	assert.equal(safeText(' a\tb\nc\x7fd'), 'a b c d');
	assert.equal(safeText('x'.repeat(201)), `${'x'.repeat(199)}…`);
	assert.equal(safeText(''), '');
});

test('marks that stand on no letter are left out, at the beginning and after a space; those on letters stay', () => {
	const marks = '\u0301\u0302\u0303';
	assert.equal(terminalText(`${marks.repeat(40)}z`), 'z');
	assert.equal(terminalText(`a ${marks}b\t${marks}`), 'a b ');
	assert.equal(terminalText(`\u200b${marks}z`), 'z');
	assert.equal(terminalText(`e${marks.repeat(2)} กิ่ง हिन्दी`), `e${marks} กิ่ง हिन्दी`);
});
