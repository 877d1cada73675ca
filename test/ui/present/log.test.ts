import assert from 'node:assert/strict';
import {test} from 'node:test';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {logRow, logText} from '../../../source/ui/present/log.ts';
import {rowText, rowWidth} from '../../../source/ui/present/row.ts';

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

test('a long name leaves room for what happened', () => {
	const line = {
		at: 0,
		level: 'warn',
		text: 'connection refused',
		torrent: 'a',
		name: 'linux-mint-22-cinnamon-64bit.iso',
	} as const;
	const row = (columns: number, more = {}) =>
		rowText(logRow({...line, ...more}, columns, look, true)).trimEnd();
	assert.equal(row(80), ' 00:00:00 ! linux-mint-22-cinnamon-64bit.iso: connection refused');
	assert.equal(row(50), ' 00:00:00 ! linux-mint-22-cin…: connection refused');
	assert.equal(row(42), ' 00:00:00 ! linux-min…: connection refused');
	assert.equal(row(38), ' 00:00:00 ! linux…: connection refused');
	assert.equal(row(34), ' 00:00:00 ! linu…: connection ref…', 'a quarter is left of the name');
	assert.equal(row(38, {times: 6}), ' 00:00:00 ! linu…: connection refu… ×6');
	assert.equal(
		row(50, {name: '日本語の長いファイル名前'}),
		' 00:00:00 ! 日本語の長いファ…: connection refused',
	);
	assert.equal(row(50, {name: undefined}), ' 00:00:00 ! connection refused');
	for (let columns = 0; columns < 60; columns++)
		assert.equal(rowWidth(logRow(line, columns, look, true)), columns);
});

test('an error is marked in the log as a torrent that has failed is in the list', () => {
	const line = {at: 0, level: 'error', text: 'disk full'} as const;
	assert.equal(rowText(logRow(line, 24, look)), ` 00:00:00 ${look.glyphs.state.failed} disk full   `);
	assert.match(rowText(logRow(line, 24, {...look, glyphs: glyphsFor(true)})), /^ 00:00:00 [!-~] disk full/);
});
