import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Misbehaviour} from '../../../source/policy/peers/misbehaviour.ts';

const minute = 60_000;

test('the third offence is one too many, until there has been peace for a quarter of an hour', () => {
	const offences = new Misbehaviour();
	for (let times = 0; times < 3; times++) {
		assert.equal(offences.tooMany('192.0.2.1', times * minute), false);
		offences.add('192.0.2.1', times * minute);
	}
	assert.equal(offences.tooMany('192.0.2.1', 3 * minute), true);
	assert.equal(offences.tooMany('192.0.2.2', 3 * minute), false);
	assert.equal(offences.tooMany('192.0.2.1', 18 * minute), false);
	offences.add('192.0.2.1', 18 * minute);
	assert.equal(offences.tooMany('192.0.2.1', 18 * minute), false);
});

test('one offence now and then is no habit, and the oldest of very many are forgotten', () => {
	const offences = new Misbehaviour();
	for (let times = 0; times < 10; times++) offences.add('a', times * 16 * minute);
	assert.equal(offences.tooMany('a', 160 * minute), false);
	for (let times = 0; times < 3; times++) offences.add('b', 0);
	for (let host = 0; host < 10_000; host++) offences.add(`h${host}`, 0);
	assert.equal(offences.tooMany('b', 0), false);
});

test('what was long ago counts the same whenever it was', () => {
	const day = 24 * 60 * minute;
	const offences = new Misbehaviour();
	for (let times = 0; times < 3; times++) offences.add('a', day + times);
	assert.equal(offences.tooMany('a', day + 14 * minute), true);
	assert.equal(offences.tooMany('a', day + 15 * minute + 1), true);
	assert.equal(offences.tooMany('a', day + 15 * minute + 2), false);
	// Who goes on has not been forgotten in between.
	for (let times = 0; times < 10; times++) offences.add('b', day + times * 14 * minute);
	assert.equal(offences.tooMany('b', day + 9 * 14 * minute), true);
});

test('who offends again is the last to be forgotten', () => {
	const offences = new Misbehaviour();
	for (let times = 0; times < 2; times++) offences.add('again', 0);
	for (let host = 0; host < 9999; host++) offences.add(`h${host}`, 0);
	offences.add('again', 0);
	for (let host = 0; host < 5000; host++) offences.add(`more${host}`, 0);
	assert.equal(offences.tooMany('again', 0), true);
	for (let host = 0; host < 5000; host++) offences.add(`even more${host}`, 0);
	assert.equal(offences.tooMany('again', 0), false);
});
