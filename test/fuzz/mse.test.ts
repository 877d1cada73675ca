import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../source/base/errors.js';
import {MseTransport} from '../../source/io/net/mse/mse-transport.js';
import type {ConnectionEvents, PeerStream} from '../../source/io/net/transport.js';
import {torrentMark} from '../../source/protocol/transport/mse-keys.js';
import {seededRandom} from '../helpers/seeded-random.js';
import {conversation, greeting, infoHash, sha1, sides, theirKeys} from '../protocol/transport/mse-stage.js';
import {VirtualClock} from '../simulation/virtual-clock.js';
import {VirtualNetwork} from '../simulation/virtual-network.js';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.js';

const seed = fuzzSeed(71);
const rounds = fuzzRounds(600);
type Part = 'hello' | 'answer' | 'request' | 'reply';
const parts: readonly Part[] = ['hello', 'answer', 'request', 'reply'];
const pad = 24;

/** A handshake of which one part is changed on its way; answers who came to an agreement, undefined when it was refused. */
function changed(part: Part, change: (bytes: Uint8Array) => Uint8Array) {
	const {initiator, responder} = sides({pad});
	const carry = (name: Part, bytes: Uint8Array) => (name === part ? change(bytes) : new Uint8Array(bytes));
	const push = (to: typeof initiator | typeof responder, bytes: Uint8Array) => {
		const at = to.push(bytes, 0, bytes.length);
		assert.ok(at <= bytes.length && (at === bytes.length || to.agreement !== undefined), 'bytes are lost');
	};
	try {
		push(responder, carry('hello', initiator.greeting));
		if (responder.isCalled) push(initiator, carry('answer', responder.answer(theirKeys)));
		if (initiator.asks) push(responder, carry('request', initiator.ask(greeting)));
		if (responder.reply !== undefined) push(initiator, carry('reply', responder.reply));
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		return undefined;
	}
	for (const {agreement} of [initiator, responder])
		if (agreement !== undefined) assert.deepEqual([...agreement.infoHash], [...infoHash]);
	return {initiator: initiator.agreement, responder: responder.agreement};
}

for (const part of parts) {
	test(`whichever byte of the ${part} is another one, it is refused, waited for, or was only a pad`, () => {
		const bytes = conversation({pad})[part];
		let agreed = 0;
		for (let at = 0; at < bytes.length; at++) {
			for (const bit of [1, 0x80]) {
				const outcome = changed(part, original => {
					const copy = new Uint8Array(original);
					copy[at]! ^= bit;
					return copy;
				});
				if (outcome?.initiator !== undefined && outcome.responder !== undefined) agreed++;
			}
		}
		// Nothing is checked of a pad, of the first words, which belong to who hears them, or of ways to encrypt nobody knows.
		const free = {hello: pad, answer: pad, request: pad + greeting.length, reply: pad}[part];
		assert.ok(
			agreed >= 2 * free - 8 && agreed <= 2 * free + (part === 'request' ? 16 : 8),
			`${agreed} of ${2 * free}`,
		);
	});

	test(`wherever the ${part} ends, nothing is agreed on before it is whole`, () => {
		const bytes = conversation({pad})[part];
		// The first words may be cut: they are heard as they come.
		const whole = bytes.length - {hello: pad, answer: pad, request: greeting.length, reply: 0}[part];
		for (let length = 0; length < whole; length++) {
			const outcome = changed(part, original => new Uint8Array(original.subarray(0, length)));
			const hearer = part === 'hello' || part === 'request' ? outcome!.responder : outcome!.initiator;
			assert.equal(hearer, undefined, `${length} bytes`);
		}
	});
}

test(`a part that was cut, doubled or mixed up is refused or waited for, and nothing else happens (seed ${seed})`, () => {
	const random = seededRandom(seed);
	for (let round = 0; round < rounds; round++) {
		const part = parts[Math.floor(random.next() * parts.length)]!;
		changed(part, bytes => mutate(bytes, random.next));
	}
});

test(`whatever comes to a stream that may be encrypted, it is closed or waits, and its end is told once (seed ${seed})`, async () => {
	const random = seededRandom(seed);
	const clock = new VirtualClock(50);
	const network = new VirtualNetwork(clock);
	const line = {up: 1e9, down: 1e9, latency: 1};
	const [us, them] = [network.join('10.0.0.1', line), network.join('10.0.0.2', line)];
	const mark = Buffer.from(torrentMark(sha1, infoHash)).toString('hex');
	const ours = new MseTransport(us, {
		...{policy: 'prefer', clock, random, sha1},
		find: asked => (Buffer.from(asked).toString('hex') === mark ? infoHash : undefined),
	});
	let open = 0;
	let heard = 0;
	const listener = (stream: () => PeerStream): ConnectionEvents => {
		open++;
		let isClosed = false;
		let said = false;
		return {
			connected: () => stream().write(new Uint8Array(greeting)),
			data: (_, length) => {
				assert.ok(!isClosed && length > 0);
				heard++;
				if (!said) stream().write(new Uint8Array(greeting));
				said = true;
			},
			drained: () => {},
			closed: () => {
				assert.ok(!isClosed, 'closed twice');
				isClosed = true;
				open--;
			},
		};
	};
	await ours.listen({port: 1}, stream => listener(() => stream));
	const odd = (bytes: Uint8Array): Uint8Array =>
		random.next() < 0.3 ? random.bytes(Math.floor(random.next() * 2000)) : mutate(bytes, random.next);
	/** Says what one side of a handshake says, with something wrong, in pieces. */
	const speaker = (own: readonly Part[], stream: () => PeerStream, begins: boolean): ConnectionEvents => {
		const talk = conversation({pad});
		const say = () => {
			const next = own[turn++];
			if (next === undefined) return;
			const bytes = random.next() < 0.4 ? odd(talk[next]) : new Uint8Array(talk[next]);
			const cut = Math.floor(random.next() * bytes.length);
			for (const piece of [bytes.slice(0, cut), bytes.slice(cut)])
				if (piece.length > 0) stream().write(piece);
			if (random.next() < 0.1) stream().close('enough');
		};
		let turn = 0;
		return {connected: () => begins && say(), data: say, drained: () => {}, closed: () => {}};
	};
	await them.listen({port: 2}, stream => speaker(['answer', 'reply'], () => stream, false));
	for (let round = 0; round < rounds / 2; round++) {
		const stranger: PeerStream = them.dial(
			{host: '10.0.0.1', port: 1},
			{timeout: 1000, infoHash},
			speaker(['hello', 'request'], () => stranger, true),
		);
		const dialled: PeerStream = ours.dial(
			{host: '10.0.0.2', port: 2},
			{timeout: 1000, infoHash},
			listener(() => dialled),
		);
		await clock.pass(300);
		for (const stream of [stranger, dialled]) stream.close('round over');
	}
	await clock.pass(10_000);
	assert.equal(open, 0, `${open} streams were never told to have ended`);
	assert.ok(heard > rounds / 8, `only ${heard} times something was heard: nothing was tried`);
});
