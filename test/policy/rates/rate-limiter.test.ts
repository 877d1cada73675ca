import assert from 'node:assert/strict';
import test from 'node:test';
import {slowTimeAt} from '../../../source/base/slow-time.ts';
import {RateLimiter} from '../../../source/policy/rates/rate-limiter.ts';
import {minutesToChange} from '../../../source/policy/rates/speed-schedule.ts';
import {seeded} from '../seeded.ts';

interface Claimant {
	readonly limiter: RateLimiter;
	/** Bytes a second it would like to move. */
	readonly appetite: number;
	moved: number;
}

/** Lets everyone ask whenever its deadline says so, up to `late` ms later, for `span` ms; answers the end. */
function run(claimants: Claimant[], span: number, late: number, start = 1000): number {
	const random = seeded(3);
	const nextAt = claimants.map(() => start);
	const begin = claimants.map(({moved}) => moved);
	for (;;) {
		const at = Math.min(...nextAt);
		if (at >= start + span) return start + span;
		const index = nextAt.indexOf(at);
		const claimant = claimants[index]!;
		const wanted = Math.floor(((at - start) * claimant.appetite) / 1000 - claimant.moved + begin[index]!);
		if (wanted > 0) claimant.moved += claimant.limiter.grant(at, wanted);
		nextAt[index] = Math.max(at + 1, claimant.limiter.nextDeadline(at)) + random() * late;
	}
}

function claim(limiter: RateLimiter, appetite = 1e12): Claimant {
	return {limiter, appetite, moved: 0};
}

function assertNear(actual: number, expected: number, share = 0.05): void {
	assert.ok(Math.abs(actual / expected - 1) <= share, `${Math.round(actual)}, expected ${expected}`);
}

for (const rate of [10_000, 50_000, 200_000, 1_000_000, 20_000_000, 500_000_000]) {
	for (const late of [0, 20, 150]) {
		test(`${rate} B/s is kept within 5 % over 10 s when timers are up to ${late} ms late`, () => {
			const claimant = claim(new RateLimiter(rate));
			const now = run([claimant], 10_000, late);
			assertNear(claimant.moved, rate * 10);
			claimant.moved = 0;
			run([claimant], 10_000, late, now + 60_000);
			assertNear(claimant.moved, rate * 10, 0.05);
		});
	}
}

test('no limit costs nothing and grants everything', () => {
	const limiter = new RateLimiter(undefined, new RateLimiter());
	assert.equal(limiter.grant(0, 1e12), 1e12);
	assert.equal(limiter.nextDeadline(5), 5);
});

test('a limit of 0 grants nothing, ever', () => {
	const limiter = new RateLimiter(0);
	assert.equal(limiter.grant(1e9, 10), 0);
	assert.equal(limiter.nextDeadline(1e9), Infinity);
});

test('the narrower of two limits holds', () => {
	const wide = claim(new RateLimiter(900_000, new RateLimiter(100_000)));
	const narrow = claim(new RateLimiter(100_000, new RateLimiter(900_000)));
	run([wide], 10_000, 10);
	run([narrow], 10_000, 10);
	assertNear(wide.moved, 1_000_000);
	assertNear(narrow.moved, 1_000_000);
});

test('greedy claimants get equal shares whatever the order in which they ask', () => {
	const session = new RateLimiter(300_000);
	const claimants = [1, 2, 3].map(() => claim(new RateLimiter(undefined, session)));
	run(claimants, 10_000, 30);
	for (const {moved} of claimants) assertNear(moved, 1_000_000, 0.1);
	assertNear(
		claimants.reduce((sum, {moved}) => sum + moved, 0),
		3_000_000,
	);
});

test('a modest claimant gets all it wants, the greedy ones the rest', () => {
	const session = new RateLimiter(1_000_000);
	const modest = claim(new RateLimiter(undefined, session), 100_000);
	const limited = claim(new RateLimiter(200_000, session));
	const greedy = claim(new RateLimiter(undefined, session));
	run([greedy, modest, limited], 10_000, 10);
	assertNear(modest.moved, 1_000_000);
	assertNear(limited.moved, 2_000_000);
	assertNear(greedy.moved, 7_000_000);
});

test('a claimant left alone gets everything', () => {
	const session = new RateLimiter(300_000);
	const [one, other] = [
		claim(new RateLimiter(undefined, session)),
		claim(new RateLimiter(undefined, session)),
	];
	const now = run([one, other], 5000, 10);
	one.moved = 0;
	run([one], 10_000, 10, now);
	assertNear(one.moved, 3_000_000);
});

test('a new rate holds at once', () => {
	const claimant = claim(new RateLimiter(1_000_000));
	const now = run([claimant], 2000, 10);
	claimant.limiter.setRate(50_000, now);
	claimant.moved = 0;
	const later = run([claimant], 10_000, 10, now);
	assertNear(claimant.moved, 500_000);
	claimant.limiter.setRate(undefined, later);
	assert.equal(claimant.limiter.grant(later, 1e9), 1e9);
	claimant.limiter.setRate(50_000, later);
	assert.ok(claimant.limiter.grant(later + 1, 1e9) <= 50);
});

test('what moved on credit is paid off before anything is granted', () => {
	const session = new RateLimiter(100_000);
	const limiter = new RateLimiter(undefined, session);
	let now = 0;
	let moved = 0;
	limiter.grant(now, 1);
	while (now < 10_000) {
		limiter.spend(now, 65_536);
		moved += 65_536;
		assert.equal(limiter.grant(now, 1000), 0);
		now = limiter.nextDeadline(now, 1);
	}
	assertNear(moved, 1_000_000, 0.07);
});

test('what was not used is given back', () => {
	const session = new RateLimiter(1000);
	const limiter = new RateLimiter(1000, session);
	for (const bucket of [session, limiter]) bucket.grant(0, 1);
	assert.equal(limiter.grant(200, 1000), 200);
	limiter.refund(150);
	assert.equal(limiter.grant(200, 1000), 150);
});

const slowTimes = [
	{days: [0, 1, 2, 3, 4], from: 8 * 60, to: 17 * 60},
	{days: [6], from: 22 * 60, to: 6 * 60},
];

test('the schedule says when slow mode holds, past midnight and past the end of the week', () => {
	const slowAt = (day: number, hour: number, minute = 0) =>
		slowTimeAt(slowTimes, day * 1440 + hour * 60 + minute) !== undefined;
	assert.deepEqual(
		[slowAt(0, 7, 59), slowAt(0, 8), slowAt(4, 16, 59), slowAt(4, 17)],
		[false, true, true, false],
	);
	assert.deepEqual([slowAt(5, 12), slowAt(6, 21, 59), slowAt(6, 22)], [false, false, true]);
	assert.deepEqual([slowAt(0, 5, 59), slowAt(0, 6)], [true, false]);
	assert.equal(slowTimeAt(slowTimes, 600), slowTimes[0]);
});

test('the schedule says when to look again', () => {
	assert.equal(minutesToChange(slowTimes, 0), 360);
	assert.equal(minutesToChange(slowTimes, 360), 120);
	assert.equal(minutesToChange(slowTimes, 6 * 1440 + 23 * 60), 420);
	assert.equal(minutesToChange([], 5), undefined);
});

test('from and to alike is the whole day', () => {
	const always = [{days: [0], from: 60, to: 60}];
	assert.deepEqual(
		[59, 60, 1499, 1500].map(at => slowTimeAt(always, at) !== undefined),
		[false, true, true, false],
	);
});
