import assert from 'node:assert/strict';
import {test} from 'node:test';
import {machineClock} from '../../../source/io/machine/clock.ts';

test('what is to happen after longer than a timer takes does not happen at once', async t => {
	const warnings: string[] = [];
	const warned = (warning: Error) => warnings.push(warning.name);
	process.on('warning', warned);
	t.after(() => process.off('warning', warned));
	let rang = 0;
	const timers = [2 ** 31, 1e12, 1e308, Infinity].map(delay => machineClock.after(delay, () => rang++));
	await new Promise(resolve => setTimeout(resolve, 20));
	for (const timer of timers) timer.clear();
	assert.equal(rang, 0);
	assert.deepEqual(warnings, []);
});
