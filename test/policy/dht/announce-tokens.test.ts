import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {test} from 'node:test';
import {AnnounceTokens} from '../../../source/policy/dht/announce-tokens.js';
import {seededRandom} from '../../helpers/seeded-random.js';

const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest();
const minute = 60_000;
const [ip, other] = [Uint8Array.of(8, 8, 8, 8), Uint8Array.of(8, 8, 8, 9)];
const [hash, another] = [new Uint8Array(20), new Uint8Array(20).fill(1)];

test('a token is good for its address and torrent alone', () => {
	const tokens = new AnnounceTokens(seededRandom(1), sha1, 0);
	const token = tokens.make(ip, hash, 0);
	assert.equal(token.length, 8);
	assert.equal(tokens.isGood(token, ip, hash, 1), true);
	assert.equal(tokens.isGood(token, other, hash, 1), false);
	assert.equal(tokens.isGood(token, ip, another, 1), false);
	assert.equal(tokens.isGood(token.subarray(0, 7), ip, hash, 1), false);
	assert.equal(tokens.isGood(new Uint8Array(0), ip, hash, 1), false);
});

test('a token is good for five to ten minutes, and for no time more after a sleep of hours', () => {
	const tokens = new AnnounceTokens(seededRandom(2), sha1, 0);
	const token = tokens.make(ip, hash, 4 * minute);
	assert.equal(tokens.isGood(token, ip, hash, 6 * minute), true);
	assert.equal(tokens.isGood(token, ip, hash, 9.9 * minute), true);
	assert.equal(tokens.isGood(token, ip, hash, 11 * minute), false);
	const late = tokens.make(ip, hash, 12 * minute);
	assert.equal(tokens.isGood(late, ip, hash, 300 * minute), false);
});
