import assert from 'node:assert/strict';
import test from 'node:test';
import type {PeerSourceName} from '../../../source/base/peer-source.ts';
import {PeerList} from '../../../source/policy/peers/peer-list.ts';

const at = (n: number) => ({host: `192.0.2.${n}`, port: 6881});

/** A list of `limit` at most; peers are numbered from 1, and heard of at that second. */
function open(limit: number) {
	const list = new PeerList({port: 6881, ownHosts: [], limit});
	const hear = (n: number, source: PeerSourceName = 'tracker', now = n * 1000) =>
		list.add(at(n), source, now);
	const known = (n: number) => list.sourceOf(at(n)) !== undefined;
	/** Was here, and gave or took something. */
	const prove = (n: number) => {
		list.connecting(at(n));
		list.connected(at(n), n * 1000);
		list.disconnected(at(n), n * 1000, {useful: true});
	};
	const fail = (n: number) => {
		list.connecting(at(n));
		list.failed(at(n), n * 1000);
	};
	return {list, hear, known, prove, fail};
}

test('peers that have proven themselves stay, however many others are heard of', () => {
	const {list, hear, known, prove} = open(16);
	for (let n = 1; n <= 4; n++) {
		hear(n);
		prove(n);
	}
	for (let n = 5; n < 200; n++) hear(n);
	assert.ok(list.known <= 16);
	for (let n = 1; n <= 4; n++) assert.ok(known(n), `${n} is gone`);
});

test('so do those that are connected or being dialled, and those a person named', () => {
	const {list, hear, known} = open(16);
	for (let n = 1; n <= 3; n++) hear(n, n === 3 ? 'manual' : 'tracker');
	list.connecting(at(1));
	list.connecting(at(2));
	list.connected(at(2), 0);
	for (let n = 5; n < 200; n++) hear(n);
	for (let n = 1; n <= 3; n++) assert.ok(known(n), `${n} is gone`);
});

test('a list full of the proven takes nobody more, but whom a person names', () => {
	const {list, hear, known, prove} = open(4);
	for (let n = 1; n <= 4; n++) {
		hear(n);
		prove(n);
	}
	assert.equal(hear(5), false);
	assert.equal(known(5), false);
	assert.equal(list.known, 4);
	assert.equal(hear(6, 'manual'), true);
	assert.equal(list.known, 5);
});

test('who failed goes first, then hearsay, then who was not heard of for longest', () => {
	const {list, hear, known, fail} = open(32);
	hear(1, 'pex', 9000);
	hear(2, 'tracker', 5000);
	hear(3, 'tracker', 4000);
	hear(4, 'tracker', 99_000);
	hear(5, 'dht', 8000);
	fail(4);
	const gone: number[] = [];
	for (let limit = 4; limit >= 0; limit--) {
		list.limit = limit;
		for (let n = 1; n <= 5; n++) if (!known(n) && !gone.includes(n)) gone.push(n);
	}
	assert.deepEqual(gone, [4, 5, 1, 3, 2]);
});

test('who was named by a tracker as well is no hearsay, and who is heard of again is fresh', () => {
	const {list, hear, known} = open(32);
	hear(1, 'pex', 1000);
	hear(2, 'pex', 1000);
	hear(1, 'tracker', 1000);
	list.limit = 1;
	assert.deepEqual([known(1), known(2)], [true, false]);
	list.limit = 32;
	hear(3, 'tracker', 2000);
	hear(1, 'tracker', 3000);
	list.limit = 1;
	assert.deepEqual([known(1), known(3)], [true, false]);
});

test('room is made for a sixteenth at a time, so that not every newcomer costs a look at all', () => {
	const {list, hear} = open(160);
	for (let n = 1; n <= 160; n++) hear(n);
	assert.equal(list.known, 160);
	hear(161);
	assert.equal(list.known, 151);
});

test('who alone names thousands pushes out nobody whom others named, nor does who repeats itself', () => {
	const list = new PeerList({port: 6881, ownHosts: [], limit: 3000});
	for (const n of [1, 2, 3]) list.add(at(n), 'pex', 0, 'honest');
	for (let round = 0; round < 3; round++)
		for (let n = 0; n < 5000; n++)
			list.add({host: `10.${n >> 8}.${n & 255}.1`, port: 7000}, 'pex', 1000 + n, `liar-${n % 5}`);
	for (const n of [1, 2, 3]) assert.ok(list.sourceOf(at(n)) !== undefined, `${n} is gone`);
});
