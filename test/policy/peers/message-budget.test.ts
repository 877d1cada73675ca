import assert from 'node:assert/strict';
import test from 'node:test';
import {MessageBudget} from '../../../source/policy/peers/message-budget.ts';

test('five hundred messages that change nothing are fine at once, and fifty a second after that', () => {
	const budget = new MessageBudget(0);
	const spend = (count: number, now: number) =>
		Array.from({length: count}, () => budget.spend(now)).filter(Boolean).length;
	assert.equal(spend(1000, 0), 500);
	assert.equal(spend(1000, 1000), 50);
	assert.equal(spend(1000, 1500), 25);
	assert.equal(spend(1000, 100_000), 500, 'no more are saved up');
});

test('a large message costs more than a small one, and what we say ourselves gives leave to answer', () => {
	const budget = new MessageBudget(0);
	assert.equal(budget.spend(0, 499), true);
	assert.equal(budget.spend(0, 2), false);
	assert.equal(budget.spend(0, 1), true);
	budget.earn(2);
	assert.equal(budget.spend(0, 2), true);
	assert.equal(budget.spend(-5000, 1), false, 'a clock that goes back gives nothing');
});
