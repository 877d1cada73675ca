import assert from 'node:assert/strict';
import test from 'node:test';
import {DelayBase} from '../../../source/policy/utp/delay-base.ts';
import {Ledbat} from '../../../source/policy/utp/ledbat.ts';
import {RoundTrip} from '../../../source/policy/utp/round-trip.ts';

const packet = 1232;
const most = 1 << 20;

/** One whose packets have waited for so many µs, three times over, above a base of 5000. */
function waiting(...delays: number[]): Ledbat {
	const ledbat = new Ledbat(most);
	ledbat.sample(0, 5000);
	for (const delay of delays) for (let n = 0; n < 3; n++) ledbat.sample(0, 5000 + delay);
	return ledbat;
}

test('the window doubles in a round trip while nothing waits, up to what it may be', () => {
	const ledbat = waiting(0);
	for (let trip = 0; trip < 5; trip++) ledbat.acknowledged(ledbat.window, true, packet);
	assert.equal(ledbat.window, 3000 * 32);
	for (let trip = 0; trip < 10; trip++) ledbat.acknowledged(ledbat.window, true, packet);
	assert.equal(ledbat.window, most);
});

test('who does not need it does not get a larger one', () => {
	const ledbat = waiting(0);
	for (let trip = 0; trip < 5; trip++) ledbat.acknowledged(ledbat.window, false, packet);
	assert.equal(ledbat.window, 3000);
});

test('below 100 ms it grows by up to 3,000 bytes in a round trip, above it shrinks by up to half', () => {
	const ledbat = waiting(50_000);
	for (let trip = 0; trip < 3; trip++) ledbat.acknowledged(ledbat.window, true, packet);
	// The beginning is over with the first loss.
	ledbat.lost(packet);
	const window = ledbat.window;
	const calm = waiting(0);
	calm.acknowledged(60_000, true, packet);
	calm.lost(packet);
	const before = calm.window;
	calm.acknowledged(before, true, packet);
	assert.ok(calm.window > before && calm.window <= before + 3000, `${calm.window}`);
	for (let n = 0; n < 3; n++) ledbat.sample(0, 5000 + 400_000);
	ledbat.acknowledged(window, true, packet);
	assert.equal(ledbat.window, window / 2);
});

test('a single packet that waited says nothing: the least of three counts', () => {
	const ledbat = waiting(0);
	ledbat.sample(0, 5000 + 900_000);
	assert.equal(ledbat.delay, 0);
});

test('two packets are always under way, and one after a time-out', () => {
	const ledbat = waiting(500_000);
	for (let trip = 0; trip < 20; trip++) ledbat.acknowledged(ledbat.window, true, packet);
	assert.equal(ledbat.window, 2 * packet);
	for (let n = 0; n < 5; n++) ledbat.lost(packet);
	assert.equal(ledbat.window, 2 * packet);
	ledbat.timedOut(packet);
	assert.equal(ledbat.window, packet);
});

test('the base is the least of thirteen minutes, and goes round the end of 32 bits', () => {
	const base = new DelayBase();
	assert.equal(base.sample(0, 0xfffffff0), 0);
	assert.equal(base.sample(1, 16), 32);
	assert.equal(base.sample(2, 0xffffffe0), 0);
	assert.equal(base.sample(3, 0), 32);
	for (let minute = 1; minute <= 12; minute++) assert.equal(base.sample(minute * 60_000, 100), 132);
	assert.equal(base.sample(13 * 60_000, 100), 0);
	base.shift(-50);
	assert.equal(base.sample(13 * 60_000 + 1, 100), 50);
});

test('a time-out is the mean and four deviations, half a second at least, and doubles each time', () => {
	const trip = new RoundTrip();
	assert.equal(trip.timeout, 1000);
	trip.sample(20);
	assert.equal(trip.timeout, 500);
	trip.timedOut();
	trip.timedOut();
	assert.equal(trip.timeout, 2000);
	for (let n = 0; n < 20; n++) trip.timedOut();
	assert.equal(trip.timeout, 60_000);
	trip.progress();
	for (let n = 0; n < 100; n++) trip.sample(n % 2 === 0 ? 700 : 900);
	assert.ok(trip.timeout > 1000 && trip.timeout < 1400, `${trip.timeout}`);
});
