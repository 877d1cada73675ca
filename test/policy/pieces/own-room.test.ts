import assert from 'node:assert/strict';
import {test} from 'node:test';
import {OwnRoom} from '../../../source/policy/pieces/own-room.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {seeded} from '../seeded.ts';

const pieceLength = 16_384;

interface Part {
	readonly offset: number;
	readonly length: number;
	readonly pad: boolean;
}

function layOut(parts: ReadonlyArray<readonly [length: number, pad: boolean]>) {
	const files: Part[] = [];
	let offset = 0;
	for (const [length, pad] of parts) {
		files.push({offset, length, pad});
		offset += length;
	}
	return {files, length: offset};
}

/** Whether a piece lies between the files with data before and after it: looked for file by file. */
function isAlone({files, length}: ReturnType<typeof layOut>, file: number): boolean {
	const isSolid = (part: Part) => !part.pad && part.length > 0;
	const before = files.slice(0, file).findLast(isSolid);
	const from = before === undefined ? 0 : before.offset + before.length;
	const to = files.slice(file + 1).find(isSolid)?.offset ?? length;
	for (let start = 0; start < length; start += pieceLength)
		if (start >= from) return Math.min(length, start + pieceLength) <= to;
	return false;
}

test('a file with data has room of its own where a piece holds nothing else but padding', () => {
	const random = seeded(20_261_127);
	for (let round = 0; round < 300; round++) {
		const torrent = layOut(
			Array.from({length: 1 + Math.floor(random() * 12)}, () => {
				const kind = random();
				if (kind < 0.3) return [0, false] as const;
				return [Math.floor(random() * 3 * pieceLength), kind > 0.8] as const;
			}),
		);
		if (torrent.length === 0) continue;
		const room = new OwnRoom(torrent, PieceGeometry.uniform(torrent.length, pieceLength));
		for (const [file, {length, pad}] of torrent.files.entries())
			if (!pad && length > 0) assert.equal(room.hasPiece(file), isAlone(torrent, file), `file ${file}`);
	}
});

test('an empty file between others has no room of its own', () => {
	const torrent = layOut([
		[pieceLength, false],
		[0, false],
		[pieceLength, false],
	]);
	const room = new OwnRoom(torrent, PieceGeometry.uniform(torrent.length, pieceLength));
	assert.deepEqual(
		[0, 1, 2].map(file => room.hasPiece(file)),
		[true, false, true],
	);
});

test('of a hundred thousand empty files each is looked at a few times, not all of them for each', () => {
	let looks = 0;
	const count = 100_000;
	const empty = {
		offset: 0,
		pad: false,
		get length() {
			looks++;
			return 0;
		},
	};
	const files = [...Array.from({length: count}, () => empty), {offset: 0, length: 100, pad: false}];
	const room = new OwnRoom({files, length: 100}, PieceGeometry.uniform(100, pieceLength));
	for (let file = 0; file < count; file++) assert.equal(room.hasPiece(file), false);
	assert.ok(looks <= 4 * count, `${looks} looks`);
});
