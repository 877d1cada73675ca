import assert from 'node:assert/strict';
import test from 'node:test';
import {stallFacts} from '../../../source/engine/views/stall-facts.ts';
import {viewTorrent} from '../../../source/engine/views/torrent-view.ts';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {whyNothingMoves} from '../../../source/policy/session/stall-reason.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {type LoneOptions, LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

const pieces = 4;

/** A torrent of which only the link is known. */
function linked(options: LoneOptions = {}): LoneTorrent {
	return new LoneTorrent({pieces, link: true, ...options});
}

/** Its metadata comes; resolves when its files were looked at. */
async function metadataComes(lone: LoneTorrent): Promise<void> {
	lone.torrent.post({type: 'metadata', info: lone.metainfo});
	for (let turns = 0; turns < 1000 && lone.torrent.activity.name === 'checking'; turns++) await turn();
	assert.notEqual(lone.torrent.activity.name, 'checking');
}

function reason({torrent, clock}: LoneTorrent): string | undefined {
	const facts = {now: clock.now(), wall: (at: number) => at, port: 6881, listeningFor: 0, reached: false};
	return whyNothingMoves(stallFacts(torrent, {...facts, diskBehind: false, queuedBehind: 0}))?.text;
}

test('a torrent of which only the link is known has a name, a state and a reason, and no size', async () => {
	const lone = linked();
	await lone.start();
	const view = viewTorrent(lone.torrent, lone.clock.now(), undefined);
	assert.deepEqual(
		[view.name, view.state, view.length, view.pieces, view.files, view.ratio],
		['what its link says', 'metadata', 0, 0, 0, 0],
	);
	assert.match(
		view.magnet,
		new RegExp(`^magnet:\\?xt=urn:btih:${lone.torrent.id}&dn=what%20its%20link%20says`),
	);
	assert.equal(reason(lone), 'no peers and no tracker to ask: add a tracker or a peer');
	await LonePeer.meet(lone, 1);
	assert.equal(reason(lone), 'waiting for 1 peer to say what they have');
	await lone.torrent.close();
});

test('it is paused, started, queued, labelled and limited, and closed for good', async () => {
	const {torrent} = linked();
	const state = () => viewTorrent(torrent, 0, undefined).state;
	torrent.post({type: 'start', check: 'quick'});
	assert.equal(state(), 'metadata');
	torrent.post({type: 'queue'});
	await turn();
	await turn();
	assert.equal(state(), 'queued');
	torrent.post({type: 'start', check: 'quick'});
	assert.deepEqual(
		[state(), torrent.runs, torrent.complete, torrent.hasAllWanted],
		['metadata', true, false, false],
	);
	torrent.post({type: 'pause'});
	for (let turns = 0; turns < 10; turns++) await turn();
	assert.equal(state(), 'paused');
	torrent.post({type: 'verify'});
	torrent.post({type: 'prioritise', files: [0], priority: 0});
	torrent.post({type: 'deadline', pieces: [[0, 0]], within: 1000});
	torrent.post({type: 'set', settings: {label: 'later', seedRatio: 2, superSeeding: true}});
	torrent.post({type: 'tick', now: 1000});
	const memory = await torrent.rememberNow();
	assert.deepEqual(
		[memory.label, memory.seedRatio, memory.superSeeding, memory.have.length, memory.active],
		['later', 2, true, 0, false],
	);
	await torrent.close();
	torrent.post({type: 'start', check: 'quick'});
	assert.equal(torrent.activity.name, 'closed');
	assert.deepEqual(await torrent.removeData(new Map(), false), {deleted: 0, kept: [], failure: undefined});
});

test('what is left of it is not known before its metadata is', () => {
	const lone = linked();
	assert.equal(lone.torrent.left, undefined);
	lone.torrent.post({type: 'metadata', info: lone.metainfo});
	assert.equal(lone.torrent.left, lone.content.length);
});

test('when its metadata comes it goes on in place: who is here stays, counts, and gives', async () => {
	const lone = linked();
	await lone.start();
	const seed = await LonePeer.meet(lone, 1);
	const starter = await LonePeer.meet(lone, 2);
	seed.say(writer => writer.plain(messageId.haveAll));
	seed.say(writer => writer.plain(messageId.unchoke));
	starter.say(writer => writer.plain(messageId.haveNone));
	assert.deepEqual(await seed.hears('request'), []);
	await metadataComes(lone);
	assert.equal(lone.torrent.activity.name, 'active');
	assert.equal(lone.torrent.swarm.connected, 2);
	assert.equal(lone.parts.downloader.picker.seeds, 1);
	for (let round = 0; round < 20 && !lone.parts.have.full; round++) {
		seed.answer(await seed.hears('request'));
		for (let turns = 0; turns < 5; turns++) await turn();
	}
	assert.ok(lone.parts.have.full);
	assert.equal(viewTorrent(lone.torrent, 0, undefined).name, 'lone.bin');
	await lone.torrent.close();
});

test('while its files are looked at nothing is asked for, and at once when that is done', async () => {
	const lone = linked({onDisk: true});
	lone.torrent.post({type: 'allow', consent: {overwrite: true}});
	lone.torrent.post({type: 'start', check: 'quick'});
	const seed = await LonePeer.meet(lone, 1);
	seed.say(writer => writer.plain(messageId.haveAll));
	seed.say(writer => writer.plain(messageId.unchoke));
	lone.torrent.post({type: 'metadata', info: lone.metainfo});
	while (lone.storages.length === 0) await Promise.resolve();
	const {promise: done, resolve} = Promise.withResolvers<undefined>();
	lone.storage.check = () => ({done, stop() {}});
	for (let turns = 0; turns < 5; turns++) await turn();
	seed.say(writer => writer.keepAlive());
	lone.torrent.post({type: 'tick', now: lone.clock.now()});
	assert.equal(lone.torrent.activity.name, 'checking');
	assert.deepEqual(await seed.hears('request'), []);
	assert.equal(seed.connection.reason, undefined);
	resolve(undefined);
	for (let turns = 0; turns < 10; turns++) await turn();
	assert.equal(lone.torrent.activity.name, 'active');
	assert.notDeepEqual(await seed.hears('request'), []);
	await lone.torrent.close();
});

test('who said before the metadata what nobody can have is let go, and the others stay', async () => {
	const lone = linked();
	await lone.start();
	const liar = await LonePeer.meet(lone, 1);
	const honest = await LonePeer.meet(lone, 2);
	liar.say(writer => writer.piece(messageId.have, pieces));
	honest.say(writer => writer.piece(messageId.have, pieces - 1));
	await metadataComes(lone);
	assert.match(liar.connection.reason ?? 'it is still there', /have of piece 4/);
	assert.equal(honest.connection.reason, undefined);
	assert.equal(lone.parts.downloader.picker.availability(pieces - 1), 1);
	await lone.torrent.close();
});

test('who came before is told what is found on the disk, and gets it', async () => {
	const lone = linked({onDisk: true});
	await lone.start();
	const peer = await LonePeer.meet(lone, 1);
	assert.deepEqual(await peer.hears('have'), ['have none']);
	await metadataComes(lone);
	assert.equal(viewTorrent(lone.torrent, 0, undefined).state, 'seeding');
	assert.deepEqual(await peer.hears('have'), ['have 0', 'have 1', 'have 2', 'have 3']);
	await lone.torrent.close();
});

test('what was asked of it before is rejected, and blocks nobody asked for go nowhere', async () => {
	const lone = linked();
	await lone.start();
	const peer = await LonePeer.meet(lone, 1);
	await peer.listen();
	peer.say(writer => writer.block(messageId.request, 0, 0, 16_384));
	assert.deepEqual(await peer.hears('reject'), ['reject 0 0 16384']);
	peer.give(0, 0);
	assert.equal(lone.torrent.stats.downloaded, 0);
	assert.equal(lone.pool.available, 256);
	await lone.torrent.close();
});

test('while it is paused its metadata changes what is known of it, and starts nothing', async () => {
	const lone = linked();
	const kept: Uint8Array[] = [];
	lone.listener.keepMetainfo = async (_, bytes) => void kept.push(bytes);
	lone.torrent.post({type: 'pause'});
	const {revision} = lone.torrent.resumeState;
	lone.torrent.post({type: 'metadata', info: lone.metainfo});
	assert.equal(lone.torrent.activity.name, 'paused');
	assert.equal(lone.storages.length, 0);
	assert.equal(lone.torrent.name, 'lone.bin');
	assert.ok(lone.torrent.resumeState.revision > revision);
	assert.equal(parseMetainfo(kept[0]!, hashFunctions).infoHash, lone.torrent.id);
	const memory = await lone.torrent.rememberNow();
	assert.deepEqual([memory.have.length, memory.link, memory.priorities], [pieces, undefined, [2]]);
	// What comes twice changes nothing.
	const {content} = lone.torrent;
	lone.torrent.post({type: 'metadata', info: lone.metainfo});
	assert.equal(lone.torrent.content, content);
});

test('metadata of another torrent is none of it', async () => {
	const lone = linked();
	await lone.start();
	const other = new LoneTorrent({pieces: 5}).metainfo;
	lone.torrent.post({type: 'metadata', info: other});
	assert.equal(lone.torrent.content, undefined);
	await lone.torrent.close();
});

test('files chosen before it was known which there are hold from the first block on', async () => {
	const lone = linked();
	lone.torrent.post({type: 'select', choices: {priorities: [[0, 0]]}});
	await lone.start();
	await metadataComes(lone);
	assert.equal(lone.parts.files.filesWanted, 0);
	assert.equal(lone.parts.downloader.needed.count, 0);
	await lone.torrent.close();
});

test('a choice that does not fit stops it before anything is asked for', async () => {
	const lone = linked();
	lone.torrent.post({type: 'select', choices: {select: '7'}});
	await lone.start();
	const seed = await LonePeer.meet(lone, 1);
	seed.say(writer => writer.plain(messageId.haveAll));
	seed.say(writer => writer.plain(messageId.unchoke));
	await metadataComes(lone);
	assert.equal(lone.torrent.activity.name, 'failed');
	assert.match(reason(lone) ?? '', /7.*: choose its files, then resume$/);
	assert.deepEqual(await seed.hears('request'), []);
	await lone.torrent.close();
});

test('peers that were named in public go when the metadata says that the torrent is private', async () => {
	const lone = linked();
	const info = {length: 4, name: 'secret', 'piece length': 16_384, pieces: new Uint8Array(20), private: 1};
	const metainfo = parseMetainfo(encodeBencode({info}), hashFunctions);
	await lone.start();
	lone.torrent.post({type: 'peers', addresses: [{host: '198.51.100.9', port: 1}], source: 'dht'});
	assert.equal(lone.torrent.swarm.list.known, 1);
	lone.torrent.post({type: 'metadata', info: {...metainfo, infoHash: lone.torrent.id}});
	assert.equal(lone.torrent.swarm.list.known, 0);
	assert.equal(viewTorrent(lone.torrent, 0, undefined).private, true);
	await lone.torrent.close();
});
