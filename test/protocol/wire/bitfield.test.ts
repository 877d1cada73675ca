import assert from 'node:assert/strict';
import test from 'node:test';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {seeded} from '../../policy/seeded.ts';

const bad = {code: 'bad-bitfield'};

test('the first piece is the highest bit of the first byte', () => {
	const field = new Bitfield(11);
	assert.deepEqual([...field.bytes], [0, 0]);
	for (const piece of [0, 7, 8, 10]) assert.equal(field.set(piece), true);
	assert.deepEqual([...field.bytes], [0b1000_0001, 0b1010_0000]);
	assert.equal(field.count, 4);
	assert.equal(field.set(7), false);
	assert.equal(field.count, 4);
	assert.equal(field.clear(7), true);
	assert.equal(field.clear(7), false);
	assert.equal(field.clear(1), false);
	assert.deepEqual([...field.bytes], [0b1000_0000, 0b1010_0000]);
	assert.equal(field.count, 3);
});

test('a bitfield from the wire has the size of the torrent, and no bits beyond its last piece', () => {
	const field = Bitfield.fromWire(Uint8Array.of(0b1010_0000, 0b0110_0000), 11);
	assert.deepEqual(
		Array.from({length: 11}, (_, piece) => field.has(piece)).flatMap((has, piece) => (has ? [piece] : [])),
		[0, 2, 9, 10],
	);
	assert.equal(field.count, 4);
	assert.equal(Bitfield.fromWire(Uint8Array.of(255), 8).full, true);
	assert.equal(Bitfield.fromWire(Uint8Array.of(0b1111_1110), 7).full, true);
	assert.equal(Bitfield.fromWire(new Uint8Array(0), 0).full, true);
	for (const [bytes, length] of [
		[[0], 9],
		[[0, 0], 8],
		[[], 1],
		[[0b0000_0001], 7],
		[[0, 0b0001_0000], 11],
		[[0, 0b0000_0001], 9],
		[[0b0100_0000], 1],
	] as const) {
		assert.throws(() => Bitfield.fromWire(Uint8Array.from(bytes), length), bad, `${bytes} of ${length}`);
	}
});

test('what is made from the wire is a copy', () => {
	const bytes = Uint8Array.of(0b1000_0000);
	const field = Bitfield.fromWire(bytes, 5);
	bytes[0] = 0;
	assert.equal(field.has(0), true);
});

test('a full one has every piece and no spare bits', () => {
	for (const [length, last] of [
		[8, 255],
		[9, 128],
		[15, 254],
		[3, 224],
	] as const) {
		const field = new Bitfield(length);
		assert.equal(field.full, false);
		field.set(1);
		field.fill();
		assert.equal(field.count, length);
		assert.equal(field.full, true);
		assert.equal(field.bytes.at(-1), last);
		field.clear(length - 1);
		assert.equal(field.full, false);
	}
});

test('whatever is set and cleared, the count is that of the bits, alone and in common', () => {
	const random = seeded(6);
	const [one, other] = [new Bitfield(77), new Bitfield(77)];
	const sets = [new Set<number>(), new Set<number>()] as const;
	for (let step = 0; step < 3000; step++) {
		const which = random() < 0.5 ? 0 : 1;
		const piece = Math.floor(random() * 77);
		const [field, set] = [which === 0 ? one : other, sets[which]];
		if (random() < 0.5) assert.equal(field.set(piece), !set.has(piece) && Boolean(set.add(piece)));
		else assert.equal(field.clear(piece), set.delete(piece));
		assert.equal(field.count, set.size);
		assert.equal(field.has(piece), set.has(piece));
		if (step % 20 === 0)
			assert.equal(one.countCommon(other), [...sets[0]].filter(each => sets[1].has(each)).length);
	}
});
