import assert from 'node:assert/strict';
import {test} from 'node:test';
import {isInNetwork, localNetworks} from '../../../source/io/net/local-networks.js';

const of = (address: string, cidr: string | null, internal = false) => ({address, internal, cidr});
const machine = () => ({
	lo: [of('127.0.0.1', '127.0.0.1/8', true), of('::1', '::1/128', true)],
	eth0: [
		of('192.168.1.7', '192.168.1.7/24'),
		of('fe80::1', 'fe80::1/64'),
		of('2001:db8:1::7', '2001:db8:1::7/128'),
	],
	tun0: [of('10.8.0.2', '10.8.0.2/20')],
	odd: undefined,
});
const places = (...bind: string[]) =>
	localNetworks(bind, machine).map(({name, address, prefix}) => `${name} ${address}/${prefix}`);

test('the networks of a machine are those that others are in', () => {
	assert.deepEqual(places(), ['eth0 192.168.1.7/24', 'eth0 2001:db8:1::7/64', 'tun0 10.8.0.2/20']);
	assert.deepEqual(places('::'), places());
});

test('who is bound to addresses is in their networks alone', () => {
	assert.deepEqual(places('192.168.1.7'), ['eth0 192.168.1.7/24']);
	assert.deepEqual(places('2001:db8:1::7', '10.8.0.2'), ['eth0 2001:db8:1::7/64', 'tun0 10.8.0.2/20']);
	assert.deepEqual(places('0.0.0.0'), ['eth0 192.168.1.7/24', 'tun0 10.8.0.2/20']);
	assert.deepEqual(places('127.0.0.1', '::1'), []);
	assert.deepEqual(places('127.0.0.1', '::'), ['eth0 2001:db8:1::7/64']);
	assert.deepEqual(places('192.0.2.1'), []);
});

test('an address is in a network when it shares its bits, and has no zone', () => {
	const within = (host: string, address: string, prefix: number) =>
		isInNetwork(host, {name: 'eth0', family: 4, address, prefix});
	assert.equal(within('192.168.1.200', '192.168.1.7', 24), true);
	assert.equal(within('192.168.2.7', '192.168.1.7', 24), false);
	assert.equal(within('10.8.15.255', '10.8.0.2', 20), true);
	assert.equal(within('10.8.16.0', '10.8.0.2', 20), false);
	assert.equal(within('8.8.8.8', '10.8.0.2', 0), true);
	assert.equal(within('10.8.0.3', '10.8.0.2', 32), false);
	assert.equal(within('fd00::ffff', 'fd00::1', 64), true);
	assert.equal(within('fd00:0:0:1::1', 'fd00::1', 64), false);
	assert.equal(within('fe80::2%eth0', 'fe80::1', 64), false);
	assert.equal(within('192.168.1.8', 'fd00::1', 0), false);
	assert.equal(within('no address', '192.168.1.7', 0), false);
});
