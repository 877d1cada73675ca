import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {messageId, type PeerWireWriter} from '../../../source/protocol/wire/decoder.ts';
import {LonePeer, seconds} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

async function meet(options: {seeds?: boolean} = {}): Promise<{lone: LoneTorrent; peer: LonePeer}> {
	const lone = new LoneTorrent({pieces: 64, short: 0, random: seeded(1), ...options});
	await lone.start();
	return {lone, peer: await LonePeer.meet(lone, 1)};
}

const unknown = Uint8Array.of(0, 0, 0, 1, 99);

/** Messages that change nothing, each said over and over. */
const floods: ReadonlyArray<readonly [what: string, say: (writer: PeerWireWriter, time: number) => void]> = [
	['keep-alives', writer => writer.keepAlive()],
	['the same have', writer => writer.piece(messageId.have, 3)],
	[
		'interest that comes and goes',
		(writer, time) => writer.plain(time % 2 === 0 ? messageId.interested : messageId.notInterested),
	],
	['interest told before', writer => writer.plain(messageId.interested)],
	['chokes told before', writer => writer.plain(messageId.choke)],
	['extension messages nobody offered', writer => writer.extended(77, new Uint8Array(3))],
	['extension handshakes', writer => writer.extended(0, encodeBencode({v: 'x'}))],
	['upload-only that says the same', writer => writer.extended(4, Uint8Array.of(0))],
	['pieces lost that it never had', writer => writer.extended(3, Uint8Array.of(0, 0, 0, 9))],
	['messages of unknown kinds', writer => writer.raw(unknown)],
	['suggestions', writer => writer.piece(messageId.suggest, 1)],
	['leave to ask for the same piece', writer => writer.piece(messageId.allowedFast, 1)],
	['bitfields', writer => writer.bitfield(new Uint8Array(8))],
	['cancels of what was never asked for', writer => writer.block(messageId.cancel, 0, 0, blockLength)],
];

for (const [what, say] of floods) {
	test(`a peer that floods us with ${what} is let go within a thousand messages`, async () => {
		const {lone, peer} = await meet({seeds: true});
		let said = 0;
		while (peer.connection.reason === undefined && said < 5000) peer.say(writer => say(writer, said++));
		assert.match(peer.connection.reason ?? 'it is still there', /senseless/);
		assert.ok(said <= 1000, `after ${said}`);
		await lone.torrent.close();
	});

	test(`${what}: ten a second for ten minutes are no reason to part`, async () => {
		const {lone, peer} = await meet({seeds: true});
		if (what.startsWith('cancels')) peer.ask(6000);
		for (let second = 0; second < 600; second++) {
			peer.say(writer => {
				for (let time = 0; time < (what.includes('handshakes') ? 5 : 10); time++) say(writer, time);
			});
			await lone.clock.pass(1000);
		}
		assert.equal(peer.connection.reason, undefined);
		await lone.torrent.close();
	});
}

/** Requests that come to nothing, of a peer that is choked and one that is not. */
const fruitless: ReadonlyArray<
	readonly [what: string, interested: boolean, say: (writer: PeerWireWriter) => void]
> = [
	['requests while it is choked', false, writer => writer.block(messageId.request, 1, 0, blockLength)],
	[
		'requests that are taken back at once',
		true,
		writer => {
			writer.block(messageId.request, 1, 0, blockLength);
			writer.block(messageId.cancel, 1, 0, blockLength);
		},
	],
];

for (const [what, interested, say] of fruitless) {
	test(`a peer that floods us with ${what} is let go, and one that sends five hundred a second is not`, async () => {
		for (const floods of [true, false]) {
			const {lone, peer} = await meet({seeds: true});
			if (interested) peer.say(writer => writer.plain(messageId.interested));
			await peer.listen();
			let said = 0;
			for (let second = 0; second < (floods ? 4 : 120); second++) {
				for (let time = 0; time < (floods ? 100 : 2); time++) {
					if (peer.connection.reason !== undefined) break;
					peer.say(writer => {
						for (let each = 0; each < 100; each++) say(writer);
					});
					said += 100;
					await peer.listen();
				}
				await seconds(lone, 1, [peer]);
			}
			if (floods) assert.match(peer.connection.reason ?? `it is still there after ${said}`, /senseless/);
			else assert.equal(peer.connection.reason, undefined);
			await lone.torrent.close();
		}
	});
}

test('a large message that is read over costs as much as many small ones', async () => {
	const {lone, peer} = await meet();
	let said = 0;
	while (peer.connection.reason === undefined && said < 1000) {
		peer.say(writer => writer.extended(77, new Uint8Array(1 << 16)));
		said++;
	}
	assert.ok(said > 20 && said < 400, `after ${said}`);
	await lone.torrent.close();
});

test('extension handshakes as long as a message may be end a connection within a few', async () => {
	const {lone, peer} = await meet();
	const longest = encodeBencode({v: new Uint8Array((1 << 20) - 100)});
	let said = 0;
	while (peer.connection.reason === undefined && said < 100) {
		peer.say(writer => writer.extended(0, longest));
		said++;
	}
	assert.match(peer.connection.reason ?? 'it is still there', /senseless/);
	assert.ok(said <= 20, `after ${said}`);
	await lone.torrent.close();
});

test('interest may follow what we gain, however fast that is', async () => {
	const {lone, peer} = await meet();
	for (let round = 0; round < 3000; round++) {
		peer.peer.sendHave(round % 64);
		peer.say(writer => writer.plain(round % 2 === 0 ? messageId.interested : messageId.notInterested));
	}
	assert.equal(peer.connection.reason, undefined);
	await lone.torrent.close();
});

test('a peer that takes back all it has asked for, over and over, does nothing wrong', async () => {
	const {lone, peer} = await meet({seeds: true});
	peer.say(writer => writer.plain(messageId.interested));
	await peer.listen();
	for (let round = 0; round < 50; round++) {
		peer.ask(100);
		peer.say(writer => {
			for (let at = 0; at < 100; at++)
				writer.block(messageId.cancel, (at >> 1) % 63, (at & 1) * blockLength, blockLength);
		});
		await seconds(lone, 1, [peer]);
	}
	assert.equal(peer.connection.reason, undefined);
	await lone.torrent.close();
});
