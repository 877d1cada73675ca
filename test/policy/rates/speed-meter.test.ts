import assert from 'node:assert/strict';
import test from 'node:test';
import {SpeedMeter} from '../../../source/policy/rates/speed-meter.ts';
import {seeded} from '../seeded.ts';

/** Feeds `rate` bytes a second in portions, at uneven times, for `span` ms; answers the end. */
function feed(meter: SpeedMeter, rate: number, portion: number, start: number, span: number): number {
	const random = seeded(1);
	let sent = 0;
	let now = start;
	while (now < start + span) {
		now += random() * 40;
		for (const due = ((now - start) * rate) / 1000; sent + portion <= due; sent += portion)
			meter.add(portion, now);
	}
	return now;
}

for (const [name, rate, portion] of [
	['50 kB/s in blocks', 50_000, 16_384],
	['1 MB/s in blocks', 1_000_000, 16_384],
	['1 GB/s in 64 KiB reads', 1_000_000_000, 65_536],
] as const) {
	test(`tells ${name} within 8 %`, () => {
		const meter = new SpeedMeter();
		const now = feed(meter, rate, portion, 12_345, 20_000);
		assert.ok(Math.abs(meter.rate(now) / rate - 1) < 0.08, `${meter.rate(now)}`);
	});
}

test('is right after one second already', () => {
	const meter = new SpeedMeter();
	const now = feed(meter, 1_000_000, 1000, 0, 1000);
	assert.ok(Math.abs(meter.rate(now) / 1_000_000 - 1) < 0.1, `${meter.rate(now)}`);
});

test('sinks steadily to 0 within 5 s of silence and starts afresh after it', () => {
	const meter = new SpeedMeter();
	const end = feed(meter, 100_000, 1000, 0, 10_000);
	let last = meter.rate(end);
	for (let now = end; now < end + 5250; now += 250) {
		const rate = meter.rate(now);
		assert.ok(rate <= last * 1.02, `${last} -> ${rate} at ${now - end}`);
		last = rate;
	}
	assert.equal(last, 0);
	const again = feed(meter, 100_000, 1000, end + 60_000, 1500);
	assert.ok(Math.abs(meter.rate(again) / 100_000 - 1) < 0.1);
});

test('nothing added is a rate of 0, and the total is kept', () => {
	const meter = new SpeedMeter();
	assert.equal(meter.rate(5), 0);
	meter.add(7, -5);
	meter.add(8, 1e9);
	assert.equal(meter.total, 15);
});
