import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PiecesView} from '../../../source/api/snapshot.ts';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import type {Look} from '../../../source/ui/present/context.ts';
import {cellAt, cellBelow, cellsFor, gridFor} from '../../../source/ui/present/piece-layout.ts';
import {type PiecesOptions, piecesRows} from '../../../source/ui/present/pieces.ts';
import {type Row, rowText, rowWidth} from '../../../source/ui/present/row.ts';

const look = {glyphs: glyphsFor(false), timezone: 0};
const nothing: PiecesOptions = {lit: new Map(), cursor: undefined, files: [], peers: 5, halves: false};

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

/** A row as `text tone/behind` for each of its spans. */
const spans = (row: Row = []) =>
	row.map(([text, tone, , , behind]) => `${text} ${tone}${behind ? `/${behind}` : ''}`);

test('draws every state of a piece with a character of its own where colours do not tell', () => {
	const view = {...grid('hhcrpmmu'), availability: '55555515'};
	const rows = piecesRows(view, {columns: 8, rows: 1}, nothing, look);
	assert.equal(rowText(rows[0] ?? []), '██▚▞▓░╳·');
	const states = ['h', 'c', 'r', 'l', 'p', 'm', 'x', 'o', 'u'];
	for (const ascii of [false, true]) {
		assert.equal(new Set(states.map(state => glyphsFor(ascii).cell[state])).size, states.length);
	}
});

test('shows where files begin, as a fine line that leaves no hole in what is had', () => {
	const view = grid('hhhhhhmmmmmm', [
		[0, 0],
		[3, 1],
		[9, 2],
	]);
	const rows = piecesRows(view, {columns: 12, rows: 1}, nothing, look);
	assert.equal(rowText(rows[0] ?? []), '██▉███░░░┊░░');
});

test('puts two pieces into a cell of the terminal, one above the other, by their colours', () => {
	const view = grid('hhmrhmmp');
	const [row] = piecesRows(view, {columns: 4, rows: 1}, {...nothing, halves: true}, look);
	assert.deepEqual(
		spans(row),
		['█ have/have', '▀ have/missing', '█ missing/missing', '▀ flight/part'],
		'a full block is painted behind as well: in some fonts it does not fill its cell',
	);
});

test('a finished torrent has no hole, also where its files meet', () => {
	for (const halves of [false, true]) {
		for (const pieces of [1, 7, 40, 333, 1000, 5000]) {
			for (const [columns, rows] of [
				[41, 4],
				[76, 10],
				[118, 22],
			] as const) {
				const cells = Math.min(pieces, cellsFor({columns, rows}, halves));
				const view = {
					...grid('h'.repeat(cells), [
						[0, 0],
						[Math.floor(cells / 2), 1],
					]),
					pieces,
					have: pieces,
				};
				const below = rows >= 7 ? 2 : 1;
				const drawn = piecesRows(view, {columns, rows}, {...nothing, halves}, look).slice(0, -below);
				assert.equal(drawn.length, rows - below);
				for (const row of drawn) assert.equal(rowWidth(row), columns);
				const text = drawn.map(rowText).join('');
				assert.match(text, /^[█▉▇▀▎]*$/, `${pieces} at ${columns}x${rows}`);
			}
		}
	}
});

test('grows cells until the pane is full, and knows which of them is where', () => {
	assert.equal(gridFor(20, {columns: 60, rows: 5}).rows, 2);
	const small = gridFor(472, {columns: 60, rows: 5}, true);
	assert.deepEqual([small.rows, small.halves, small.tiles], [8, true, false]);
	const one = gridFor(1, {columns: 60, rows: 5}, true);
	assert.deepEqual([cellAt(one, 0, 0), cellAt(one, 59, 3), cellAt(one, 60, 0)], [0, 0, undefined]);
	const seen = new Set<number>();
	const large = gridFor(200, {columns: 118, rows: 22}, true);
	for (let row = 0; row < 20; row++)
		for (let column = 0; column < 118; column++) seen.add(cellAt(large, column, row) ?? -1);
	assert.deepEqual(
		[...seen].sort((a, b) => a - b),
		Array.from({length: 200}, (_, cell) => cell),
	);
	// Down and up again is where it began, and nothing leads out of the grid.
	for (let cell = 0; cell < 190; cell++) {
		const below = cellBelow(large, cell, 1);
		assert.ok(below > cell || below === cell);
		if (below !== cell) assert.ok(Math.abs(cellBelow(large, below, -1) - cell) <= 1);
	}
});

test('tells what is at risk from what is only missing, and nothing is while nobody is connected', () => {
	const view = {...grid('mmm'), availability: '019'};
	const tones = (peers: number) =>
		(piecesRows(view, {columns: 3, rows: 1}, {...nothing, peers}, look)[0] ?? []).map(([, tone]) => tone);
	assert.deepEqual(tones(5), ['rare', 'missing']);
	assert.equal(piecesRows(view, {columns: 3, rows: 1}, {...nothing, peers: 5}, look)[0]?.[0]?.[0], '╳╳');
	assert.deepEqual(tones(1), ['rare', 'missing']);
	assert.equal(piecesRows(view, {columns: 3, rows: 1}, {...nothing, peers: 1}, look)[0]?.[0]?.[0], '╳');
	assert.deepEqual(tones(0), ['missing']);
});

test('its legend lists what is shown, and only that', () => {
	const legend = (cells: string, more: Partial<PiecesOptions> = {}, seen: Look = look) =>
		rowText(
			piecesRows(
				grid(
					cells,
					more.files
						? [
								[0, 0],
								[2, 1],
							]
						: [],
				),
				{columns: 110, rows: 8},
				{...nothing, ...more},
				seen,
			).at(-1) ?? [],
		);
	assert.doesNotMatch(legend('hhmr', {}, {...look, colourless: true}), /just landed/);
	assert.match(legend('hhhhhhhh'), /^█ have +1 cell = 1 piece$/);
	assert.match(legend('hhmr'), /^█ have {2}▞ in flight {2}░ missing {2}█ just landed +1 cell/);
	assert.match(legend('hhhhhhmu', {sent: new Set([1])}), /░ missing {2}· not wanted {2}█ sent lately/);
	assert.match(legend('hhhmmmmm', {offered: '00000001'}), /█ have {2}◇ this peer has {2}░ missing/);
	assert.match(legend('hhhhhhhh', {files: []}), /▉ file begins/);
});

test('what a peer has that is missing here is laid over the grid, and what is had steps back', () => {
	const [row] = piecesRows(grid('hmmh'), {columns: 4, rows: 1}, {...nothing, offered: '0100'}, look);
	assert.deepEqual(spans(row), ['█ held', '◇ accent', '░ missing', '█ held']);
});

test('reads out what is under the cursor: its pieces, its file, its state and who has it', () => {
	const view = {...grid('hhmm'), availability: '9911', pieces: 4};
	const read = (cursor: number, more: Partial<PiecesOptions>, rows = 8) => {
		const drawn = piecesRows(view, {columns: 78, rows}, {...nothing, cursor, ...more}, look);
		return rowText(drawn.at(rows >= 7 ? -2 : -1) ?? []).trimEnd();
	};
	const inspected = {
		...{piece: 2, first: 2, pieces: 1, length: 1, state: 'missing', files: ['dawn/oak.flac'], holders: 1},
		...{blocks: 1, blocksHave: 0, requestedFrom: [], heldBy: [{address: '198.51.100.34:6881', rate: 0}]},
	};
	assert.equal(
		read(2, {inspected}),
		'piece 2 · dawn/oak.flac · missing · one holder: 198.51.100.34:6881 at 0 B/s',
	);
	assert.equal(read(2, {inspected}, 4), read(2, {inspected}));
	assert.equal(read(3, {inspected}), 'piece 3 · missing · one holder');
	assert.equal(read(0, {}), 'piece 0 · have');
	assert.equal(read(2, {peers: 0}), 'piece 2 · missing · nobody is connected');
});

test('the legend shows what is in sight: colours where tiles are told apart by them, shapes where nothing else is', () => {
	const room = {columns: 110, rows: 8};
	const legend = (halves: boolean) => {
		const view = grid('hmrhhmmmhhmm', [
			[0, 0],
			[2, 1],
		]);
		return rowText(piecesRows(view, room, {...nothing, halves}, look).at(-1) ?? []);
	};
	assert.match(legend(true), /^■ have {2}■ in flight {2}■ missing {2}■ just landed {2}▎ file/);
	assert.match(legend(false), /^█ have {2}▞ in flight {2}░ missing {2}█ just landed {2}▉ file/);
});
