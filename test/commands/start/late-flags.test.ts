import assert from 'node:assert/strict';
import {mock, test} from 'node:test';
import {setFlagsFromString} from 'node:v8';
import {Script} from 'node:vm';
import {setFlagLater, startIsOver, withUsualFlags} from '../../../source/commands/start/late-flags.js';

/** Whether V8 takes what it made of a text in other circumstances. */
function takes(cachedData: Buffer): boolean {
	// What is known by its name it does not look at.
	scripts += 1;
	return !new Script('1 + 1', {cachedData, filename: `takes-${scripts}`}).cachedDataRejected;
}

let scripts = 0;
const compiled = () => new Script('1 + 1').createCachedData();

test('a flag is set once the start is over, and what is compiled meanwhile is taken until then', () => {
	mock.timers.enable({apis: ['setTimeout']});
	// Others in this process may have set some.
	setFlagsFromString('--turbofan');
	setFlagsFromString('--semi-space-growth-factor=2');
	try {
		const early = compiled();
		setFlagLater({flag: '--no-turbofan', usual: '--turbofan'});
		mock.timers.tick(399);
		assert.ok(takes(early));
		mock.timers.tick(1);
		assert.ok(!takes(early));

		const late = withUsualFlags(compiled);
		withUsualFlags(() => {
			assert.ok(takes(early));
			assert.ok(takes(late));
		});
		assert.ok(!takes(late), 'the flags are set again');
		assert.ok(takes(compiled()));

		assert.throws(() => withUsualFlags(() => assert.fail('as it happens')));
		assert.ok(!takes(early), 'after an error too');
	} finally {
		setFlagsFromString('--turbofan');
		mock.timers.reset();
	}
});

test('who knows better when the start is over says so', () => {
	mock.timers.enable({apis: ['setTimeout']});
	setFlagsFromString('--turbofan');
	try {
		const early = compiled();
		setFlagLater({flag: '--no-turbofan', usual: '--turbofan'});
		startIsOver(40);
		mock.timers.tick(39);
		assert.ok(takes(early));
		mock.timers.tick(1);
		assert.ok(!takes(early));
		setFlagsFromString('--turbofan');
		mock.timers.tick(1000);
		assert.ok(takes(early), 'it is set once');
	} finally {
		setFlagsFromString('--turbofan');
		mock.timers.reset();
	}
});
