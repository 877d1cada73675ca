import assert from 'node:assert/strict';
import test from 'node:test';
import {keyPair, sharedSecret} from '../../../source/protocol/transport/mse-key-exchange.ts';
import {cipherOf, maskTorrent, syncMark, torrentMark} from '../../../source/protocol/transport/mse-keys.ts';
import {conversation, greeting, infoHash, ourKeys, sha1, sides, theirKeys} from './mse-stage.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const prime = `${'f'.repeat(16)}c90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563`;
const numbered = (value: bigint) => Buffer.from(value.toString(16).padStart(192, '0'), 'hex');
const modulus = BigInt(`0x${prime}`);

test('both sides of a key exchange come to the same secret, and an onlooker who computes it slowly too', () => {
	const secret = sharedSecret(ourKeys.private, theirKeys.public);
	assert.equal(hex(secret), hex(sharedSecret(theirKeys.private, ourKeys.public)));
	let power = 1n;
	const base = BigInt(`0x${hex(theirKeys.public)}`);
	for (const bit of BigInt(`0x${hex(ourKeys.private)}`).toString(2))
		power = (power * power * (bit === '1' ? base : 1n)) % modulus;
	assert.equal(hex(secret), hex(numbered(power)));
});

test('a key is 96 bytes, zeros in front included', () => {
	const one = new Uint8Array(20);
	one[19] = 1;
	assert.equal(hex(keyPair(one).public), hex(numbered(2n)));
});

for (const [what, key] of [
	['0', 0n],
	['1', 1n],
	['the modulus less 1', modulus - 1n],
	['the modulus', modulus],
	['the modulus and 1', modulus + 1n],
	['all bits set', 2n ** 768n - 1n],
] as const) {
	test(`a key that is ${what} is refused by both`, () => {
		assert.throws(() => sharedSecret(ourKeys.private, numbered(key)), /hides nothing/);
		const {initiator, responder} = sides();
		assert.throws(() => initiator.push(numbered(key), 0, 96), /hides nothing/);
		responder.push(numbered(key), 0, 96);
		assert.throws(() => responder.answer(theirKeys), /hides nothing/);
	});
}

for (const pad of [0, 1, 511, 512]) {
	for (const [offered, chosen] of [
		[3, 1],
		[3, 2],
		[2, 2],
		[1, 1],
	] as const) {
		test(`pads of ${pad} bytes, ${offered} offered and ${chosen} chosen: both understand each other however it is cut`, () => {
			for (const piece of [1, 7, 5000]) {
				const {initiator, responder} = sides({offered, pad, choose: () => chosen});
				const feed = (to: typeof initiator | typeof responder, bytes: Uint8Array) => {
					for (let at = 0; at < bytes.length; ) {
						at = to.push(bytes, at, Math.min(bytes.length, at + piece));
						if (to.agreement !== undefined) return bytes.subarray(at);
					}
					return new Uint8Array(0);
				};
				assert.equal(initiator.greeting.length, 96 + pad);
				feed(responder, initiator.greeting);
				assert.ok(responder.isCalled);
				feed(initiator, responder.answer(theirKeys));
				assert.ok(initiator.asks);
				// The switch falls inside what comes: the greeting is encrypted, what is behind it may not be.
				const request = initiator.ask(greeting);
				const more = Uint8Array.from({length: 40}, (_, n) => 200 + n);
				const left = feed(responder, Buffer.concat([request, more]));
				const taken = responder.agreement!;
				assert.equal(hex(taken.infoHash), hex(infoHash));
				const heard = new Uint8Array(Buffer.concat([taken.rest, left]));
				const part = Math.floor(heard.length / 2);
				taken.decrypt.apply(heard, 0, part);
				taken.decrypt.apply(heard, part, heard.length);
				assert.equal(hex(heard.subarray(0, 68)), hex(greeting));
				assert.equal(taken.encrypt === undefined, chosen === 1);
				if (chosen === 1) assert.equal(hex(heard.subarray(68)), hex(more));
				const behind = Uint8Array.of(1, 2, 3);
				taken.encrypt?.apply(behind);
				const rest = feed(initiator, Buffer.concat([responder.reply!, behind]));
				const agreed = initiator.agreement!;
				const answer = new Uint8Array(Buffer.concat([agreed.rest, rest]));
				agreed.decrypt.apply(answer, 0, answer.length);
				assert.deepEqual([...answer], [1, 2, 3]);
				assert.equal(agreed.encrypt === undefined, chosen === 1);
			}
		});
	}
}

test('nothing of what is said shows which torrent it is, or that it is a handshake', () => {
	const {hello, answer, request, reply} = conversation({pad: 20});
	const wire = hex(Buffer.concat([hello, answer, request, reply]));
	assert.ok(!wire.includes(hex(infoHash)));
	assert.ok(!wire.includes(hex(torrentMark(sha1, infoHash))));
	assert.ok(!wire.includes(hex(greeting.subarray(0, 8))));
});

test('who asks for a torrent that is not here, or has other keys, is refused', () => {
	const {initiator, responder} = sides({has: sha1(Buffer.from('another'))});
	responder.push(initiator.greeting, 0, initiator.greeting.length);
	const answer = responder.answer(theirKeys);
	initiator.push(answer, 0, answer.length);
	const request = initiator.ask(greeting);
	assert.throws(() => responder.push(request, 0, request.length), /a torrent we do not have/);
});

test('a mark is looked for behind a pad of 512 bytes and no further', () => {
	for (const length of [512, 513]) {
		const {initiator, responder} = sides();
		const hello = Buffer.concat([initiator.greeting, new Uint8Array(length)]);
		const answer = Buffer.concat([theirKeys.public, new Uint8Array(length)]);
		const begin = () => {
			responder.push(hello, 0, hello.length);
			responder.answer(theirKeys);
			initiator.push(answer, 0, answer.length);
			const request = initiator.ask(greeting);
			responder.push(request, 0, request.length);
			initiator.push(responder.reply!, 0, responder.reply!.length);
		};
		if (length === 512) begin();
		else assert.throws(begin, /not encrypted as agreed|says too much/);
		assert.equal(initiator.agreement !== undefined, length === 512);
	}
});

test('a pad within the handshake that says to be of 513 bytes is refused by both', () => {
	const {initiator, responder} = sides({pad: 513});
	const cut = (bytes: Uint8Array) => Buffer.concat([bytes.subarray(0, 96)]);
	responder.push(cut(initiator.greeting), 0, 96);
	initiator.push(cut(responder.answer(theirKeys)), 0, 96);
	const request = initiator.ask(greeting);
	assert.throws(() => responder.push(request, 0, request.length), /pad of 513 bytes/);

	const talk = sides();
	const longer = sides({pad: 513});
	for (const {initiator: one} of [talk]) {
		longer.responder.push(one.greeting, 0, 96);
		one.push(longer.responder.answer(theirKeys), 0, 96);
		const wish = one.ask(greeting);
		longer.responder.push(wish, 0, wish.length);
		const {reply} = longer.responder;
		assert.throws(() => one.push(reply!, 0, reply!.length), /pad of 513 bytes/);
	}
});

for (const [what, chosen] of [
	['nothing', 0],
	['both', 3],
	['what was not offered', 1],
	['what nobody knows', 4],
] as const) {
	test(`whoever was dialled and chooses ${what} is refused`, () => {
		assert.throws(
			() => conversation({offered: 2, choose: () => (chosen === 0 ? 8 : chosen)}),
			/was not offered/,
		);
	});
}

test('who offers nothing that will do is refused', () => {
	assert.throws(() => conversation({offered: 1, choose: all => all & 2}), /no way to encrypt/);
});

test('who says more than a handshake has room for before it is agreed is refused', () => {
	const {initiator, responder} = sides();
	assert.throws(() => responder.push(new Uint8Array(2000).fill(9), 0, 2000), /says too much/);
	const much = Buffer.concat([theirKeys.public, new Uint8Array(1100)]);
	assert.throws(() => initiator.push(much, 0, much.length), /says too much/);
});

test('the mask of a torrent is taken off by what put it on', () => {
	const secret = sharedSecret(ourKeys.private, theirKeys.public);
	const mark = torrentMark(sha1, infoHash);
	assert.equal(hex(maskTorrent(sha1, secret, maskTorrent(sha1, secret, mark))), hex(mark));
});

test('who makes the mask of a secret that begins with a zero from the rest of it and any byte is understood', () => {
	// The first keys of ours, one after the other, that make such a secret with theirs.
	let keys = ourKeys;
	for (let n = 0; sharedSecret(theirKeys.private, keys.public)[0] !== 0; n++)
		keys = keyPair(Uint8Array.from({length: 20}, (_, at) => (at === 0 ? n >> 8 : at === 1 ? n & 255 : at)));
	const secret = sharedSecret(theirKeys.private, keys.public);
	for (const last of [undefined, 0, 0x7e, 0xff]) {
		const {responder} = sides();
		responder.push(keys.public, 0, 96);
		responder.answer(theirKeys);
		const wrong = Buffer.concat([secret.subarray(1), Uint8Array.of(last ?? 0)]);
		const masked = maskTorrent(sha1, last === undefined ? secret : wrong, torrentMark(sha1, infoHash));
		const fields = new Uint8Array(16);
		fields[11] = 3;
		cipherOf(sha1, 'keyA', secret, infoHash).apply(fields);
		const request = Buffer.concat([syncMark(sha1, secret), masked, fields]);
		responder.push(request, 0, request.length);
		assert.equal(hex(responder.agreement!.infoHash), hex(infoHash));
	}
});
