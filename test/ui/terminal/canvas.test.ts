import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Canvas} from '../../../source/ui/terminal/canvas.ts';
import {CellGrid} from '../../../source/ui/terminal/cells.ts';

const at = (x: number, y: number, columns: number, rows: number) => ({x, y, columns, rows});

function open(columns: number, rows: number) {
	const changed = new Set<number>();
	const canvas = new Canvas(row => changed.add(row));
	const grid = new CellGrid(columns, rows);
	const ink = new CellGrid(columns, rows);
	const row = (y: number) => {
		canvas.compose(y, grid, ink);
		return grid.texts.slice(y * columns, (y + 1) * columns).join('');
	};
	return {canvas, changed, grid, ink, row};
}

test('puts layers side by side, dialogs above them, and what was below back when they go', () => {
	const {canvas, row} = open(10, 1);
	const [left, right, dialog] = [{}, {}, {}];
	canvas.draw(dialog, at(2, 0, 4, 1), ['[??]'], true);
	canvas.draw(left, at(0, 0, 5, 1), ['aaaaa'], false);
	canvas.draw(right, at(5, 0, 5, 1), ['bbbbb'], false);
	assert.equal(row(0), 'aa[??]bbbb');
	canvas.erase(dialog);
	assert.equal(row(0), 'aaaaabbbbb');
});

test('says which rows look different, and no others', () => {
	const {canvas, changed} = open(4, 3);
	const who = {};
	canvas.draw(who, at(0, 0, 4, 3), ['a', 'b', 'c'], false);
	assert.deepEqual([...changed], [0, 1, 2]);
	changed.clear();
	canvas.draw(who, at(0, 0, 4, 3), ['a', '\u001B[1mb\u001B[22m', 'c'], false);
	assert.deepEqual([...changed], [1]);
});

test('leaves a blank where half of a wide character is covered, or has no room', () => {
	const {canvas, row} = open(6, 1);
	canvas.draw({}, at(0, 0, 6, 1), ['音楽音'], false);
	assert.equal(row(0), '音楽音');
	canvas.draw({}, at(1, 0, 2, 1), ['xy'], true);
	assert.equal(row(0), ' xy 音');
	canvas.draw({}, at(3, 0, 3, 1), ['音楽'], true);
	assert.equal(row(0), ' xy音 ');
});

test('shows what Ink draws only where it is asked to', () => {
	const {canvas, ink, row} = open(6, 1);
	ink.put(0, 0, 'inkink', ink.styles[0] as never);
	canvas.draw({}, at(0, 0, 6, 1), ['canvas'], false);
	assert.equal(row(0), 'canvas');
	canvas.show(at(2, 0, 2, 1));
	assert.equal(row(0), 'cakias');
	canvas.show(undefined);
	assert.equal(row(0), 'canvas');
});

test('cuts what does not fit on the screen, as while it is made smaller', () => {
	const {canvas, row} = open(4, 1);
	canvas.draw({}, at(0, 0, 8, 3), ['too wide', 'below', 'below'], false);
	canvas.draw({}, at(6, 0, 3, 1), ['off'], true);
	assert.equal(row(0), 'too ');
});

test('nothing that a terminal obeys gets past the canvas, whoever forgot to take it out', () => {
	const canvas = new Canvas(() => undefined);
	const area = {x: 0, y: 0, columns: 20, rows: 1};
	canvas.draw({}, area, ['a\u009B2J\u202Eb\u200B\u2066\u0007\u0085é音'], false);
	const grid = new CellGrid(20, 1);
	canvas.compose(0, grid, new CellGrid(20, 1));
	assert.equal(grid.texts.join('').trimEnd(), 'a2Jbé音');
});
