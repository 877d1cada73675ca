import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type OpenScreen, openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

const end = '\u001B[F';
const home = '\u001B[H';
const pageDown = '\u001B[6~';
const pageUp = '\u001B[5~';

/** What is read inside the frame that lies over the panes, its rows joined. */
function told({terminal}: OpenScreen): string {
	return terminal
		.text()
		.split('\n')
		.flatMap(line => /┃(.*)┃/.exec(line)?.[1] ?? [])
		.map(line => line.trim())
		.join(' ')
		.replace(/ +/g, ' ');
}

test('details that have no room scroll: every fact is read at 40x10, and nothing of it is cut', async () => {
	const screen = await openTestScreen(40, 10);
	const {terminal, close} = screen;
	await terminal.press('i');
	assert.match(terminal.text(), /Details ━+ 1-5 of \d+ ━/);
	assert.match(told(screen), /name field-recordings- 2026-flac/);
	assert.match(told(screen), /3\.71 G in 21/);
	await terminal.press(end);
	assert.match(told(screen), /engine tortui/);
	const last = told(screen);
	// Beyond the last row there is nothing: one step up is seen at once.
	await terminal.press('j', 'j', 'k');
	assert.notEqual(told(screen), last);
	await terminal.press(home);
	let read = '';
	for (let page = 0; page < 40; page++) {
		read += ` ${told(screen)}`;
		await terminal.press('j');
	}
	assert.doesNotMatch(read, /…/);
	for (const fact of ['in 21 files, 21 wanted', 'wasted', 'info-hash', 'connected', '/srv/downloads'])
		assert.ok(read.includes(fact.split(' ')[0]!), fact);
	await terminal.press(keys.escape);
	assert.doesNotMatch(terminal.text(), /Details/);
	await close();
});

test('details that have room close by any key, as they did', async () => {
	const {terminal, close} = await openTestScreen(120, 40);
	await terminal.press('i');
	assert.match(terminal.text(), /━ Details ━/);
	assert.doesNotMatch(terminal.text(), / of \d+ ━┓/);
	await terminal.press('j');
	assert.doesNotMatch(terminal.text(), /━ Details ━/);
	await close();
});

test('what a setting is for is read below it where there is no room beside it', async () => {
	const screen = await openTestScreen(40, 10);
	await screen.terminal.press(',', 'j');
	assert.match(told(screen), /› Frames rounded rounded, square, double or ASCII/);
	await screen.close();
});

test('a tracker, a file, a feed and what it has are told whole', async () => {
	const screen = await openTestScreen(40, 10);
	const {terminal, close} = screen;
	await terminal.press('4', '\r');
	assert.match(told(screen), /URL http:\/\/tracker\.example\/ann ounce says working/);
	await terminal.press('j', 'j');
	assert.match(told(screen), /udp:\/\/two\.example:80 .*no answer/);
	await terminal.press(keys.escape, '5', 'j', 'j', '\r');
	assert.match(told(screen), /file field-recordings-2026-f lac\/dawn\/marsh\/01 oak\.flac/);
	assert.match(told(screen), /priority normal/);
	await terminal.press(keys.escape, 'F', 'i');
	assert.match(terminal.text(), /━ Item ━/);
	assert.match(told(screen), /title \S+/);
	await close();
});

test('a question that is longer than the screen scrolls, and page keys answer nothing', async () => {
	const screen = await openTestScreen(40, 10, {list: true});
	const {terminal, engine, close} = screen;
	await terminal.press('A', 'D');
	assert.match(told(screen), /y delete the data/);
	await terminal.press(pageUp, pageUp, pageUp);
	assert.doesNotMatch(told(screen), /y delete/);
	assert.match(told(screen), /field-recordings-2026-flac/);
	await terminal.press(pageDown, pageDown, pageDown);
	assert.match(told(screen), /y delete the data/);
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.pause'));
	await close();
});

test('what is said and has no room in the last row stands in more of them', async () => {
	const {terminal, close} = await openTestScreen(40, 10);
	await terminal.press(':', 'nonsensical-command', '\r');
	const text = terminal.text().replace(/\s+/g, ' ');
	assert.match(text, /There is no command “nonsensical-command”: \? lists the names\. *$/);
	await close();
});

test('the keys that the edge has no room for stand below the last column', async () => {
	const screen = await openTestScreen(40, 10, {list: true});
	await screen.terminal.press('|');
	for (let at = 0; at < 40; at++) await screen.terminal.press('j');
	assert.match(told(screen), /0 resets/);
	assert.match(told(screen), /J\/K move/);
	await screen.close();
});
