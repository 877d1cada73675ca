import assert from 'node:assert/strict';
import test from 'node:test';
import {LogRate} from '../../../source/engine/log/log-rate.ts';

test('a flood of details leaves room for a warning, and is told in one line', () => {
	const lines: string[] = [];
	let now = 0;
	const rate = new LogRate(
		(level, text) => lines.push(`${level} ${text}`),
		() => now,
	);
	for (let line = 0; line < 10_000; line++) rate.write('debug', `detail ${line}`);
	rate.write('warn', 'something is wrong');
	assert.equal(lines.length, 501);
	assert.equal(lines.at(-1), 'warn something is wrong');
	now = 10_000;
	rate.tick();
	assert.equal(lines.at(-1), 'debug 9500 more lines like these were left out');
	rate.write('debug', 'one more');
	assert.equal(lines.at(-1), 'debug one more');
	assert.equal(lines.length, 503);
});

test('few lines are all told, as they come', () => {
	const lines: string[] = [];
	const rate = new LogRate(
		(_, text, torrent) => lines.push(`${text} ${torrent}`),
		() => 0,
	);
	rate.write('info', 'added', 'abc');
	rate.tick();
	assert.deepEqual(lines, ['added abc']);
});
