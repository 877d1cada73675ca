import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PeerSourceName} from '../../../source/base/peer-source.js';
import {Torrent} from '../../../source/engine/torrent/torrent.js';
import {hashFunctions} from '../../../source/io/machine/hash-functions.js';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.js';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.js';
import {messageId} from '../../../source/protocol/wire/decoder.js';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

const at = (host: number) => ({host: `192.0.2.${host}`, port: 7000});

/** A torrent known by its hash alone, which runs, and its metadata. */
async function link(isPrivate: boolean) {
	const lone = new LoneTorrent();
	const info = {
		length: 40_000,
		name: 'private.bin',
		'piece length': 16_384,
		pieces: new Uint8Array(60),
		...(isPrivate && {private: 1}),
	};
	const metainfo = parseMetainfo(encodeBencode({info}), hashFunctions);
	const {infoHash} = metainfo;
	const torrent = new Torrent(
		{
			identity: {infoHash, infoHashV2: undefined},
			metainfo: undefined,
			dir: '/nowhere/at/all',
			maxPeers: 50,
			trackers: [],
			addedAt: 0,
		},
		lone.services,
		lone.listener,
	);
	torrent.post({type: 'start', check: 'none'});
	while (!torrent.active) await turn();
	const hear = (source: PeerSourceName, ...hosts: number[]) =>
		torrent.post({type: 'peers', addresses: hosts.map(at), source});
	const dialled = (host: number) => lone.dialled.filter(({remote}) => remote.host === at(host).host);
	const meet = async (host: number) => {
		const [connection] = dialled(host);
		return LonePeer.meet(lone, host, {connection: connection!, infoHash: torrent.infoHash});
	};
	return {lone, torrent, metainfo, hear, dialled, meet};
}

test('a link that turns out to be private lets go of whom only the DHT, PEX or an earlier run named', async () => {
	const {lone, torrent, metainfo, hear, dialled, meet} = await link(true);
	assert.equal(torrent.sources.allows('dht'), true, 'nobody knows yet');
	hear('dht', 1, 2);
	hear('pex', 3);
	hear('resume', 4);
	hear('tracker', 2, 5);
	hear('manual', 6);
	for (const host of [1, 2, 5]) {
		const peer = await meet(host);
		peer.say(writer => writer.plain(messageId.haveAll));
	}
	torrent.post({type: 'metadata', info: metainfo});
	const reasons = [1, 2, 3, 4, 5, 6].map(host => dialled(host)[0]?.reason);
	const why = 'the torrent is private';
	assert.deepEqual(reasons, [why, undefined, why, why, undefined, undefined]);
	assert.equal(torrent.content?.downloader.picker.seeds, 2, 'who has gone does not count');
	assert.equal(torrent.sources.allows('dht'), false);
	hear('dht', 7);
	for (let second = 0; second < 300; second++) {
		await lone.clock.pass(1000);
		torrent.post({type: 'tick', now: lone.clock.now()});
	}
	assert.deepEqual(
		[1, 3, 4].map(host => dialled(host).length),
		[1, 1, 1],
		'nobody dials them again',
	);
	assert.equal(dialled(7).length, 0);
	await torrent.close();
});

test('a link that turns out to be public keeps everybody', async () => {
	const {torrent, metainfo, hear, dialled, meet} = await link(false);
	hear('dht', 1);
	hear('resume', 2);
	await meet(1);
	torrent.post({type: 'metadata', info: metainfo});
	assert.deepEqual(
		[1, 2].map(host => dialled(host)[0]?.reason),
		[undefined, undefined],
	);
	assert.equal(torrent.sources.allows('pex'), true);
	await torrent.close();
});
