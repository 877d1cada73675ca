import {createHash} from 'node:crypto';
import {MseInitiator} from '../../../source/protocol/transport/mse-initiator.ts';
import {keyPair} from '../../../source/protocol/transport/mse-key-exchange.ts';
import {torrentMark} from '../../../source/protocol/transport/mse-keys.ts';
import {MseResponder} from '../../../source/protocol/transport/mse-responder.ts';

export const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest();
export const infoHash = sha1(Buffer.from('a torrent'));
/** The 68 bytes that go with the handshake. */
export const greeting = Uint8Array.from({length: 68}, (_, n) => n + 1);
export const ourKeys = keyPair(Uint8Array.from({length: 20}, (_, n) => n * 11 + 3));
export const theirKeys = keyPair(Uint8Array.from({length: 20}, (_, n) => n * 7 + 5));

export interface Variation {
	readonly offered?: number;
	readonly choose?: (offered: number) => number;
	/** Length of all pads. */
	readonly pad?: number;
	/** The torrent that whoever was dialled has. */
	readonly has?: Uint8Array;
}

/** Two sides of a handshake. */
export function sides({
	offered = 3,
	choose = all => all & 1 || all & 2,
	pad = 0,
	has = infoHash,
}: Variation = {}) {
	const pads = () => new Uint8Array(pad).fill(0xaa);
	const mark = Buffer.from(torrentMark(sha1, has)).toString('hex');
	return {
		initiator: new MseInitiator({keys: ourKeys, infoHash, methods: offered, sha1, pad: pads}),
		responder: new MseResponder({
			...{sha1, choose, pad: pads},
			find: asked => (Buffer.from(asked).toString('hex') === mark ? has : undefined),
		}),
	};
}

/** Everything that goes to and fro in a handshake that comes to something, as it goes over the wire. */
export function conversation(variation: Variation = {}) {
	const {initiator, responder} = sides(variation);
	const hello = new Uint8Array(initiator.greeting);
	responder.push(hello, 0, hello.length);
	const answer = responder.answer(theirKeys);
	initiator.push(answer, 0, answer.length);
	const request = initiator.ask(greeting);
	responder.push(request, 0, request.length);
	const reply = responder.reply!;
	initiator.push(reply, 0, reply.length);
	return {initiator, responder, hello, answer, request, reply};
}
