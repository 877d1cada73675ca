import {randomBytes} from 'node:crypto';
import {bencode} from './bencode.ts';
import {handshake, type Listener, listen, message} from './raw-peer.ts';
import type {Workspace} from './workspace.ts';

/** Message id of BEP 10. */
const extended = 20;
const metadataPiece = 16_384;
/** Our number for ut_metadata. */
const ourNumber = 7;

export interface MetadataPeerOptions {
	/** What it says the size is; that of `info` when left out. */
	readonly size?: number;
	/** The answer to a request for a piece; undefined: silence, or `reject`. */
	readonly answer?: (piece: number) => Buffer | 'reject' | undefined;
}

/** A peer that offers metadata and has nothing else. BEP 9. */
export interface MetadataPeer extends Listener {
	/** The pieces it was asked for, in that order. */
	readonly asked: number[];
}

/** Listens, and answers requests for the metadata `info`, or as `options` say. */
export async function metadataPeer(
	space: Workspace,
	infoHash: Uint8Array,
	info: Buffer,
	options: MetadataPeerOptions = {},
): Promise<MetadataPeer> {
	const asked: number[] = [];
	const answer =
		options.answer ?? ((piece: number) => info.subarray(piece * metadataPiece, (piece + 1) * metadataPiece));
	const total = options.size ?? info.length;
	const listener = await listen(space, '127.0.0.1', peer => {
		let theirs = 0;
		peer.onMessage = (id, payload) => {
			if (id !== extended) return;
			const text = payload.subarray(1).toString('latin1');
			if (payload[0] === 0) {
				theirs = Number(/11:ut_metadatai(\d+)e/.exec(text)?.[1] ?? theirs);
				return;
			}
			const request = /^d8:msg_typei0e5:piecei(\d+)e/.exec(text);
			if (payload[0] !== ourNumber || request === null) return;
			const piece = Number(request[1]);
			asked.push(piece);
			const bytes = answer(piece);
			if (bytes === undefined) return;
			const isReject = bytes === 'reject';
			const head = bencode(isReject ? {msg_type: 2, piece} : {msg_type: 1, piece, total_size: total});
			void peer.send(
				message(extended, Buffer.concat([Buffer.of(theirs), head, isReject ? Buffer.alloc(0) : bytes])),
			);
		};
		void peer.greeted.then(() => {
			const greeting = handshake(infoHash, Buffer.concat([Buffer.from('-MP0001-'), randomBytes(12)]));
			// The extension protocol.
			greeting[25] = 0x10;
			const ours = bencode({m: {ut_metadata: ourNumber}, metadata_size: total});
			void peer.send(greeting, message(extended, Buffer.concat([Buffer.of(0), ours])));
		});
	});
	return {...listener, asked};
}
