import assert from 'node:assert/strict';
import {test} from 'node:test';
import {mixedTorrents} from '../../helpers/mixed-torrents.ts';
import {click} from '../../helpers/mouse.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

async function openWithLog(columns = 120, rows = 40) {
	const screen = await openTestScreen(columns, rows, {list: true});
	const others = mixedTorrents(23);
	const {engine, terminal} = screen;
	engine.others = others;
	engine.tell('error', 'read-only file system: /srv/films', others[13]!);
	engine.tell('warn', 'tracker t.example: connection refused', others[5]!, 6);
	for (let at = 0; at < 30; at++) engine.tell('info', `peer ${at} came`, others[0]!);
	engine.publish();
	await terminal.settled();
	return {...screen, others};
}

test('the log below the list has the keys after Tab: it scrolls, says where one is, and leads to a torrent', async () => {
	const {terminal, engine, close} = await openWithLog();
	assert.match(terminal.text(), /╭─ Log ─+ all torrents ─╮/);
	assert.match(terminal.text(), /debian-13\.2\.0-amd64-netinst\.iso: peer 29 came/);
	await terminal.press(keys.tab);
	assert.match(terminal.text(), /┏━ Log/);
	await terminal.press('g');
	assert.match(terminal.text(), /listening on port 6881[\s\S]+ 1 of 35 ━┛/);
	await terminal.press('jjj', 'd', 'p');
	assert.deepEqual(engine.sent, [], 'what is done to torrents is not done from here');
	await terminal.press(keys.enter);
	assert.match(terminal.text(), /┏━ Torrents/);
	assert.match(terminal.text(), /› 15 +✗ +übung/);
	await terminal.press(keys.tab, keys.escape);
	assert.match(terminal.text(), /┏━ Torrents/);
	await close();
});

test('the log shows what happened to one torrent alone, or to a group, and all again; what was said often is counted', async () => {
	const {terminal, close} = await openWithLog();
	await terminal.press('!', 'e');
	assert.match(terminal.text(), /Log ─+ 1 of 35 · übung — étude no\. 4 ─╮/);
	assert.match(terminal.text(), /tracker t\.example: connection refused ×6/);
	assert.doesNotMatch(terminal.text(), /peer 29/);
	await terminal.press('!', 'e');
	assert.match(terminal.text(), /Log ─+ 1 of 35 · übung — étude no\. 4 13 ─╮/);
	await terminal.press('e');
	assert.match(terminal.text(), /peer 29/);
	await terminal.press('B', 'l', 'h', 'e');
	assert.match(terminal.text(), /Log ─+ 2 of 35 · linux ─╮/);
	await close();
});

test('a click on a line of the log gives it the keys, and one on a torrent the list', async () => {
	const {terminal, close} = await openWithLog();
	await click(terminal, 'peer 27 came');
	assert.match(terminal.text(), /┏━ Log/);
	await click(terminal, 'maps-of-the-north');
	assert.match(terminal.text(), /┏━ Torrents/);
	await close();
});

test('where the log has no room the keys stay with the list, also after the terminal got smaller', async () => {
	const {terminal, close} = await openWithLog();
	await terminal.press(keys.tab);
	await terminal.resize(40, 10);
	await terminal.press('j');
	assert.match(terminal.text(), /› ▼ debian/);
	await terminal.press(keys.tab);
	// What the last row has no room for stands in more of them.
	assert.match(terminal.text(), /The log has no room here/);
	assert.match(terminal.line(9), /6 its log\. *$/);
	await close();
});
