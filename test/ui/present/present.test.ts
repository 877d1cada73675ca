import assert from 'node:assert/strict';
import {test} from 'node:test';
import {stripVTControlCharacters} from 'node:util';
import type {FileView, PiecesView, TorrentView} from '../../../source/api/snapshot.ts';
import {parseDuration, parseRate} from '../../../source/base/quantities.ts';
import {chooseColumns} from '../../../source/ui/columns/column.ts';
import {windowTop} from '../../../source/ui/columns/table.ts';
import {reasonRow} from '../../../source/ui/headers/reason-row.ts';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {colourDepth, Painter, showsUtf8} from '../../../source/ui/look/paint.ts';
import {themes} from '../../../source/ui/look/themes.ts';
import {fileTree, matchRule, treeRows} from '../../../source/ui/model/file-tree.ts';
import {thinBar} from '../../../source/ui/present/bar.ts';
import {brailleGraph, resample, roundScale} from '../../../source/ui/present/graph.ts';
import {logRow, logText} from '../../../source/ui/present/log.ts';
import {gridFor, piecesRows} from '../../../source/ui/present/pieces.ts';
import {rowText, rowWidth} from '../../../source/ui/present/row.ts';
import {countdown, duration, percent, quantity, rate, ratio} from '../../../source/ui/text/format.ts';
import {reannounced, reannouncedAll} from '../../../source/ui/text/reannounced.ts';
import {torrentView} from '../../commands/torrent-view.ts';

const look = {glyphs: glyphsFor(false), timezone: 0};

test('writes quantities in three digits that never take more than six cells', () => {
	for (const [value, text] of [
		[0, '0'],
		[999, '999'],
		[1000, '0.98 K'],
		[1024 * 1.5, '1.50 K'],
		[1024 * 99.99, '100 K'],
		[1024 ** 2 * 999, '999 M'],
		[1024 ** 2 * 999.7, '0.98 G'],
		[1024 ** 3 * 4.64, '4.64 G'],
	] as const) {
		assert.equal(quantity(value), text);
	}
	for (let value = 1; value < 2 ** 60; value = value * 1.7 + 1)
		assert.ok(quantity(value).length <= 6, quantity(value));
	assert.equal(rate(12.34 * 1024 ** 2), '12 M');
	assert.equal(rate(100), '0');
});

test('says 100 % only when nothing is missing', () => {
	assert.equal(percent(9999, 10_000), '99.9 %');
	assert.equal(percent(10_000, 10_000), '100 %');
	assert.equal(percent(999_999, 1_000_000, 0), '99 %');
});

test('writes times that stay short', () => {
	assert.deepEqual([0, 40, 252, 3723, 90_000, undefined].map(duration), [
		'0:00',
		'0:40',
		'4:12',
		'1:02:03',
		'1 d 1 h',
		'–',
	]);
	assert.deepEqual([40, 119, 1632, 9000].map(countdown), ['0:40', '1:59', '27 min', '3 h']);
	assert.deepEqual([0.123, 12.34, 123.4, Number.POSITIVE_INFINITY].map(ratio), ['0.12', '12.3', '123', '∞']);
});

test('reads quantities and times as people write them', () => {
	assert.deepEqual(['500K', '1.5 g', '2M/s', '12', 'fast', '-1'].map(parseRate), [
		512_000,
		1_610_612_736,
		2_097_152,
		12,
		undefined,
		undefined,
	]);
	assert.deepEqual(['90', '30m', '2h', '1d', 'soon'].map(parseDuration), [90, 1800, 7200, 86_400, undefined]);
});

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

test('draws graphs two samples and four steps to a cell', () => {
	assert.deepEqual(brailleGraph([0, 1, 2, 3, 4, 4], 3, 1, 4), ['⢀⣴⣿']);
	assert.deepEqual(resample([1, 3, 5, 7], 2), [2, 6]);
	assert.deepEqual(resample([5], 3), [0, 0, 5]);
	for (const peak of [0, 1, 20_000, 1e6, 1e9, 3e12]) assert.ok(roundScale(peak) >= peak);
});

test('fills bars to an exact width', () => {
	for (let part = 0; part <= 1; part += 0.07) assert.equal(rowWidth(thinBar(part, 9, look.glyphs)), 9);
	assert.equal(rowText(thinBar(0.5, 5, look.glyphs)), '━━╸──');
});

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

const files: readonly FileView[] = [
	{index: 0, path: ['root', 'b', 'two.mkv'], length: 200 * 1024 ** 2},
	{index: 2, path: ['root', 'b', 'sample.mkv'], length: 1024 ** 2},
	{index: 3, path: ['root', 'a.txt'], length: 10},
];

test('makes a tree of files that leaves out the folder all are in', () => {
	const rows = treeRows(fileTree(files), undefined, {
		folded: new Set(),
		filter: '',
		sort: 'path',
		reverse: false,
	});
	assert.deepEqual(
		rows.map(({key, depth}) => `${depth} ${key}`),
		['0 root/b', '1 root/b/two.mkv', '1 root/b/sample.mkv', '0 root/a.txt'],
	);
	const folded = treeRows(fileTree(files), undefined, {
		folded: new Set(['root/b']),
		filter: '',
		sort: 'path',
		reverse: false,
	});
	assert.equal(folded.length, 2);
});

test('picks files by pattern, size, expression, or a part of their path', () => {
	const picked = (rule: string) => {
		const result = matchRule(rule, files);
		return 'positions' in result ? result.positions : result.problem;
	};
	assert.deepEqual(picked('*.mkv'), [0, 1]);
	assert.deepEqual(picked('>100M'), [0]);
	assert.deepEqual(picked('<1K'), [2]);
	assert.deepEqual(picked('/SAMPLE/i'), [1]);
	assert.deepEqual(picked('a.t'), [2]);
	assert.match(String(picked('>big')), /not a size/);
	assert.match(String(picked('/(/')), /cannot be read/);
});

test('knows as many colours as the terminal says', () => {
	assert.equal(colourDepth('auto', {term: 'xterm-256color', colorTerm: 'truecolor'}), 16_777_216);
	assert.equal(colourDepth('auto', {term: 'xterm-256color'}), 256);
	assert.equal(colourDepth('auto', {term: 'xterm'}), 16);
	assert.equal(colourDepth('auto', {term: 'xterm-256color', noColor: true}), 0);
	assert.equal(colourDepth('auto', {term: 'dumb'}), 0);
	assert.equal(colourDepth('always', {term: 'xterm-256color', noColor: true}), 256);
	assert.equal(showsUtf8('C'), false);
	assert.equal(showsUtf8('de_DE.UTF-8'), true);
	assert.equal(showsUtf8(undefined), true);
});

test('paints every theme at every depth, ending each row as it began', () => {
	for (const name of Object.keys(themes)) {
		for (const depth of [0, 16, 256, 16_777_216] as const) {
			const painter = new Painter(name, depth, false);
			for (const tone of Object.keys(themes[name]?.tones ?? {})) {
				const text = painter.row([['a', tone as never], ['b'], ['c', 'lit', true]], true);
				assert.equal(stripVTControlCharacters(text), 'abc');
				if (depth > 0) assert.ok(['39', '49', '22', '27'].some(code => text.endsWith(`\u001B[${code}m`)));
			}
		}
	}
});

test('replaces what a terminal without UTF-8 cannot show by as many cells', () => {
	assert.equal(new Painter('mono', 0, true).row([['“a” · 川…']]), '"a" . ??~');
});

test('makes cells taller where few pieces would leave rows empty', () => {
	assert.deepEqual(gridFor(200, {columns: 118, rows: 22}), {tile: 11, tall: 1, perRow: 10, rows: 21});
	assert.equal(gridFor(40, {columns: 118, rows: 22}).tall, 3);
});

test('the log names the torrent of a line where it is of many, once, and counts what was said again', () => {
	const line = {at: 0, level: 'warn', text: 'no answer', torrent: 'a', name: 'Debian', times: 12} as const;
	assert.equal(logText(line, true), 'Debian: no answer (12 times)');
	assert.equal(logText(line, false), 'no answer (12 times)');
	assert.equal(logText({...line, text: 'added Debian', times: 1}, true), 'added Debian');
});

test('asking trackers by hand says what it came to, and what they forbid', () => {
	const nothing = {running: true, trackers: 2, asked: [], busy: [], waits: []};
	const waits = [
		{tracker: 'tracker b', allowedIn: 900},
		{tracker: 'tracker a', allowedIn: 75},
	];
	assert.equal(reannounced({...nothing, trackers: 0}), 'It has no tracker to ask.');
	assert.match(reannounced({...nothing, running: false}), /stands still/);
	assert.equal(reannounced({...nothing, asked: ['tracker a', 'tracker b']}), 'Asking tracker a and 1 more.');
	assert.equal(
		reannounced({...nothing, waits}),
		'Tracker a allows it in 1:15, and is asked then, 1 more later.',
	);
	assert.equal(
		reannounced({...nothing, asked: ['tracker c'], busy: ['tracker d'], waits: waits.slice(0, 1)}),
		'Asking tracker c. Tracker d was asked already: no answer yet. Tracker b allows it in 15 min, and is asked then.',
	);
	assert.equal(
		reannouncedAll([nothing, {...nothing, waits}, {...nothing, asked: ['x']}]),
		'Asking the trackers of 1 of 3 torrents. The trackers of 1 allow it in 1:15 at the soonest.',
	);
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
		' 00:00:00 ! Debian: no answe… (12 times)',
	);
	assert.equal(rowText(logRow(line, 30, look)).trimEnd(), ' 00:00:00 ! no answer from a …');
});

test('a torrent downloads from those who send, and seeds to those who may ask', () => {
	const view = torrentView({connected: 60, known: 900, sending: 53, receiving: 4});
	const words = (more: Partial<TorrentView>) => rowText(reasonRow({...view, ...more}, 80, look));
	assert.match(words({}), /downloading from 53 of 60 peers/);
	assert.match(words({state: 'seeding'}), /seeding to 4 of 60 peers/);
	assert.match(
		words({sending: undefined}),
		/downloading from 60 of 900 peers/,
		'an older engine does not say',
	);
});
