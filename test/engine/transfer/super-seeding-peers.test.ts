import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type SuperSeededPeer, SuperSeeding} from '../../../source/engine/transfer/super-seeding.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {seeded} from '../../policy/seeded.ts';

class FakePeer implements SuperSeededPeer {
	readonly id: number;
	readonly ready = true;
	isSeed = false;
	readonly pieces = new Bitfield(6);
	peerInterested = true;
	readonly uploads = {isIdle: true};
	/** Pieces it was told of, in order. */
	readonly told: number[] = [];

	constructor(id: number) {
		this.id = id;
	}

	hasPiece(piece: number): boolean {
		return this.pieces.has(piece);
	}

	sendHave(piece: number): void {
		this.told.push(piece);
	}
}

/** A seed of six pieces with these peers. */
function seed(peers: readonly FakePeer[]) {
	const owner = {
		pieceCount: 6,
		downloader: {picker: {availability: () => 1}},
		peers,
		superSeedingWanted: true,
		seeds: true,
		met: 0,
		meetAnew: () => {
			owner.met++;
		},
	};
	const superSeeding = new SuperSeeding(owner, seeded(2));
	superSeeding.review();
	superSeeding.tick();
	return {owner, superSeeding};
}

const full = (): Bitfield => {
	const pieces = new Bitfield(6);
	pieces.fill();
	return pieces;
};

test('who is here when it begins is met anew, once, and nobody is shown what we have', () => {
	const {owner, superSeeding} = seed([]);
	superSeeding.review();
	assert.equal(owner.met, 1);
	assert.equal(superSeeding.shown(full()).count, 0);
});

test('each peer is told of two pieces, and of another when one of them turns up elsewhere', () => {
	const [one, other] = [new FakePeer(1), new FakePeer(2)];
	const {superSeeding} = seed([one, other]);
	assert.deepEqual([one.told.length, other.told.length], [2, 2]);
	superSeeding.tick();
	assert.equal(one.told.length, 2, 'time alone earns nothing');
	const [first] = one.told;
	one.pieces.set(first!);
	superSeeding.has(one, first!);
	assert.equal(one.told.length, 2, 'having it is not passing it on');
	other.pieces.set(first!);
	superSeeding.has(other, first!);
	assert.equal(one.told.length, 3);
	assert.equal(new Set(one.told).size, 3);
});

test('when it ends each peer is told of what it does not have and was not told of', () => {
	const [one, other, seeder] = [new FakePeer(1), new FakePeer(2), new FakePeer(3)];
	const {owner, superSeeding} = seed([one, other, seeder]);
	seeder.isSeed = true;
	seeder.told.length = 0;
	const has = [0, 1, 2, 3, 4, 5].find(piece => !other.told.includes(piece))!;
	other.pieces.set(has);
	owner.superSeedingWanted = false;
	superSeeding.review();
	assert.equal(superSeeding.active, false);
	assert.deepEqual(one.told.toSorted(), [0, 1, 2, 3, 4, 5]);
	assert.deepEqual(
		other.told.toSorted(),
		[0, 1, 2, 3, 4, 5].filter(piece => piece !== has),
	);
	assert.deepEqual(seeder.told, []);
	assert.equal(superSeeding.shown(full()).count, 6);
});

test('when the torrent stops nobody is told any more', () => {
	const one = new FakePeer(1);
	const {owner, superSeeding} = seed([one]);
	owner.seeds = false;
	superSeeding.review();
	assert.equal(one.told.length, 2);
	superSeeding.tick();
	assert.equal(one.told.length, 2);
});
