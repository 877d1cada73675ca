import assert from 'node:assert/strict';
import test from 'node:test';
import {withoutPartFile} from '../../../source/policy/pieces/check-plan.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';

test('when the part file is gone only the pieces that lay in it are had no more', () => {
	const map = PieceGeometry.uniform(400, 100);
	const files = [
		{offset: 0, length: 150, pad: false},
		{offset: 150, length: 100, pad: false},
		{offset: 250, length: 150, pad: false},
	];
	const have = new Bitfield(4);
	have.fill();
	const stamp = {size: 150, mtime: 1};
	const remembered = {have, stamps: [stamp, undefined, stamp], priorities: [2, 0, 2]};
	const left = withoutPartFile(map, files, [stamp, undefined, stamp], remembered);
	assert.deepEqual(
		[0, 1, 2, 3].filter(piece => left.have.has(piece)),
		[0, 3],
	);
	// A skipped file that is there needs no part file; neither does one that is merely gone.
	assert.equal(withoutPartFile(map, files, [stamp, stamp, stamp], remembered).have.count, 4);
	const wanted = {...remembered, priorities: [2, 2, 2]};
	assert.equal(withoutPartFile(map, files, [stamp, undefined, stamp], wanted).have.count, 4);
});
