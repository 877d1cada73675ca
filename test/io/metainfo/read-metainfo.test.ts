import assert from 'node:assert/strict';
import {test} from 'node:test';
import {alreadyRead, readMetainfoHere} from '../../../source/io/metainfo/read-metainfo.ts';
import {readMetainfoAside} from '../../../source/io/metainfo/thread.ts';
import {bencode} from '../../helpers/bencode.ts';

function torrent(): Uint8Array {
	return Uint8Array.from(
		bencode({info: {length: 5, name: 'five', 'piece length': 16_384, pieces: Buffer.alloc(20, 1)}}),
	);
}

test('a .torrent that was read in this process is not read again when it is added', async () => {
	const bytes = torrent();
	const metainfo = readMetainfoHere(bytes);
	assert.equal(readMetainfoHere(bytes), metainfo);
	assert.equal(await readMetainfoAside(bytes), metainfo);
});

test('the same .torrent in other bytes is read by itself', async () => {
	const metainfo = readMetainfoHere(torrent());
	const again = torrent();
	assert.equal(alreadyRead(again), undefined);
	assert.notEqual(await readMetainfoAside(again), metainfo);
});

test('what is no torrent is refused each time', () => {
	const bytes = new Uint8Array(3);
	for (const _ of [1, 2]) assert.throws(() => readMetainfoHere(bytes), {name: 'ProtocolError'});
	assert.equal(alreadyRead(bytes), undefined);
});
