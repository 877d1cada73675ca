import assert from 'node:assert/strict';
import {test} from 'node:test';
import {stripVTControlCharacters} from 'node:util';
import {Painter} from '../../../source/ui/look/paint.ts';
import {framed, type Scroll} from '../../../source/ui/widgets/frame.ts';

const painter = new Painter('tortui', 0, false);
function drawn(scroll: Partial<Scroll>, focused = true, columns = 24): readonly string[] {
	const all = {total: 100, top: 0, height: 5, above: 1, cursor: 0, ...scroll};
	return framed(
		[],
		{columns, rows: 8, title: 'T', focused, frames: 'rounded', scroll: all, thumb: '█'},
		painter,
	).map(stripVTControlCharacters);
}
const edge = (scroll: Partial<Scroll>) =>
	drawn(scroll)
		.map(row => row.at(-1))
		.join('');

test('the right edge marks which part of a list is in sight, from its first row to its last', () => {
	assert.equal(edge({total: 5}), '┓┃┃┃┃┃┃┛', 'all of it');
	assert.equal(edge({top: 0}), '┓┃█┃┃┃┃┛');
	assert.equal(edge({top: 50}), '┓┃┃┃█┃┃┛');
	assert.equal(edge({top: 95}), '┓┃┃┃┃┃█┛');
	assert.equal(edge({total: 6, top: 0}), '┓┃████┃┛');
	assert.equal(edge({total: 6, top: 1}), '┓┃┃████┛');
	for (let top = 0; top <= 95; top++) assert.match(edge({top}), /^┓┃┃*█┃*┛$/);
});

test('the lower edge says where the cursor is, and of a list nobody is in how long it is', () => {
	assert.match(drawn({cursor: 41}).at(-1)!, /^┗━+ 42 of 100 ━┛$/);
	assert.match(drawn({cursor: 41}, false).at(-1)!, /^╰─+ 100 ─╯$/);
	assert.match(drawn({total: 3, cursor: 0}, false).at(-1)!, /^╰─+╯$/);
	assert.match(drawn({total: 0, cursor: -1}).at(-1)!, /^┗━+┛$/);
	for (let columns = 2; columns < 40; columns++)
		assert.ok(
			drawn({}, true, columns).every(row => row.length === columns),
			`${columns}`,
		);
});
