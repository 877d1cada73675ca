import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {InfoHash} from '../../../source/base/units.ts';
import {stallFacts} from '../../../source/engine/views/stall-facts.ts';
import {viewTorrent} from '../../../source/engine/views/torrent-view.ts';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {whyNothingMoves} from '../../../source/policy/session/stall-reason.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import type {SwarmHashes} from '../../../source/protocol/metainfo/swarm-hashes.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {LonePeer, seconds} from '../../helpers/lone-peer.ts';
import {type LoneOptions, LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

const metadataPiece = 16_384;
const theirNumber = 9;

/** A torrent of which only the link is known, and which runs. */
async function linked(options: LoneOptions = {}): Promise<LoneTorrent> {
	const lone = new LoneTorrent({pieces: 4, link: true, random: () => 0.5, ...options});
	await lone.start();
	return lone;
}

function offer(peer: LonePeer, size: number): void {
	const fields = {m: {ut_metadata: theirNumber}, metadata_size: size};
	peer.say(writer => writer.extended(0, encodeBencode(fields)));
}

/** The pieces of metadata a peer was asked for since the last time. */
async function asked(peer: LonePeer): Promise<number[]> {
	const heard = await peer.hears(`extended ${theirNumber} `);
	return heard.flatMap(text => {
		const match = /d8:msg_typei0e5:piecei(\d+)ee$/.exec(text);
		return match === null ? [] : [Number(match[1])];
	});
}

function give(peer: LonePeer, info: Uint8Array, piece: number): void {
	const head = encodeBencode({msg_type: 1, piece, total_size: info.length});
	const part = info.subarray(piece * metadataPiece, (piece + 1) * metadataPiece);
	peer.say(writer => writer.extended(1, Buffer.concat([head, part])));
}

function reason({torrent, clock}: LoneTorrent): string | undefined {
	const session = {now: clock.now(), wall: (at: number) => at, port: 6881, listeningFor: 0, reached: false};
	return whyNothingMoves(stallFacts(torrent, {...session, diskBehind: false, queuedBehind: 0}))?.text;
}

/** Until it is known what it holds, and its files were looked at. */
async function known(lone: LoneTorrent): Promise<void> {
	for (let turns = 0; turns < 5000; turns++) {
		if (lone.torrent.content !== undefined && lone.torrent.activity.name !== 'checking') return;
		await turn();
	}
	assert.fail('nobody knows what it holds');
}

test('metadata is asked for the moment it is offered, and blocks the moment it is here: no time passes', async () => {
	const lone = await linked();
	const peer = await LonePeer.meet(lone, 1);
	const first = await peer.hears();
	const words = first.map(text => text.split(' ').slice(0, 2).join(' '));
	assert.ok(words.indexOf('extended 0') < words.indexOf('have none'), words.join());
	offer(peer, lone.metainfo.info.length);
	peer.say(writer => writer.plain(messageId.haveAll));
	peer.say(writer => writer.plain(messageId.unchoke));
	assert.deepEqual(await asked(peer), [0]);
	assert.equal(reason(lone), 'asking 1 peer for the file list');
	give(peer, lone.metainfo.info, 0);
	await known(lone);
	assert.ok((await peer.hears('request')).length > 0);
	assert.equal(lone.clock.now(), 0);
	await lone.torrent.close();
});

test('what the first is silent about others are asked for after two seconds, each for another piece', async () => {
	const lone = await linked({infoPadding: 40_000});
	const {info} = lone.metainfo;
	const peers = [await LonePeer.meet(lone, 1), await LonePeer.meet(lone, 2), await LonePeer.meet(lone, 3)];
	for (const peer of peers) offer(peer, info.length);
	const [one, two, three] = peers as [LonePeer, LonePeer, LonePeer];
	assert.deepEqual(await asked(one), [0, 1, 2]);
	assert.deepEqual([await asked(two), await asked(three)], [[], []]);
	await seconds(lone, 3, peers);
	const others = [await asked(two), await asked(three)];
	assert.deepEqual(others.flat(), [0, 1]);
	assert.equal(reason(lone), 'asking 3 peers for the file list');
	give(two, info, others[0]![0]!);
	give(three, info, others[1]![0]!);
	await turn();
	assert.equal(reason(lone), 'asking 2 peers for the file list: 66 % is here');
	// Who has answered is free for the last.
	const last = [await asked(two), await asked(three)];
	assert.deepEqual(last.flat(), [2]);
	give(last[0]!.length > 0 ? two : three, info, 2);
	await known(lone);
	await lone.torrent.close();
});

const v2Info = encodeBencode({
	'file tree': {'x.bin': {'': {length: 40_000, 'pieces root': new Uint8Array(32).fill(7).fill(7)}}},
	'meta version': 2,
	name: 'x.bin',
	'piece length': metadataPiece,
});
const hybridInfo = encodeBencode({
	'file tree': {'x.bin': {'': {length: 1000, 'pieces root': new Uint8Array(32).fill(7).fill(7)}}},
	length: 1000,
	'meta version': 2,
	name: 'x.bin',
	'piece length': metadataPiece,
	pieces: new Uint8Array(20),
});
const sha256Begin = (info: Uint8Array) =>
	Buffer.from(hashFunctions.sha256(info)).toString('hex').slice(0, 40);
const sha1Hex = (info: Uint8Array) => Buffer.from(hashFunctions.sha1(info)).toString('hex');

const unusable: ReadonlyArray<readonly [what: string, info: Uint8Array, identity: SwarmHashes, why: RegExp]> =
	[
		[
			'that makes no sense',
			encodeBencode({name: 'x'}),
			{infoHash: sha1Hex(encodeBencode({name: 'x'})) as InfoHash, infoHashV2: undefined},
			/^its file list makes no sense: /,
		],
		[
			'whose other hash is that of another torrent',
			hybridInfo,
			{infoHash: sha1Hex(hybridInfo) as InfoHash, infoHashV2: 'ab'.repeat(32) as InfoHash},
			/^its link has the hashes of two torrents: add it by one of them$/,
		],
	];

for (const [what, info, identity, why] of unusable) {
	test(`a right hash over metadata ${what} stops the link with the reason, and is not fetched again`, async () => {
		const lone = await linked({identity});
		const {torrent} = lone;
		const peer = await LonePeer.meet(lone, 1);
		offer(peer, info.length);
		assert.deepEqual(await asked(peer), [0]);
		give(peer, info, 0);
		for (let turns = 0; turns < 5000 && torrent.activity.name !== 'failed'; turns++) await turn();
		assert.match(reason(lone) ?? '', why);
		assert.deepEqual([torrent.content, torrent.swarm.connected], [undefined, 0]);
		torrent.post({type: 'start', check: 'quick'});
		assert.match(reason(lone) ?? '', why);
		torrent.post({type: 'pause'});
		for (let turns = 0; turns < 20; turns++) await turn();
		torrent.post({type: 'start', check: 'quick'});
		assert.equal(torrent.activity.name, 'failed');
		await torrent.close();
	});
}

const sha256Hex = (info: Uint8Array) => Buffer.from(hashFunctions.sha256(info)).toString('hex') as InfoHash;
const both = {infoHash: sha1Hex(hybridInfo) as InfoHash, infoHashV2: sha256Hex(hybridInfo)};
const young = {infoHash: undefined, infoHashV2: sha256Hex(v2Info)};
const usable: ReadonlyArray<
	readonly [link: string, info: Uint8Array, identity: SwarmHashes, real: SwarmHashes]
> = [
	['both hashes of a hybrid', hybridInfo, both, both],
	['the v1 hash of a hybrid', hybridInfo, {...both, infoHashV2: undefined}, both],
	['the v2 hash of a hybrid', hybridInfo, {...both, infoHash: undefined}, both],
	[
		'40 digits of the v2 hash of a hybrid',
		hybridInfo,
		{infoHash: sha256Begin(hybridInfo) as InfoHash, infoHashV2: undefined},
		both,
	],
	['the hash of a v2-only torrent', v2Info, young, young],
	[
		'40 digits of the hash of a v2-only torrent',
		v2Info,
		{infoHash: sha256Begin(v2Info) as InfoHash, infoHashV2: undefined},
		young,
	],
];

for (const [link, info, identity, real] of usable) {
	test(`a link with ${link} comes to its content, keeps its id, and knows all hashes then`, async () => {
		const lone = await linked({identity});
		const {id} = lone.torrent;
		const peer = await LonePeer.meet(lone, 1);
		offer(peer, info.length);
		await asked(peer);
		give(peer, info, 0);
		await known(lone);
		assert.equal(lone.torrent.name, 'x.bin');
		assert.deepEqual([lone.torrent.id, lone.torrent.identity], [id, real]);
		await lone.torrent.close();
	});
}

test('metadata of v2 alone that has the hash by SHA-1 stops the link with the reason', async () => {
	const tree = {a: {'': {length: 5, 'pieces root': new Uint8Array(32).fill(7)}}};
	const info = {'file tree': tree, 'meta version': 2, name: 'two', 'piece length': 16_384};
	const lone = await linked();
	const torrent = lone.torrent;
	torrent.metadataFetched(encodeBencode(info));
	for (let turns = 0; turns < 1000 && torrent.activity.name !== 'failed'; turns++) await turn();
	assert.match(reason(lone) ?? '', /v2-only torrent: add it by [0-9a-f]{64}$/);
	await torrent.close();
});

test('what is given and was not asked for is counted against whoever gives it, and is not believed', async () => {
	const lone = await linked();
	const peer = await LonePeer.meet(lone, 1);
	for (let times = 0; times < 300; times++) give(peer, lone.metainfo.info, 0);
	await turn();
	assert.equal(lone.torrent.content, undefined);
	assert.equal(lone.torrent.swarm.connected, 0);
	await lone.torrent.close();
});

test('who was asked and refuses for ever is let go, before the metadata is here and after', async () => {
	for (const comes of [false, true]) {
		const lone = await linked();
		const peer = await LonePeer.meet(lone, 1);
		offer(peer, lone.metainfo.info.length);
		assert.deepEqual(await asked(peer), [0]);
		if (comes) {
			give(peer, lone.metainfo.info, 0);
			await known(lone);
		}
		const refusal = encodeBencode({msg_type: 2, piece: 0});
		for (let times = 0; times < 20_000; times++) peer.say(writer => writer.extended(1, refusal));
		await turn();
		assert.equal(lone.torrent.swarm.connected, 0, `here: ${comes}`);
		await lone.torrent.close();
	}
});

test('a link is never complete: it does not say that it only uploads, and lets no seed go', async () => {
	const lone = await linked();
	const seed = await LonePeer.meet(lone, 1);
	seed.say(writer => writer.plain(messageId.haveAll));
	seed.say(writer => writer.extended(0, encodeBencode({m: {upload_only: 4}, upload_only: 1})));
	await seconds(lone, 3, [seed]);
	assert.equal(lone.torrent.swarm.connected, 1);
	assert.doesNotMatch(Buffer.from(seed.extended0!).toString('latin1'), /upload_onlyi1e/);
	assert.equal(viewTorrent(lone.torrent, lone.clock.now(), undefined).state, 'metadata');
	await lone.torrent.close();
});

test('a liar that hangs up and comes back from another port under another id is not asked anew; who comes from elsewhere is', async () => {
	const lone = await linked();
	const {info} = lone.metainfo;
	const wrong = info.map(byte => byte ^ 1);
	const liar = await LonePeer.meet(lone, 1, {host: '198.51.100.1', port: 5001});
	offer(liar, info.length);
	assert.deepEqual(await asked(liar), [0]);
	give(liar, wrong, 0);
	await turn();
	liar.connection.hangUp();
	await turn();
	for (const [id, host] of [
		[2, '198.51.100.1'],
		[3, '::ffff:198.51.100.1'],
	] as const) {
		const again = await LonePeer.meet(lone, id, {host, port: 5000 + id});
		offer(again, info.length);
		await seconds(lone, 30, [again]);
		assert.deepEqual(await asked(again), [], host);
	}
	const honest = await LonePeer.meet(lone, 4, {host: '198.51.100.2'});
	offer(honest, info.length);
	assert.deepEqual(await asked(honest), [0]);
	give(honest, info, 0);
	await known(lone);
	await lone.torrent.close();
});
