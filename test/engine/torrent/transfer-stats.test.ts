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

/** Speeds of an earlier session: 5 kB in each of its last seconds. */
function earlier(): SpeedHistory {
	const history = new SpeedHistory();
	for (let second = -100; second < -40; second++) history.sample(begin + second * 1000, 0, 5000);
	return history;
}

test('speeds of earlier sessions are read when something moves, and nothing that moved meanwhile is lost', async () => {
	const stats = new TransferStats(0);
	const told = earlier();
	let reads = 0;
	const {promise, resolve} = Promise.withResolvers<SpeedHistory | undefined>();
	stats.recallSpeeds(() => {
		reads++;
		return promise;
	});
	for (let second = 0; second < 10; second++) stats.sample(second * 1000, begin + second * 1000);
	assert.deepEqual([reads, stats.lacksSpeeds], [0, true]);
	for (let second = 10; second < 13; second++) {
		stats.uploaded += second;
		stats.sample(second * 1000, begin + second * 1000);
		told.sample(begin + second * 1000, 0, second);
	}
	assert.deepEqual([reads, stats.lacksSpeeds], [1, true]);
	resolve(earlier());
	await promise;
	assert.equal(stats.lacksSpeeds, false);
	assert.deepEqual(stats.history.export(), told.export());
});

test('who looks at a torrent that rests sees the speeds of earlier sessions a moment later', async () => {
	const stats = new TransferStats(0);
	stats.recallSpeeds(async () => earlier());
	stats.sample(0, begin);
	assert.equal(stats.history.view(600, 10).peakUpload, 0);
	await Promise.resolve();
	await Promise.resolve();
	assert.ok(stats.history.view(600, 10).peakUpload > 4000);
	assert.equal(stats.lacksSpeeds, false);
});
