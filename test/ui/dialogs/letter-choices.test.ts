import assert from 'node:assert/strict';
import {test} from 'node:test';
import {letterLine, letterRows} from '../../../source/ui/dialogs/letter-choices.ts';
import {rowText, rowWidth} from '../../../source/ui/present/row.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

const choices = ['queue', 'name', 'state', 'size', 'progress'].map((label, at) => ({
	letter: label.slice(0, 1),
	label,
	isOn: at === 1,
}));

test('what a letter chooses stands in the last row where all of it has room', () => {
	assert.equal(
		rowText(letterLine('sort by', choices, 'upper case turns it round', 80)),
		' sort by q queue  n name  s state  s size  p progress  upper case turns it round',
	);
	assert.equal(letterRows('sort by', choices, 80, {columns: 78, rows: 10}), undefined);
});

test('where the last row has no room for it all of it stands above, and none is cut', () => {
	const above = letterRows('sort by', choices, 40, {columns: 38, rows: 5});
	assert.deepEqual(
		above?.rows.map(row => rowText(row).trimEnd()),
		['  q queue      n name', '  s state      s size', '  p progress'],
	);
	assert.ok(above?.rows.every(row => rowWidth(row) <= 38));
	assert.equal(rowText(letterLine('sort by', choices, 'hint', 40)), ' sort by   hint');
});

test('every order of every list can be read at 40x10 and at 80x24', async () => {
	for (const [columns, rows] of [
		[40, 10],
		[80, 24],
	] as const) {
		const screen = await openTestScreen(columns, rows, {list: true});
		await screen.terminal.press('s');
		for (const label of ['queue', 'name', 'state', 'ratio', 'ETA', 'added', 'label'])
			assert.match(screen.terminal.text(), new RegExp(`[a-z] ${label}\\b`), `${columns}x${rows} ${label}`);
		await screen.terminal.press('n');
		assert.match(screen.terminal.text(), columns > 40 ? /sort name/ : /Torrents/);
		await screen.close();
	}
});
