import assert from 'node:assert/strict';
import {test} from 'node:test';
import {LateService} from '../../../source/engine/session/late-service.js';
import type {SessionService} from '../../../source/engine/session/session-service.js';
import {HandClock} from '../../helpers/hand-clock.js';

/** A service that notes what it is told. */
function noted(start: () => void | Promise<void> = () => {}) {
	const calls: string[] = [];
	const note = (name: string) => () => void calls.push(name);
	const service: SessionService = {
		start: () => {
			calls.push('start');
			return start();
		},
		tick: note('tick'),
		leave: note('leave'),
		stop: note('stop'),
		view: () => ({port: 7}),
	};
	return {calls, service};
}

test('begins when its time has come, and does nothing before', async () => {
	const clock = new HandClock();
	const {calls, service} = noted();
	const late = new LateService(service, clock, 100, assert.fail);
	late.start();
	late.tick(0);
	assert.deepEqual(late.view(), {port: 7});
	await clock.pass(99);
	assert.deepEqual(calls, []);
	await clock.pass(1);
	late.tick(100);
	await late.leave();
	await late.stop();
	assert.deepEqual(calls, ['start', 'tick', 'leave', 'stop']);
});

test('never begins when the session ends before', async () => {
	const clock = new HandClock();
	const {calls, service} = noted();
	const late = new LateService(service, clock, 100, assert.fail);
	late.start();
	await late.leave();
	await late.stop();
	await clock.pass(1000);
	assert.deepEqual(calls, []);
});

test('says why it could not begin', async () => {
	const clock = new HandClock();
	const {service} = noted(() => Promise.reject(new Error('no room')));
	const told = Promise.withResolvers<string>();
	const late = new LateService(service, clock, 100, ({message}) => told.resolve(message));
	late.start();
	await clock.pass(100);
	assert.equal(await told.promise, 'no room');
});
