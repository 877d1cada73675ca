import assert from 'node:assert/strict';
import test from 'node:test';
import {formatAddress} from '../../../source/base/peer-address.ts';
import type {PeerSourceName} from '../../../source/base/peer-source.ts';
import {PeerList} from '../../../source/policy/peers/peer-list.ts';

const second = 1000;
const minute = 60 * second;
const at = (n: number, port = 6881) => ({host: `192.0.2.${n}`, port});

function open(count: number, source: PeerSourceName = 'tracker'): PeerList {
	const list = new PeerList({port: 6881, ownHosts: []});
	for (let n = 1; n <= count; n++) list.add(at(n), source, n);
	return list;
}

const last = (addresses: ReadonlyArray<{readonly host: string; readonly port: number}>): string =>
	addresses.map(({host}) => host.split('.').at(-1)).join(' ');

function fail(list: PeerList, n: number, now: number): void {
	list.connecting(at(n));
	list.failed(at(n), now);
}

function trade(list: PeerList, n: number, now: number, useful = true): void {
	list.connecting(at(n));
	list.connected(at(n), now);
	list.disconnected(at(n), now, {useful});
}

test('for the next session the connected are kept first, then the proven, those named by hand, and the freshest', () => {
	const list = open(7);
	trade(list, 2, 50);
	list.connecting(at(5));
	list.connected(at(5), 10);
	list.add(at(4), 'manual', 4);
	list.add(at(1), 'tracker', 99);
	fail(list, 6, 60);
	assert.equal(last(list.export()), '5 2 4 1 7 3');
});

test('no more than 200 are kept for it, and none that cannot be dialled', () => {
	const list = new PeerList({port: 6881, ownHosts: []});
	for (let n = 0; n < 300; n++) list.add({host: `10.0.${n >> 8}.${n & 255}`, port: 7000}, 'tracker', n);
	assert.equal(list.export().length, 200);
	assert.equal(list.export()[0]!.host, '10.0.1.43');
	const strangers = new PeerList({port: 6881, ownHosts: []});
	strangers.connected(at(1, 55_000), 0);
	assert.deepEqual(strangers.export(), []);
});

test('who could not be reached waits longer each time, and is given up after the third', () => {
	const list = open(1);
	fail(list, 1, 0);
	assert.equal(list.nextDeadline(0), 2 * minute);
	assert.deepEqual(list.candidates(2 * minute - 1, 5), []);
	assert.equal(last(list.candidates(2 * minute, 5)), '1');
	fail(list, 1, 2 * minute);
	assert.equal(list.nextDeadline(2 * minute), 5 * minute);
	fail(list, 1, 5 * minute);
	assert.equal(list.known, 0);
	assert.equal(list.nextDeadline(5 * minute), Infinity);
});

test('who was given up is not taken from hearsay for some time, but from a tracker', () => {
	for (const [source, taken] of [
		['pex', false],
		['dht', false],
		['resume', false],
		['tracker', true],
		['manual', true],
	] as const) {
		const list = open(1);
		for (let n = 0; n < 3; n++) fail(list, 1, n);
		assert.equal(list.add(at(1), source, minute), taken, source);
		assert.equal(list.add(at(1), 'pex', 25 * 60 * minute), !taken, 'a day later it is');
	}
});

test('a connection that was of use to nobody counts as a failure, one that was starts anew', () => {
	const list = open(2);
	fail(list, 1, 0);
	trade(list, 1, minute, true);
	trade(list, 2, minute, false);
	assert.equal(list.nextDeadline(minute), 2 * minute);
	assert.equal(last(list.candidates(2 * minute, 5)), '1');
	assert.equal(last(list.candidates(3 * minute, 5).slice(1)), '2');
});

test('what one hears of a connection that was never made changes nothing', () => {
	const list = open(1);
	list.failed(at(1), 0);
	list.disconnected(at(1), 0, {useful: false});
	list.failed(at(9), 0);
	list.disconnected(at(9), 0, {useful: true});
	assert.equal(list.known, 1);
	assert.equal(last(list.candidates(0, 5)), '1');
	list.connecting(at(1));
	list.connecting(at(1));
	list.failed(at(1), 0);
	assert.equal(last(list.candidates(2 * minute, 5)), '1', 'its host is not in use');
});

test('of one address there is one connection at a time; when it ends the next has its turn', () => {
	const list = new PeerList({port: 6881, ownHosts: []});
	for (const port of [1, 2, 3]) list.add(at(1, port), 'tracker', port);
	const [first] = list.candidates(0, 5);
	assert.equal(list.candidates(0, 5).length, 1);
	list.connecting(first!);
	assert.deepEqual(list.candidates(0, 5), []);
	assert.equal(list.nextDeadline(0), Infinity);
	list.failed(first!, 0);
	const [second] = list.candidates(0, 5);
	assert.notEqual(formatAddress(second!), formatAddress(first!));
	assert.equal(list.nextDeadline(0), 0);
});

test('on loopback, where many share an address, all are dialled', () => {
	const loopback = new PeerList({port: 6881, ownHosts: []});
	for (let port = 1; port <= 20; port++) loopback.add({host: '127.0.0.1', port}, 'tracker', 0);
	assert.equal(loopback.candidates(0, 50).length, 20);
});

test('who is banned is dialled no more, also when heard of again, and others are', () => {
	const list = open(3);
	list.connecting(at(1));
	list.connected(at(1), 0);
	list.ban('192.0.2.1');
	list.ban('192.0.2.2');
	assert.equal(list.isBanned('192.0.2.1'), true);
	assert.equal(list.add(at(2), 'tracker', 0), false);
	assert.equal(last(list.candidates(0, 9)), '3');
	list.disconnected(at(1), 0, {useful: true});
	assert.equal(list.known, 1);
	assert.equal(list.isBanned('192.0.2.3'), false);
});

test('when it was we who were away nobody waits', () => {
	const list = open(3);
	for (let n = 1; n <= 2; n++) fail(list, n, 0);
	assert.equal(last(list.candidates(0, 9)), '3');
	list.wakeAll();
	assert.equal(list.candidates(0, 9).length, 3);
});

test('whom a person names goes first though it failed, and is tried again soon, for ever', () => {
	const list = open(3);
	for (let n = 0; n < 2; n++) fail(list, 2, 0);
	list.add(at(2), 'manual', 0);
	assert.equal(last(list.candidates(0, 1)), '2');
	for (let n = 0; n < 10; n++) fail(list, 2, 0);
	const next = list.candidates(minute, 9);
	assert.ok(last(next).split(' ').includes('2'), last(next));
});

test('thousands of turns do not make the list slower or longer', () => {
	const list = open(50);
	for (let turn = 0; turn < 5000; turn++) {
		const [peer] = list.candidates(turn * minute, 1);
		if (peer === undefined) continue;
		list.connecting(peer);
		list.connected(peer, turn * minute);
		list.disconnected(peer, turn * minute, {useful: true});
	}
	assert.equal(list.known, 50);
	assert.equal(list.candidates(1e9, 100).length, 50);
});

test('among 5,000 dead whom a liar names the three good ones of an honest peer are dialled at once, and found again', () => {
	const list = new PeerList({port: 6881, ownHosts: ['123.213.32.10']});
	for (let n = 0; n < 5000; n++) list.add({host: `10.${n >> 8}.${n & 255}.1`, port: 7000}, 'pex', n, 'liar');
	for (let n = 1; n <= 3; n++) list.add(at(n), 'pex', 6000, 'honest');
	const first = list.candidates(6000, 30);
	const good = first.filter(({host}) => host.startsWith('192.0.2.'));
	assert.equal(good.length, 3);
	assert.ok(first.slice(0, 8).filter(({host}) => host.startsWith('192.0.2.')).length === 3, last(first));
	for (const {host, port} of first) list.connecting({host, port});
	for (const peer of good) {
		list.connected(peer, 7000);
		list.disconnected(peer, 8000, {useful: true});
	}
	// They were lost, and thousands are still untried: those who were good come in between.
	const again = list.candidates(8000 + 60 * second, 12);
	assert.equal(again.filter(({host}) => host.startsWith('192.0.2.')).length, 3, last(again));
});

test('whom a tracker and a peer name comes before whom one of them names, whatever its priority', () => {
	const list = open(9);
	list.add(at(7), 'pex', 20, 'a');
	assert.equal(last(list.candidates(30, 1)), '7');
	list.add(at(3), 'pex', 20, 'a');
	list.add(at(3), 'pex', 20, 'b');
	assert.deepEqual(last(list.candidates(30, 2)).split(' ').sort(), ['3', '7']);
});
