import assert from 'node:assert/strict';
import {test} from 'node:test';
import {TrackerLines} from '../../../source/commands/tracker/tracker-lines.js';
import {HandClock} from '../../helpers/hand-clock.ts';

function lines(options: {json?: boolean; quiet?: boolean} = {}) {
	const clock = new HandClock();
	const out: string[] = [];
	const warned: string[] = [];
	const teller = new TrackerLines({
		json: false,
		quiet: false,
		clock,
		write: line => out.push(line),
		warn: text => warned.push(text),
		...options,
	});
	return {clock, out, warned, teller};
}

test('a flood of announces is told in part, and how many more there were', async () => {
	const {clock, out, teller} = lines();
	for (let n = 0; n < 10_000; n++) teller.log('debug', `announce ${n}`);
	assert.equal(out.length, 200);
	await clock.pass(1000);
	assert.equal(out.length, 201);
	assert.match(out.at(-1)!, /^\d\d:\d\d:\d\d … and 9800 more announces\n$/);
	await clock.pass(1000);
	assert.equal(out.length, 201);
	teller.log('debug', 'one more');
	assert.match(out.at(-1)!, /one more\n$/);
});

test('what went wrong is told whatever the flood, and on stderr', () => {
	const {out, warned, teller} = lines({quiet: true});
	for (let n = 0; n < 300; n++) teller.log('debug', 'announce');
	teller.log('warn', 'the disk is full');
	teller.tell({event: 'listening'}, 'Announce to:');
	assert.deepEqual(warned, ['the disk is full']);
	assert.deepEqual(out, []);
});

test('with --json each line is one object, warnings too', () => {
	const {out, warned, teller} = lines({json: true});
	teller.tell({event: 'listening', port: 5}, 'Announce to:\n  x');
	teller.log('warn', 'line\nbreak');
	assert.deepEqual(
		out.map(line => JSON.parse(line)),
		[
			{event: 'listening', port: 5},
			{event: 'log', at: '2023-11-14T22:13:20.000Z', level: 'warn', text: 'line\nbreak'},
		],
	);
	assert.deepEqual(warned, []);
});
