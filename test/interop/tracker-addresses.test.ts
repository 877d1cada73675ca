import assert from 'node:assert/strict';
import {test} from 'node:test';
import {until} from '../helpers/deadline.ts';
import {run} from '../helpers/processes.ts';
import {node, startTortui} from '../helpers/tortui.ts';
import {noNamespaces, twoNetworks} from '../helpers/two-networks.ts';
import {Workspace} from '../helpers/workspace.ts';

/** Asks each address over UDP by a socket that hears that address alone, as most clients do; prints who answered. */
const asker = `
const {createSocket} = require('node:dgram');
const request = Buffer.from('0000041727101980000000000000002a', 'hex');
for (const host of process.argv.slice(1)) {
	const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
	socket.connect(6969, host, () => {
		socket.send(request);
	});
	socket.on('error', () => {});
	socket.on('message', () => {
		console.log(host);
		socket.close();
	});
}
setTimeout(() => process.exit(), 1500).unref();
`;

test('an answer over UDP leaves from the address that was asked, of a machine with several', {
	skip: noNamespaces(),
}, async t => {
	const space = new Workspace(t);
	const addresses = ['10.9.0.1', '10.9.0.77', '10.9.0.200', 'fd09::1', 'fd09::77'];
	const [ours, theirs] = await twoNetworks(
		space,
		addresses.map(host => `${host}/${host.includes(':') ? 64 : 24}`),
		['10.9.0.2/24', 'fd09::2/64'],
	);
	const tracker = startTortui(space, ['tracker', '--port', '6969'], {}, ours.through);
	await tracker.output(/Ctrl-C ends it/, 20_000);
	const answered = async (...hosts: string[]): Promise<string[]> => {
		const [command, ...rest] = [...theirs.through, node, '-e', asker, ...hosts];
		return (await run(space, command!, rest)).stdout.split('\n').filter(Boolean).sort();
	};
	assert.deepEqual(await answered(...addresses), [...addresses].sort());
	// An address that comes later is answered from once it has been seen; one that goes leaves the others as they were.
	ours.run('ip', 'address', 'add', '10.9.0.99/24', 'dev', 'lan');
	ours.run('ip', 'address', 'del', '10.9.0.77/24', 'dev', 'lan');
	await until('the new address to answer', 60_000, async () => (await answered('10.9.0.99')).length === 1);
	assert.deepEqual(await answered('10.9.0.1', '10.9.0.200', 'fd09::77'), [
		'10.9.0.1',
		'10.9.0.200',
		'fd09::77',
	]);
	assert.equal(tracker.stderr, '');
});

/** Asks from one address 20,000 times, then from another until it is answered; prints what each had, and the seconds. */
const flooder = `
const {createSocket} = require('node:dgram');
const request = Buffer.from('0000041727101980000000000000002a', 'hex');
const [tracker, ...hosts] = process.argv.slice(1);
const pause = time => new Promise(resolve => setTimeout(resolve, time));
const open = host => new Promise(resolve => {
	const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
	const asker = {heard: 0, ask: () => socket.send(request, 6969, tracker)};
	socket.on('message', () => asker.heard++);
	socket.bind(0, host, () => resolve(asker));
});
(async () => {
	const begun = performance.now();
	const [flood, neighbour] = [await open(hosts[0]), await open(hosts[1])];
	for (let n = 0; n < 20000; n++) {
		flood.ask();
		if (n % 100 === 0) await pause(1);
	}
	for (let n = 0; n < 60 && neighbour.heard === 0; n++) {
		neighbour.ask();
		await pause(300);
	}
	console.log(JSON.stringify([flood.heard, neighbour.heard > 0, (performance.now() - begun) / 1000]));
	process.exit();
})();
`;

test('a flood from one address is answered as far as its share goes, and a neighbour is answered all the same', {
	skip: noNamespaces(),
}, async t => {
	const space = new Workspace(t);
	const [ours, theirs] = await twoNetworks(
		space,
		['10.9.0.1/24', 'fd09::1/64'],
		['10.9.0.2/24', '10.9.0.3/24', 'fd09::2/64', 'fd09::3/64'],
	);
	const tracker = startTortui(space, ['tracker', '--port', '6969', '--no-state'], {}, ours.through);
	await tracker.output(/Ctrl-C ends it/, 20_000);
	for (const hosts of [
		['10.9.0.1', '10.9.0.2', '10.9.0.3'],
		['fd09::1', 'fd09::2', 'fd09::3'],
	]) {
		const [command, ...rest] = [...theirs.through, node, '-e', flooder, ...hosts];
		const {stdout} = await run(space, command!, rest);
		const [flood, isAnswered, seconds] = JSON.parse(stdout) as [number, boolean, number];
		// A thousand in each window of 10 s.
		const most = 1000 * (Math.ceil(seconds / 10) + 1);
		assert.ok(flood >= 500 && flood <= most, `${flood} answers in ${seconds} s`);
		assert.ok(isAnswered, hosts[0]);
	}
	assert.equal(tracker.stderr, '');
});
