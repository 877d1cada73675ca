import assert from 'node:assert/strict';
import {test} from 'node:test';
import {slowTimeText} from '../../../source/base/slow-time.ts';
import {mouse, placeOf} from '../../helpers/mouse.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

async function open(columns = 80, rows = 24, before: readonly string[] = []) {
	const screen = await openTestScreen(columns, rows);
	const {parseSlowTime} = await import('../../../source/commands/arguments/engine-quantities.ts');
	screen.engine.slowTimes = before.map(text => parseSlowTime(text, 'here'));
	const {terminal, engine} = screen;
	return {
		...screen,
		press: (...keys: string[]) => terminal.press(...keys),
		times: () => engine.slowTimes.map(slowTimeText),
	};
}

test('uploads are limited at night in eight keys', async () => {
	const {press, times, terminal, close} = await open();
	const keys = ['Z', 'n', 'u', '5', '0', 'K', '\r', '\r'];
	await press(...keys);
	assert.ok(keys.length <= 8);
	assert.deepEqual(times(), ['23:00-07:00 down=none up=50K']);
	assert.match(terminal.text(), /Slow by itself: 23:00-07:00 down=none up=50K\./);
	await close();
});

test('hours are painted, stretched with Shift and arrows, copied to all days, and cleared', async () => {
	const {press, times, close} = await open();
	await press('Z', '\u001B[C', '\u001B[1;2C', '\u001B[1;2B', ' ', '\r');
	assert.deepEqual(times(), ['mon-tue 01:00-03:00']);
	await press('Z', '\u001B[C', 'x', 'c', '\r');
	assert.deepEqual(times(), ['01:00-02:00 stop', '02:00-03:00']);
	await press('Z', 'a', '0', '\r');
	assert.deepEqual(times(), []);
	await close();
});

test('what holds under the cursor is read out, and Esc leaves the week as it was', async () => {
	const {press, times, terminal, close} = await open(80, 24, ['mon 00:00-06:00', 'tue 00:00-06:00 down=1M']);
	await press('Z');
	assert.match(terminal.text(), /Mon 00:00-06:00: slow mode/);
	await press('j');
	assert.match(terminal.text(), /Tue 00:00-06:00: ▼ 1\.0 M\/s, ▲ as in slow mode/);
	await press(' ', '\u001B');
	await press('j');
	assert.deepEqual(times(), ['mon 00:00-06:00', 'tue 00:00-06:00 down=1M']);
	await close();
});

test('a limit that is none is told, and the form stays', async () => {
	const {press, times, terminal, close} = await open();
	await press('Z', 'd', 'z', '\r');
	assert.match(terminal.text(), /A speed is written 500K or 2M/);
	await press('\u007F', '1', 'M', '\r', '\r');
	assert.deepEqual(times(), ['mon 00:00-01:00 down=1M up=none']);
	await close();
});

test('a narrow terminal has a cell an hour, and times between half hours are told to move', async () => {
	const {press, terminal, close} = await open(40, 20, ['06:10-07:00']);
	await press('Z');
	assert.match(terminal.text(), /Mon ······█·/);
	assert.match(terminal.text(), /between half hours/);
	await close();
});

test('a click paints an hour, and one with Ctrl stretches to there what the next paint falls on', async () => {
	const {press, times, terminal, close} = await open();
	await press('Z');
	const [x, y] = placeOf(terminal, 'Tue ·');
	const at = (hour: number, day: number) => [x + 4 + hour * 2, y + day - 1] as const;
	await terminal.send(mouse.down(...at(3, 1)) + mouse.up(...at(3, 1)));
	await terminal.send(mouse.down(...at(5, 2), 16) + mouse.up(...at(5, 2), 16));
	await press('x', '\r');
	assert.deepEqual(times(), ['tue-wed 03:00-06:00 stop']);
	await press('Z');
	await terminal.send(mouse.down(...at(8, 4)) + mouse.up(...at(8, 4)));
	await press('\r');
	assert.deepEqual(times().at(-1), 'fri 08:00-09:00');
	await close();
});

test('every key is told whole at 80x24, and what keeps it at 40x10', async () => {
	const {press, terminal, close} = await open();
	await press('Z');
	assert.match(terminal.text(), /n nights {3}w work {3}a all/);
	assert.doesNotMatch(terminal.text(), /┃[^┃]*…┃/);
	await terminal.resize(40, 10);
	assert.match(terminal.text(), /Enter keeps it {3}Esc leaves ━/);
	await close();
});
