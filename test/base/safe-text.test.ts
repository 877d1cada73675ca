import assert from 'node:assert/strict';
import {test} from 'node:test';
import {nameText, safeText, terminalText} from '../../source/base/safe-text.ts';

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

test('a name of which nothing is seen is quoted, any other one stays as it is', () => {
	for (const [name, shown] of [
		['', ''],
		['   ', '"   "'],
		['\u0007', '"\\u{7}"'],
		['\t \n', '"\\u{9} \\u{a}"'],
		['\u200b\u202e', '"\\u{200b}\\u{202e}"'],
		['\u00a0', '"\\u{a0}"'],
		['\u3000', '"\\u{3000}"'],
		['\u2800\u2800', '"\\u{2800}\\u{2800}"'],
		['\u3164', '"\\u{3164}"'],
		['\u0301', '"\\u{301}"'],
		['\ud800', '"\\u{d800}"'],
		[' '.repeat(300), '"        ..."'],
		[' a ', ' a '],
		['\u200bé', 'é'],
		['…', '…'],
		['川の音', '川の音'],
		['🇩🇪', 'DE'],
	] as const)
		assert.equal(nameText(name), shown, JSON.stringify(name));
});
