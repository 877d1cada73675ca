import assert from 'node:assert/strict';
import test from 'node:test';
import {RoomLevel} from '../../../source/policy/session/room-level.ts';

const floor = 1000;

/** What comes of looks a second apart, a letter each: `l` too little room, `.` enough. */
function looks(...free: Array<number | undefined>): string {
	const level = new RoomLevel();
	return free
		.map((bytes, second) => {
			level.see(bytes, floor, second * 1000);
			return level.isLow ? 'l' : '.';
		})
		.join('');
}

test('there is too little room below the floor, and enough again a tenth above it', () => {
	assert.equal(looks(1000, 999, 1000, 1099, 1100, 1000, 999), '.lll..l');
});

test('a disk that does not tell how much room there is keeps nobody waiting', () => {
	assert.equal(looks(undefined, 999, undefined, 999), '.l.l');
});

test('it is looked at the sooner the sooner the floor would be reached', () => {
	const level = new RoomLevel();
	assert.ok(level.nextAt(0) < 0);
	level.see(1_000_000, floor, 0);
	assert.equal(level.nextAt(0), 15_000, 'nothing is known of what comes');
	level.see(901_000, floor, 10_000);
	assert.equal(level.nextAt(0), 25_000, 'in 90 s');
	level.see(401_000, floor, 20_000);
	assert.equal(level.nextAt(0), 22_000, 'in 8 s');
	level.see(2000, floor, 22_000);
	assert.equal(level.nextAt(0), 23_000, 'no sooner than after 1 s');
	level.see(500, floor, 23_000);
	assert.equal(level.nextAt(1e6), 38_000, 'nothing is to come any more');
	level.see(1_001_000, floor, 38_000);
	assert.equal(level.nextAt(0), 53_000);
	assert.equal(level.nextAt(100_000), 40_500, 'in 10 s, by what comes over the network');
});
