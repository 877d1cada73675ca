import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

test('shows a torrent whole at 80x24', async () => {
	const screen = await openTestScreen(80, 24);
	const text = screen.terminal.text();
	for (const part of [
		'field-recordings-2026-flac',
		'1 Pieces',
		'2 Speed',
		'3 Peers',
		'4 Trackers',
		'5 Files',
	]) {
		assert.ok(text.includes(part), part);
	}
	assert.match(text, /downloading from 24 of 61 peers/);
	assert.match(screen.terminal.line(23), /p pause .*q leave|\? help/);
	await screen.close();
});

test('fills every row to its last column, and never more, at all sizes', async () => {
	const screen = await openTestScreen(80, 24);
	for (const [columns, rows] of [
		[40, 10],
		[100, 30],
		[120, 40],
		[200, 60],
		[57, 13],
		[80, 24],
	] as const) {
		await screen.terminal.resize(columns, rows);
		await screen.terminal.settled();
		const lines = screen.terminal.text().split('\n');
		assert.equal(lines.length, rows);
		assert.ok(
			lines.some(line => /[╯┛]$/.test(line)),
			`${columns}x${rows}\n${lines.join('\n')}`,
		);
		for (const line of lines) {
			const edges = [...line].filter(character => '┃│'.includes(character)).length;
			assert.ok(edges === 0 || /[┃│█╮╯┓┛]$/.test(line), `${columns}x${rows}: ${line}`);
		}
	}
	await screen.close();
});

test('pauses and resumes with p', async () => {
	const {terminal, engine, close} = await openTestScreen(80, 24);
	await terminal.press('p');
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.pause', id: engine.id});
	assert.match(terminal.text(), /paused/);
	assert.match(terminal.line(23), /p resume/);
	await terminal.press('p');
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.resume', id: engine.id});
	await close();
});

test('goes from pane to pane with Tab, Shift-Tab and digits', async () => {
	const {terminal, close} = await openTestScreen(80, 24);
	assert.match(terminal.text(), /┏━ 1 Pieces/);
	await terminal.press(keys.tab);
	assert.match(terminal.text(), /┏━ 2 Speed/);
	await terminal.press('5');
	assert.match(terminal.text(), /┏━ 5 Files/);
	await terminal.press(keys.shiftTab);
	assert.match(terminal.text(), /┏━ 4 Trackers/);
	await close();
});

test('skips and wants files with Space, and changes their priority with + and -', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	await terminal.press('5', '/', '00-index', keys.enter);
	await terminal.press(' ');
	assert.deepEqual(engine.sent.at(-1), {type: 'files.priority', id: engine.id, files: [0], priority: 0});
	assert.match(terminal.text(), /00-index\.flac +skip/);
	await terminal.press(' ');
	await terminal.press('+');
	assert.deepEqual(engine.sent.at(-1), {type: 'files.priority', id: engine.id, files: [0], priority: 3});
	await terminal.press('-');
	assert.deepEqual(engine.sent.at(-1), {type: 'files.priority', id: engine.id, files: [0], priority: 2});
	await close();
});

test('asks before it leaves while something downloads', async () => {
	const {terminal, left} = await openTestScreen(80, 24);
	await terminal.press('q');
	assert.match(terminal.text(), /detach[\s\S]*stop[\s\S]*stay/);
	await terminal.press('n');
	assert.doesNotMatch(terminal.text(), /tortui attach/);
	await terminal.press('q', 's');
	assert.deepEqual(await left, {how: 'stop'});
});

test('detaches at once with Q and puts the terminal back', async () => {
	const {terminal, left, process} = await openTestScreen(80, 24);
	assert.ok(terminal.alternate && terminal.raw);
	terminal.forget();
	await terminal.press('Q');
	assert.deepEqual(await left, {how: 'detach'});
	await terminal.settled();
	assert.equal(terminal.alternate, false);
	assert.equal(terminal.raw, false);
	for (const mode of ['?7h', '?25h', '?2004l', '?1004l', '?1049l']) {
		assert.ok(terminal.written.includes(`\u001B[${mode}`), mode);
	}
	assert.equal(process.listening, 0);
});

test('writes nothing when nothing changes', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	engine.publish();
	await terminal.settled();
	terminal.forget();
	engine.publish();
	await terminal.settled();
	assert.equal(terminal.bytes, 0);
	await close();
});

test('leaves with Ctrl-C pressed twice, and downloads go on', async () => {
	const {terminal, left} = await openTestScreen(80, 24);
	await terminal.press('\u0003', '\u0003');
	assert.deepEqual(await left, {how: 'detach'});
});

test('tells a screen reader in added lines what is new, and draws no frames', async () => {
	const screen = await openTestScreen(100, 40, {
		env: {ssh: false, term: 'xterm', timezone: 0, screenReader: true},
	});
	const {terminal, advance, close} = screen;
	assert.equal(terminal.alternate, false);
	assert.match(terminal.text(), /field-recordings-2026-flac: downloading, 7\d %/);
	assert.match(terminal.text(), /^Pieces/m);
	terminal.forget();
	await advance(2);
	// Numbers that change all the time are no news.
	// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is left out
	assert.equal(terminal.written.replaceAll(/\u001B\[[?\d;]*[A-Za-z]/g, '').trim(), '');
	await terminal.press('5', keys.down, keys.down);
	assert.match(terminal.text(), /Files: .*dawn.*, 1 of \d+/);
	assert.match(terminal.text(), /oak\.flac, 3 of \d+/);
	await terminal.press('q');
	assert.match(terminal.text(), /detach/);
	await terminal.press('n', 'p');
	assert.match(terminal.text(), /field-recordings-2026-flac: paused/);
	assert.doesNotMatch(terminal.text(), /[│┃╭━]/);
	await close();
	assert.equal(terminal.raw, false);
});

test('leaves details out of the log until Space asks for them, so that warnings stay in sight', async () => {
	const {terminal, engine, close, advance} = await openTestScreen(120, 40);
	assert.equal(engine.watches.at(-1)?.logFrom, 'info');
	await advance(30);
	assert.doesNotMatch(terminal.text(), /piece \d+ verified/);
	assert.match(terminal.text(), /! udp:\/\/two\.example:80 does not answer/);
	await terminal.press('6', ' ');
	assert.equal(engine.watches.at(-1)?.logFrom, 'debug');
	assert.match(terminal.text(), /piece \d+ verified/);
	assert.match(terminal.line(39), /Space less/);
	await close();
});

test('draws nothing before there is something to show', async () => {
	const screen = await openTestScreen(80, 24, {silent: true});
	assert.equal(screen.terminal.written, '');
	screen.engine.publish();
	await screen.terminal.settled();
	assert.match(screen.terminal.text(), /field-recordings/);
	await screen.close();
});

test('does not wait longer than 150 ms for a slow engine', async () => {
	const screen = await openTestScreen(80, 24, {silent: true});
	screen.clock.turn(150);
	await screen.terminal.settled();
	assert.ok(screen.terminal.alternate);
	await screen.close();
});

test('says once that a torrent is paused, and why nobody is connected', async () => {
	const {terminal, engine, close} = await openTestScreen(80, 24, {peers: 0});
	engine.reason = {level: 'info', text: 'paused'};
	await terminal.press('p');
	assert.match(terminal.line(2), /^ paused · 21 files/);
	assert.match(terminal.text(), /nobody is connected while it is paused/);
	await close();
});

test('says before the reason how a torrent stands', async () => {
	const {terminal, engine, close} = await openTestScreen(80, 24);
	engine.reason = {level: 'info', text: 'waiting for tracker: next try in 40 s'};
	engine.publish();
	await terminal.settled();
	assert.match(terminal.line(2), /^ downloading · waiting for tracker: next try in 40 s/);
	await close();
});

test('keeps help and leaving in the footer beside what it says', async () => {
	const {terminal, clock, close} = await openTestScreen(80, 24);
	await terminal.press('c');
	assert.match(terminal.line(23), /Magnet link copied\. +\? help +q leave/);
	clock.turn(4000);
	await terminal.settled();
	assert.match(terminal.line(23), /p pause/);
	await close();
});

test('says that to detach is to stop where nothing goes on without the screen', async () => {
	const {terminal, left} = await openTestScreen(80, 24, {detachable: false});
	await terminal.press('q');
	assert.match(terminal.text(), /end with the screen/);
	assert.match(terminal.text(), /detach +nothing goes on here: the same as stop/);
	await terminal.press('d');
	assert.deepEqual(await left, {how: 'stop'});
});
