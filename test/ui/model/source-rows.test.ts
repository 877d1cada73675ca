import assert from 'node:assert/strict';
import {test} from 'node:test';
import {sourceRow} from '../../../source/ui/model/source-rows.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

test('a source of peers says how it stands: off and why, stopped, looking, or whom it found', () => {
	const good = {state: 'good'} as const;
	const words = (...parameters: Parameters<typeof sourceRow>) => {
		const {state, status} = sourceRow(...parameters);
		return `${state}: ${status}`;
	};
	assert.equal(
		words({kind: 'dht', peers: 0, off: 'switched off'}, 'dht', true, 0, undefined),
		'off: switched off',
	);
	assert.equal(words({kind: 'dht', peers: 3, nextAt: 9}, 'dht', false, 40, good), 'idle: stopped');
	assert.equal(words({kind: 'dht', peers: 3, nextAt: 9}, 'dht', true, 40, good), 'working: 40 nodes');
	assert.equal(words({kind: 'dht', peers: 0}, 'dht', true, 1, good), 'announcing: 1 node');
	assert.equal(
		words({kind: 'dht', peers: 0, nextAt: 9}, 'dht', true, 0, {state: 'starting'}),
		'idle: no node yet',
	);
	assert.equal(
		words({kind: 'dht', peers: 0, nextAt: 9}, 'dht', true, 0, {state: 'firewalled'}),
		'idle: firewalled',
	);
	assert.equal(words({kind: 'pex', peers: 0}, 'pex', true, 0, good), 'idle: nobody yet');
	assert.equal(words({kind: 'lsd', peers: 2}, 'lsd', true, 0, good), 'working: working');
});

test('the sources stand below the trackers, count down, and r asks them too', async () => {
	const screen = await openTestScreen(120, 40, {pane: 'trackers'} as never);
	const {terminal, engine} = screen;
	await terminal.press('4', '+', '+');
	assert.match(terminal.text(), /DHT +312 nodes .* 18 +10 min/);
	assert.match(terminal.text(), /PEX +working/);
	assert.match(terminal.text(), /local network +working/);
	engine.sources = [{kind: 'dht', peers: 18, nextAt: Date.UTC(2027, 0), swarm: {seeds: 12, peers: 40}}];
	engine.publish();
	await terminal.settled();
	assert.match(terminal.text(), /DHT +312 nodes +~12 +~40 +18/, 'about how many are in the swarm');
	engine.sources = [{kind: 'dht', peers: 0, off: 'the torrent is private'}];
	engine.publish();
	await terminal.settled();
	assert.match(terminal.text(), /DHT +the torrent is private/);
	assert.doesNotMatch(terminal.text(), /PEX/);
	// Who waits for a choice looks on, unless that is since the start of the engine.
	engine.choosing = true;
	for (const [nextAt, words] of [
		[Date.UTC(2027, 0), /312 nodes/],
		[undefined, /stopped/],
	] as const) {
		engine.sources = [{kind: 'dht', peers: 0, nextAt}];
		engine.publish();
		await terminal.settled();
		await terminal.settled();
		// What the question hides is seen when it was left.
		screen.clock.turn(600);
		await terminal.press('\u001B');
		assert.match(terminal.text(), words);
	}
	await terminal.press('r');
	assert.ok(engine.sent.some(({type}) => type === 'torrent.reannounce'));
	await screen.close();
});

test('H shows the DHT, asks again while it is open, and the list says how it does', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const {terminal, engine, clock} = screen;
	assert.match(terminal.text(), /DHT 312 good/);
	await terminal.press('H');
	await terminal.settled();
	const text = terminal.text();
	assert.match(text, /IPv4 {2}good/);
	assert.match(text, /312 answer, of 340 in the table/);
	assert.match(text, /IPv6 {2}off {2}this machine has no IPv6 address/);
	assert.match(text, /first peers +1\.2 s mostly, 4\.1 s at worst/);
	const asked = () => engine.sent.filter(({type}) => type === 'session.dht').length;
	assert.equal(asked(), 1);
	clock.turn(2000);
	await terminal.settled();
	assert.equal(asked(), 2);
	await terminal.press('\u001B');
	clock.turn(10_000);
	await terminal.settled();
	assert.equal(asked(), 2);
	assert.doesNotMatch(terminal.text(), /IPv4/);
	await screen.close();
});
