import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Publication} from '../../../source/protocol/catalogue/publication.js';
import {Ground, hexOf, publication} from './helpers.ts';

test('what is published is found, with who shares it and who has it', () => {
	const ground = new Ground();
	ground.seeders.set(hexOf(1), 4);
	assert.deepEqual(ground.publish('k1', [publication(1), publication(2)]), {published: 2, refused: []});
	const [first, second] = ground.index.search({words: 'thing'}).torrents;
	assert.deepEqual([first?.name, first?.seeders, first?.nicks], ['Thing number 1', 4, ['ada']]);
	assert.equal(second?.name, 'Thing number 2');
	assert.deepEqual(ground.index.totals, {people: 1, torrents: 2, size: 2003});
	assert.deepEqual(ground.said, ['came ada', 'published ada', 'published ada']);
});

test('two who say the same of a torrent are one entry, and two who do not are two', () => {
	const ground = new Ground();
	ground.publish('k1', [publication(1)]);
	ground.publish('k2', [publication(1, {nick: 'bo', peerId: hexOf(2)})]);
	ground.publish('k3', [publication(1, {nick: 'cy', peerId: hexOf(3), size: 7})]);
	const entries = ground.index.entries(hexOf(1));
	assert.deepEqual(
		entries.map(({size, nicks}) => [size, nicks]),
		[
			[1001, ['ada', 'bo']],
			[7, ['cy']],
		],
	);
});

test('a nickname is whose it is, in whatever letters, until it is given up for long', () => {
	const ground = new Ground({nickLife: 1000});
	ground.publish('k1', [publication(1)]);
	const other = publication(2, {nick: 'ADA', peerId: hexOf(2)});
	assert.deepEqual(ground.publish('k2', [other]), {failure: 'nick-taken'});
	ground.index.goodbye('k1');
	ground.index.sweep(500);
	assert.deepEqual(ground.publish('k2', [other], 500), {failure: 'nick-taken'});
	ground.index.sweep(1000);
	assert.equal(ground.publish('k2', [other], 1000).failure, undefined);
});

test('who publishes under another nickname is called by that everywhere', () => {
	const ground = new Ground();
	ground.publish('k1', [publication(1), publication(2)]);
	ground.publish('k1', [publication(3, {nick: 'eve'})]);
	assert.deepEqual(
		ground.index.search({words: ''}).torrents.map(({nicks}) => nicks),
		[['eve'], ['eve'], ['eve']],
	);
	assert.equal(ground.index.person('ada'), undefined);
	assert.equal(ground.index.person('Eve')?.torrents.length, 3);
	ground.publish('k2', [publication(1, {nick: 'ada', peerId: hexOf(2)})]);
	assert.equal(ground.index.person('ada')?.torrents.length, 1);
});

test('nothing is taken of who is not in the swarm, not even the nickname', () => {
	const ground = new Ground();
	ground.everywhere.clear();
	ground.standing.add(`${hexOf(1)} ${hexOf(9)}`);
	assert.deepEqual(ground.publish('k1', [publication(1), publication(2)]), {
		published: 0,
		refused: [
			{infoHash: hexOf(1), why: 'not-announced'},
			{infoHash: hexOf(2), why: 'not-announced'},
		],
	});
	assert.deepEqual(ground.publish('k2', [publication(1, {peerId: hexOf(9)})]), {published: 1, refused: []});
});

test('an entry lives ten minutes longer than its publisher is in the swarm', () => {
	const ground = new Ground();
	ground.publish('k1', [publication(1)]);
	ground.index.sweep(50_000);
	ground.everywhere.clear();
	ground.index.sweep(649_999);
	assert.equal(ground.index.totals.torrents, 1);
	ground.index.sweep(650_000);
	assert.equal(ground.index.totals.torrents, 0);
	assert.deepEqual(ground.said.slice(2), ['withdrawn ada', 'left ada']);
});

test('an entry lives while one of its publishers is there', () => {
	const ground = new Ground();
	ground.publish('k1', [publication(1)]);
	ground.publish('k2', [publication(1, {nick: 'bo', peerId: hexOf(2)})]);
	ground.everywhere = new Set([hexOf(2)]);
	ground.index.sweep(700_000);
	assert.deepEqual(ground.index.search({words: ''}).torrents[0]?.nicks, ['bo']);
});

test('who stops in a swarm shares nothing there any more, at once', () => {
	const ground = new Ground();
	ground.publish('k1', [publication(1), publication(2)]);
	ground.publish('k2', [publication(1, {nick: 'bo', peerId: hexOf(2)})]);
	ground.index.stopped(hexOf(1), hexOf(1));
	assert.deepEqual(ground.index.entries(hexOf(1))[0]?.nicks, ['bo']);
	ground.index.stopped(hexOf(2), hexOf(1));
	assert.equal(ground.index.person('ada'), undefined);
});

test('one’s own is withdrawn, somebody else’s is not', () => {
	const ground = new Ground();
	ground.publish('k1', [publication(1), publication(2)]);
	assert.equal(ground.index.withdraw('k2', hexOf(1)), false);
	assert.equal(ground.index.withdraw('k1', hexOf(1)), true);
	assert.equal(ground.index.totals.torrents, 1);
	assert.equal(ground.index.goodbye('k2'), 0);
	assert.equal(ground.index.goodbye('k1'), 1);
	assert.deepEqual(ground.index.totals, {people: 0, torrents: 0, size: 0});
});

test('what a publisher says anew of a torrent replaces what it said', () => {
	const ground = new Ground();
	ground.publish('k1', [publication(1)]);
	ground.said.length = 0;
	ground.events.length = 0;
	ground.publish('k1', [publication(1, {name: 'Another name', size: 5})]);
	assert.deepEqual(ground.names('thing'), []);
	assert.deepEqual(ground.names('another'), ['Another name']);
	assert.deepEqual(ground.index.totals, {people: 1, torrents: 1, size: 5});
	assert.deepEqual(ground.said, ['withdrawn ada', 'published ada']);
});

test('a hybrid is found by both of its hashes, and lives in either of its swarms', () => {
	const ground = new Ground();
	const infoHashV2 = hexOf(77, 64).replace(/^0/, 'f') as Publication['infoHash'];
	ground.publish('k1', [publication(1, {infoHashV2})]);
	assert.equal(ground.index.entries(infoHashV2).length, 1);
	assert.equal(ground.index.search({words: infoHashV2}).torrents.length, 1);
	ground.everywhere.clear();
	ground.standing.add(`${infoHashV2.slice(0, 40)} ${hexOf(1)}`);
	ground.index.sweep(700_000);
	assert.equal(ground.index.totals.torrents, 1);
	ground.publish('k2', [publication(1, {nick: 'bo', peerId: hexOf(2)})]);
});

test('one publisher, all together, and the ways to describe a torrent are bounded', () => {
	const ground = new Ground({entries: 5, entriesPerPublisher: 3, entriesPerTorrent: 2});
	const many = [1, 2, 3, 4].map(number => publication(number));
	assert.deepEqual(ground.publish('k1', many), {
		published: 3,
		refused: [{infoHash: hexOf(4), why: 'full'}],
	});
	const others = [1, 2, 3, 4].map(number => publication(number, {nick: 'bo', peerId: hexOf(2)}));
	assert.equal((ground.publish('k2', others) as {published: number}).published, 2);
	ground.index.goodbye('k2');
	ground.publish('k2', [publication(1, {nick: 'bo', peerId: hexOf(2), size: 1})]);
	const third = ground.publish('k3', [publication(1, {nick: 'cy', peerId: hexOf(3), size: 2})]);
	assert.deepEqual(third, {published: 0, refused: [{infoHash: hexOf(1), why: 'full'}]});
});

test('people are bounded: who shares nothing goes first', () => {
	const ground = new Ground({publishers: 2});
	ground.publish('k1', [publication(1)]);
	ground.publish('k2', [publication(2, {nick: 'bo', peerId: hexOf(2)})]);
	const third = publication(3, {nick: 'cy', peerId: hexOf(3)});
	assert.deepEqual(ground.publish('k3', [third]), {failure: 'full'});
	ground.index.goodbye('k1');
	assert.equal(ground.publish('k3', [third]).failure, undefined);
	assert.deepEqual(
		ground.index.people().map(({nick}) => nick),
		['bo', 'cy'],
	);
});

test('what is kept is taken up again, and goes with whoever does not come back', () => {
	const before = new Ground();
	before.publish('k1', [publication(1), publication(2)]);
	before.publish('k2', [publication(2, {nick: 'bo', peerId: hexOf(2)})]);
	const after = new Ground();
	for (const line of before.index.lines()) {
		const [kind, ...rest] = JSON.parse(line);
		if (kind === 'p') after.index.restorePerson(rest[0], rest[1], rest[2], 0);
		else after.index.restoreEntry(rest[0], rest[1], rest[2], 0);
	}
	assert.deepEqual([...after.index.lines()], [...before.index.lines()]);
	assert.deepEqual(after.index.totals, before.index.totals);
	after.everywhere = new Set([hexOf(2)]);
	after.index.sweep(600_000);
	assert.deepEqual(
		after.index.search({words: ''}).torrents.map(({name, nicks}) => [name, nicks]),
		[['Thing number 2', ['bo']]],
	);
	const taken = after.publish('k3', [publication(3, {nick: 'ada', peerId: hexOf(2)})], 600_000);
	assert.deepEqual(taken, {failure: 'nick-taken'});
});
