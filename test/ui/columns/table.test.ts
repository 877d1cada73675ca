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

test('scrolls a list no further than it must', () => {
	assert.equal(windowTop(100, 10, 5, 0), 0);
	assert.equal(windowTop(100, 10, 10, 0), 1);
	assert.equal(windowTop(100, 10, 3, 20), 3);
	assert.equal(windowTop(5, 10, 4, 3), 0);
});
