import assert from 'node:assert/strict';
import {test} from 'node:test';
import {DialRate} from '../../../source/policy/peers/dial-rate.ts';

test('30 at once, then 30 a second, and never more saved up', () => {
	const pace = new DialRate(0);
	const admitted = (now: number): number => {
		let count = 0;
		while (pace.admits(now)) count++;
		return count;
	};
	assert.equal(admitted(0), 30);
	assert.equal(admitted(500), 15);
	assert.equal(admitted(1000), 15);
	assert.equal(admitted(1010), 0);
	assert.equal(admitted(600_000), 30);
	assert.equal(admitted(500_000), 0, 'a clock that goes back gives nothing');
});
