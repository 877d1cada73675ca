import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Clock} from '../../../source/base/ports.ts';
import type {Peer} from '../../../source/engine/peers/peer-connection.ts';
import {BlockBudget} from '../../../source/engine/session/block-budget.ts';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import {BlockRequests} from '../../../source/engine/transfer/block-source.ts';
import {BlockPool} from '../../../source/io/disk/block-pool.ts';
import {HandClock, settled} from '../../helpers/hand-clock.ts';

/** As much of a peer as is looked at. */
function peerOf(facts: Partial<Peer> = {}): Peer {
	const requests = new BlockRequests(1, 0);
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

test('of a peer that is near less is on its way, but enough', () => {
	const [near, far] = [peerOf({roundTrip: 49}), peerOf({roundTrip: 50})];
	const alone = open(8192, fake([near]));
	assert.equal(alone.budget.requestQuota(near), 1024);
	assert.equal(alone.budget.requestQuota(far), Math.floor(8192 * 0.9));
	const many = open(8192, fake(Array.from({length: 32}, () => near)));
	assert.equal(many.budget.requestQuota(near), 64);
	// Near or far, nobody gets more than there is.
	const little = open(100, fake([near, near, near]));
	assert.equal(little.budget.requestQuota(near), 30);
});

test('shares are counted anew, but no more often than every tenth of a second', async () => {
	const peers = [peerOf(), peerOf()];
	const {budget, clock} = open(1000, fake(peers));
	assert.equal(budget.requestQuota(peers[0]!), 450);
	(peers[1] as {peerChoking: boolean}).peerChoking = true;
	await clock.pass(99);
	assert.equal(budget.requestQuota(peers[0]!), 450);
	await clock.pass(1);
	assert.equal(budget.requestQuota(peers[0]!), 900);
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
