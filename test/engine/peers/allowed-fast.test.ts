import assert from 'node:assert/strict';
import test from 'node:test';
import {type AllowedFastOwner, sendAllowedFast} from '../../../source/engine/peers/allowed-fast.ts';
import {AllowedFastGrants} from '../../../source/engine/peers/allowed-fast-grants.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';

test('a granted piece may be taken once, byte for byte, by who has few pieces', () => {
	const grants = new AllowedFastGrants();
	assert.equal(grants.none, true);
	assert.equal(grants.take(3, 1, 0), false);
	grants.add(3, 40);
	assert.equal(grants.none, false);
	assert.equal(grants.take(3, 30, 4), true);
	assert.equal(grants.take(3, 11, 4), false);
	assert.equal(grants.take(3, 10, 5), false, 'it has enough to trade with');
	assert.equal(grants.take(3, 10, 4), true);
	assert.equal(grants.take(3, 1, 0), false);
	assert.equal(grants.take(4, 1, 0), false);
});

function offer(change: {peer?: object; have?: number; holders?: number} = {}) {
	const map = PieceGeometry.uniform(100 * 16, 16);
	const have = new Bitfield(100);
	for (let piece = 0; piece < (change.have ?? 100); piece++) have.set(piece);
	const told: number[] = [];
	const peer = {
		address: {host: '80.4.4.200', port: 1},
		supportsFast: true,
		pieceCount: 0,
		grants: new AllowedFastGrants(),
		hasPiece: () => false,
		sendAllowedFast: (piece: number) => told.push(piece),
		...change.peer,
	};
	const owner = {
		...{map, have},
		downloader: {picker: {availability: () => change.holders ?? 3}},
	} as unknown as AllowedFastOwner;
	sendAllowedFast(peer, new Uint8Array(20).fill(0xaa), owner);
	return {told, peer};
}

test('a starter is told five pieces that others have, too, and may have them', () => {
	const {told, peer} = offer();
	assert.equal(new Set(told).size, 5);
	for (const piece of told) assert.equal(peer.grants.take(piece, 16, 0), true);
	assert.deepEqual(offer().told, told, 'the same each time');
	const other = offer({peer: {address: {host: '80.5.4.200', port: 1}}}).told;
	assert.notDeepEqual(other, told);
});

test('nothing is offered to who cannot take it, has enough, or was offered some before', () => {
	const some = new AllowedFastGrants();
	some.add(1, 1);
	for (const peer of [
		{supportsFast: false},
		{pieceCount: 5},
		{grants: some},
		{address: {host: 'no address', port: 1}},
		{hasPiece: () => true},
	]) {
		assert.deepEqual(offer({peer}).told, []);
	}
	assert.equal(offer({peer: {pieceCount: 4}}).told.length, 5);
});

test('what we lack, or nearly nobody has, is not granted', () => {
	assert.deepEqual(offer({have: 0}).told, []);
	assert.deepEqual(offer({holders: 2}).told, []);
	for (const piece of offer({have: 50}).told) assert.ok(piece < 50);
});
