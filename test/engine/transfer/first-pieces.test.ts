import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

function says(peer: LonePeer, extension: Parameters<typeof encodeBencode>[0]): void {
	peer.say(writer => writer.extended(0, encodeBencode(extension)));
}

test('the first pieces are taken by chance, later ones are the rarest', async () => {
	const firsts = new Set<number>();
	for (let seed = 1; seed <= 12; seed++) {
		const lone = new LoneTorrent({pieces: 24, short: 0, random: seeded(seed)});
		await lone.start();
		// All but the last piece are common.
		const crowd = await LonePeer.meet(lone, 1);
		crowd.say(writer => writer.bitfield(Uint8Array.of(255, 255, 254)));
		await crowd.listen();
		const all = await LonePeer.meet(lone, 2);
		says(all, {reqq: 1});
		all.say(writer => {
			writer.bitfield(Uint8Array.of(255, 255, 255));
			writer.plain(messageId.unchoke);
		});
		const [first] = await all.hears('request');
		firsts.add(Number(first!.split(' ')[1]));
		for (const piece of [0, 1, 2, 3]) {
			lone.parts.have.set(piece);
			lone.parts.downloader.found(piece);
		}
		all.answer([first!]);
		const next = await all.hears('request');
		assert.match(String([first, ...next]), /request 23 /);
		await lone.torrent.close();
	}
	assert.ok(firsts.size >= 5, `${[...firsts]}`);
});
