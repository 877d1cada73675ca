import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PiecesView} from '../../../source/api/snapshot.ts';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {gridFor, piecesRows} from '../../../source/ui/present/pieces.ts';
import {rowText} from '../../../source/ui/present/row.ts';

const look = {glyphs: glyphsFor(false), timezone: 0};

const grid = (cells: string, fileStarts: PiecesView['fileStarts'] = []): PiecesView => ({
	pieces: cells.length,
	have: 3,
	inFlight: 1,
	checking: 0,
	cells,
	availability: cells.replace(/./g, '5'),
	copies: 2,
	fileStarts,
});

test('draws every state of a piece with a character of its own', () => {
	const rows = piecesRows(
		grid('hhcrpmu'),
		{columns: 7, rows: 1},
		{lit: new Map(), cursor: undefined, files: []},
		look,
	);
	assert.equal(rowText(rows[0] ?? []), '██▚▞▓░·');
	const states = ['h', 'c', 'r', 'l', 'p', 'm', 'u'];
	for (const ascii of [false, true]) {
		assert.equal(new Set(states.map(state => glyphsFor(ascii).cell[state])).size, states.length);
	}
});

test('shows where files begin as a fine line', () => {
	const rows = piecesRows(
		grid('hhhhhhmmmmmm', [
			[0, 0],
			[3, 1],
			[9, 2],
		]),
		{columns: 12, rows: 1},
		{lit: new Map(), cursor: undefined, files: []},
		look,
	);
	assert.equal(rowText(rows[0] ?? []), '███▐██░░░┊░░');
});

test('draws few pieces as wide tiles that fill the room', () => {
	assert.deepEqual(gridFor(20, {columns: 60, rows: 5}), {tile: 12, tall: 1, perRow: 5, rows: 4});
	assert.deepEqual(gridFor(500, {columns: 60, rows: 5}), {tile: 1, tall: 1, perRow: 60, rows: 4});
});

test('names rare pieces by a tone of their own', () => {
	const view = {...grid('mm'), availability: '19'};
	const [row = []] = piecesRows(
		view,
		{columns: 2, rows: 1},
		{lit: new Map(), cursor: undefined, files: []},
		look,
	);
	assert.deepEqual(
		row.map(([, tone]) => tone),
		['rare', 'missing'],
	);
});

test('makes cells taller where few pieces would leave rows empty', () => {
	assert.deepEqual(gridFor(200, {columns: 118, rows: 22}), {tile: 11, tall: 1, perRow: 10, rows: 21});
	assert.equal(gridFor(40, {columns: 118, rows: 22}).tall, 3);
});
