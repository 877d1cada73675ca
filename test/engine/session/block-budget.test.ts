import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Clock} from '../../../source/base/ports.ts';
import type {Peer} from '../../../source/engine/peers/peer-connection.ts';
import {BlockBudget} from '../../../source/engine/session/block-budget.ts';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import {BlockRequests} from '../../../source/engine/transfer/block-source.ts';
import {BlockPool} from '../../../source/io/disk/block-pool.ts';
import {HandClock, settled} from '../../helpers/hand-clock.ts';

/** As much of a peer as is looked at; it was asked for something before unless it is new. */
function peerOf(facts: Partial<Peer> = {}, isNew = false): Peer {
	const requests = new BlockRequests(1, 0);
	if (!isNew) requests.queue.ask(0, 0, 0);
	requests.waitsForBuffer = true;
	return {amInterested: true, peerChoking: false, roundTrip: 200, requests, ...facts} as Peer;
}

interface FakeTorrent {
	readonly peers: Peer[];
	active: boolean;
	storage: {waiting: number} | undefined;
	/** How often its unfinished pieces were written. */
	saves: number;
	/** Done by each save. */
	save: () => void;
}

function open(slots: number, ...fakes: FakeTorrent[]) {
	const pool = new BlockPool(slots);
	const clock = new HandClock();
	const torrents = new Map(
		fakes.map((fake, n) => [
			String(n),
			{
				swarm: {peers: new Map(fake.peers.map((peer, id) => [id, peer]))},
				get active() {
					return fake.active;
				},
				content: {
					get storage() {
						return fake.storage;
					},
					downloader: {
						unfinished: {
							save: async () => {
								fake.saves++;
								fake.save();
							},
						},
					},
				},
			} as unknown as Torrent,
		]),
	);
	return {pool, clock, budget: new BlockBudget(pool, torrents, clock as Clock)};
}

function fake(peers: Peer[] = []): FakeTorrent {
	return {peers, active: true, storage: {waiting: 0}, saves: 0, save: () => {}};
}

/** Takes every block there is. */
function exhaust(pool: BlockPool): number[] {
	const slots: number[] = [];
	for (let slot = pool.take(); slot >= 0; slot = pool.take()) slots.push(slot);
	return slots;
}

test('peers that give share nine tenths of the memory alike; those that do not, count for nothing', () => {
	const senders = [peerOf(), peerOf(), peerOf()];
	const others = [peerOf({amInterested: false}), peerOf({peerChoking: true})];
	const {budget} = open(1000, fake([...senders, ...others]));
	assert.equal(budget.requestQuota(senders[0]!), 300);
});

test('peers of all torrents share it, and everybody gets a few blocks', () => {
	const crowd = Array.from({length: 600}, () => peerOf());
	const {budget} = open(1000, fake([peerOf()]), fake([peerOf()]));
	assert.equal(budget.requestQuota(peerOf()), 450);
	const crowded = open(1000, fake(crowd));
	assert.equal(crowded.budget.requestQuota(crowd[0]!), 8);
});

test('the nearer a peer is the less of it is on its way, but enough', () => {
	const quota = (roundTrip: number, others: number, slots = 8192): number => {
		const peers = Array.from({length: 1 + others}, () => peerOf({roundTrip}));
		return open(slots, fake(peers)).budget.requestQuota(peers[0]!);
	};
	// 12 MiB to 16 MiB in all …
	for (const [roundTrip, blocks] of [
		[0, 768],
		[25, 768],
		[40, 820],
		[49.9, 1022],
		[50, Math.floor(8192 * 0.9)],
	] as const)
		assert.equal(quota(roundTrip, 0), blocks, `${roundTrip} ms`);
	// … and from each of many what 500 Mbit/s take.
	assert.equal(quota(1, 31), 32);
	assert.equal(quota(10, 31), 40);
	assert.equal(quota(40, 31), 64);
	// But no more than half of the memory, and nobody gets more than there is.
	assert.equal(quota(40, 199, 4096), 10);
	assert.equal(quota(40, 2, 100), 30);
});

test('how near a peer is its fastest block tells when connecting took long', () => {
	const peer = peerOf({roundTrip: 200});
	const {budget} = open(8192, fake([peer]));
	const {queue} = peer.requests;
	queue.settle(0, 0, 60, true);
	assert.equal(budget.requestQuota(peer), Math.floor(8192 * 0.9));
	queue.ask(1, 0, 60);
	queue.settle(1, 0, 65, true);
	assert.equal(budget.requestQuota(peer), 768);
	// One that was kept waiting since is no further away.
	queue.ask(2, 0, 100);
	queue.settle(2, 0, 900, true);
	assert.equal(budget.requestQuota(peer), 768);
});

test('what the disk has not taken yet counts as on its way from peers that are near', () => {
	const [near, far] = [peerOf({roundTrip: 1}), peerOf({roundTrip: 50})];
	const {pool, budget} = open(4096, fake([near, near, near, near]));
	assert.equal(budget.requestQuota(near), 192);
	// At once, not when shares are counted anew.
	pool.queued(200);
	assert.equal(budget.requestQuota(near), 142);
	// No less than half of it, however much waits there.
	pool.queued(300);
	assert.equal(budget.requestQuota(near), 96);
	pool.queued(1000);
	assert.equal(budget.requestQuota(near), 96);
	assert.equal(budget.requestQuota(far), Math.floor((4096 * 0.9) / 4));
	pool.queued(-1500);
	assert.equal(budget.requestQuota(near), 192);
});

test('shares are counted anew soon where few are to be counted, and every tenth of a second where many are', async () => {
	for (const [others, soon] of [
		[0, 11],
		[1000, 61],
		[5000, 100],
	] as const) {
		const peers = [peerOf(), peerOf()];
		const idle = Array.from({length: others}, () => peerOf({amInterested: false}));
		const {budget, clock} = open(1000, fake([...peers, ...idle]));
		assert.equal(budget.requestQuota(peers[0]!), 450);
		(peers[1] as {peerChoking: boolean}).peerChoking = true;
		await clock.pass(soon - 1);
		assert.equal(budget.requestQuota(peers[0]!), 450);
		await clock.pass(1);
		assert.equal(budget.requestQuota(peers[0]!), 900);
	}
});

test('who is asked for the first time counts at once, and once', () => {
	const torrent = fake([peerOf()]);
	const {budget} = open(1000, torrent);
	assert.equal(budget.requestQuota(torrent.peers[0]!), 900);
	const [second, third] = [peerOf({}, true), peerOf({}, true)];
	assert.equal(budget.requestQuota(second), 450);
	assert.equal(budget.requestQuota(second), 450);
	assert.equal(budget.requestQuota(third), 300);
	assert.equal(budget.requestQuota(torrent.peers[0]!), 300);
});

test('who found no memory free is served when there is some, once', () => {
	const {budget, pool} = open(4, fake());
	const slots = exhaust(pool);
	const waiting = peerOf();
	let served = 0;
	budget.waitForBuffer(waiting, peer => {
		assert.equal(peer, waiting);
		served++;
	});
	assert.equal(served, 0);
	assert.equal(waiting.requests.waitsForBuffer, true);
	pool.give(slots.pop()!);
	budget.buffersFreed();
	assert.equal(served, 1);
	assert.equal(waiting.requests.waitsForBuffer, false);
	budget.buffersFreed();
	assert.equal(served, 1);
});

test('with memory free it is served at once', () => {
	const {budget} = open(4, fake());
	let served = 0;
	budget.waitForBuffer(peerOf(), () => served++);
	assert.equal(served, 1);
});

test('when memory is short, unfinished pieces are written, and those who wait go on', async () => {
	const torrent = fake();
	const {budget, pool} = open(8, torrent);
	const slots = exhaust(pool);
	torrent.save = () => {
		for (const slot of slots.splice(0)) pool.give(slot);
	};
	let served = 0;
	budget.waitForBuffer(peerOf(), () => served++);
	assert.equal(torrent.saves, 1);
	await settled();
	assert.equal(served, 1);
});

test('nothing is written for nobody, nor by a torrent that rests or whose disk is busy as it is', () => {
	const torrents = [fake(), fake(), fake()];
	torrents[0]!.active = false;
	torrents[1]!.storage = undefined;
	torrents[2]!.storage = {waiting: 1};
	const {budget, pool} = open(8, ...torrents);
	exhaust(pool);
	budget.buffersFreed();
	budget.waitForBuffer(peerOf(), () => assert.fail('there is none'));
	assert.deepEqual(
		torrents.map(({saves}) => saves),
		[0, 0, 0],
	);
});

test('memory that is only promised is no reason to write', () => {
	const torrent = fake();
	const {budget, pool} = open(8, torrent);
	for (let block = 0; block < 8; block++) pool.promise(1);
	budget.waitForBuffer(peerOf(), () => assert.fail('there is none'));
	assert.equal(torrent.saves, 0);
});

test('the disk is behind when no memory has been free three seconds long, and no more once some is', () => {
	const {budget, pool} = open(4, fake());
	const slots = exhaust(pool);
	const behind: boolean[] = [];
	for (let second = 0; second < 4; second++) {
		budget.tick();
		behind.push(budget.diskBehind);
	}
	assert.deepEqual(behind, [false, false, true, true]);
	pool.give(slots[0]!);
	budget.tick();
	assert.equal(budget.diskBehind, false);
});

/** So many near peers that give, as if each had sent so many blocks since it was asked. */
function crowdOf(count: number, roundTrip: number): Peer[] {
	return Array.from({length: count}, () => {
		const peer = peerOf({roundTrip});
		for (let block = 1; block < 500; block++) {
			peer.requests.queue.ask(0, block, 0);
			peer.requests.queue.settle(0, block, 1, true);
		}
		return Object.defineProperty(peer, 'outstanding', {get: () => peer.requests.queue.outstanding});
	});
}

test('more than twelve near peers take turns; few peers and far ones do not', () => {
	const turns = (peers: readonly Peer[]): number[] => {
		const {budget} = open(8192, fake([...peers]));
		const quotas = peers.map(peer => budget.turnQuota(peer, budget.requestQuota(peer), () => {}));
		// What it has now it was asked for in its turn, or has as its share: only the one is not topped up.
		const again = peers.map(peer => budget.turnQuota(peer, budget.requestQuota(peer), () => {}));
		assert.equal(new Set(quotas).size, 1);
		return again;
	};
	const asked = (peers: readonly Peer[]): readonly Peer[] => {
		for (const {requests} of peers) for (let block = 1; block < 40; block++) requests.queue.ask(1, block, 0);
		return peers;
	};
	assert.deepEqual(turns(asked(crowdOf(13, 1))), [
		...Array(6).fill(0),
		...Array(7).fill(Math.floor(768 / 13)),
	]);
	assert.deepEqual(turns(asked(crowdOf(12, 1))), Array(12).fill(64));
	const far = Array.from({length: 13}, () => peerOf({roundTrip: 60}));
	assert.deepEqual(turns(far), Array(13).fill(Math.floor((8192 * 0.9) / 13)));
});

test('those in the line are asked within a twentieth of a second when nobody whose turn it is sends any more', async () => {
	const crowd = crowdOf(20, 1);
	const {budget, clock} = open(8192, fake(crowd));
	budget.requestQuota(crowd[0]!);
	const asked: Peer[] = [];
	for (const peer of crowd) budget.turnQuota(peer, 8, next => asked.push(next as Peer));
	assert.deepEqual(asked, []);
	await clock.pass(49);
	assert.deepEqual(asked, []);
	await clock.pass(3);
	assert.deepEqual(asked, crowd.slice(6, 12));
	// And so on, until nobody waits.
	await clock.pass(200);
	assert.equal(new Set(asked).size, 14);
});
