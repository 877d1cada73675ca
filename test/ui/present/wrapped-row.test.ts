import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Row, rowText, rowWidth} from '../../../source/ui/present/row.ts';
import {wrapRow} from '../../../source/ui/present/wrapped-row.ts';
import {seededRandom} from '../../helpers/seeded-random.ts';

const texts = (row: Row, columns: number) => wrapRow(row, columns).map(rowText);

test('what has room stays one row, what has not goes on under its value', () => {
	const row: Row = [
		[' files   ', 'faint'],
		['dawn/marsh/01 oak.flac and', 'text'],
		[' 20 more', 'dim'],
	];
	assert.deepEqual(texts(row, 80), [rowText(row)]);
	assert.deepEqual(texts(row, 30), [' files   dawn/marsh/01 ', '         oak.flac and 20 more']);
});

test('a number stays with its unit, and a word that is longer than a row is broken', () => {
	assert.deepEqual(texts([[' yours 1.00 M, the torrent’s 99.9 M, 5 M/s']], 31), [
		' yours 1.00 M, the torrent’s ',
		' 99.9 M, 5 M/s',
	]);
	assert.deepEqual(texts([[' /a/very/long/path/of/somebody']], 16), [' /a/very/long/pa', ' th/of/somebody']);
});

test('beside a name that leaves it no room a value begins in the next row', () => {
	assert.deepEqual(texts([['slow mode download: '], ['as it is, and so on']], 24), [
		'slow mode download: as ',
		'it is, and so on',
	]);
});

test('nothing is lost, and no row is too wide, whatever is wrapped', () => {
	const chance = seededRandom(17).next;
	const letters = ['a', 'bc', ' ', '  ', '素', '👍', '9 M', 'words', '/'];
	for (let turn = 0; turn < 500; turn++) {
		const row: Row = Array.from({length: 1 + Math.floor(chance() * 4)}, () => [
			Array.from(
				{length: Math.floor(chance() * 12)},
				() => letters[Math.floor(chance() * letters.length)],
			).join(''),
		]);
		const columns = 6 + Math.floor(chance() * 40);
		const rows = wrapRow(row, columns);
		for (const each of rows) assert.ok(rowWidth(each) <= columns, `${JSON.stringify(row)} in ${columns}`);
		const bare = (text: string) => text.replace(/ +/g, '');
		assert.equal(bare(rows.map(rowText).join('')), bare(rowText(row)), JSON.stringify(row));
	}
});
