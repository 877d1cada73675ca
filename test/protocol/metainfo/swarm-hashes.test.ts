import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {InfoHash} from '../../../source/base/units.js';
import {
	firstKey,
	hasAll,
	idOf,
	idsOf,
	isNamed,
	isV2Key,
	keysOf,
	swarmKeys,
} from '../../../source/protocol/metainfo/swarm-hashes.js';

const v1 = '11'.repeat(20) as InfoHash;
const v2 = '22'.repeat(32) as InfoHash;
const begin = '22'.repeat(20) as InfoHash;
const [old, hybrid, young] = [
	{infoHash: v1, infoHashV2: undefined},
	{infoHash: v1, infoHashV2: v2},
	{infoHash: undefined, infoHashV2: v2},
];

test('a torrent is called by its v1 hash where it has one, and found by every hash it has', () => {
	assert.deepEqual([old, hybrid, young].map(idOf), [v1, v1, v2]);
	assert.deepEqual([old, hybrid, young].map(idsOf), [[v1], [v1, v2, begin], [v2, begin]]);
	assert.deepEqual(
		[v1, v2, begin, v2.slice(0, 50)].map(name => isNamed(hybrid, name)),
		[true, true, true, false],
	);
});

test('a hybrid has two swarms, that of v2 by the first 20 bytes of its hash', () => {
	const keys = swarmKeys(hybrid);
	assert.deepEqual(
		keysOf(keys).map(({key, isV2}) => [Buffer.from(key).toString('hex'), isV2]),
		[
			[v1, false],
			[begin, true],
		],
	);
	assert.deepEqual(
		[old, young].map(hashes => keysOf(swarmKeys(hashes)).map(({isV2}) => isV2)),
		[[false], [true]],
	);
	assert.equal(Buffer.from(firstKey(swarmKeys(young))).toString('hex'), begin);
	assert.deepEqual(
		[isV2Key(keys, keys.v2!), isV2Key(keys, keys.v1!), isV2Key(swarmKeys(old), keys.v2!)],
		[true, false, false],
	);
});

test('a link fits a torrent that has all its hashes, also one whose v1 hash is that of v2 cut short', () => {
	assert.ok(hasAll(hybrid, old) && hasAll(hybrid, young) && hasAll(hybrid, hybrid));
	assert.ok(hasAll(hybrid, {infoHash: begin, infoHashV2: undefined}));
	assert.ok(!hasAll(hybrid, {infoHash: v1, infoHashV2: '33'.repeat(32) as InfoHash}));
	assert.ok(!hasAll(old, hybrid) && !hasAll(young, old));
});
