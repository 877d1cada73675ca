import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CellDiff} from '../../../source/ui/terminal/cell-diff.ts';
import {applySgr, CellGrid, plain} from '../../../source/ui/terminal/cells.ts';

const esc = '\u001B';

/** A terminal of one row of ten cells, and what brings it to show a text. */
function row(): (text: string) => string {
	const diff = new CellDiff(10, 1);
	return text => {
		const next = new CellGrid(10, 1);
		next.put(0, 0, text, plain);
		diff.row(next, 0);
		return diff.take();
	};
}

test('only cells that differ are sent, from where they stand', () => {
	const show = row();
	assert.equal(show('abcdefghij'), `${esc}[1Habcdefghij`);
	assert.equal(show('abcdefghij'), '');
	assert.equal(show('abcdefgXij'), `${esc}[1;8HX`);
});

test('what is between two changes is sent again when that is shorter than a move', () => {
	const show = row();
	show('abcdefghij');
	assert.equal(show('AbCdefghij'), `${esc}[1HAbC`);
	assert.equal(show('aBcdefghiJ'), `${esc}[1HaBc${esc}[6CJ`);
});

test('a rest that is blank is erased, not written', () => {
	const show = row();
	show('abcdefghij');
	assert.equal(show('ab'), `${esc}[1;3H${esc}[K`);
	assert.equal(show('ab'), '');
});

test('a style is set where it begins and taken back at the end', () => {
	const diff = new CellDiff(10, 1);
	const next = new CellGrid(10, 1);
	next.put(0, 0, 'ab', applySgr(plain, '31'));
	diff.row(next, 0);
	assert.equal(diff.take(), `${esc}[1H${esc}[31mab${esc}[m`);
});

test('half a wide character that is left of one is a blank, and the whole one is sent from its first cell', () => {
	const show = row();
	show('a音b');
	assert.equal(show('a楽b'), `${esc}[1;2H楽`);
});

test('after the terminal was emptied all of it is sent', () => {
	const diff = new CellDiff(10, 1);
	const next = new CellGrid(10, 1);
	next.put(0, 0, 'abc', plain);
	diff.row(next, 0);
	diff.take();
	diff.erase();
	diff.row(next, 0);
	assert.equal(diff.take(), `${esc}[m${esc}[H${esc}[2J${esc}[1Habc`);
});
