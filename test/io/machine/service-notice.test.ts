import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {ServiceNotice, sendByProgram, watchdogTime} from '../../../source/io/machine/service-notice.ts';
import {until, within} from '../../helpers/deadline.ts';
import {HandClock} from '../../helpers/hand-clock.ts';
import {missing, Running} from '../../helpers/processes.ts';
import {Workspace} from '../../helpers/workspace.ts';

function listening(watchdog?: number) {
	const clock = new HandClock();
	const told: string[] = [];
	const send = async (assignments: readonly string[]) => void told.push(assignments.join(' '));
	return {clock, told, notice: new ServiceNotice(send, clock, () => 5_000_123n, watchdog)};
}

test('a service manager is told that it is ready, how it does, that it reads its settings anew, and that it ends', async () => {
	const {told, notice} = listening();
	notice.status('port 6881,\n 3 peers');
	notice.ready();
	notice.status('port 6881, 3 peers');
	notice.reloading();
	notice.ready();
	notice.stopping();
	await notice.told();
	assert.deepEqual(told, [
		'STATUS=port 6881, 3 peers',
		'READY=1 STATUS=port 6881, 3 peers',
		'RELOADING=1 MONOTONIC_USEC=5000',
		'READY=1 STATUS=port 6881, 3 peers',
		'STOPPING=1',
	]);
});

test('it gives signs of life twice in the time of the watchdog, from when it is ready until it ends', async () => {
	const {clock, told, notice} = listening(30_000);
	await clock.pass(60_000);
	assert.deepEqual(told, []);
	notice.ready();
	await clock.pass(45_000);
	assert.deepEqual(told, ['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
	// Told twice that it is ready it does not live twice as fast.
	notice.ready();
	await clock.pass(15_000);
	assert.deepEqual(told.slice(4), ['READY=1', 'WATCHDOG=1']);
	notice.stopping();
	await clock.pass(60_000);
	assert.deepEqual(told.slice(6), ['STOPPING=1']);
});

test('messages arrive in their order, one after the other, however long one takes', async () => {
	const told: string[] = [];
	const first = Promise.withResolvers<void>();
	const send = async ([line]: readonly string[]) => {
		told.push(line!);
		if (line === 'READY=1') await first.promise;
	};
	const notice = new ServiceNotice(send, new HandClock(), () => 0n, undefined);
	notice.ready();
	notice.stopping();
	await new Promise(setImmediate);
	assert.deepEqual(told, ['READY=1']);
	first.resolve();
	await notice.told();
	assert.deepEqual(told, ['READY=1', 'STOPPING=1']);
});

test('the watchdog is for this process when it says so, or does not say for whom', () => {
	assert.equal(watchdogTime({WATCHDOG_USEC: '30000000'}, 7), 30_000);
	assert.equal(watchdogTime({WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7'}, 7), 30_000);
	for (const env of [
		{},
		{WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8'},
		{WATCHDOG_USEC: '0'},
		{WATCHDOG_USEC: '-5'},
		{WATCHDOG_USEC: 'soon'},
	])
		assert.equal(watchdogTime(env, 7), undefined);
	assert.equal(ServiceNotice.of({}, machineClock), undefined);
});

test('without the program that sends nothing is told, and nothing else happens', async () => {
	const send = sendByProgram({PATH: '/nowhere', NOTIFY_SOCKET: '/nowhere/notify'});
	await within(10_000, 'the end of it', send(['READY=1']));
});

test('what is told arrives at the socket of the service manager, in one datagram a message', {
	skip: missing('systemd-notify', 'python3'),
}, async t => {
	const space = new Workspace(t);
	const path = space.path('notify');
	const script = [
		'import socket, sys',
		's = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)',
		's.bind(sys.argv[1])',
		'print("ready", flush=True)',
		'while True: print(repr(s.recv(4096)), flush=True)',
	].join('\n');
	const manager = new Running(space, 'python3', ['-c', script, path]);
	await manager.output(/ready/, 10_000);
	const notice = ServiceNotice.of(
		{PATH: process.env['PATH'], NOTIFY_SOCKET: path, WATCHDOG_USEC: '200000'},
		machineClock,
	)!;
	notice.status('port 6881');
	notice.ready();
	await manager.output(/WATCHDOG=1/, 10_000);
	notice.stopping();
	await until('the farewell', 10_000, () => /STOPPING=1/.test(manager.stdout));
	assert.match(manager.stdout, /READY=1\\nSTATUS=port 6881/);
});
