import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {CompactPeers, SwarmAnnounce, SwarmCounts} from '../../../source/policy/tracker/swarm-table.js';
import {decodeCompactPeers, encodeCompactPeers} from '../../../source/protocol/tracker/compact-peers.js';
import type {SharedStore} from '../../../source/tracker/store/shared-store.js';
import {SharedSwarms} from '../../../source/tracker/store/shared-swarms.js';

const host = (n: number): string => `192.0.2.${n}`;

function answer(...numbers: number[]): SwarmCounts & CompactPeers {
	const peers = numbers.map(n => ({host: host(n), port: 1000}));
	return {
		seeders: numbers.length,
		leechers: 1,
		completed: 3,
		peers4: encodeCompactPeers(peers, 'ipv4'),
		peers6: new Uint8Array(),
	};
}

function announce(n: number, more: Partial<SwarmAnnounce> = {}): SwarmAnnounce {
	return {
		infoHash: 'ab'.repeat(20),
		address: {host: host(n), port: 1000},
		peerId: new Uint8Array(20),
		left: 1,
		numwant: 50,
		families: 'both',
		...more,
	};
}

/** A store that answers as the test says: with peers, with an error, or not at all because it is known to be gone. */
function stage() {
	let says: (SwarmCounts & CompactPeers) | 'fails' | 'gone' = 'gone';
	const store = {
		get isReady() {
			return says !== 'gone';
		},
		exchange: async () => {
			if (typeof says === 'string') throw new Error('lost');
			return says;
		},
	} as unknown as SharedStore;
	const swarms = new SharedSwarms(store, 1000);
	const ask = async (now: typeof says, who: SwarmAnnounce, here = answer()): Promise<string[]> => {
		says = now;
		const {peers4} = await swarms.exchange(who, here);
		return decodeCompactPeers(peers4).map(({host}) => host.slice(8));
	};
	return {swarms, ask};
}

test('the answer is the store’s while it answers, and not what is known here', async () => {
	const {ask} = stage();
	assert.deepEqual(await ask(answer(1, 2), announce(9), answer(7)), ['1', '2']);
});

test('without a store, or when it fails in the middle, the answer comes from here and from what it said last', async () => {
	const {ask, swarms} = stage();
	assert.deepEqual(await ask('gone', announce(9), answer(7)), ['7']);
	await ask(answer(1, 2, 7), announce(9));
	assert.deepEqual(await ask('gone', announce(9), answer(7)), ['7', '1', '2']);
	assert.deepEqual(await ask('fails', announce(9), answer(7)), ['7', '1', '2']);
	const {seeders, completed} = await swarms.exchange(announce(9), answer(7));
	assert.deepEqual([seeders, completed], [3, 3]);
});

test('nobody hears of themselves, of more than they want, or of the family that they do not want', async () => {
	const {ask} = stage();
	await ask(answer(1, 2, 3), announce(9));
	assert.deepEqual(await ask('gone', announce(2), answer(7)), ['7', '1', '3']);
	assert.deepEqual(await ask('gone', announce(9, {numwant: 2}), answer(7)), ['7', '1']);
	assert.deepEqual(await ask('gone', announce(9, {families: 'ipv6'}), answer()), []);
	assert.deepEqual(await ask('gone', announce(9, {event: 'stopped'}), answer()), []);
});

test('a seeder’s answer, which is short, does not push out the longer one of a leecher', async () => {
	const {ask} = stage();
	await ask(answer(1, 2, 3, 4), announce(9));
	await ask(answer(5), announce(8, {left: 0}));
	assert.deepEqual(await ask('gone', announce(9), answer()), ['1', '2', '3', '4']);
});

test('of a bounded number of torrents it is remembered what was said, those asked for last', async () => {
	const {ask} = stage();
	const infoHash = (n: number): string => n.toString(16).padStart(40, '0');
	for (let n = 0; n < 20_100; n++) await ask(answer(1, 2), announce(9, {infoHash: infoHash(n)}));
	assert.deepEqual(await ask('gone', announce(9, {infoHash: infoHash(50)})), []);
	assert.deepEqual(await ask('gone', announce(9, {infoHash: infoHash(20_000)})), ['1', '2']);
});
