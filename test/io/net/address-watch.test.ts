import assert from 'node:assert/strict';
import {test} from 'node:test';
import {AddressWatch} from '../../../source/io/net/address-watch.ts';
import {LocalAddresses} from '../../../source/io/net/local-addresses.ts';

/** A machine whose addresses the test chooses. */
function stage(...addresses: string[]) {
	const machine = {addresses, reads: 0};
	const told: Array<readonly string[]> = [];
	const watch = (bind: readonly string[] = []) =>
		new AddressWatch(
			new LocalAddresses(bind),
			hosts => told.push(hosts),
			() => {
				machine.reads++;
				return machine.addresses;
			},
		);
	return {machine, told, watch};
}

test('an address that comes or goes is told within 30 s, once', () => {
	const {machine, told, watch} = stage('192.168.1.2');
	const addresses = watch();
	assert.deepEqual(addresses.hosts, ['192.168.1.2']);
	addresses.tick(1000);
	machine.addresses = ['10.8.0.3', '192.168.1.2'];
	for (let now = 2000; now < 31_000; now += 1000) addresses.tick(now);
	assert.deepEqual(told, []);
	for (let now = 31_000; now < 120_000; now += 1000) addresses.tick(now);
	assert.deepEqual(told, [['10.8.0.3', '192.168.1.2']]);
	assert.deepEqual(addresses.hosts, ['10.8.0.3', '192.168.1.2']);
	machine.addresses = ['10.8.0.3'];
	addresses.tick(150_000);
	assert.deepEqual(told.at(-1), ['10.8.0.3']);
	machine.addresses = ['10.8.0.4'];
	addresses.tick(180_000);
	assert.deepEqual(addresses.hosts, ['10.8.0.4']);
	assert.equal(told.length, 3);
});

test('the same addresses in another order, or one of them twice, are no news', () => {
	const {machine, told, watch} = stage('192.168.1.2', 'fd00::2', 'fd00::2');
	const addresses = watch();
	addresses.tick(0);
	machine.addresses = ['fd00::2', '192.168.1.2'];
	addresses.tick(30_000);
	assert.deepEqual([told, addresses.hosts], [[], ['192.168.1.2', 'fd00::2']]);
});

test('bound to addresses, those are ours, and the interfaces are not looked at', () => {
	const {machine, watch} = stage('192.168.1.2', '10.8.0.3');
	const addresses = watch(['10.8.0.3']);
	addresses.tick(0);
	addresses.tick(30_000);
	assert.deepEqual(addresses.hosts, ['10.8.0.3']);
	assert.equal(machine.reads, 0);
});

test('bound to any address of a family, it has the addresses of the machine', () => {
	const {watch} = stage('192.168.1.2', 'fd00::2');
	assert.deepEqual(watch(['0.0.0.0']).hosts, ['192.168.1.2']);
	assert.deepEqual(watch(['0.0.0.0', 'fd00::2']).hosts, ['fd00::2', '192.168.1.2']);
	assert.deepEqual(watch(['::']).hosts, ['192.168.1.2', 'fd00::2']);
});

test('any address of IPv6 stands for IPv4 as well, unless that has one of its own', () => {
	const {watch} = stage('192.168.1.2', '2001:db8::2');
	assert.deepEqual(watch(['::']).hosts, ['192.168.1.2', '2001:db8::2']);
	assert.deepEqual(watch(['127.0.0.1', '::']).hosts, ['127.0.0.1', '2001:db8::2']);
	assert.deepEqual(watch(['0.0.0.0', '::']).hosts, ['192.168.1.2', '2001:db8::2']);
});
