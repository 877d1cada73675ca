import {randomBytes} from 'node:crypto';
import {hashFunctions} from '../../source/io/machine/hash-functions.js';
import {HashTrees} from '../../source/policy/hashes/hash-trees.js';
import type {Metainfo} from '../../source/protocol/metainfo/metainfo.js';
import {swarmKeys} from '../../source/protocol/metainfo/swarm-hashes.js';
import {messageId} from '../../source/protocol/wire/decoder.js';
import {encodeHandshake} from '../../source/protocol/wire/handshake.js';
import {decodeHashRequest, encodeHashes, type HashRequest} from '../../source/protocol/wire/hash-messages.js';
import {
	fullBitfield,
	interested,
	type Listener,
	listen,
	message,
	piece,
	request,
	unchoke,
} from './raw-peer.ts';
import type {Workspace} from './workspace.ts';

/** How a hand-made peer answers hash requests; undefined for not at all. */
export type HashAnswer = (
	asked: HashRequest,
	right: Uint8Array | undefined,
) => {readonly id: number; readonly payload: Uint8Array} | undefined;

/** Gives what is right. */
export const honest: HashAnswer = (asked, right) =>
	right === undefined ? refusing(asked, right) : {id: messageId.hashes, payload: encodeHashes(asked, right)};

/** Gives nothing. */
export const refusing: HashAnswer = asked => ({
	id: messageId.hashReject,
	payload: encodeHashes(asked, new Uint8Array(0)),
});

/** Gives what is right but for one bit. */
export const lying: HashAnswer = (asked, right) => {
	const lie = right!.slice();
	lie[lie.length >> 1]! ^= 4;
	return {id: messageId.hashes, payload: encodeHashes(asked, lie)};
};

/** Where a hand-made peer listens, and what it was asked. */
export interface V2Peer extends Listener {
	readonly asked: HashRequest[];
	/** Blocks it gave. */
	blocks: number;
}

/**
 * A peer of a torrent of one file that has everything and speaks by the v2 hash: by hand, so that it may lie.
 *
 * @param metainfo with its piece layers
 * @param content the file
 */
export async function v2Peer(
	space: Workspace,
	metainfo: Metainfo,
	content: Uint8Array,
	answer: HashAnswer = honest,
): Promise<V2Peer> {
	const trees = new HashTrees(metainfo, hashFunctions.sha256);
	const key = swarmKeys(metainfo).v2!;
	const counts = {asked: [] as HashRequest[], blocks: 0};
	const listener = await listen(space, '127.0.0.1', peer => {
		peer.onMessage = (id, payload) => {
			if (id === interested) void peer.send(message(unchoke));
			if (id === messageId.hashRequest) {
				const asked = decodeHashRequest(new Uint8Array(payload));
				counts.asked.push(asked);
				const said = answer(asked, trees.read(asked));
				if (said !== undefined) void peer.send(message(said.id, said.payload));
			}
			if (id !== request) return;
			const [index, begin, length] = [0, 4, 8].map(at => payload.readUInt32BE(at)) as [
				number,
				number,
				number,
			];
			const at = index * metainfo.pieceLength + begin;
			counts.blocks++;
			void peer.send(message(piece, index, begin, content.subarray(at, at + length)));
		};
		void peer.greeted.then(() =>
			peer.send(
				encodeHandshake({
					...{infoHash: key, peerId: randomBytes(20), extended: false},
					...{fast: false, dht: false, v2: false},
				}),
				fullBitfield(metainfo.pieceCount),
			),
		);
	});
	return Object.assign(counts, listener);
}
