import assert from 'node:assert/strict';
import {test} from 'node:test';
import {compileFeedRule, type FeedRule, isFeedRule, proposeTitle} from '../../source/api/feed-rules.ts';
import {UserError} from '../../source/base/errors.ts';

const mib = 1024 * 1024;
const fits = (rule: Omit<FeedRule, 'name'>, title: string, size?: number) =>
	compileFeedRule({name: 'rule', ...rule})({title, size});

test('a title fits when one of its rules does and none with ! does', () => {
	const title = '*amd64*.iso,ubuntu core,!*beta*,!/rc\\d+/';
	for (const [name, verdict] of [
		['Debian-12-AMD64-netinst.iso', 'fits'],
		['The Ubuntu Core image', 'fits'],
		['debian-13-beta-amd64.iso', 'other'],
		['debian-13-amd64-rc2.iso', 'other'],
		['debian-13-arm64.iso', 'other'],
	] as const)
		assert.equal(fits({title}, name), verdict, name);
	assert.equal(fits({title: '!cam'}, 'anything'), 'fits');
	assert.equal(fits({}, 'anything'), 'fits');
	assert.equal(fits({title: ['Foo, the film*']}, 'foo, the film 1080p'), 'fits');
	assert.equal(fits({title: '"a, *b*"'}, 'x A, *B* y'), 'fits');
	assert.equal(fits({title: 'Foo / Bar *'}, 'foo / bar - 01'), 'fits');
	assert.equal(fits({title: '2160'}, 'x 2160p'), 'fits');
	assert.equal(fits({title: '[group]'}, '[GROUP] x'), 'fits');
});

test('sizes are all to fit, and one that is not known fits none', () => {
	const size = '>100M,<=5G';
	assert.equal(fits({size}, 'x', 101 * mib), 'fits');
	assert.equal(fits({size}, 'x', 99 * mib), 'other');
	assert.equal(fits({size}, 'x', 6000 * mib), 'other');
	assert.equal(fits({size}, 'x'), 'size-unknown');
	assert.equal(fits({size, title: 'y'}, 'x'), 'other');
});

test('what is not understood says what to write', () => {
	const refusals = [
		[{title: '>100M'}, /a size belongs to "size"/],
		[{title: '/a'}, /write a regular expression as in/],
		[{title: '/(?=a)/'}, /look around/],
		[{title: '!'}, /nothing behind the !/],
		[{size: '100M'}, /not a size: write >100M/],
		[{select: '5-1'}, /lower number first/],
		[{title: 'x'.repeat(3000)}, /too long/],
	] as const;
	for (const [rule, sentence] of refusals)
		assert.throws(
			() => fits(rule, 'x'),
			error => error instanceof UserError && sentence.test(error.message),
			JSON.stringify(rule),
		);
	assert.throws(() => compileFeedRule({name: ' '}), /needs a name/);
});

test('a rule is known by the kinds of its fields', () => {
	assert.ok(
		isFeedRule({name: 'x', title: ['a'], size: '>1M', goal: {ratio: 2}, start: false, maxDownload: 5}),
	);
	for (const wrong of [
		null,
		[],
		{},
		{name: 1},
		{name: 'x', title: 5},
		{name: 'x', other: 1},
		{name: 'x', goal: {ratio: 'a'}},
		{name: 'x', maxUpload: -1},
		{name: 'x', title: Array(200).fill('a')},
	])
		assert.equal(isFeedRule(wrong), false, JSON.stringify(wrong));
});

test('what is proposed for a title fits it and those that follow', () => {
	for (const [title, pattern, next] of [
		['ubuntu-26.04.1-desktop-amd64.iso', 'ubuntu-*-desktop-amd64.iso', 'ubuntu-26.10-desktop-amd64.iso'],
		['Show S01E05 1080p x264', 'Show S01E* 1080p x264', 'Show S01E12 1080p x264'],
		[
			'[Group] Show - 07 [1080p][A1B2C3D4].mkv',
			'\\[Group\\] Show - * \\[1080p\\]*.mkv',
			'[Group] Show - 08 [1080p][00B2C3D4].mkv',
		],
		['Daily, 2026-11-27', 'Daily\\, *', 'Daily, 2026-11-28'],
		['A film (2026)', '*A film (2026)*', 'A film (2026) 1080p'],
		['!important v2', '\\!important *', '!important v3'],
	] as const) {
		assert.equal(proposeTitle(title), pattern);
		for (const each of [title, next])
			assert.equal(fits({title: pattern}, each), 'fits', `${pattern} fits ${each}`);
	}
	assert.equal(fits({title: proposeTitle('Show S01E05')}, 'Show S02E05'), 'other');
});
