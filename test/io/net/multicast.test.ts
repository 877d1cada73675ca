import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import process from 'node:process';
import {test} from 'node:test';
import type {LocalNetwork} from '../../../source/io/net/local-networks.js';
import {Multicast} from '../../../source/io/net/multicast.js';
import {until} from '../../helpers/deadline.ts';
import {freePort} from '../../helpers/ports.ts';
import {Workspace} from '../../helpers/workspace.ts';

const group = {4: '239.192.152.143', 6: 'ff15::efc0:988f'} as const;
// Of IPv6 there is no way to a group on it.
const loopback: readonly LocalNetwork[] = [{name: 'lo', family: 4, address: '127.0.0.1', prefix: 8}];
const skip = process.platform === 'linux' ? false : 'only Linux has groups on its loopback interface';

/** Somebody in the group, on the loopback interface: what is sent leaves no machine. */
function member(space: Workspace, port: number, networks: () => readonly LocalNetwork[]) {
	const heard: string[] = [];
	const log: string[] = [];
	const multicast = new Multicast({
		group: {...group, port},
		networks,
		heard: (bytes, host) => void heard.push(`${host} ${Buffer.from(bytes).toString()}`),
		name: 'local discovery',
		log: (level, text) => void log.push(`${level}: ${text}`),
	});
	space.defer(() => multicast.close());
	return {multicast, heard, log};
}

test('what one of a group says all on its network hear, also itself', {skip}, async t => {
	const space = new Workspace(t);
	const port = await freePort();
	const [one, other] = [member(space, port, () => loopback), member(space, port, () => loopback)];
	assert.equal(one.multicast.refresh(), true);
	assert.equal(other.multicast.refresh(), true);
	assert.equal(one.multicast.refresh(), false, 'nothing is new');
	await until('all hear it', 20_000, () => {
		// The sockets of the other take their time to open.
		one.multicast.send(4, Buffer.from('hello'));
		return [one, other].every(({heard}) => heard.includes('127.0.0.1 hello'));
	});
	assert.deepEqual([one.log, other.log], [[], []]);
});

test('what is said before a socket is open leaves when it is', {skip}, async t => {
	const space = new Workspace(t);
	const port = await freePort();
	const listener = member(space, port, () => loopback);
	listener.multicast.refresh();
	await until('somebody listens', 20_000, () => {
		listener.multicast.send(4, Buffer.from('test'));
		return listener.heard.length > 0;
	});
	const early = member(space, port, () => loopback);
	early.multicast.refresh();
	early.multicast.send(4, Buffer.from('early'));
	await until('it is heard', 20_000, () => listener.heard.includes('127.0.0.1 early'));
});

test('a network that cannot be spoken on is told of once, and the others go on', {skip}, async t => {
	const space = new Workspace(t);
	const port = await freePort();
	const gone: LocalNetwork = {name: 'gone0', family: 4, address: '192.0.2.77', prefix: 24};
	let networks = [gone, ...loopback];
	const {multicast, heard, log} = member(space, port, () => networks);
	multicast.refresh();
	await until('the other works', 20_000, () => {
		multicast.send(4, Buffer.from('hello'));
		return heard.length > 0;
	});
	multicast.refresh();
	multicast.send(4, Buffer.from('hello'));
	await until('it is told', 20_000, () => log.length > 0);
	assert.equal(log.length, 1);
	assert.match(log[0]!, /^debug: local discovery does not work on gone0 over IPv4: /);
	networks = [];
	assert.equal(multicast.refresh(), false);
	assert.deepEqual(multicast.networks, []);
	multicast.send(4, Buffer.from('to nobody'));
});

test('a port that somebody has for himself is told of once, and had when he is gone', {skip}, async t => {
	const space = new Workspace(t);
	const port = await freePort();
	const selfish = createSocket('udp4');
	await new Promise<void>(resolve => selfish.bind({port, address: '0.0.0.0'}, resolve));
	const {multicast, heard, log} = member(space, port, () => loopback);
	multicast.refresh();
	await until('it is told', 20_000, () => log.length > 0);
	multicast.refresh();
	await new Promise<void>(resolve => selfish.close(() => resolve()));
	await until('it hears', 20_000, () => {
		multicast.refresh();
		multicast.send(4, Buffer.from('hello'));
		return heard.length > 0;
	});
	assert.deepEqual(log, ['warn: local discovery hears nobody over IPv4: address already in use']);
});
