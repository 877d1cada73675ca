import assert from 'node:assert/strict';
import {test} from 'node:test';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {logRow, logText} from '../../../source/ui/present/log.ts';
import {rowText} from '../../../source/ui/present/row.ts';

const look = {glyphs: glyphsFor(false), timezone: 0};

test('the log names the torrent of a line where it is of many, once, and counts what was said again', () => {
	const line = {at: 0, level: 'warn', text: 'no answer', torrent: 'a', name: 'Debian', times: 12} as const;
	assert.equal(logText(line, true), 'Debian: no answer (12 times)');
	assert.equal(logText(line, false), 'no answer (12 times)');
	assert.equal(logText({...line, text: 'added Debian', times: 1}, true), 'added Debian');
});

test('where a line of the log is too long, how often it was said is still read', () => {
	const line = {
		at: 0,
		level: 'warn',
		text: 'no answer from a tracker far away',
		torrent: 'a',
		name: 'Debian',
	} as const;
	assert.equal(
		rowText(logRow({...line, times: 12}, 40, look, true)).trimEnd(),
		' 00:00:00 ! Debian: no answer from … ×12',
	);
	assert.equal(rowText(logRow(line, 30, look)).trimEnd(), ' 00:00:00 ! no answer from a …');
});
