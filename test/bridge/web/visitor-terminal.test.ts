import assert from 'node:assert/strict';
import {test} from 'node:test';
import {silentTime, VisitorTerminal, windowLength} from '../../../source/bridge/web/visitor-terminal.ts';
import {HandClock, settled} from '../../helpers/hand-clock.ts';

function stage() {
	const clock = new HandClock();
	const sent: string[] = [];
	let late = 0;
	const terminal = new VisitorTerminal(
		80,
		24,
		{
			send: text => sent.push(text),
			late: () => {
				late++;
			},
		},
		clock,
	);
	const written: string[] = [];
	const write = (text: string) => terminal.output.write(text, () => written.push(text.slice(0, 1)));
	return {clock, sent, terminal, written, write, late: () => late};
}

test('what fits into the window is written at once', async () => {
	const {sent, written, write} = stage();
	write('a'.repeat(100));
	write('b'.repeat(100));
	await settled();
	assert.deepEqual(written, ['a', 'b']);
	assert.equal(sent.length, 2);
});

test('a page that draws nothing is sent one window and no more, until it draws', async () => {
	const {sent, terminal, written, write} = stage();
	write('a'.repeat(windowLength + 1));
	write('b');
	await settled();
	assert.deepEqual(written, []);
	assert.equal(sent.length, 1);
	terminal.took(1000);
	await settled();
	assert.deepEqual(written, ['a', 'b']);
	assert.equal(sent.length, 2);
});

test('a page that says it drew more than it was sent gets no larger window', async () => {
	const {terminal, written, write} = stage();
	terminal.took(Number.MAX_SAFE_INTEGER);
	write('a'.repeat(windowLength + 1));
	await settled();
	assert.deepEqual(written, []);
});

test('a page that has drawn nothing for a minute is let go of, one that draws slowly is not', async () => {
	const {clock, terminal, write, late} = stage();
	write('a'.repeat(100));
	await clock.pass(silentTime - 1);
	terminal.took(50);
	await clock.pass(silentTime - 1);
	assert.equal(late(), 0);
	await clock.pass(1);
	assert.equal(late(), 1);
});

test('a page that has drawn nothing at all for a minute is let go of', async () => {
	const {clock, write, late} = stage();
	write('a');
	await clock.pass(silentTime - 1);
	write('b');
	assert.equal(late(), 0);
	await clock.pass(1);
	assert.equal(late(), 1);
});

test('a page to which nothing is sent may be silent for ever', async () => {
	const {clock, terminal, write, late} = stage();
	write('a'.repeat(100));
	terminal.took(100);
	await clock.pass(silentTime * 100);
	assert.equal(late(), 0);
});

test('another size is told once', () => {
	const {terminal} = stage();
	let told = 0;
	terminal.output.on('resize', () => told++);
	terminal.resize(120, 40);
	terminal.resize(120, 40);
	assert.equal(told, 1);
	assert.equal(terminal.output.columns, 120);
	assert.equal(terminal.output.rows, 40);
});

test('keys that nobody reads hold up those that come after them', async () => {
	const {terminal} = stage();
	assert.equal(terminal.keys('x'), true);
	assert.equal(terminal.keys('y'.repeat(1_000_000)), false);
	const drained = new Promise(resolve => terminal.input.once('drain', resolve));
	terminal.input.resume();
	await drained;
});

test('the end of a page ends its streams, and what waited to be written', async () => {
	const {clock, terminal, write, written, late} = stage();
	write('a'.repeat(windowLength + 1));
	const ended = new Promise(resolve => terminal.input.once('end', resolve));
	terminal.input.resume();
	terminal.end();
	await ended;
	await settled();
	assert.deepEqual(written, ['a']);
	write('b');
	assert.equal(terminal.keys('q'), true);
	await clock.pass(silentTime);
	assert.equal(late(), 0);
});
