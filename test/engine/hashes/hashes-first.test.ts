import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.js';
import {hashFunctions} from '../../../source/io/machine/hash-functions.js';
import {HashTrees} from '../../../source/policy/hashes/hash-trees.js';
import {messageId} from '../../../source/protocol/wire/decoder.js';
import {encodeHashRequest} from '../../../source/protocol/wire/hash-messages.js';
import {LonePeer, seconds} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';

/** 1100 pieces of one block: their hashes are asked for in three parts. */
const pieces = 1100;

/** A seed, and a peer that it serves, which speaks by the v2 hash. */
async function served(version: '2' | 'hybrid', v2 = true) {
	const made = {version, pieces, pieceLength: blockLength, seeds: true, onDisk: true} as const;
	const lone = new LoneTorrent(made);
	const lacking = new HashTrees(new LoneTorrent({...made, layers: false}).metainfo, hashFunctions.sha256);
	const parts = [...lacking.missing()].map(({range}) => range);
	assert.equal(parts.length, 3);
	await lone.start();
	const peer = await LonePeer.meet(lone, 1, {v2});
	peer.say(writer => writer.plain(messageId.interested));
	await seconds(lone, 2, [peer]);
	const heard = await peer.hears('unchoke');
	assert.deepEqual(heard, ['unchoke']);
	return {
		lone,
		peer,
		/** Asks for a part of the hashes, and a block, in one. */
		ask(part: number | undefined, piece: number) {
			peer.say(writer => {
				writer.block(messageId.request, piece, 0, blockLength);
				if (part !== undefined) writer.hashMessage(messageId.hashRequest, encodeHashRequest(parts[part]!));
			});
		},
		/** What has come of both: `block 3`, `given 512`. */
		async came(): Promise<string[]> {
			for (let round = 0; round < 3; round++) {
				await peer.listen();
				for (const storage of lone.storages) storage.work();
			}
			const words = (await peer.hears()).map(text => text.split(' '));
			return words.flatMap(([name, ...rest]) =>
				name === 'block' ? [`block ${rest[0]}`] : name === 'hash' ? [`${rest[0]} ${rest[2]}`] : [],
			);
		},
	};
}

test('who asks for the hashes of a hybrid part by part has blocks after the last part', async () => {
	const {lone, came, ask} = await served('hybrid');
	ask(0, 700);
	assert.deepEqual(await came(), ['given 0']);
	await lone.clock.pass(100);
	ask(1, 3);
	assert.deepEqual(await came(), ['given 512']);
	await lone.clock.pass(100);
	// Once more for the same is no other part.
	ask(1, 4);
	assert.deepEqual(await came(), ['given 512']);
	ask(2, 5);
	assert.deepEqual(await came(), ['given 1024', 'block 700', 'block 3', 'block 4', 'block 5']);
	ask(undefined, 6);
	assert.deepEqual(await came(), ['block 6']);
	await lone.torrent.close();
});

test('who asks for no more of them has blocks a moment later', async () => {
	const {lone, peer, came, ask} = await served('hybrid');
	ask(0, 700);
	assert.deepEqual(await came(), ['given 0']);
	await seconds(lone, 1, [peer]);
	assert.deepEqual(await came(), ['block 700']);
	await lone.torrent.close();
});

test('who asks on and on has blocks after five seconds', async () => {
	const {lone, came, ask} = await served('hybrid');
	const blocks: string[] = [];
	let time = 0;
	for (; time < 20_000 && blocks.length === 0; time += 200) {
		ask((time / 200) % 2, 9);
		blocks.push(...(await came()).filter(text => text.startsWith('block')));
		await lone.clock.pass(200);
	}
	assert.ok(time > 4800 && time < 5600, `${time} ms`);
	await lone.torrent.close();
});

for (const [what, version, v2, part] of [
	['who asks for no hashes', 'hybrid', true, undefined],
	['a torrent that has v2 hashes alone', '2', true, 0],
	['somebody with whom we speak by the v1 hash', 'hybrid', false, undefined],
] as const)
	test(`nothing is waited for with ${what}`, async () => {
		const {lone, came, ask} = await served(version, v2);
		ask(part, 700);
		assert.ok((await came()).includes('block 700'));
		await lone.torrent.close();
	});
