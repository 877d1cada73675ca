import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readUtpPacket, UtpHeader, utpType} from '../../source/protocol/transport/utp-packet.js';
import {seeded} from '../helpers/fake-engine.ts';
import {UtpWorld} from '../simulation/utp-world.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(3);
const packets = fuzzRounds(20_000);

test('any bytes are a packet or none, and what it says lies within it', () => {
	const random = seeded(seed);
	const header = new UtpHeader();
	let read = 0;
	for (let n = 0; n < packets; n++) {
		const bytes = Uint8Array.from({length: Math.floor(random() * 80)}, () => Math.floor(random() * 256));
		if (n % 2 === 0) bytes[0] = (Math.floor(random() * 6) << 4) | 1;
		if (n % 4 === 0) bytes[1] = Math.floor(random() * 3);
		if (!readUtpPacket(bytes, header)) continue;
		read++;
		assert.ok(header.payloadAt <= bytes.length && header.payloadAt >= 20);
		assert.ok(header.sackLength === 0 || header.sackAt + header.sackLength <= header.payloadAt);
		assert.ok(header.type <= utpType.syn);
	}
	assert.ok(read > packets / 20, `${read}`);
});

/** One of the fields of a packet, and something else for it. */
function spoil(packet: Uint8Array, random: () => number): Uint8Array {
	const bytes = packet.slice();
	const view = new DataView(bytes.buffer);
	const word = () => Math.floor(random() * 65_536);
	const near = (at: number) => view.setUint16(at, view.getUint16(at) + Math.floor(random() * 9) - 4);
	switch (Math.floor(random() * 10)) {
		case 0:
			bytes[0] = (Math.floor(random() * 16) << 4) | 1;
			break;
		case 1:
			bytes[1] = Math.floor(random() * 256);
			break;
		case 2:
			view.setUint32(4, word() * word());
			break;
		case 3:
			view.setUint32(8, word() * word());
			break;
		case 4:
			view.setUint32(12, random() < 0.7 ? 0 : 0xffffffff);
			break;
		case 5:
			view.setUint16(16, word());
			break;
		case 6:
			near(16);
			break;
		case 7:
			view.setUint16(18, word());
			break;
		case 8:
			near(18);
			break;
		default:
			return mutate(bytes, random);
	}
	return bytes;
}

for (const [what, part] of [
	['now and then', 0.05],
	['all the time', 1],
] as const)
	test(`packets with every field wrong cost the stream they name, ${what}, and no other`, async () => {
		for (let round = 0; round < packets / 2000; round++) {
			const random = seeded(seed * 1000 + round);
			const world = new UtpWorld(seed + round, {delay: 20, rate: 2e6, queue: 1e6});
			const {near: healthy, far: other} = await world.connect();
			const {near, far} = await world.connect();
			let spoilt = 0;
			/** Of the second stream a wrong copy comes first. */
			const follow = (isThere: boolean) => (bytes: Uint8Array) => {
				const number = (bytes[2]! << 8) | bytes[3]!;
				if (!numbers.has(number)) return false;
				if (spoilt >= 1000 || random() >= part) return false;
				spoilt++;
				(isThere ? world.other : world.one).owner?.receive(
					spoil(bytes, random),
					isThere ? world.one.host : world.other.host,
					6881,
				);
				return false;
			};
			const numbers = new Set<number>();
			const watch = (bytes: Uint8Array) => {
				numbers.add((bytes[2]! << 8) | bytes[3]!);
				return false;
			};
			world.there.habits.eats = watch;
			world.back.habits.eats = watch;
			near.send(10);
			await world.clock.pass(1000);
			world.there.habits.eats = follow(true);
			world.back.habits.eats = follow(false);
			near.send(300_000);
			far.send(300_000);
			healthy.send(300_000);
			await world.clock.pass(300_000);
			assert.deepEqual(
				[other.received, other.isRight, healthy.why, other.why],
				[300_001, true, undefined, undefined],
			);
			assert.ok(spoilt > 5, `${spoilt}`);
			for (const end of [near, far]) assert.ok(end.ends <= 1);
			near.stream.close('enough');
			far.stream.close('enough');
			healthy.stream.close('enough');
			await world.clock.pass(60_000);
			assert.deepEqual([near.ends, far.ends, world.one.transport.size], [1, 1, 0]);
			assert.ok(world.other.transport.size <= 1);
		}
	});
