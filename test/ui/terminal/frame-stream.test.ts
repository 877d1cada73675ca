import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setImmediate as turn} from 'node:timers/promises';
import type {Rect} from '../../../source/ui/look/layout.ts';
import {FrameStream} from '../../../source/ui/terminal/frame-stream.ts';
import {HandClock} from '../../helpers/hand-clock.ts';
import {TestTerminal} from '../../helpers/screen-terminal.ts';
import {seeded} from '../../policy/seeded.ts';

function open(columns: number, rows: number) {
	const terminal = new TestTerminal(columns, rows);
	const clock = new HandClock();
	const stream = new FrameStream(terminal.stdout, clock);
	/** Lets what was drawn reach the terminal. */
	const shown = async (): Promise<string> => {
		for (let turns = 0; turns < 3; turns++) {
			await turn();
			// The answer to one write more comes when all before it are shown.
			if (terminal.slow) await terminal.settled();
			else await new Promise(resolve => terminal.stdout.write('', resolve));
		}
		return terminal.text();
	};
	return {terminal, clock, stream, shown};
}

const area = (x: number, y: number, columns: number, rows: number): Rect => ({x, y, columns, rows});

/** Without the blanks at the ends of lines, which may have been erased or written. */
const trimmed = (text: string): string => text.replace(/ +$/gm, '');

/** Text of about `cells` cells: letters, wide characters, blanks, now and then in another colour. */
function line(random: () => number, cells: number): string {
	let text = '';
	for (let cell = 0; cell < cells; cell++) {
		const kind = random();
		if (kind < 0.1) text += `\u001B[3${Math.floor(random() * 8)}m`;
		if (kind < 0.25) {
			text += ['音', '한', '楽'][Math.floor(random() * 3)];
			cell++;
		} else if (kind < 0.5) text += ' ';
		else text += 'abcde'[Math.floor(random() * 5)];
	}
	return `${text}\u001B[m`;
}

test('the terminal shows the newest picture whole, whatever changed, also where characters are two cells wide', async () => {
	const [columns, rows] = [24, 5];
	for (let seed = 1; seed <= 10; seed++) {
		const random = seeded(seed);
		const {terminal, stream, shown} = open(columns, rows);
		const [below, above] = [{}, {}];
		for (let step = 0; step < 20; step++) {
			const lines = Array.from({length: rows}, () => line(random, columns));
			const place = area(1 + Math.floor(random() * 9), Math.floor(random() * 3), 9, 2);
			const dialog = random() < 0.7 && Array.from({length: 2}, () => line(random, 9));
			const draw = ({canvas}: FrameStream): void => {
				canvas.draw(below, area(0, 0, columns, rows), lines, false);
				if (dialog) canvas.draw(above, place, dialog, true);
				else canvas.erase(above);
			};
			draw(stream);
			const text = await shown();
			const fresh = open(columns, rows);
			draw(fresh.stream);
			assert.equal(trimmed(text), trimmed(await fresh.shown()), `seed ${seed}, step ${step}`);
			for (let cell = 0; cell < rows * columns; cell++) {
				const at = [cell % columns, Math.floor(cell / columns)] as const;
				assert.equal(
					terminal.colour(...at),
					fresh.terminal.colour(...at),
					`seed ${seed}, step ${step}, ${at}`,
				);
			}
		}
	}
});

test('a wide character is drawn whole wherever it stands, and leaves nothing behind', async () => {
	const {stream, shown} = open(8, 1);
	const who = {};
	for (const [drawn, seen] of [
		['音楽ab', '音楽ab'],
		['a音楽b', 'a音楽b'],
		['音abab', '音abab'],
		['ababab', 'ababab'],
		['abab音', 'abab音'],
		['       音', ''],
		['      音', '      音'],
	] as const) {
		stream.canvas.draw(who, area(0, 0, 8, 1), [drawn], false);
		assert.equal((await shown()).trimEnd(), seen);
	}
});

test('after a character terminals may disagree about, the next one is put where it belongs', async () => {
	const {terminal, stream, shown} = open(10, 1);
	terminal.forget();
	stream.canvas.draw({}, area(0, 0, 10, 1), ['ab音cd'], false);
	await shown();
	// Columns are counted from 1: the letter after it is in the fifth.
	assert.ok(terminal.written.includes('音\u001B[1;5Hcd'), JSON.stringify(terminal.written));
});

test('of a picture only what is different is sent, and nothing when nothing is', async () => {
	const {terminal, stream, shown} = open(40, 10);
	const who = {};
	const lines = Array.from({length: 10}, (_, n) => `row ${n} with some words in it`);
	stream.canvas.draw(who, area(0, 0, 40, 10), lines, false);
	await shown();
	terminal.forget();
	stream.canvas.draw(who, area(0, 0, 40, 10), [...lines], false);
	await shown();
	assert.equal(terminal.written, '');
	const frames = stream.cost.frames;
	stream.canvas.draw(who, area(0, 0, 40, 10), lines.with(6, 'row 6 with some birds in it'), false);
	assert.match(await shown(), /row 6 with some birds in it/);
	assert.ok(terminal.bytes < 30, `${terminal.bytes} bytes for one word`);
	assert.equal(stream.cost.frames, frames + 1);
	assert.equal(stream.cost.lastFrame, terminal.bytes);
});

test('while the terminal has not taken a frame later ones only change the picture', async () => {
	const {terminal, stream, shown} = open(20, 2);
	const who = {};
	terminal.slow = true;
	const draw = (text: string): void => stream.canvas.draw(who, area(0, 0, 20, 2), [text], false);
	draw('first');
	await shown();
	terminal.forget();
	for (let n = 0; n < 9; n++) {
		draw(`number ${n}`);
		await shown();
	}
	assert.equal(terminal.written, '');
	terminal.slow = false;
	terminal.drain();
	assert.match(await shown(), /^number 8/);
	assert.ok(!/number [0-7]/.test(terminal.written), terminal.written);
});

test('while muted nothing reaches the terminal, and after that everything is drawn anew', async () => {
	const {terminal, stream, shown} = open(20, 2);
	const who = {};
	stream.canvas.draw(who, area(0, 0, 20, 2), ['one', 'same'], false);
	await shown();
	stream.mute(true);
	terminal.forget();
	stream.canvas.draw(who, area(0, 0, 20, 2), ['two', 'same'], false);
	stream.send('\u0007');
	await shown();
	assert.equal(terminal.written, '');
	// Another program writes there meanwhile.
	terminal.stdout.write('\u001B[Hsomething else');
	stream.mute(false);
	assert.equal((await shown()).trimEnd(), 'two\nsame');
});

test('what is no part of the picture is sent at once', () => {
	const {terminal, stream} = open(20, 2);
	terminal.forget();
	stream.send('\u001B]2;a title\u0007');
	assert.equal(terminal.written, '\u001B]2;a title\u0007');
});

test('what Ink draws is seen in its window only, whole or in parts', async () => {
	const {stream, shown} = open(12, 3);
	stream.canvas.draw({}, area(0, 0, 12, 3), ['............', '............', '............'], false);
	stream.canvas.show(area(2, 1, 6, 1));
	stream.write('zero\n  \u001B[31mred\u001B[39m text\nlast');
	assert.equal(await shown(), '............\n..red te....\n............');
	stream.write('\u001B[2K\u001B[1A\u001B[2K\u001B[1A\u001B[2K\u001B[Gnull\n  blue!\nlast');
	assert.equal(await shown(), '............\n..blue! ....\n............');
	stream.canvas.show(undefined);
	assert.equal(await shown(), '............\n............\n............');
});

test('on a slow line what answers a key goes first', async () => {
	const {terminal, clock, stream, shown} = open(80, 24);
	const [pane, status] = [{}, {}];
	const fill = (letter: string): void => {
		for (let row = 0; row < 23; row++)
			stream.canvas.draw(
				[pane, row].at(-2) as object,
				area(0, 0, 80, 23),
				Array(23).fill(letter.repeat(80)),
				false,
			);
	};
	terminal.slow = true;
	fill('a');
	await shown();
	// It takes two seconds over one picture.
	await clock.pass(2000);
	terminal.drain();
	assert.ok(stream.cost.pause > 0, 'it was noticed');
	terminal.forget();
	fill('b');
	await shown();
	stream.urgent();
	stream.canvas.draw(status, area(0, 23, 80, 1), ['you pressed a key'], false);
	await shown();
	for (let turns = 0; turns < 3 && !terminal.written.includes('you pressed'); turns++) {
		terminal.drain();
		await shown();
	}
	assert.match(terminal.written, /you pressed a key/);
	const before = terminal.written.slice(0, terminal.written.indexOf('you pressed'));
	assert.ok(before.length < 4000, `${before.length} characters came before it`);
});

test('wide characters that Ink draws take two cells, and stand whole again after half of one was drawn over', async () => {
	const {stream, shown} = open(12, 1);
	stream.canvas.show(area(0, 0, 12, 1));
	for (const [written, seen] of [
		['\r音楽ab', '音楽ab'],
		['\rx音ab ', 'x音ab'],
		['\r音音ab', '音音ab'],
		['\u001B[1D\r\u001B[1Cb', ' b音ab'],
		['\r音', '音音ab'],
		['\r\u001B[2K음', '음'],
	] as const) {
		stream.write(written);
		assert.equal(trimmed(await shown()), seen);
	}
});
