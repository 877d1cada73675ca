import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {test} from 'node:test';
import {UtpRefusal} from '../../../source/engine/peers/utp-refusal.ts';
import type {DatagramOwner} from '../../../source/io/net/udp-mux.ts';
import {until} from '../../helpers/deadline.ts';
import {HandClock} from '../../helpers/hand-clock.ts';
import {openTestSession} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const syn = Uint8Array.from({length: 20}, (_, at) => (at === 0 ? 0x41 : 0));

test('of a flood of streams over uTP fifty a second are refused, and the others not answered', async () => {
	const clock = new HandClock();
	const owners: DatagramOwner[] = [];
	let sent = 0;
	const udp = {join: (owner: DatagramOwner) => void owners.push(owner), send: () => void sent++};
	new UtpRefusal(udp, clock);
	for (let n = 0; n < 1000; n++) owners[0]!.receive(syn, '192.0.2.1', 1000 + n);
	assert.equal(sent, 50);
	await clock.pass(1000);
	owners[0]!.receive(syn, '192.0.2.1', 1);
	assert.equal(sent, 51);
});

for (const [what, options] of [
	['with the DHT', {dht: {bootstrap: []}}],
	['without the DHT', {}],
	['that asks no trackers either', {trackers: false}],
] as const)
	test(`a session ${what} refuses who comes over uTP, so that it comes over TCP`, async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine', options);
		const socket = createSocket('udp4');
		t.after(() => socket.close());
		const heard: Buffer[] = [];
		socket.on('message', bytes => void heard.push(bytes));
		await new Promise<void>(resolve => socket.bind({port: 0, address: '127.0.0.1'}, resolve));
		socket.send(syn, engine.port, '127.0.0.1');
		await until('a refusal', 30_000, () => heard.length > 0);
		assert.equal(heard[0]![0], 0x31);
		await engine.session.stop();
	});
