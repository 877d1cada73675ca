import assert from 'node:assert/strict';
import test from 'node:test';
import {SpeedHistory} from '../../../source/policy/rates/speed-history.ts';

const start = 1_700_000_000;

/** One sample a second from `from`: `rate(second since start)` bytes down, half of it up. */
function feed(history: SpeedHistory, from: number, seconds: number, rate: (second: number) => number): void {
	for (let at = from; at < from + seconds; at++)
		history.sample((start + at) * 1000 + 300, rate(at), rate(at) / 2);
}

function assertNear(actual: number, expected: number, share = 0.001): void {
	assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * share, `${actual}, expected ${expected}`);
}

test('nothing sampled is nothing to show', () => {
	const {download, peakDownload} = new SpeedHistory().view(300, 100);
	assert.deepEqual([download, peakDownload], [[], 0]);
	assert.equal(new SpeedHistory().export(), undefined);
});

test('second by second, oldest first', () => {
	const history = new SpeedHistory();
	feed(history, 0, 400, second => second * 1000);
	const view = history.view(300, 300);
	assert.deepEqual([view.download.length, view.download[0], view.download.at(-1)], [300, 100_000, 399_000]);
	assert.deepEqual([view.upload[0], view.peakDownload, view.peakUpload], [50_000, 398_000, 199_000]);
	assertNear(view.meanDownload, 249_500);
});

test('a young engine gives fewer bars, as wide as later ones', () => {
	const history = new SpeedHistory();
	feed(history, 0, 60, () => 1000);
	assert.ok([10, 11].includes(history.view(600, 100).download.length));
	assert.equal(history.view(86_400, 24).download.length, 1);
	assert.equal(history.view(86_400, 24).download[0], 1000);
});

test('idle time is drawn as zeros without holding memory', () => {
	const history = new SpeedHistory();
	feed(history, 0, 100, () => 0);
	assert.deepEqual(history.view(50, 5).download, [0, 0, 0, 0, 0]);
	assert.deepEqual(history.export()?.levels, []);
	feed(history, 100, 5, () => 10);
	assert.deepEqual(history.view(10, 10).download, [0, 0, 0, 0, 0, 10, 10, 10, 10, 10]);
});

for (const range of [300, 600, 3600, 7200, 43_200, 86_400]) {
	for (const samples of [1, 37, 100, 400]) {
		test(`a steady rate over ${range} s is ${samples} equal bars`, () => {
			const history = new SpeedHistory();
			feed(history, 0, 90_000, () => 12_345);
			const view = history.view(range, samples);
			assert.equal(view.download.length, samples);
			for (const bar of view.download) assertNear(bar, 12_345);
			assertNear(view.meanUpload, 6172.5);
			assertNear(view.peakDownload, 12_345);
		});
	}
}

test('a peak of three seconds is still the peak of the day, and the same over any range', () => {
	const history = new SpeedHistory();
	feed(history, 0, 40_000, second => (second >= 39_950 && second < 39_953 ? 9_000_000 : 0));
	for (const [range, samples] of [
		[60, 60],
		[300, 70],
		[86_400, 100],
	] as const)
		assertNear(history.view(range, samples).peakDownload, 9_000_000);
});

test('what comes as one block in a second was no faster than in the three seconds it took', () => {
	const history = new SpeedHistory();
	feed(history, 0, 300, second => (second % 3 === 0 ? 3_000_000 : 0));
	for (const range of [60, 300]) assertNear(history.view(range, range).peakDownload, 1_000_000);
	history.sample((start + 1000) * 1000, 10_000_000, 0);
	assertNear(history.view(1000, 10).peakDownload, 1_000_000, 0.01);
});

test('only the newest bar changes from one second to the next', () => {
	const history = new SpeedHistory();
	feed(history, 0, 500, second => (second * 7919) % 1000);
	const before = history.view(300, 50).download;
	feed(history, 500, 1, () => 77);
	const after = history.view(300, 50).download;
	const moved = after.slice(1, -1);
	assert.ok([before.slice(1, -1), before.slice(2)].some(kept => kept.join() === moved.join()));
});

test('late and early ticks lose nothing and show no spikes', () => {
	const history = new SpeedHistory();
	let last = 0;
	for (const at of [0, 1.0, 1.99, 3.01, 4, 7.2, 8, 9]) {
		history.sample((start + at) * 1000, (at - last) * 1000, 0);
		last = at;
	}
	const {download} = history.view(10, 10);
	assert.ok(Math.max(...download) < 1500, download.join());
	assertNear(
		download.reduce((sum, rate) => sum + rate, 0),
		9000,
	);
});

test('sleep is a gap of zeros, a clock set back is followed', () => {
	const history = new SpeedHistory();
	feed(history, 0, 10, () => 1000);
	history.sample((start + 100) * 1000, 1000, 0);
	assert.equal(Math.round(history.view(85, 17).meanDownload), 12);
	for (let at = 0; at < 20; at++) history.sample((start - 5000 + at) * 1000, 500, 0);
	assert.deepEqual(history.view(5, 5).download, [500, 500, 500, 500, 500]);
	history.sample((start + 500_000) * 1000, 9, 0);
	assert.equal(history.view(86_400, 100).download.length, 100);
	// Of what was more than 30 days ago nothing is left.
	history.sample((start + 4_000_000) * 1000, 9, 0);
	assert.equal(history.view(86_400, 100).download.length, 1);
});

test('what was kept over a restart goes on where it was', () => {
	const history = new SpeedHistory();
	feed(history, 0, 20_000, second => second);
	const data = JSON.parse(JSON.stringify(history.export()));
	const restored = SpeedHistory.from(data)!;
	for (const range of [60, 3600, 86_400]) {
		const [one, other] = [history.view(range, 20), restored.view(range, 20)];
		for (const [at, bar] of one.download.entries()) assert.ok(Math.abs(bar - other.download[at]!) <= 1);
	}
	restored.sample((start + 20_050) * 1000, 500, 0);
	assert.equal(restored.view(40, 40).download.filter(rate => rate === 0).length, 30);
});

test('damaged data is not taken', () => {
	const history = new SpeedHistory();
	feed(history, 0, 100, () => 5);
	const good = history.export()!;
	for (const bad of [
		undefined,
		7,
		[],
		{},
		{...good, first: -1},
		{...good, last: good.first - 1},
		{...good, last: good.last + 1},
		{...good, levels: [1, 2, 3]},
		{...good, levels: good.levels.slice(1)},
		{...good, last: 1e300},
		{...good, levels: good.levels.map(level => ({...level, upload: level.upload.map(() => 'x')}))},
	]) {
		assert.equal(SpeedHistory.from(bad), undefined);
	}
	assert.ok(SpeedHistory.from(good));
});

test('a clock set back while bytes move loses none of them, and goes on from where it was', () => {
	const history = new SpeedHistory();
	feed(history, 0, 100, () => 1000);
	// An hour back: seconds go on as if nothing had been.
	for (let second = 0; second < 50; second++) history.sample((start - 3600 + second) * 1000 + 300, 500, 0);
	const {download} = history.view(100, 100);
	assert.equal(download.length, 100);
	assert.equal(download[0], 1000);
	assert.ok(
		download.slice(-40).every(rate => rate === 500),
		download.slice(-45).join(),
	);
	// The first second after it told twice what one second had: nothing is lost.
	const sum = history.view(200, 200).download.reduce((total, rate) => total + rate, 0);
	assert.ok(sum >= 100 * 1000 + 49 * 500 - 1000, `${sum}`);
});

test('means are of all the time that is shown, both ways', () => {
	const history = new SpeedHistory();
	feed(history, 0, 100, second => (second < 50 ? 0 : 600));
	const {meanDownload, meanUpload} = history.view(100, 10);
	assert.equal(meanDownload, 300);
	assert.equal(meanUpload, 150);
	const half = history.view(50, 10);
	assert.deepEqual([half.meanDownload, half.meanUpload], [600, 300]);
});

test('a history of nothing has no mean', () => {
	const {meanUpload, meanDownload, peakUpload} = new SpeedHistory().view(60, 60);
	assert.deepEqual([meanUpload, meanDownload, peakUpload], [0, 0, 0]);
});

test('what was kept by another is read only when it is whole', () => {
	const history = new SpeedHistory();
	feed(history, 0, 30, () => 100);
	const data = history.export()!;
	assert.deepEqual(SpeedHistory.from(JSON.parse(JSON.stringify(data)))?.export(), data);
	for (const change of [
		{first: data.last + 1},
		{first: -1},
		{last: 1.5},
		{last: 2e11},
		{levels: data.levels.slice(1)},
		{levels: undefined},
		{levels: [{...data.levels[0], upload: [1]}, ...data.levels.slice(1)]},
		{levels: [{...data.levels[0], upload: data.levels[0]!.upload.map(() => -1)}, ...data.levels.slice(1)]},
		{levels: [{...data.levels[0], upload: data.levels[0]!.upload.map(() => 'x')}, ...data.levels.slice(1)]},
	]) {
		assert.equal(SpeedHistory.from({...data, ...change}), undefined, Object.keys(change).join());
	}
	assert.equal(SpeedHistory.from(undefined), undefined);
	const one = {first: data.first, last: data.first, levels: []};
	assert.equal(SpeedHistory.from(one)?.export()?.last, data.first);
});

test('what has moved in a second that is not over is kept over a restart', () => {
	const history = new SpeedHistory();
	feed(history, 0, 3, () => 1000);
	history.sample((start + 2) * 1000 + 900, 700, 350);
	const again = SpeedHistory.from(JSON.parse(JSON.stringify(history.export())))!;
	assert.deepEqual(again.view(4, 4).download, [1000, 1000, 1000, 700]);
	assert.equal(again.view(4, 4).upload.at(-1), 350);
	// While it goes on the second is over as any other.
	history.sample((start + 3) * 1000 + 300, 300, 0);
	history.sample((start + 4) * 1000 + 300, 1000, 0);
	assert.deepEqual(history.view(5, 5).download, [1000, 1000, 1000, 700, 1300]);
});

for (const range of [604_800, 2_592_000]) {
	test(`a steady rate over ${range / 86_400} days is equal bars, kept over a restart`, () => {
		const history = new SpeedHistory();
		// An hour of rest at a time is told in one step, as after sleep.
		for (let hour = 0; hour <= range / 3600; hour++) feed(history, hour * 3600, 20, () => 180_000);
		const again = SpeedHistory.from(JSON.parse(JSON.stringify(history.export())));
		for (const view of [history.view(range, 30), again!.view(range, 30)]) {
			assert.equal(view.download.length, 30);
			for (const bar of view.download.slice(0, -1)) assertNear(bar, 1000, 0.05);
			assertNear(view.peakDownload, 180_000);
		}
	});
}

test('days of rest cost no more than the entries they fill, and nothing of before them is lost', () => {
	const history = new SpeedHistory();
	feed(history, 0, 600, () => 1000);
	history.sample((start + 20 * 86_400) * 1000, 0, 0);
	const began = performance.now();
	for (let n = 0; n < 200; n++) new SpeedHistory();
	for (let day = 21; day < 29; day++) history.sample((start + day * 86_400) * 1000, 5000, 0);
	assert.ok(performance.now() - began < 1000);
	const view = history.view(2_592_000, 30);
	assert.ok(view.peakDownload >= 1000);
	assert.equal(history.view(300, 10).download[0], 0);
});

test('a history that an earlier version kept has its last day by the hour as well', () => {
	const history = new SpeedHistory();
	feed(history, 0, 86_400, second => (second < 43_200 ? 2000 : 4000));
	const {first, last, levels} = history.export()!;
	const former = SpeedHistory.from({first, last, levels: levels.slice(0, 3)});
	const view = former!.view(604_800, 7 * 24);
	const same = history.view(604_800, 7 * 24);
	for (const [at, bar] of view.download.entries()) assertNear(bar, same.download[at]!, 0.01);
	assertNear(view.meanDownload, 3000, 0.02);
	assertNear(view.peakDownload, 4000);
});
