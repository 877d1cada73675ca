import assert from 'node:assert/strict';
import {EventEmitter} from 'node:events';
import {test} from 'node:test';
import {askBackground, enterScreen, keepTitle, leaveScreen} from '../../../source/ui/terminal/modes.ts';
import {TerminalGuard} from '../../../source/ui/terminal/terminal-guard.ts';
import {HandClock, TestProcess} from '../../helpers/open-test-screen.ts';

/** A guard on a terminal that writes down what happens to it. */
function guard({spoken = false, deaf = false} = {}) {
	const told: string[] = [];
	const done: string[] = [];
	const host = new TestProcess();
	const clock = new HandClock();
	const stdout = Object.assign(new EventEmitter(), {
		write: (text: string, written?: () => void) => {
			done.push(text);
			if (!deaf) written?.();
			return true;
		},
	});
	const stdin = Object.assign(new EventEmitter(), {
		setEncoding: () => undefined,
		read: () => null,
		setRawMode: (raw: boolean) => done.push(raw ? 'raw' : 'cooked'),
	});
	const made = new TerminalGuard(
		stdout,
		stdin,
		host,
		{mute: muted => done.push(muted ? 'muted' : 'drawing')},
		spoken,
		{
			terminated: () => told.push('terminated'),
			gone: why => told.push(`gone ${why}`.trim()),
			resized: () => told.push('resized'),
		},
	);
	const since = () => done.splice(0);
	return {made, host, clock, stdout, stdin, told, since};
}

test('what was changed of the terminal is put back, and nobody is listened to any more', async () => {
	const {made, host, clock, stdout, stdin, since} = guard();
	made.watch();
	assert.deepEqual(since(), []);
	made.enter(true);
	assert.deepEqual(since(), ['raw', keepTitle + enterScreen + askBackground]);
	assert.ok(made.isEntered);
	await made.release(clock);
	assert.deepEqual(since(), ['cooked', leaveScreen]);
	assert.equal(host.listening, 0);
	assert.deepEqual([...stdout.eventNames(), ...stdin.eventNames()], []);
	host.signal('exit');
	assert.deepEqual(since(), []);
});

test('a terminal that was never taken is not put back', async () => {
	const {made, host, clock, since} = guard();
	made.watch();
	host.signal('exit');
	await made.release(clock);
	assert.deepEqual(since(), ['cooked']);
});

test('a process that just ends puts the terminal back', () => {
	const {made, host, since} = guard();
	made.watch();
	made.enter(false);
	since();
	host.signal('exit');
	assert.deepEqual(since(), [leaveScreen]);
});

test('a terminal that takes nothing any more is waited for no longer than a second', async () => {
	const {made, clock} = guard({deaf: true});
	made.watch();
	made.enter(false);
	let released = false;
	const releasing = made.release(clock).then(() => {
		released = true;
	});
	clock.turn(999);
	await new Promise(resolve => setImmediate(resolve));
	assert.equal(released, false);
	clock.turn(1);
	await releasing;
});

test('stopped by Ctrl-Z the shell gets its terminal, and fg takes it again', () => {
	const {made, host, since} = guard();
	made.watch();
	made.enter(true);
	since();
	made.suspend();
	made.suspend();
	assert.deepEqual(since(), ['muted', leaveScreen, 'cooked']);
	assert.deepEqual(host.killed, ['SIGTSTP']);
	host.signal('SIGCONT');
	assert.deepEqual(since(), ['raw', keepTitle + enterScreen + askBackground, 'drawing']);
	host.signal('SIGTSTP');
	assert.deepEqual(since(), ['muted', leaveScreen, 'cooked']);
});

test('after a stop that cannot be caught the modes are set anew, but the title is kept once only', () => {
	const {made, host, since} = guard();
	made.watch();
	made.enter(true);
	since();
	host.signal('SIGCONT');
	assert.deepEqual(since(), ['cooked', 'raw', enterScreen + askBackground, 'drawing']);
});

test('while the screen is being left nothing stops or takes the terminal again', () => {
	const {made, host, since} = guard();
	made.watch();
	made.enter(false);
	made.stop();
	since();
	host.signal('SIGTSTP');
	host.signal('SIGCONT');
	assert.deepEqual(since(), []);
	assert.deepEqual(host.killed, []);
});

test("nothing is written to a screen reader's terminal", async () => {
	const {made, host, clock, since} = guard({spoken: true});
	made.watch();
	made.enter(false);
	made.suspend();
	host.signal('SIGCONT');
	await made.release(clock);
	assert.equal(
		since()
			.filter(each => !['raw', 'cooked', 'muted', 'drawing'].includes(each))
			.join(''),
		'',
	);
});

test('signals, resizes and a terminal that goes away are told, with the reason where there is one', () => {
	const {made, host, stdout, stdin, told} = guard();
	made.watch();
	host.signal('SIGTERM');
	host.signal('SIGINT');
	host.signal('SIGHUP');
	stdout.emit('resize');
	stdout.emit('error', new Error('EIO'));
	stdin.emit('end');
	assert.deepEqual(told, ['terminated', 'terminated', 'gone', 'resized', 'gone EIO', 'gone']);
});
