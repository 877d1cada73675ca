import assert from 'node:assert/strict';
import {test} from 'node:test';
import {click, mouse, placeOf} from '../../helpers/mouse.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

test('a click on a row gives its list the keys and puts the cursor there', async () => {
	const {terminal, close} = await openTestScreen(120, 40);
	await click(terminal, '03 rain.flac');
	assert.match(terminal.text(), /┏━ 5 Files/);
	assert.match(terminal.text(), /┃› .*03 rain\.flac/);
	await close();
});

test('two quick clicks on a torrent open it, two slow ones do not', async () => {
	const {terminal, clock, close} = await openTestScreen(100, 30, {list: true});
	const [x, y] = placeOf(terminal, 'field-recordings');
	await terminal.send(mouse.down(x, y) + mouse.up(x, y));
	clock.turn(500);
	await terminal.send(mouse.down(x, y) + mouse.up(x, y));
	assert.match(terminal.text(), /━ Torrents/);
	await terminal.send(mouse.down(x, y) + mouse.up(x, y));
	assert.match(terminal.text(), /1 Pieces/);
	await close();
});

test('a click on a key of the footer presses it', async () => {
	const {terminal, close} = await openTestScreen(120, 40);
	await click(terminal, '? help');
	assert.match(terminal.text(), /━ Help ━/);
	await click(terminal, 'Esc leaves');
	assert.doesNotMatch(terminal.text(), /━ Help ━/);
	await close();
});

test('a click on the title of a column sorts by it, another one the other way round', async () => {
	const {terminal, close} = await openTestScreen(120, 40, {list: true});
	await click(terminal, 'size');
	assert.match(terminal.text(), /sort size/);
	await click(terminal, /(?<=name.*)size/);
	assert.match(terminal.text(), /sort size reversed/);
	await close();
});

test('a mouse does nothing to what lies behind a dialog', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	await terminal.press('i');
	const before = terminal.text();
	await terminal.send(mouse.down(3, 35) + mouse.wheel(100, 35, 1));
	assert.equal(terminal.text(), before);
	assert.deepEqual(engine.sent, []);
	await close();
});

test('the wheel moves in the list under it, whoever has the keys', async () => {
	const {terminal, close} = await openTestScreen(120, 40);
	const [x, y] = placeOf(terminal, '5 Files');
	for (let turn = 0; turn < 3; turn++) await terminal.send(mouse.wheel(x, y + 2, 1));
	assert.match(terminal.text(), /┏━ 1 Pieces/);
	await terminal.press('5');
	assert.doesNotMatch(terminal.text(), /┃› field-recordings/);
	await close();
});

test('a click on the grid of pieces puts the cursor on that cell, and a second one looks into it', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	const [x, y] = placeOf(terminal, '1 Pieces');
	await terminal.send(mouse.down(x + 4, y + 3) + mouse.down(x + 4, y + 3));
	assert.ok(engine.sent.some(({type}) => type === 'piece.inspect'));
	await close();
});

test('the right button marks, and does not move on', async () => {
	const {terminal, close} = await openTestScreen(120, 40, {list: true});
	await click(terminal, 'field-recordings', {button: 2});
	assert.match(terminal.text(), /1 marked/);
	await click(terminal, 'field-recordings', {button: 2});
	assert.doesNotMatch(terminal.text(), /marked/);
	await close();
});

test('a click on an option of a form chooses it, one on a field goes there', async () => {
	const {terminal, close} = await openTestScreen(100, 30);
	await terminal.press('a');
	await click(terminal, 'paused');
	assert.match(terminal.text(), /› +start/);
	await click(terminal, 'label');
	assert.match(terminal.text(), /› +label/);
	await close();
});

test('the terminal tells of the mouse while the screen is there, and not after it', async () => {
	const {terminal, left, close} = await openTestScreen(80, 24);
	assert.ok(terminal.written.includes('\u001B[?1002h\u001B[?1006h'));
	assert.ok(!terminal.written.includes('\u001B[?1003h'));
	terminal.forget();
	await close();
	await left;
	assert.ok(terminal.written.includes('\u001B[?1006l\u001B[?1002l'));
});

test('without the mouse nothing is asked of the terminal, and what it sends all the same is nothing', async () => {
	const {terminal, saved, clock, close} = await openTestScreen(80, 24, {mouse: false});
	assert.ok(!terminal.written.includes('\u001B[?1002h'));
	const before = terminal.text();
	await terminal.send(mouse.down(3, 20) + mouse.wheel(3, 20, 1));
	assert.equal(terminal.text(), before);
	await terminal.press(',');
	await click(terminal, 'Mouse');
	assert.match(terminal.text(), /› Theme/);
	for (let row = 0; row < 6; row++) await terminal.press('j');
	await terminal.press(' ');
	assert.ok(terminal.written.includes('\u001B[?1002h'));
	clock.turn(600);
	assert.equal(saved.at(-1)?.mouse, true);
	await close();
});

test('the line between two panes is dragged, kept for the next time, and moved by keys as well', async () => {
	const {terminal, saved, clock, close} = await openTestScreen(120, 40);
	const [, y] = placeOf(terminal, '3 Peers');
	await terminal.send(
		mouse.down(60, y) + mouse.drag(60, y + 2) + mouse.drag(61, y + 4) + mouse.up(61, y + 4),
	);
	assert.equal(placeOf(terminal, '3 Peers')[1], y + 4);
	clock.turn(1000);
	assert.deepEqual(saved.at(-1)?.sizes?.large?.moved, {'pieces+speed|peers': 4});
	await terminal.send('3{{');
	const [, after] = placeOf(terminal, '4 Trackers');
	await terminal.send('}');
	assert.equal(placeOf(terminal, '4 Trackers')[1], after + 1);
	await terminal.send('1>>');
	await terminal.send('~');
	assert.equal(placeOf(terminal, '3 Peers')[1], y);
	await close();
});

test('a drag that begins elsewhere, or over a dialog, moves nothing', async () => {
	const {terminal, close} = await openTestScreen(120, 40);
	const [x, y] = placeOf(terminal, '3 Peers');
	await terminal.send(mouse.down(x, y + 3) + mouse.drag(x, y + 6) + mouse.up(x, y + 6));
	assert.equal(placeOf(terminal, '3 Peers')[1], y);
	await terminal.press('i');
	await terminal.send(mouse.down(1, y) + mouse.drag(1, y + 3) + mouse.up(1, y + 3));
	await terminal.press('\u001B');
	assert.equal(placeOf(terminal, '3 Peers')[1], y);
	await close();
});
