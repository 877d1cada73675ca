import assert from 'node:assert/strict';
import test from 'node:test';
import type {TorrentActivity} from '../../../source/engine/torrent/lifecycle.ts';
import {stallFacts} from '../../../source/engine/views/stall-facts.ts';
import {viewTorrent} from '../../../source/engine/views/torrent-view.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

const pieces = 12;

/** All of it is there, and nobody has come. */
async function whole(): Promise<LoneTorrent> {
	const lone = new LoneTorrent({pieces, onDisk: true});
	lone.torrent.post({type: 'start', check: 'full'});
	await does(lone, 'active');
	return lone;
}

async function does({torrent}: LoneTorrent, name: TorrentActivity['name']): Promise<void> {
	for (let turns = 0; turns < 1000 && torrent.activity.name !== name; turns++) await turn();
	assert.equal(torrent.activity.name, name);
}

test('a whole torrent that nobody has met has no picker and no list of peers, however it is looked at', async () => {
	const lone = await whole();
	const {torrent, clock} = lone;
	for (let second = 0; second < 5; second++) {
		await clock.pass(1000);
		torrent.post({type: 'tick', now: clock.now()});
	}
	const view = viewTorrent(torrent, clock.now(), undefined);
	assert.deepEqual(
		[view.state, view.piecesHave, view.availability, view.seedsConnected, view.known],
		['seeding', pieces, 0, 0, 0],
	);
	const facts = {now: clock.now(), wall: (at: number) => at, port: 6881, listeningFor: 0, reached: false};
	assert.equal(stallFacts(torrent, {...facts, diskBehind: false, queuedBehind: 0}).known, 0);
	const memory = await torrent.rememberNow();
	assert.deepEqual([memory.have.full, memory.partials, memory.peers], [true, [], []]);
	torrent.post({type: 'set', settings: {maxUpload: 100_000, sequential: true}});
	torrent.post({type: 'announce', done() {}});
	torrent.post({type: 'reconnect'});
	torrent.post({type: 'pause'});
	await does(lone, 'paused');
	torrent.post({type: 'start', check: 'quick'});
	await does(lone, 'active');
	assert.equal(lone.parts.downloading, undefined);
	assert.equal(torrent.swarm.eviction, undefined);
	assert.deepEqual([torrent.complete, torrent.hasAllWanted, torrent.left], [true, true, 0]);
	await torrent.close();
});

test('the first who comes is met as by any other: it is counted, let in, and has what it asks for', async () => {
	const lone = await whole();
	const peer = await LonePeer.meet(lone, 1);
	peer.say(writer => writer.bitfield(Uint8Array.of(0b1010_0000, 0)));
	peer.say(writer => writer.plain(messageId.interested));
	await peer.listen();
	const {picker, needed} = lone.parts.downloader;
	assert.deepEqual([picker.open, needed.count, picker.availability(0), picker.availability(1)], [0, 0, 1, 0]);
	await lone.clock.pass(1000);
	lone.torrent.post({type: 'tick', now: lone.clock.now()});
	assert.ok((await peer.hears()).includes('unchoke'));
	peer.ask(1);
	await peer.listen();
	await turn();
	assert.equal((await peer.hears('block')).length, 1);
	await lone.torrent.close();
});

test('what is chosen of it holds when it is not whole any more', async () => {
	const lone = await whole();
	lone.torrent.post({type: 'prioritisePieces', pieces: [[3, 3]], priority: 4});
	assert.equal(lone.parts.downloader.picker.priority(3), 4);
	lone.parts.have.clear(3);
	lone.parts.downloader.lost(3);
	assert.deepEqual([lone.parts.needsNothing, lone.parts.downloader.picker.open], [false, 1]);
	await lone.torrent.close();
});

test('one that begins as it was left need not be saved for that, one whose files are not as they were does', async () => {
	const first = await whole();
	const memory = await first.torrent.rememberNow();
	await first.torrent.close();
	for (const [stamps, isSaved] of [
		[memory.stamps, false],
		[[{size: 1, mtime: 2}], true],
	] as const) {
		const lone = new LoneTorrent({pieces, onDisk: true});
		lone.torrent.post({type: 'remember', memory: {...memory, stamps}});
		lone.torrent.post({type: 'rest', wanted: true, recalled: true});
		const {revision} = lone.torrent.resumeState;
		lone.torrent.post({type: 'start', check: 'quick'});
		await does(lone, 'active');
		assert.equal(lone.torrent.resumeState.revision > revision, isSaved);
		assert.equal(lone.torrent.complete, true);
		// What it does is kept all the same.
		lone.torrent.post({type: 'pause'});
		assert.ok(lone.torrent.resumeState.revision > revision);
		await lone.torrent.close();
	}
});
