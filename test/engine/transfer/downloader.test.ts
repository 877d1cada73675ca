import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {blockState} from '../../../source/policy/requests/partial-pieces.ts';
import {messageId, writePieceHeader} from '../../../source/protocol/wire/decoder.ts';
import {settled} from '../../helpers/hand-clock.ts';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {type FakeStorage, LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

const slots = 256;

async function leech(pieces = 6, blocks = 2): Promise<LoneTorrent> {
	const lone = new LoneTorrent({
		...{pieces, pieceLength: blocks * blockLength, short: 0, pool: slots},
		random: seeded(3),
	});
	await lone.start();
	return lone;
}

async function seed(lone: LoneTorrent, id: number): Promise<LonePeer> {
	const peer = await LonePeer.meet(lone, id);
	peer.say(writer => {
		writer.plain(messageId.haveAll);
		writer.plain(messageId.unchoke);
	});
	return peer;
}

/** `piece/block` of requests or cancels, in their order. */
const blocksOf = (words: readonly string[]): string[] =>
	words.map(text => {
		const [, piece, begin] = text.split(' ');
		return `${piece}/${Number(begin) / blockLength}`;
	});

/** Everything is given back: no slot is lost, and none is promised to anybody. */
function assertWhole({pool}: LoneTorrent): void {
	assert.equal(pool.free, slots);
	assert.equal(pool.available, slots);
}

test('what has come of unfinished pieces is written once, and the rest is fetched', async () => {
	const lone = await leech(4, 4);
	const {downloader} = lone.parts;
	const peer = await seed(lone, 1);
	const asked = await peer.hears('request');
	peer.answer(asked.filter((_, n) => n % 3 === 0));
	await peer.listen();
	const had = lone.pool.free;
	assert.ok(had < slots);
	const written: string[] = [];
	const {storeBlocks} = lone.storage;
	lone.storage.storeBlocks = function (this: FakeStorage, piece, blocks, ofSlots) {
		for (const block of blocks) written.push(`${piece}/${block}`);
		assert.ok(ofSlots.every(slot => slot >= 0));
		return storeBlocks.call(this, piece, blocks, ofSlots);
	};
	await downloader.unfinished.save(lone.storage);
	assert.equal(written.length, slots - had);
	assert.deepEqual(written.toSorted(), blocksOf(asked.filter((_, n) => n % 3 === 0)).toSorted());
	assert.equal(lone.pool.free, slots);
	await downloader.unfinished.save(lone.storage);
	assert.equal(written.length, slots - had, 'nothing is written twice');
	for (const partial of downloader.partials.all())
		for (let block = 0; block < partial.blocks; block++)
			assert.equal(
				partial.states[block] === blockState.onDisk,
				written.includes(`${partial.piece}/${block}`),
			);
	peer.answer(asked.filter((_, n) => n % 3 !== 0));
	for (let round = 0; round < 9; round++) peer.answer(await peer.hears('request'));
	await settled();
	assert.equal(lone.parts.have.count, 4);
	assert.equal(lone.parts.smartBan.hashFailures, 0);
	assertWhole(lone);
	await lone.torrent.close();
});

test('blocks that could not be written are missing again, and those of other pieces are not', async () => {
	const lone = await leech(3, 2);
	const {downloader} = lone.parts;
	const peer = await seed(lone, 1);
	const asked = await peer.hears('request');
	const firsts = asked.filter(text => / 0 \d+$/.test(text));
	assert.equal(firsts.length, 3);
	peer.answer(firsts);
	await peer.listen();
	lone.storage.storeBlocks = async (piece, _blocks, ofSlots) => {
		for (const slot of ofSlots) lone.pool.give(slot);
		return piece === 1 ? {code: 'io', message: 'broken'} : undefined;
	};
	await downloader.unfinished.save(lone.storage);
	const state = (piece: number): number | undefined => downloader.partials.get(piece)?.states[0];
	assert.deepEqual([state(0), state(2)], [blockState.onDisk, blockState.onDisk]);
	assert.equal(state(1) ?? blockState.missing, blockState.missing);
	assert.ok(!downloader.endGame.nothingLeftToAsk);
	await lone.torrent.close();
});

test('blocks an earlier session wrote are not asked for, of pieces that are not had or begun already', async () => {
	const lone = await leech(3, 3);
	const {downloader, have} = lone.parts;
	downloader.unfinished.restore(0, [0, 2, 9]);
	downloader.unfinished.restore(0, [1]);
	have.set(1);
	downloader.found(1);
	downloader.unfinished.restore(1, [0]);
	assert.equal(downloader.partials.get(1), undefined);
	const peer = await seed(lone, 1);
	assert.deepEqual(blocksOf(await peer.hears('request')).toSorted(), ['0/1', '2/0', '2/1', '2/2']);
	await lone.torrent.close();
});

test('a piece that nobody wants any more is cancelled with whoever was asked, and not due any more', async () => {
	const lone = await leech(2, 3);
	const {downloader} = lone.parts;
	const peer = await seed(lone, 1);
	const asked = await peer.hears('request');
	assert.equal(asked.length, 6);
	downloader.setDeadline(0, lone.clock.now() + 5000);
	assert.ok(downloader.deadlines.has(0));
	const promised = lone.pool.available;
	downloader.setPriority(0, 0);
	assert.equal(downloader.deadlines.has(0), false);
	assert.deepEqual(blocksOf(await peer.hears('cancel')).toSorted(), ['0/0', '0/1', '0/2']);
	assert.equal(lone.pool.available, promised + 3);
	assert.equal(downloader.partials.get(0), undefined);
	assert.equal(downloader.needed.has(0), false);
	// Of one some blocks of which have come what has come is kept.
	peer.give(1, 0);
	await peer.listen();
	downloader.setPriority(1, 0);
	assert.deepEqual(await peer.hears('cancel'), []);
	assert.ok(downloader.partials.get(1));
	await lone.torrent.close();
});

test('what is taken back of a piece is cancelled, may be asked for again, and is taken in when it comes all the same', async () => {
	const lone = await leech(2, 3);
	const {downloader} = lone.parts;
	const peer = await seed(lone, 1);
	assert.equal((await peer.hears('request')).length, 6);
	downloader.takeBack(0);
	downloader.takeBackFrom(peer.peer, 1, 2);
	downloader.takeBackFrom(peer.peer, 1, 2);
	assert.deepEqual(blocksOf(await peer.hears('cancel')).toSorted(), ['0/0', '0/1', '0/2', '1/2']);
	assert.equal(downloader.partials.get(0), undefined);
	assert.ok(downloader.picker.isOpen(0) && downloader.needed.has(0));
	// It had left before: of a piece that was given up it is the first block.
	peer.give(0, blockLength);
	await peer.listen();
	assert.equal(downloader.partials.get(0)?.states[1], blockState.inPool);
	assert.equal(peer.connection.reason, undefined);
	for (const block of [0, 1]) peer.give(1, block * blockLength);
	for (let round = 0; round < 9; round++) {
		downloader.refill(peer.peer);
		peer.answer(await peer.hears('request'));
	}
	await settled();
	assert.equal(lone.parts.have.count, 2);
	assertWhole(lone);
	await lone.torrent.close();
});

test('a piece with a deadline stays due when its priority changes, until it is wanted no more', async () => {
	const lone = await leech();
	const {downloader} = lone.parts;
	downloader.setDeadline(3, 1000);
	assert.equal(downloader.picker.priority(3), 5);
	downloader.setPriority(3, 1);
	assert.equal(downloader.picker.priority(3), 5);
	assert.equal(downloader.deadlines.of(3), 1000);
	const priorities = new Uint8Array(6).fill(3);
	downloader.setPriorities(priorities.slice());
	assert.equal(downloader.picker.priority(3), 5);
	assert.equal(downloader.picker.priority(2), 3);
	priorities[3] = 0;
	downloader.setPriorities(priorities);
	assert.equal(downloader.deadlines.has(3), false);
	assert.equal(downloader.picker.priority(3), 0);
	downloader.setDeadline(4, 1000);
	downloader.clearDeadline(4);
	assert.equal(downloader.deadlines.has(4), false);
	assert.notEqual(downloader.picker.priority(4), 5);
	await lone.torrent.close();
});

test('when a block that several were asked for has come, the others are told, and the sender is not', async () => {
	const lone = await leech(1, 2);
	const {downloader} = lone.parts;
	const [first, second] = [await seed(lone, 1), await seed(lone, 2)];
	await first.hears();
	await second.hears();
	const now = lone.clock.now();
	for (const peer of [first, second]) {
		for (let block = 0; block < 2; block++)
			if (!peer.peer.asked(0, block)) downloader.askFor(peer.peer, 0, block, now);
		await peer.hears();
	}
	first.give(0, 0);
	assert.deepEqual(blocksOf(await second.hears('cancel')), ['0/0']);
	assert.deepEqual(await first.hears('cancel'), []);
	assert.equal(second.peer.asked(0, 0), false);
	// It was on its way already: no reason to blame anybody, and of no use.
	second.give(0, 0);
	assert.equal(second.connection.reason, undefined);
	second.give(0, blockLength);
	assert.deepEqual(blocksOf(await first.hears('cancel')), ['0/1']);
	await settled();
	assert.equal(lone.parts.have.count, 1);
	assert.equal(lone.torrent.stats.wasted, blockLength);
	assertWhole(lone);
	await lone.torrent.close();
});

test('a block that was cancelled and comes all the same is as good as any, if it is still missing', async () => {
	const lone = await leech(1, 2);
	const {downloader} = lone.parts;
	const peer = await seed(lone, 1);
	assert.equal((await peer.hears('request')).length, 2);
	downloader.cancelAll(peer.peer);
	assert.equal((await peer.hears('cancel')).length, 2);
	assert.equal(peer.peer.outstanding, 0);
	downloader.unfinished.restore(0, []);
	peer.give(0, 0);
	assert.equal(peer.peer.requests.cancelled, 1);
	peer.give(0, blockLength);
	await settled();
	assert.equal(peer.connection.reason, undefined);
	assert.equal(lone.parts.have.count, 1);
	assert.equal(lone.torrent.stats.wasted, 0);
	assertWhole(lone);
	await lone.torrent.close();
});

test('whoever leaves in the middle of a block takes no memory along', async () => {
	const lone = await leech();
	const peer = await seed(lone, 1);
	await peer.hears('request');
	const bytes = new Uint8Array(13 + 100);
	writePieceHeader(bytes, 0, 0, 0, blockLength);
	peer.connection.say(bytes);
	assert.equal(lone.pool.free, slots - 1);
	peer.connection.hangUp();
	await settled();
	assertWhole(lone);
	assert.equal(lone.parts.downloader.partials.size, 0);
	await lone.torrent.close();
});

test('what is refused may be asked of others; who refuses some is not let go, who refuses everything is', async () => {
	const lone = await leech(40, 8);
	const peer = await seed(lone, 1);
	let refused = 0;
	for (let round = 0; round < 3000 && peer.connection.reason === undefined; round++) {
		const asked = await peer.hears('request');
		if (asked.length === 0) {
			lone.parts.downloader.refill(peer.peer);
			continue;
		}
		refused += asked.length;
		peer.say(writer => {
			for (const text of asked) {
				const [piece, begin, length] = text.split(' ').slice(1).map(Number);
				writer.block(messageId.reject, piece!, begin!, length!);
			}
		});
		if (refused < 200) assert.equal(peer.connection.reason, undefined);
	}
	assert.notEqual(peer.connection.reason, undefined);
	assert.ok(refused > 1000, `${refused} refusals`);
	await settled();
	assertWhole(lone);
	const other = await seed(lone, 2);
	assert.ok((await other.hears('request')).length > 0);
	await lone.torrent.close();
});

test('what is thrown away is counted, but for what the disk judges', async () => {
	const lone = await leech(3, 2);
	const {downloader} = lone.parts;
	const peer = await seed(lone, 1);
	await peer.hears('request');
	peer.give(0, 0);
	peer.give(1, 0);
	lone.storage.storePiece = (_, ofSlots) => {
		for (const slot of Array.from(ofSlots)) lone.pool.give(slot);
	};
	peer.give(2, 0);
	peer.give(2, blockLength);
	await peer.listen();
	assert.equal(downloader.unfinished.forgetAll(), 2 * blockLength);
	assert.equal(downloader.partials.get(0), undefined);
	assert.equal(downloader.partials.get(2)?.hashing, true);
	assert.equal(lone.pool.free, slots);
	await lone.torrent.close();
});

test('nobody is interesting when nothing is needed, nor who has nothing of it', async () => {
	const lone = await leech(2, 1);
	const {downloader} = lone.parts;
	const peer = await LonePeer.meet(lone, 1);
	assert.equal(downloader.interesting(peer.peer), false);
	peer.say(writer => writer.piece(messageId.have, 1));
	assert.equal(downloader.interesting(peer.peer), true);
	downloader.setPriority(1, 0);
	assert.equal(downloader.interesting(peer.peer), false);
	const all = await seed(lone, 2);
	assert.equal(downloader.interesting(all.peer), true);
	downloader.setPriority(0, 0);
	assert.equal(downloader.interesting(all.peer), false);
	await lone.torrent.close();
});

test('who chokes us is asked for pieces it lets us have all the same, and no others', async () => {
	const lone = await leech(8, 2);
	const peer = await LonePeer.meet(lone, 1);
	peer.say(writer => {
		writer.plain(messageId.haveAll);
		writer.piece(messageId.allowedFast, 5);
	});
	assert.deepEqual(blocksOf(await peer.hears('request')), ['5/0', '5/1']);
	const other = await LonePeer.meet(lone, 2);
	other.say(writer => writer.plain(messageId.haveAll));
	assert.deepEqual(await other.hears('request'), []);
	await lone.torrent.close();
});
