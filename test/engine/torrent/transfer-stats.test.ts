import assert from 'node:assert/strict';
import test from 'node:test';
import {TransferStats} from '../../../source/engine/torrent/transfer-stats.ts';
import {SpeedHistory} from '../../../source/policy/rates/speed-history.ts';

const begin = 1_700_000_000_000;

/** Counts once a second what is moved in each; answers the stats, and a history that heard of every second. */
function count(moved: readonly number[], look: (stats: TransferStats, second: number) => void = () => {}) {
	const stats = new TransferStats(0);
	const told = new SpeedHistory();
	for (const [second, bytes] of moved.entries()) {
		stats.uploaded += bytes;
		stats.sample(second * 1000, begin + second * 1000);
		told.sample(begin + second * 1000, 0, bytes);
		look(stats, second);
	}
	return {stats, told};
}

test('speeds are the same whether each second without a byte is noted or not', () => {
	const rests = (seconds: number) => new Array<number>(seconds).fill(0);
	for (const moved of [
		rests(100),
		[...rests(50), 4000, ...rests(30)],
		[5000, 1000, ...rests(700), 3000, 200, ...rests(2), 100, ...rests(40)],
		[1, ...rests(3), 1, ...rests(4), 1, ...rests(5), 1, ...rests(12)],
	]) {
		const {stats, told} = count(moved);
		for (const range of [10, 60, 600, 3600])
			assert.deepEqual(stats.history.view(range, 20), told.view(range, 20), `${range} s`);
		assert.deepEqual(stats.history.export(), told.export());
	}
});

test('who looks in between changes nothing, and sees what was moved lately and no more', () => {
	const moved = [300, ...new Array<number>(25).fill(0), 700, 0];
	const seen: number[] = [];
	const {stats, told} = count(moved, ({history, lately}, second) => {
		if (second % 7 === 0) history.view(60, 10);
		seen.push(lately.uploaded);
	});
	assert.deepEqual(seen, moved);
	assert.deepEqual(stats.history.export(), told.export());
});
