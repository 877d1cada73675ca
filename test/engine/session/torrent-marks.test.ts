import assert from 'node:assert/strict';
import test from 'node:test';
import type {InfoHash} from '../../../source/base/units.ts';
import {TorrentIndex} from '../../../source/engine/session/torrent-index.ts';
import {TorrentMarks} from '../../../source/engine/session/torrent-marks.ts';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import {torrentMark} from '../../../source/protocol/transport/mse-keys.ts';
import {sha1} from '../../protocol/transport/mse-stage.ts';

const v1 = 'ab'.repeat(20) as InfoHash;
const v2 = 'cd'.repeat(32) as InfoHash;
const bytes = (hash: string) => Buffer.from(hash.slice(0, 40), 'hex');
const mark = (hash: string) => torrentMark(sha1, bytes(hash));
const torrent = (id: string, infoHash: InfoHash | undefined, infoHashV2: InfoHash | undefined) =>
	({id, identity: {infoHash, infoHashV2}}) as unknown as Torrent;
const hex = (found: Uint8Array | undefined) => found && Buffer.from(found).toString('hex');

test('a torrent is found by the mark of each hash it has: that of v2 cut to 20 bytes', () => {
	const torrents = new TorrentIndex();
	const marks = new TorrentMarks(torrents, sha1);
	assert.equal(marks.find(mark(v1)), undefined);
	torrents.set(v1, torrent(v1, v1, v2));
	assert.equal(hex(marks.find(mark(v1))), v1);
	assert.equal(hex(marks.find(mark(v2))), v2.slice(0, 40));
	assert.equal(marks.find(new Uint8Array(20)), undefined);
});

test('a hash that comes to be known later is found, and none of a torrent that is gone', () => {
	const torrents = new TorrentIndex();
	const marks = new TorrentMarks(torrents, sha1);
	torrents.set(v1, torrent(v1, v1, undefined));
	assert.equal(marks.find(mark(v2)), undefined);
	torrents.identified(torrent(v1, v1, v2));
	assert.equal(hex(marks.find(mark(v2))), v2.slice(0, 40));
	torrents.delete(v1);
	assert.equal(marks.find(mark(v1)), undefined);
	assert.equal(marks.find(mark(v2)), undefined);
});

test('five thousand torrents are hashed once, not once for each that comes', () => {
	const torrents = new TorrentIndex();
	let hashed = 0;
	const marks = new TorrentMarks(torrents, text => {
		hashed++;
		return sha1(text);
	});
	for (let n = 0; n < 5000; n++) {
		const id = n.toString(16).padStart(40, '0') as InfoHash;
		torrents.set(id, torrent(id, id, undefined));
		if (n % 100 === 0) marks.find(new Uint8Array(20));
	}
	assert.equal(hex(marks.find(mark('0'.repeat(40)))), '0'.repeat(40));
	assert.equal(hashed, 5000);
});
