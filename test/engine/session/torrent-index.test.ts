import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {InfoHash} from '../../../source/base/units.js';
import {TorrentIndex} from '../../../source/engine/session/torrent-index.js';
import type {Torrent} from '../../../source/engine/torrent/torrent.js';
import type {SwarmHashes} from '../../../source/protocol/metainfo/swarm-hashes.js';

const hash = (digits: string, bytes = 20) => digits.repeat(bytes) as InfoHash;

function torrent(id: string, identity: SwarmHashes): Torrent & {identity: SwarmHashes} {
	return {id, identity} as Torrent;
}

const hybrid = () => torrent(hash('11'), {infoHash: hash('11'), infoHashV2: hash('22', 32)});

test('a torrent is found by its v1 hash, its v2 hash and the beginning of that, and told once', () => {
	const index = new TorrentIndex();
	const one = hybrid();
	index.set(one.id, one);
	for (const name of [hash('11'), hash('22', 32), hash('22')]) {
		assert.equal(index.get(name), one);
		assert.ok(index.has(name));
	}
	assert.equal(index.get(hash('33')), undefined);
	assert.deepEqual([...index.values()], [one]);
	assert.equal(index.find({infoHash: undefined, infoHashV2: hash('22', 32)}), one);
	assert.equal(index.find({infoHash: hash('33'), infoHashV2: undefined}), undefined);
});

test('a link that turns out to be hybrid is found by its other hash from then on', () => {
	const index = new TorrentIndex();
	const link = torrent(hash('11'), {infoHash: hash('11'), infoHashV2: undefined});
	index.set(link.id, link);
	assert.ok(!index.has(hash('22')));
	link.identity = {infoHash: hash('11'), infoHashV2: hash('22', 32)};
	index.identified(link);
	assert.equal(index.get(hash('22')), link);
});

test('one that is gone is found by none of its hashes', () => {
	const index = new TorrentIndex();
	const one = hybrid();
	index.set(one.id, one);
	assert.ok(index.delete(one.id));
	for (const name of [hash('11'), hash('22', 32), hash('22')]) assert.ok(!index.has(name));
	index.identified(one);
	assert.ok(!index.has(hash('22')));
	index.set(one.id, one);
	index.clear();
	assert.ok(!index.has(hash('22')));
});

test('a hash that stands for one torrent does not come to stand for another', () => {
	const index = new TorrentIndex();
	const link = torrent(hash('22', 32), {infoHash: undefined, infoHashV2: hash('22', 32)});
	index.set(link.id, link);
	const one = hybrid();
	index.set(one.id, one);
	assert.equal(index.get(hash('22', 32)), link);
	assert.equal(index.get(hash('22')), link);
	index.delete(link.id);
	index.identified(one);
	assert.equal(index.get(hash('22', 32)), one);
});

test('all that have a hash are found by it, also one for which it stands not, until they are gone', () => {
	const index = new TorrentIndex();
	const link = torrent(hash('22'), {infoHash: hash('22'), infoHashV2: undefined});
	const one = hybrid();
	index.set(link.id, link);
	index.set(one.id, one);
	const cut = {infoHash: hash('22'), infoHashV2: undefined};
	assert.deepEqual(index.sharing(cut), [link, one]);
	assert.deepEqual(index.sharing(one.identity), [one, link]);
	index.delete(link.id);
	assert.deepEqual(index.sharing(cut), [one]);
	assert.equal(index.get(hash('22')), one);
	index.delete(one.id);
	assert.deepEqual(index.sharing(one.identity), []);
});

test('one is taken out of many without a look at the others', () => {
	const index = new TorrentIndex();
	let looks = 0;
	for (let n = 0; n < 300; n++) {
		const digits = n.toString(16).padStart(4, '0');
		const identity = {infoHash: digits.repeat(10) as InfoHash, infoHashV2: digits.repeat(16) as InfoHash};
		const each = {
			id: identity.infoHash,
			get identity() {
				looks++;
				return identity;
			},
		} as unknown as Torrent;
		index.set(each.id, each);
	}
	looks = 0;
	for (const id of [...index.keys()]) index.delete(id);
	assert.equal(index.size, 0);
	assert.equal(looks, 0);
});
