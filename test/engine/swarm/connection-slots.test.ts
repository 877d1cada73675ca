import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ConnectionSlots} from '../../../source/engine/swarm/connection-slots.ts';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import {HandClock} from '../../helpers/hand-clock.ts';
import {LonePeer, seconds} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

/** Two torrents that share so many places, counted by a clock of their own. */
async function share(most: number): Promise<{one: LoneTorrent; other: LoneTorrent; clock: HandClock}> {
	const torrents = new Map<string, Torrent>();
	const clock = new HandClock();
	const slots = new ConnectionSlots(most, torrents, clock);
	const one = new LoneTorrent({seeds: true, slots, random: seeded(1)});
	const other = new LoneTorrent({slots, random: seeded(2)});
	torrents.set('one', one.torrent).set('other', other.torrent);
	await one.start();
	await other.start();
	return {one, other, clock};
}

function addresses(count: number) {
	return Array.from({length: count}, (_, at) => ({host: `192.0.2.${at + 1}`, port: 1}));
}

test('a torrent that comes when all places are taken gets half of them, one a second, those of who trades least', async () => {
	const {one, other, clock} = await share(10);
	const peers: LonePeer[] = [];
	for (let id = 1; id <= 12; id++) peers.push(await LonePeer.meet(one, id));
	assert.equal(peers.filter(({connection}) => connection.reason === undefined).length, 10);
	await seconds(one, 1);
	for (const {peer} of peers.slice(0, 5)) peer.traffic.lastUsefulAt = one.clock.now();
	other.torrent.post({type: 'peers', addresses: addresses(20), source: 'tracker'});
	const counts: number[] = [];
	for (let second = 0; second < 12; second++) {
		await clock.pass(1000);
		await seconds(other, 1);
		counts.push(other.torrent.swarm.peers.size);
	}
	assert.ok(counts[2]! < 5, `${counts}`);
	assert.equal(counts.at(-1), 5, `${counts}`);
	assert.equal(one.torrent.swarm.peers.size, 5);
	assert.deepEqual(
		peers.slice(0, 10).map(({connection}) => connection.reason === undefined),
		[true, true, true, true, true, false, false, false, false, false],
	);
	for (const lone of [one, other]) await lone.torrent.close();
	assert.equal(one.connections + other.connections, 0);
});

test('somebody who comes to it gets a place too, and nobody more than there are', async () => {
	const {one, other} = await share(4);
	for (let id = 1; id <= 6; id++) await LonePeer.meet(one, id);
	assert.equal(one.torrent.swarm.peers.size, 4);
	const newcomer = await LonePeer.meet(other, 1);
	assert.equal(newcomer.connection.reason, undefined);
	assert.equal(one.torrent.swarm.peers.size, 3);
	assert.notEqual((await LonePeer.meet(other, 2)).connection.reason, undefined, 'two in one second');
	for (const lone of [one, other]) await lone.torrent.close();
});

test('connections are made at once up to 30, then 30 a second', async () => {
	const clock = new HandClock();
	const slots = new ConnectionSlots(1000, new Map(), clock);
	const lone = new LoneTorrent({slots, maxPeers: 500, random: seeded(1)});
	await lone.start();
	lone.torrent.post({type: 'peers', addresses: addresses(250), source: 'tracker'});
	assert.equal(lone.dialled.length, 30);
	// Nobody is there, and each says so at once: the next are not dialled for that.
	for (let second = 1; second < 6; second++) {
		for (const connection of lone.dialled.slice(30 * (second - 1))) connection.hangUp();
		await lone.clock.pass(10);
		assert.equal(lone.dialled.length, 30 * second);
		await clock.pass(1000);
		await seconds(lone, 1);
		assert.equal(lone.dialled.length, 30 * (second + 1));
	}
	await lone.torrent.close();
});

test('with fewer places those who hold one too many go, of who has most the idlest first; with more there is room', async () => {
	const torrents = new Map<string, Torrent>();
	const slots = new ConnectionSlots(8, torrents, new HandClock());
	const one = new LoneTorrent({seeds: true, slots, random: seeded(1)});
	const other = new LoneTorrent({slots, random: seeded(2)});
	torrents.set('one', one.torrent).set('other', other.torrent);
	await one.start();
	await other.start();
	const peers: LonePeer[] = [];
	for (let id = 1; id <= 6; id++) peers.push(await LonePeer.meet(one, id));
	for (let id = 1; id <= 2; id++) await LonePeer.meet(other, id);
	await seconds(one, 1);
	for (const {peer} of peers.slice(0, 2)) peer.traffic.lastUsefulAt = one.clock.now();
	slots.limit(4);
	assert.equal(slots.most, 4);
	assert.equal(one.torrent.swarm.peers.size + other.torrent.swarm.peers.size, 4);
	assert.deepEqual(
		peers.map(({connection}) => connection.reason),
		[undefined, undefined, ...Array(4).fill('there may be fewer now')],
	);
	assert.notEqual((await LonePeer.meet(one, 7)).connection.reason, undefined, 'all places are taken');
	slots.limit(6);
	assert.equal((await LonePeer.meet(one, 8)).connection.reason, undefined);
	assert.equal((await LonePeer.meet(one, 9)).connection.reason, undefined);
	assert.notEqual((await LonePeer.meet(one, 10)).connection.reason, undefined);
	for (const lone of [one, other]) await lone.torrent.close();
	assert.equal(one.connections + other.connections, 0);
});
