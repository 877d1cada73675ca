import {blockLength} from '../../source/base/units.ts';
import {Bitfield} from '../../source/protocol/wire/bitfield.ts';
import {messageId} from '../../source/protocol/wire/decoder.ts';
import {seeded} from '../policy/seeded.ts';
import {LonePeer} from './lone-peer.ts';
import {LoneTorrent} from './lone-torrent.ts';

/** A peer that has everything, and unchokes. */
export async function sender(lone: LoneTorrent, id: number, fast = true): Promise<LonePeer> {
	const peer = await LonePeer.meet(lone, id, {fast});
	const all = new Bitfield(lone.parts.pieceCount);
	all.fill();
	peer.say(writer => {
		if (fast) writer.plain(messageId.haveAll);
		else writer.bitfield(all.bytes);
		writer.plain(messageId.unchoke);
	});
	await peer.listen();
	return peer;
}

/** A torrent whose peers may be asked for `reqq` blocks. */
export async function leech(pieces = 12, pool = 256, pieceLength = 2 * blockLength): Promise<LoneTorrent> {
	const lone = new LoneTorrent({pieces, pool, pieceLength, short: 0, random: seeded(3)});
	await lone.start();
	return lone;
}
