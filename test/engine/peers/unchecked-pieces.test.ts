import assert from 'node:assert/strict';
import test from 'node:test';
import {ProtocolError} from '../../../source/base/errors.ts';
import {UncheckedPieces} from '../../../source/engine/peers/unchecked-pieces.ts';

/** `x.x` for a torrent of three pieces of which it has the first and the last; or the code of the error. */
function drawn(tell: (pieces: UncheckedPieces) => void, pieceCount: number): string {
	const unchecked = new UncheckedPieces();
	try {
		tell(unchecked);
		const pieces = unchecked.check(pieceCount);
		const picture = Array.from({length: pieceCount}, (_, piece) => (pieces.has(piece) ? 'x' : '.')).join('');
		assert.equal(pieces.count, picture.split('x').length - 1);
		return picture;
	} catch (error) {
		assert.ok(error instanceof ProtocolError);
		return error.code;
	}
}

test('what was told before the number of pieces was known is what is had then', () => {
	const cases: Array<readonly [pieces: number, tell: (pieces: UncheckedPieces) => void, picture: string]> = [
		[3, () => {}, '...'],
		[3, said => said.all(), 'xxx'],
		[3, said => said.none(), '...'],
		[10, said => said.bitfield(Uint8Array.of(0b1010_0001, 0b0100_0000)), 'x.x....x.x'],
		[10, said => [said.have(0), said.have(9)], 'x........x'],
		[10, said => [said.bitfield(Uint8Array.of(128, 0)), said.have(9)], 'x........x'],
		[10, said => [said.have(3), said.bitfield(Uint8Array.of(128, 0))], 'x.........'],
		[10, said => [said.have(3), said.all(), said.lacks(2), said.lacks(9)], 'xx.xxxxxx.'],
		[10, said => [said.all(), said.lacks(2), said.lacks(4), said.have(2)], 'xxxx.xxxxx'],
		[10, said => [said.all(), said.lacks(500)], 'xxxxxxxxxx'],
		[10, said => [said.have(3), said.have(4), said.lacks(3), said.lacks(77)], '....x.....'],
		[10, said => [said.all(), said.none(), said.have(1)], '.x........'],
	];
	for (const [at, [pieces, tell, picture]] of cases.entries())
		assert.equal(drawn(tell, pieces), picture, `case ${at}`);
});

test('what cannot be is an error when the number of pieces is known', () => {
	assert.equal(
		drawn(said => said.bitfield(new Uint8Array(1)), 10),
		'bad-bitfield',
	);
	assert.equal(
		drawn(said => said.bitfield(new Uint8Array(3)), 10),
		'bad-bitfield',
	);
	assert.equal(
		drawn(said => said.bitfield(Uint8Array.of(0, 0b0010_0000)), 10),
		'bad-bitfield',
	);
	assert.equal(
		drawn(said => said.have(10), 10),
		'bad-have',
	);
	assert.equal(
		drawn(said => [said.all(), said.have(10)], 10),
		'bad-have',
	);
	assert.equal(
		drawn(said => [said.bitfield(new Uint8Array(2)), said.have(16)], 10),
		'bad-have',
	);
});

test('nobody makes us keep more than 64 KiB', () => {
	assert.equal(drawn(said => said.bitfield(new Uint8Array(65_536)), 524_288).length, 524_288);
	assert.equal(
		drawn(said => said.bitfield(new Uint8Array(65_537)), 524_296),
		'bad-bitfield',
	);
	assert.equal(drawn(said => said.have(524_287), 524_288).length, 524_288);
	assert.equal(
		drawn(said => said.have(524_288), 524_289),
		'bad-have',
	);
	assert.equal(
		drawn(said => said.have(2 ** 32 - 1), 10),
		'bad-have',
	);
	const said = new UncheckedPieces();
	said.all();
	assert.equal(said.lacks(524_288), false);
});

test('what was told already is no news', () => {
	const said = new UncheckedPieces();
	assert.equal(said.any, false);
	assert.deepEqual([said.have(5), said.have(5), said.lacks(5), said.lacks(5)], [true, false, true, false]);
	said.all();
	assert.deepEqual([said.any, said.have(5), said.lacks(5), said.have(5)], [true, false, true, true]);
});
