import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {
	isSeedGoal,
	isSeedRules,
	parseAtGoal,
	parseSeedRule,
	type SeedRules,
} from '../../../source/base/seed-goal.ts';
import {
	goalShare,
	goalText,
	isGoalMet,
	progressText,
	resolveGoal,
	spanText,
} from '../../../source/policy/session/seed-goal.ts';

const rules: SeedRules = {
	all: {ratio: 1, time: 3600, atGoal: 'stop'},
	rules: [
		{of: 'tracker', name: 'example.org', goal: {ratio: 3, idle: 600, keepLast: true}},
		{of: 'label', name: 'linux', goal: {ratio: 2}},
		{of: 'label', name: 'linux', goal: {ratio: 9, match: 'all'}},
	],
};

describe('what is said nearest to a torrent holds, part by part', () => {
	const cases = [
		['all', {}, undefined, [], 'ratio 1 (for all) or 1h (for all), then it stops'],
		[
			'a tracker before all',
			{},
			undefined,
			['tracker.example.org'],
			'ratio 3 (tracker example.org) or 1h (for all) or 10m idle (tracker example.org), then it stops; not while it is the last seed',
		],
		[
			'a label before a tracker, and the first of two rules',
			{},
			'linux',
			['example.org'],
			'ratio 2 (label linux) and 1h (for all) and 10m idle (tracker example.org), then it stops; not while it is the last seed',
		],
		[
			'the torrent before its label',
			{ratio: 'none', time: 7200, match: 'any', atGoal: 51_200, keepLast: false},
			'linux',
			['example.org'],
			'2h or 10m idle (tracker example.org), then it is slowed to 50 K/s',
		],
		['none of all parts is no goal', {ratio: 'none', time: 'none'}, undefined, [], 'none'],
		[
			'another host that only ends alike',
			{},
			undefined,
			['badexample.org'],
			'ratio 1 (for all) or 1h (for all), then it stops',
		],
	] as const;
	for (const [name, own, label, hosts, text] of cases)
		test(name, () => assert.equal(goalText(resolveGoal(own, rules, label, hosts)), text));
});

test('any of the parts is enough, unless all must hold; without one there is no end', () => {
	const facts = {ratio: 1.5, time: 100, idle: 0};
	const met = (own: object) => isGoalMet(resolveGoal(own, {all: {}, rules: []}, undefined, []), facts);
	assert.deepEqual(
		[
			{},
			{ratio: 1},
			{ratio: 2},
			{ratio: 1, time: 200},
			{ratio: 1, time: 200, match: 'all'},
			{ratio: 1, time: 100, match: 'all'},
			{idle: 0},
			{keepLast: true, match: 'all'},
		].map(met),
		[false, true, false, true, false, true, true, false],
	);
});

test('how far it is stands beside how far it is to go', () => {
	const goal = resolveGoal({ratio: 2, time: 7 * 86_400, idle: 90}, {all: {}, rules: []}, undefined, []);
	assert.equal(
		progressText(goal, {ratio: 1.2, time: 10_900, idle: 5}),
		'ratio 1.20 of 2, 3h1m of 7d, idle 5s of 1m30s',
	);
	assert.deepEqual([0, 0.5, 59, 3600, 9000, 86_400, 90_061].map(spanText), [
		'0s',
		'0s',
		'59s',
		'1h',
		'2h30m',
		'1d',
		'1d1h',
	]);
});

test('rules are read as they are written, and what cannot be meant is said', () => {
	assert.deepEqual(parseSeedRule('label="my films" ratio=2 time=7d match=all at-goal=50K keep-last=yes'), {
		of: 'label',
		name: 'my films',
		goal: {ratio: 2, time: 604_800, match: 'all', atGoal: 51_200, keepLast: true},
	});
	assert.deepEqual(parseSeedRule('idle=none tracker=Tracker.Example.ORG at-goal=remove-with-data'), {
		of: 'tracker',
		name: 'tracker.example.org',
		goal: {idle: 'none', atGoal: 'remove-with-data'},
	});
	for (const [text, why] of [
		['', /no rule such as/],
		['linux ratio=2', /no rule such as/],
		['ratio=2', /no label=/],
		['label=a', /says nothing/],
		['label=a tracker=b ratio=1', /more than one/],
		['label="" ratio=1', /empty label/],
		['label=a ratio=-1', /ratio=-1 is not a number/],
		['label=a time=soon', /time=soon is not a time/],
		['label=a speed=1', /no speed=/],
		['label=a at-goal=0', /at-goal=0 is not/],
		['label="a ratio=1', /no rule such as/],
		['label=a constructor=1', /no constructor=/],
	] as const)
		assert.match(String(parseSeedRule(text)), why, text);
	assert.deepEqual(['stop', 'Remove', '2M', '0', 'throttle', ''].map(parseAtGoal), [
		'stop',
		'remove',
		2_097_152,
		undefined,
		undefined,
		undefined,
	]);
});

test('what comes by messages is a goal or is none', () => {
	for (const goal of [{}, {ratio: 0}, {ratio: 'none', keepLast: false}, {atGoal: 1}])
		assert.ok(isSeedGoal(goal));
	for (const goal of [
		null,
		[],
		1,
		{ratio: -1},
		{ratio: Number.NaN},
		{time: '1'},
		{atGoal: 0},
		{atGoal: 'delete'},
		{ratio: null},
		{__proto__: null, toString: 1},
		{label: 1},
	])
		assert.ok(!isSeedGoal(goal));
	assert.ok(isSeedGoal({ratio: null, keepLast: null}, true));
	assert.ok(isSeedRules(rules));
	for (const other of [
		null,
		{},
		{all: {}, rules: [null]},
		{all: {}, rules: [{of: 'all', name: 'x', goal: {}}]},
		{all: {ratio: -1}, rules: []},
	])
		assert.ok(!isSeedRules(other));
});

test('how much of the way is behind it goes by the part that decides', () => {
	const share = (own: Parameters<typeof resolveGoal>[0], facts: Parameters<typeof goalShare>[1]) =>
		goalShare(resolveGoal(own, {all: {}, rules: []}, undefined, []), facts);
	const facts = {ratio: 1, time: 3600, idle: 0};
	assert.equal(share({ratio: 2, time: 36_000}, facts), 0.5);
	assert.equal(share({ratio: 2, time: 36_000, match: 'all'}, facts), 0.1);
	assert.equal(share({ratio: 0.5}, facts), 1);
	assert.equal(share({ratio: 2}, {...facts, ratio: Number.NaN}), 1);
	assert.equal(share({}, facts), 0);
});
