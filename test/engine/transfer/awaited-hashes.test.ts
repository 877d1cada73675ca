import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {HashTrees} from '../../../source/policy/hashes/hash-trees.ts';
import {rootOfPieces} from '../../../source/protocol/metainfo/merkle.ts';
import {sender} from '../../helpers/lone-leech.ts';
import {type LonePeer, seconds} from '../../helpers/lone-peer.ts';
import {type LoneOptions, LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

const pieces = 600;

/** A torrent of 600 pieces of one block, of which no hash is known. */
function linked(options: LoneOptions = {}): LoneTorrent {
	return new LoneTorrent({
		...{pieces, pieceLength: blockLength, short: 0, random: seeded(3)},
		...{version: '2' as const, layers: false},
		...options,
	});
}

/** Hands the hashes of one window to the torrent. */
function hashesCome(lone: LoneTorrent, window: number): void {
	const {hashes} = lone.parts;
	const {sha256} = hashFunctions;
	const layer = new Uint8Array(pieces * 32);
	for (let piece = 0; piece < pieces; piece++) {
		layer.set(sha256(lone.content.subarray(piece * blockLength, (piece + 1) * blockLength)), piece * 32);
	}
	const root = rootOfPieces(layer, blockLength, sha256);
	const whole = new HashTrees(
		{...lone.metainfo, pieceLayers: new Map([[Buffer.from(root).toString('hex'), layer]])},
		sha256,
	);
	const {range} = [...hashes!.missing()].find(({range}) => range.index === window * 512)!;
	const added = hashes!.add(range, whole.read(range)!);
	assert.equal(added.kind, 'added');
	lone.parts.hashesCame(added.kind === 'added' ? added.pieces : []);
}

const turn = () => new Promise(resolve => setImmediate(resolve));

const asked = async (peer: LonePeer): Promise<number[]> =>
	(await peer.hears('request')).map(text => Number(text.split(' ')[1]));

test('nothing is asked for of pieces whose hash is not known, though we are interested; all of it when it is', async () => {
	const lone = linked();
	await lone.start();
	const peer = await sender(lone, 1);
	assert.equal((await peer.hears('interested')).length, 1);
	assert.deepEqual(await asked(peer), []);
	assert.equal(lone.torrent.complete, false);
	await seconds(lone, 20, [peer]);
	assert.deepEqual(await asked(peer), []);
	hashesCome(lone, 1);
	const first = await peer.hears('request');
	assert.ok(first.length > 0 && first.every(text => Number(text.split(' ')[1]) >= 512), first.join());
	hashesCome(lone, 0);
	peer.answer(first);
	await seconds(lone, 1, [peer]);
	assert.ok((await asked(peer)).some(piece => piece < 512));
	await lone.torrent.close();
});

test('a piece that is due waits for its hash as well', async () => {
	const lone = linked();
	await lone.start();
	const peer = await sender(lone, 1);
	lone.torrent.post({type: 'deadline', pieces: [[3, 5]], within: 60_000});
	await seconds(lone, 3, [peer]);
	assert.deepEqual(await asked(peer), []);
	hashesCome(lone, 0);
	await seconds(lone, 1, [peer]);
	assert.deepEqual((await asked(peer)).slice(0, 3), [3, 4, 5]);
	await lone.torrent.close();
});

test('what is on the disk is looked at when its hash is known, and not fetched', async () => {
	const lone = linked({onDisk: true});
	lone.torrent.post({type: 'start', check: 'full'});
	while (lone.torrent.activity.name === 'checking') await turn();
	assert.equal(lone.parts.have.count, 0);
	const peer = await sender(lone, 1);
	hashesCome(lone, 1);
	await seconds(lone, 1, [peer]);
	assert.equal(lone.parts.have.count, 600 - 512);
	assert.deepEqual(await asked(peer), []);
	hashesCome(lone, 0);
	await seconds(lone, 1, [peer]);
	assert.equal(lone.parts.have.full, true);
	assert.equal(lone.torrent.complete, true);
	assert.deepEqual(await asked(peer), []);
	await lone.torrent.close();
});

test('a hybrid does not wait: its v1 hashes do', async () => {
	const lone = linked({version: 'hybrid'});
	await lone.start();
	const peer = await sender(lone, 1);
	assert.ok((await asked(peer)).length > 0);
	await lone.torrent.close();
});
