import assert from 'node:assert/strict';
import {test} from 'node:test';
import {chooseColumns} from '../../../source/ui/columns/column.ts';
import {windowTop} from '../../../source/ui/columns/table.ts';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';

const look = {glyphs: glyphsFor(false), timezone: 0};

test('leaves the least useful columns out first', () => {
	const column = (id: string, width: number, rank: number, flexible = false) => ({
		id,
		title: id,
		width,
		rank,
		flexible,
		cell: () => '',
	});
	const columns = [column('name', 10, 0, true), column('size', 6, 1), column('extra', 8, 9)];
	const widths = (room: number) =>
		chooseColumns(columns, {columns: room, look}, room, 1).map(({column: {id}, width}) => `${id} ${width}`);
	assert.deepEqual(widths(40), ['name 24', 'size 6', 'extra 8']);
	assert.deepEqual(widths(20), ['name 13', 'size 6']);
	assert.deepEqual(widths(8), ['name 8']);
});

test('names take what is left up to what they want, and then others appear, those of most worth first', () => {
	const column = (id: string, width: number, rank: number, more = {}) => ({
		id,
		title: id,
		width,
		rank,
		cell: () => '',
		...more,
	});
	const columns = [
		column('name', 10, 0, {flexible: true, most: 30}),
		column('why', 20, 1, {flexible: true, extra: true}),
		column('size', 6, 1),
		column('folder', 10, 2, {extra: true}),
	];
	const widths = (room: number, chosen?: ReadonlyArray<{id: string; width?: number}>) =>
		chooseColumns(columns, {columns: room, look}, room, 1, chosen).map(
			({column: {id}, width}) => `${id} ${width}`,
		);
	assert.deepEqual(widths(17), ['name 10', 'size 6']);
	assert.deepEqual(widths(47), ['name 40', 'size 6'], 'no room for another: the rest is the name’s');
	assert.deepEqual(widths(57), ['name 39', 'size 6', 'folder 10'], 'one of less worth has room');
	assert.deepEqual(widths(58), ['name 30', 'why 20', 'size 6']);
	assert.deepEqual(widths(80), ['name 30', 'why 31', 'size 6', 'folder 10']);
	assert.deepEqual(widths(60, [{id: 'size'}, {id: 'name'}, {id: 'folder', width: 5}]), [
		'size 6',
		'name 47',
		'folder 5',
	]);
	assert.deepEqual(widths(20, [{id: 'size'}, {id: 'name'}, {id: 'folder'}]), ['size 6', 'name 13']);
	assert.deepEqual(
		widths(20, [{id: 'gone'}]),
		['name 13', 'size 6'],
		'what is not there any more was not chosen',
	);
	for (let room = 1; room < 120; room++)
		for (const chosen of [undefined, [{id: 'why'}, {id: 'folder', width: 90}]]) {
			const shown = chooseColumns(columns, {columns: room, look}, room, 1, chosen);
			const used = shown.reduce((sum, {width}) => sum + width, shown.length - 1);
			assert.ok(used <= room, `${room}: ${used}`);
		}
});

test('scrolls a list no further than it must', () => {
	assert.equal(windowTop(100, 10, 5, 0), 0);
	assert.equal(windowTop(100, 10, 10, 0), 1);
	assert.equal(windowTop(100, 10, 3, 20), 3);
	assert.equal(windowTop(5, 10, 4, 3), 0);
});
