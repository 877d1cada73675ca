import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SpeedView} from '../../../source/api/snapshot.ts';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {brailleGraph, resample, roundScale, smoothed} from '../../../source/ui/present/graph.ts';
import {rowText} from '../../../source/ui/present/row.ts';
import {speedRows, speedTitle} from '../../../source/ui/present/speed.ts';

test('draws graphs two samples and four steps to a cell', () => {
	assert.deepEqual(brailleGraph([0, 1, 2, 3, 4, 4], 3, 1, 4), ['⢀⣴⣿']);
	assert.deepEqual(resample([1, 3, 5, 7], 2), [2, 6]);
	assert.deepEqual(resample([5], 3), [0, 0, 5]);
	for (const peak of [0, 1, 20_000, 1e6, 1e9, 3e12]) assert.ok(roundScale(peak) >= peak);
});

const look = {glyphs: glyphsFor(false), timezone: 0};
const speed = (download: readonly number[], range = 60): SpeedView => ({
	...{range, download, upload: download.map(() => 0)},
	...{peakDownload: Math.max(...download), peakUpload: 0, meanDownload: 1, meanUpload: 0},
	...{diskRate: 0, diskQueue: 0},
});
const lines = (view: SpeedView, columns: number, rows: number) =>
	speedRows(view, {columns, rows}, look).map(rowText);

test('speeds that come in whole blocks are drawn as the three seconds to which they belong', () => {
	assert.deepEqual(smoothed([3, 0, 0, 3, 0, 0, 3], 1, false).slice(2), [1, 1, 1, 1, 1]);
	assert.deepEqual(smoothed([5, 7], 60, false), [5, 7]);
	assert.deepEqual(smoothed([9, 9, 9, 9], 1, true), [3, 6, 9, 9]);
});

test('a first second does not fix the scale', () => {
	const burst = [90 << 20, 3 << 20, 3 << 20, 3 << 20, 3 << 20];
	assert.match(lines(speed(burst), 66, 8)[0] ?? '', /^ {0,3}20M/);
});

test('a fine line goes through the middle, and time is marked below, where there is room', () => {
	const rows = lines(speed(new Array(400).fill(0), 300), 66, 14);
	assert.match(rows.find(row => row.includes('┈')) ?? '', /10K ┤┈{60}/);
	assert.match(rows.at(-2) ?? '', /5 min +╵4 min +╵3 min +╵2 min +╵1 min +now/);
	assert.match(
		lines(speed(new Array(400).fill(0), 2_592_000), 66, 14).at(-2) ?? '',
		/30 days.*╵21 d.*╵14 d.*╵7 d.*now/,
	);
	assert.match(lines(speed(new Array(60).fill(0), 300), 20, 14).at(-2) ?? '', /5 min +now/);
	assert.ok(
		!lines(speed(new Array(60).fill(0), 300), 40, 5)
			.join('')
			.includes('┈'),
	);
});

test('what was moved today, in 7 days and in 30 is told where there is room', () => {
	const moved = (downloaded: number) => ({downloaded, uploaded: 1 << 20});
	const recent = {today: moved(5 << 20), week: moved(50 << 20), month: moved(500 << 20)};
	const totals = {...moved(900 << 20), recent};
	const last = (columns: number, rows: number) =>
		rowText(speedRows(speed([0]), {columns, rows}, look, totals).at(-1) ?? []).trim();
	assert.equal(
		last(100, 8),
		'today ▼ 5.00 M  ▲ 1.00 M   7 days ▼ 50.0 M  ▲ 1.00 M   30 days ▼ 500 M  ▲ 1.00 M',
	);
	assert.match(last(120, 8), /ever ▼ 900 M {2}▲ 1\.00 M$/);
	assert.equal(last(36, 8), 'today ▼ 5.00 M  ▲ 1.00 M');
	assert.match(last(60, 4), /^mean/);
});

test('the middle of a graph is said in the unit of its top', () => {
	const labels = (peak: number) =>
		lines(speed(new Array(60).fill(peak)), 60, 14)
			.map(line => line.slice(0, 4).trim())
			.filter(label => /\d[KM]/.test(label))
			.slice(0, 2);
	const mib = 1024 ** 2;
	assert.deepEqual(labels(1.1 * mib), ['1.2M', '0.6M']);
	assert.deepEqual(labels(1.5 * mib), ['1.6M', '0.8M']);
	assert.deepEqual(labels(14 * mib), ['16M', '8.0M']);
	assert.deepEqual(labels(300 * 1024), ['300K', '150K']);
});

test('of a torrent that only sends, what is sent has the larger graph and the peak', () => {
	const sending = {
		...speed(new Array(60).fill(0)),
		upload: new Array(60).fill(300 * 1024),
		peakUpload: 300 * 1024,
	};
	const rows = speedRows(sending, {columns: 41, rows: 4}, look).map(rowText);
	assert.match(rows[0] ?? '', /^ 20K/);
	assert.match(rows[1] ?? '', /^300K ┤.*⣿⣿$/);
	assert.match(rows[2] ?? '', /▲ ┤.*⣿⣿$/);
	assert.equal(speedTitle(sending, look), 'peak ▲ 300 K/s');
	assert.equal(speedTitle(speed([0, 2048]), look).startsWith('peak ▲'), false);
});
