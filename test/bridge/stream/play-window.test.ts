import assert from 'node:assert/strict';
import test from 'node:test';
import {dueRuns, playWindow} from '../../../source/bridge/stream/play-window.ts';

const mebi = 1_048_576;

/** A file of so many pieces of a mebibyte, that begins half a piece after the first of them does. */
function file(pieces: number, had: readonly number[] = []) {
	const first = 7;
	return {
		length: pieces * mebi,
		first,
		last: first + pieces,
		pieceAt: (position: number) => first + Math.floor((position + mebi / 2) / mebi),
		pieceStart: (piece: number) => (piece - first) * mebi - mebi / 2,
		has: (piece: number) => had.includes(piece),
	};
}

test('what follows is due in order, by when it is needed, and the end of the file soon', () => {
	const due = playWindow(file(100), [{position: 0, rate: mebi}]);
	const ahead = [...due].filter(([piece]) => piece < 60);
	assert.deepEqual(
		ahead.map(([piece]) => piece),
		Array.from({length: 31}, (_, at) => 7 + at),
	);
	const times = ahead.map(([, within]) => within);
	assert.deepEqual(
		times,
		times.toSorted((one, other) => one - other),
	);
	assert.ok(times[0]! < 500 && times[30]! < 30_000, `${times}`);
	assert.deepEqual(
		[...due.keys()].filter(piece => piece >= 60),
		[107],
	);
	assert.equal(due.get(107), 2000);
});

test('what is here is not due, nor what was played, and nothing is while nobody plays', () => {
	const due = playWindow(file(100, [58, 59, 107]), [{position: 50 * mebi, rate: 0}]);
	assert.equal(Math.min(...due.keys()), 57);
	assert.ok(!due.has(58) && !due.has(59) && due.has(60) && !due.has(107));
	assert.equal(playWindow(file(100), []).size, 0);
	assert.equal(playWindow({...file(0), last: 6}, [{position: 0, rate: 0}]).size, 0);
	assert.deepEqual([...playWindow(file(3), [{position: 3 * mebi, rate: 0}]).keys()], [10]);
});

test('of two who play, whoever needs a piece first says when it is due', () => {
	const [slow, fast] = [
		{position: 0, rate: mebi},
		{position: 5 * mebi, rate: 4 * mebi},
	];
	const [one, other, both] = [[slow], [fast], [slow, fast]].map(players => playWindow(file(100), players));
	for (const [piece, within] of both!)
		assert.equal(within, Math.min(one!.get(piece) ?? Infinity, other!.get(piece) ?? Infinity), `${piece}`);
	assert.equal(both!.size, new Set([...one!.keys(), ...other!.keys()]).size);
});

test('no more is due than makes sense, however fast somebody plays and however many do', () => {
	const fast = playWindow(file(1000), [{position: 0, rate: 1e9}]);
	assert.ok(fast.size <= 66, `${fast.size}`);
	const many = Array.from({length: 5000}, (_, at) => ({position: at * mebi, rate: 1e9}));
	assert.ok(playWindow(file(6000), many).size <= 5002);
});

test('runs say the same as the pieces one by one', () => {
	const due = playWindow(file(300, [20, 21, 40]), [
		{position: 0, rate: mebi},
		{position: 25 * mebi, rate: 2 * mebi},
		{position: 200 * mebi, rate: 0},
	]);
	const runs = dueRuns(due);
	assert.ok(runs.length <= 12, `${runs.length} runs`);
	const said = new Map<number, number>();
	for (const {first, last, within, step} of runs) {
		assert.ok(step >= 0 && within >= 0 && first <= last);
		for (let piece = first; piece <= last; piece++) said.set(piece, within + (piece - first) * step);
	}
	assert.deepEqual(
		[...said.keys()],
		[...due.keys()].toSorted((one, other) => one - other),
	);
	for (const [piece, within] of due) assert.ok(Math.abs(said.get(piece)! - within) <= 5);
	assert.deepEqual(dueRuns(new Map()), []);
	// Later pieces that are due sooner.
	assert.deepEqual(
		dueRuns(
			new Map([
				[1, 500],
				[2, 300],
				[3, 400],
			]),
		),
		[
			{first: 1, last: 1, within: 500, step: 0},
			{first: 2, last: 3, within: 300, step: 100},
		],
	);
});
