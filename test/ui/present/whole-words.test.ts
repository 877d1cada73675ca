import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PiecesView} from '../../../source/api/snapshot.ts';
import {shortClient} from '../../../source/ui/columns/peer-columns.ts';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {readoutRow} from '../../../source/ui/present/piece-legend.ts';
import {rowText} from '../../../source/ui/present/row.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

const look = {glyphs: glyphsFor(false), timezone: 0};

test('of the version of a client as much is told as has room, and never a part of a number', () => {
	assert.equal(shortClient('WebTorrent 0.1.0.7', 14), 'WebTorrent 0.1');
	assert.equal(shortClient('Transmission 4.1.0-beta.2', 16), 'Transmission 4.1');
	assert.equal(shortClient('libtorrent/2.0.11.0', 17), 'libtorrent/2.0.11');
	assert.equal(shortClient('Transmission 4.1', 14), 'Transmission 4');
	assert.equal(shortClient('µTorrent 3.6', 14), 'µTorrent 3.6');
	assert.equal(shortClient('a client without a version', 14), 'a client without a version');
});

test('the cell under the cursor is read out whole at 40 columns', () => {
	const view: PiecesView = {
		...{pieces: 4000, have: 10, inFlight: 1, checking: 0, copies: 1.2},
		...{cells: 'hpmrc', availability: '99123', filled: '95000', fileStarts: []},
	};
	const heldBy = [{address: '[2001:db8:10a:1::2]:51413', rate: 1_200_000}];
	for (const peers of [0, 3])
		for (const holders of [0, 1, 9])
			for (const cell of [0, 1, 2, 3, 4])
				for (const isLooked of [true, false]) {
					const first = cell * 800;
					const inspected = {
						...{piece: first + 7, pieces: 800, length: 16_384, state: 'missing', files: [], holders},
						...{blocks: 1, blocksHave: 0, requestedFrom: [], first, heldBy: heldBy.slice(0, holders)},
					};
					const facts = {
						lit: new Map(),
						peers,
						files: undefined,
						inspected: isLooked ? inspected : undefined,
					};
					const text = rowText(readoutRow(view, cell, facts, 38, look));
					assert.doesNotMatch(text, /…/, `${peers} ${holders} ${cell} ${isLooked}`);
					assert.match(text, /^(?:pieces )?\d+-\d+ · (?:have|partly had|missing|in flight|being checked)/);
				}
});

test('a line of the log that is cut is told whole by i, the next one by moving on', async () => {
	const {terminal, engine, close} = await openTestScreen(80, 24);
	const torrent = {id: engine.id, name: 'field-recordings-2026-flac'};
	const cause =
		'http://tracker.private.example/announce: the torrent is not registered with this tracker (of 12)';
	engine.tell('warn', 'an earlier one', torrent);
	engine.tell('warn', cause, torrent, 6);
	engine.publish();
	await terminal.press('6');
	assert.doesNotMatch(terminal.text(), /of 12/);
	await terminal.press('i');
	assert.match(terminal.text(), /━ Log ━[\s\S]+warning +\(6 times\)[\s\S]+of 12\)/);
	await terminal.press('k');
	assert.match(terminal.text(), /━ Log ━[\s\S]+an earlier one/);
	await terminal.press(keys.escape);
	assert.doesNotMatch(terminal.text(), /next line/);
	await close();
});
