import assert from 'node:assert/strict';
import {test} from 'node:test';
import {PeerStore} from '../../../source/policy/dht/peer-store.js';
import {seededRandom} from '../../helpers/seeded-random.js';

const hashOf = (n: number): Uint8Array =>
	Uint8Array.from({length: 20}, (_, at) => (at < 4 ? n >> (8 * at) : 0) & 255);
const ipOf = (n: number): Uint8Array => Uint8Array.of(20, n >> 16, (n >> 8) & 255, n & 255);

test('peers are given as they were stored, as many as are wanted, seeds or not', () => {
	const store = new PeerStore(seededRandom(1));
	for (let n = 0; n < 10; n++) store.add(hashOf(1), ipOf(n), 6881, n < 4, 0);
	assert.equal(store.sample(hashOf(1), 100, false).length, 10);
	assert.equal(store.sample(hashOf(1), 3, false).length, 3);
	const leeches = store.sample(hashOf(1), 100, true);
	assert.deepEqual(leeches.map(peer => peer[3]).toSorted(), [4, 5, 6, 7, 8, 9]);
	assert.deepEqual([...leeches[0]!.subarray(4)], [26, 225]);
	assert.deepEqual(store.sample(hashOf(2), 5, false), []);
	const {seeds, peers} = store.addresses(hashOf(1))!;
	assert.deepEqual([seeds.length, peers.length, seeds[0]!.length], [4, 6, 4]);
});

test('every peer is drawn now and then', () => {
	const store = new PeerStore(seededRandom(2));
	for (let n = 0; n < 50; n++) store.add(hashOf(1), ipOf(n), 1, false, 0);
	const drawn = new Set<number>();
	for (let turn = 0; turn < 60; turn++)
		for (const peer of store.sample(hashOf(1), 5, false)) drawn.add(peer[3]!);
	assert.equal(drawn.size, 50);
});

test('four behind one gateway are stored, a fifth in place of the one that was announced longest ago; on this machine all are', () => {
	const store = new PeerStore(seededRandom(3));
	const ports = () => store.sample(hashOf(1), 99, false).map(peer => peer[5]);
	for (const port of [1, 2, 3, 4]) store.add(hashOf(1), ipOf(1), port, false, port);
	store.add(hashOf(1), ipOf(1), 1, true, 5);
	assert.deepEqual([store.peers, ports().toSorted()], [4, [1, 2, 3, 4]]);
	store.add(hashOf(1), ipOf(1), 5, false, 6);
	assert.deepEqual([store.peers, ports().toSorted()], [4, [1, 3, 4, 5]]);
	store.add(hashOf(1), ipOf(10), 2, false, 7);
	assert.equal(store.peers, 5, 'another address, though one begins like the other');
	for (let port = 1; port < 9; port++) store.add(hashOf(2), Uint8Array.of(127, 0, 0, 1), port, false, 1);
	assert.equal(store.peers, 13);
});

test('who is not announced again for 45 minutes is forgotten', () => {
	const store = new PeerStore(seededRandom(4));
	store.add(hashOf(1), ipOf(1), 1, false, 0);
	store.add(hashOf(1), ipOf(2), 1, false, 0);
	store.add(hashOf(1), ipOf(1), 1, false, 30 * 60_000);
	store.add(hashOf(2), ipOf(2), 1, false, 0);
	store.sweep(44 * 60_000);
	assert.deepEqual([store.hashes, store.peers], [2, 3]);
	store.sweep(46 * 60_000);
	assert.deepEqual([store.hashes, store.peers], [1, 1]);
	store.sweep(76 * 60_000);
	assert.deepEqual([store.hashes, store.peers], [0, 0]);
});

test('there is room for 2,000 torrents of 500 peers; who is known is renewed when it is full', () => {
	const store = new PeerStore(seededRandom(5));
	for (let n = 0; n < 500; n++) assert.equal(store.add(hashOf(0), ipOf(n), 1, false, 0), true);
	assert.equal(store.accepts(hashOf(0)), false);
	assert.equal(store.add(hashOf(0), ipOf(500), 1, false, 0), false);
	assert.equal(store.add(hashOf(0), ipOf(7), 9, false, 0), true);
	for (let n = 1; n < 2000; n++) store.add(hashOf(n), ipOf(1), 1, false, 0);
	assert.equal(store.accepts(hashOf(2000)), false);
	assert.equal(store.add(hashOf(2000), ipOf(1), 1, false, 0), false);
	assert.equal(store.accepts(hashOf(1999)), true);
	assert.equal(new Set(store.sampleHashes(20)).size, 20);
});
