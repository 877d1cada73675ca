import assert from 'node:assert/strict';
import {test} from 'node:test';
import {cellWidth, fit, fitMiddle, terminalText} from '../../../source/ui/text/text.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

test('takes control, escape, bidi and joining characters out of names', () => {
	assert.equal(terminalText('a\u001B[31mb\u0007\u009Bc'), 'a[31mbc');
	assert.equal(terminalText('gnp\u202Efdp.exe\u2066x\u2069'), 'gnpfdp.exex');
	assert.equal(terminalText('👨‍👩‍👧 👍🏽 ❤️'), '👨👩👧 👍 ❤');
	assert.equal(terminalText('one\ntwo\tthree'), 'one two three');
	assert.equal(terminalText('\uD800lone'), 'lone');
	assert.equal(terminalText('flag 🇩🇪'), 'flag DE');
	assert.equal(terminalText(`z${'\u0335'.repeat(40)}`).length, 4);
});

test('cuts and pads text to an exact number of cells, whatever its script', () => {
	for (const text of [
		'plain',
		'素晴らしい音楽',
		'e\u0301tude',
		'👍 up',
		'עברית',
		'한국어 노래',
		'',
		'x'.repeat(255),
	]) {
		for (const cells of [1, 2, 3, 7, 20]) {
			assert.equal(cellWidth(fit(text, cells)), cells, `${text} in ${cells}`);
			assert.equal(cellWidth(fit(text, cells, 'right')), cells);
			assert.equal(cellWidth(fitMiddle(text, cells)), cells);
		}
	}
});

test('keeps every frame straight when names are wide, long or hostile', async () => {
	const screen = await openTestScreen(100, 30, {list: true});
	for (const line of screen.terminal.text().split('\n')) {
		if (/^[┃│]/.test(line)) assert.match(line, /[┃│]$/);
	}
	await screen.close();
});

const hostile = [
	'素晴らしい音楽と長い名前のファイル',
	'👍🏽👨‍👩‍👧‍👦❤️🏳️‍🌈1️⃣🇩🇪',
	'שלום עולם \u202Egnp.exe',
	'\u001B[31m\u001B]0;title\u0007\u009B2Jred',
	`z${'\u0335'.repeat(60)}algo`,
	'ก็\u0E33\u0E33 ﷽ 𒐫',
	'ë'.repeat(127),
	'\t\r\n\u2028',
];

test('keeps every pane straight, at every size, whatever files and folders are called', async () => {
	const screen = await openTestScreen(120, 40, {names: hostile});
	for (const [columns, rows] of [
		[40, 10],
		[80, 24],
		[120, 40],
		[200, 60],
	] as const) {
		await screen.terminal.resize(columns, rows);
		for (const pane of ['5', '1']) {
			await screen.terminal.press(pane, 'G', keys.up, keys.up);
			for (const line of screen.terminal.text().split('\n')) {
				if (/^[┃│]/.test(line)) assert.match(line, /[┃│█╯╮┓┛]$/, `${columns}x${rows}: ${line}`);
			}
			assert.doesNotMatch(screen.terminal.text(), /[\u202A-\u202E\u2066-\u2069]/);
		}
	}
	assert.ok(!screen.terminal.written.includes('\u001B]0;'));
	await screen.close();
});

test('on a slow line what a key does comes before the rest', async () => {
	const screen = await openTestScreen(200, 60, {peers: 50});
	const {terminal, clock} = screen;
	terminal.slow = true;
	await screen.advance(0.25);
	clock.turn(3000);
	terminal.drain();
	await terminal.settled();
	// Known to be slow now: the picture comes in parts.
	await screen.advance(0.25);
	terminal.forget();
	await terminal.press('u');
	terminal.drain();
	await terminal.settled();
	assert.match(terminal.written.slice(0, 400), /nothing to undo/);
	for (let turn = 0; turn < 60; turn++) {
		clock.turn(1000);
		terminal.drain();
		await new Promise(resolve => setImmediate(resolve));
	}
	terminal.slow = false;
	terminal.drain();
	await screen.close();
});

test('survives a storm of resizes and leaves no rubbish', async () => {
	const screen = await openTestScreen(80, 24);
	const before = screen.terminal.text();
	for (let turn = 0; turn < 40; turn++) {
		const columns = 20 + ((turn * 37) % 150);
		const rows = 5 + ((turn * 13) % 60);
		Object.assign(screen.terminal.stdout, {columns, rows});
		screen.terminal.stdout.emit('resize');
	}
	await screen.terminal.resize(80, 24);
	await screen.terminal.settled();
	assert.equal(screen.terminal.text(), before);
	await screen.close();
});

test('ends with a report, and a terminal as it was, when a component fails', async () => {
	const screen = await openTestScreen(80, 24);
	const [watched] = screen.engine.listeners();
	watched?.({
		revision: 99,
		torrent: {id: screen.engine.id, pieces: {pieces: 3, have: 0} as never},
	});
	const {how, message} = await screen.left;
	assert.equal(how, 'lost');
	assert.match(message ?? '', /the screen failed/);
	assert.equal(screen.terminal.alternate, false);
	assert.equal(screen.terminal.raw, false);
});

test('puts the terminal back on SIGTERM and on SIGHUP, and downloads go on', async () => {
	for (const [signal, how] of [
		['SIGTERM', 'detach'],
		['SIGHUP', 'lost'],
	] as const) {
		const screen = await openTestScreen(80, 24);
		screen.terminal.forget();
		screen.process.signal(signal);
		assert.equal((await screen.left).how, how);
		assert.ok(screen.terminal.written.includes('\u001B[?7h'));
		assert.equal(screen.terminal.alternate, false);
		assert.ok(!screen.engine.sent.some(({type}) => type === 'session.stop'));
	}
});

test('goes to the shell with Ctrl-Z, gives it the terminal, and comes back with fg', async () => {
	const screen = await openTestScreen(80, 24);
	const before = screen.terminal.text();
	await screen.terminal.press('\u001A');
	assert.deepEqual(screen.process.killed, ['SIGTSTP']);
	assert.equal(screen.terminal.alternate, false);
	assert.equal(screen.terminal.raw, false);
	screen.terminal.forget();
	screen.engine.publish();
	await screen.terminal.settled();
	assert.equal(screen.terminal.bytes, 0);
	screen.process.signal('SIGCONT');
	await screen.terminal.settled();
	assert.equal(screen.terminal.alternate, true);
	assert.equal(screen.terminal.raw, true);
	assert.equal(screen.terminal.text(), before);
	await screen.close();
});

test('says why, and puts the terminal back, when the engine goes away', async () => {
	const screen = await openTestScreen(80, 24);
	screen.engine.lose('the engine was stopped');
	assert.deepEqual(await screen.left, {how: 'lost', message: 'the engine was stopped'});
	assert.equal(screen.terminal.alternate, false);
});

test('says in one line what the engine refuses', async () => {
	const screen = await openTestScreen(80, 24);
	screen.engine.refuse = 'The disk is full: /data.';
	await screen.terminal.press('p');
	assert.match(screen.terminal.line(23), /The disk is full: \/data\./);
	await screen.close();
});

test('gives a slow terminal fewer frames, never late ones', async () => {
	const screen = await openTestScreen(120, 40, {peers: 50});
	screen.terminal.slow = true;
	screen.terminal.forget();
	for (let turn = 0; turn < 30; turn++) await screen.advance(0.25);
	// One frame is on its way; all the others only changed the picture.
	assert.equal(screen.terminal.writes, 1);
	await screen.terminal.press('p');
	screen.terminal.slow = false;
	screen.terminal.drain();
	await screen.terminal.settled();
	assert.match(screen.terminal.text(), /paused/);
	assert.ok(screen.terminal.bytes < 14_000, `${screen.terminal.bytes} bytes`);
	await screen.close();
});

test('asks the engine for fewer updates when the terminal is slow, or nobody looks', async () => {
	const screen = await openTestScreen(80, 24);
	assert.equal(screen.engine.watches.at(-1)?.interval, 250);
	await screen.terminal.press('\u001B[O');
	assert.equal(screen.engine.watches.at(-1)?.interval, 1000);
	await screen.terminal.press('\u001B[I');
	assert.equal(screen.engine.watches.at(-1)?.interval, 250);
	screen.terminal.slow = true;
	await screen.advance(1);
	screen.clock.turn(700);
	screen.terminal.drain();
	screen.terminal.slow = false;
	await screen.advance(1);
	assert.ok((screen.engine.watches.at(-1)?.interval ?? 0) > 1000);
	await screen.close();
});

test('asks for two updates a second over SSH', async () => {
	const screen = await openTestScreen(80, 24, {env: {ssh: true, term: 'xterm', timezone: 0}});
	assert.equal(screen.engine.watches.at(-1)?.interval, 500);
	await screen.close();
});

test('stays within its bytes a frame while everything changes', async () => {
	for (const [columns, rows, budget] of [
		[80, 24, 600],
		[120, 40, 2000],
		[200, 60, 3000],
	] as const) {
		const screen = await openTestScreen(columns, rows, {
			peers: 50,
			have: 0.5,
			color: 'always',
			env: {ssh: false, term: 'xterm-256color', colorTerm: 'truecolor', timezone: 0},
		});
		for (let turn = 0; turn < 8; turn++) await screen.advance(0.25);
		screen.terminal.forget();
		const ticks = 24;
		for (let turn = 0; turn < ticks; turn++) await screen.advance(0.25);
		const mean = screen.terminal.bytes / ticks;
		assert.ok(mean > 50 && mean < budget, `${mean} bytes a tick at ${columns}x${rows}`);
		// A tick, and now and then the end of a light.
		assert.ok(screen.terminal.writes <= ticks * 1.5, `${screen.terminal.writes} writes`);
		await screen.close();
	}
});

test('uses no colour under NO_COLOR, and still marks the cursor', async () => {
	const screen = await openTestScreen(80, 24, {
		color: 'auto',
		env: {ssh: false, term: 'xterm-256color', noColor: true, timezone: 0},
	});
	screen.terminal.forget();
	await screen.terminal.press('3', keys.down);
	assert.match(screen.terminal.text(), /┃› /);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
	assert.doesNotMatch(screen.terminal.written, /\u001B\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7])[;m]/);
	await screen.close();
});
