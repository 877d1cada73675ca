import assert from 'node:assert/strict';
import test from 'node:test';
import {RateLimiter} from '../../../source/policy/rates/rate-limiter.ts';

/** A limiter that has saved up all that it can. */
function full(rate: number | undefined, parent?: RateLimiter): RateLimiter {
	const limiter = new RateLimiter(rate, parent);
	limiter.grant(0, 0);
	limiter.nextDeadline(0);
	limiter.nextDeadline(10_000);
	return limiter;
}

const now = 10_000;

test('a quarter of a second is saved up, and no more', () => {
	const limiter = full(8000);
	assert.equal(limiter.grant(now, 1e9), 2000);
	assert.equal(limiter.grant(now, 1), 0);
	assert.equal(limiter.grant(now + 100, 1e9), 800);
	assert.equal(limiter.grant(now + 60_000, 1e9), 2000);
});

test('what is granted below counts above, and no more is granted than is there above', () => {
	const parent = full(4000);
	const child = full(8000, parent);
	assert.equal(child.grant(now, 1e9), 1000);
	assert.equal(parent.grant(now, 1), 0);
	const free = full(undefined, full(4000));
	assert.equal(free.grant(now, 1e9), 1000);
	assert.equal(free.rate, undefined);
});

test('what is given back may be had again, below and above, but not saved beyond the quarter of a second', () => {
	const parent = full(4000);
	const child = full(4000, parent);
	assert.equal(child.grant(now, 1000), 1000);
	child.refund(600);
	assert.equal(child.grant(now, 1e9), 600);
	child.refund(50_000);
	assert.equal(child.grant(now, 1e9), 1000);
	const unlimited = new RateLimiter(undefined, parent);
	unlimited.refund(300);
	assert.equal(unlimited.grant(now, 1e9), 300);
});

test('what moved without a grant is a debt, below and above, that is paid off first', () => {
	const parent = full(4000);
	const child = full(undefined, parent);
	child.spend(now, 3000);
	assert.equal(child.grant(now, 1), 0);
	assert.equal(child.grant(now + 499, 1), 0);
	assert.equal(child.grant(now + 600, 1e9), 400);
	assert.ok(full(8000).nextDeadline(now) === now);
});

test('another limit holds from the moment it is set: what is saved up is cut to it, a debt stays', () => {
	const limiter = full(8000);
	limiter.setRate(400, now);
	assert.equal(limiter.grant(now, 1e9), 100);
	limiter.spend(now, 400);
	limiter.setRate(4000, now);
	assert.equal(limiter.grant(now + 99, 1), 0);
	assert.equal(limiter.grant(now + 200, 1e9), 400);
	limiter.setRate(undefined, now + 200);
	assert.equal(limiter.grant(now + 200, 1e9), 1e9);
	limiter.setRate(1000, now + 300);
	assert.equal(limiter.grant(now + 300, 1e9), 0, 'it begins with nothing');
	assert.equal(limiter.grant(now + 400, 1e9), 100);
});

test('it says when there will be as much as is wanted', () => {
	const limiter = full(8000);
	assert.equal(limiter.nextDeadline(now, 500), now);
	limiter.grant(now, 2000);
	assert.equal(limiter.nextDeadline(now, 400), now + 50);
	// As many as are ever granted at once will do.
	assert.equal(limiter.nextDeadline(now, 1e9), now + 125);
	const child = new RateLimiter(80_000, limiter);
	assert.equal(child.nextDeadline(now, 400), now + 50);
	assert.equal(new RateLimiter(undefined, limiter).nextDeadline(now + 20, 400), now + 50);
	assert.equal(limiter.nextDeadline(now + 50, 400), now + 50);
});

test('a clock that goes back gives nothing and takes nothing', () => {
	const limiter = full(8000);
	limiter.grant(now, 2000);
	assert.equal(limiter.grant(now - 5000, 1e9), 0);
	assert.equal(limiter.grant(now + 10, 1e9), 80);
});

test('two that want more than there is get the same, whoever asks first and more often', () => {
	const parent = full(10_000);
	const [eager, lazy] = [full(undefined, parent), full(undefined, parent)];
	let [eagerGot, lazyGot] = [0, 0];
	for (let at = now; at < now + 20_000; at += 10) {
		for (let times = 0; times < 5; times++) eagerGot += eager.grant(at, 5000);
		if (at % 100 === 0) lazyGot += lazy.grant(at, 5000);
	}
	assert.ok(Math.abs(lazyGot / eagerGot - 1) < 0.1, `${lazyGot} and ${eagerGot}`);
	assert.ok(Math.abs((lazyGot + eagerGot) / 200_000 - 1) < 0.05);
});

test('who stops asking leaves its share to the others a second later', () => {
	const parent = full(10_000);
	const [going, gone] = [full(undefined, parent), full(undefined, parent)];
	gone.grant(now, 1e9);
	gone.grant(now, 1e9);
	const take = (from: number, to: number): number => {
		let got = 0;
		for (let at = from; at < to; at += 10) got += going.grant(at, 1e9);
		return got;
	};
	take(now, now + 2000);
	const later = take(now + 2000, now + 6000);
	assert.ok(Math.abs(later / 40_000 - 1) < 0.02, `${later}`);
});
