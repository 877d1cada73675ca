import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseDuration, parseRate, parseSize} from '../../source/base/quantities.ts';

const sizes: ReadonlyArray<readonly [text: string, bytes: number | undefined]> = [
	['0', 0],
	['16384', 16_384],
	['500K', 512_000],
	['500 kb', 512_000],
	['1.5GiB', 1_610_612_736],
	['.5k', 512],
	['2.M', 2_097_152],
	['1t', 1_099_511_627_776],
	['', undefined],
	['K', undefined],
	['-1', undefined],
	['1e3', undefined],
	['5 X', undefined],
	['1K/s', undefined],
	['999999999999999T', undefined],
];

for (const [text, bytes] of sizes)
	test(`the size ${JSON.stringify(text)} is ${bytes} bytes`, () => assert.equal(parseSize(text), bytes));

test('a rate may say that it is one', () => {
	assert.deepEqual(['2M', '2M/s', ' 2 m/S '].map(parseRate), [2_097_152, 2_097_152, 2_097_152]);
	assert.equal(parseRate('/s'), undefined);
});

const times: ReadonlyArray<readonly [text: string, seconds: number | undefined]> = [
	['90', 90],
	['90s', 90],
	['1.5m', 90],
	['5 min', 300],
	['2H', 7200],
	['1d', 86_400],
	['1w', 604_800],
	['1h30m', 5400],
	['1h 30min', 5400],
	['', undefined],
	['soon', undefined],
	['5y', undefined],
	['1h30', undefined],
	['-1s', undefined],
];

for (const [text, seconds] of times)
	test(`the time ${JSON.stringify(text)} is ${seconds} s`, () => assert.equal(parseDuration(text), seconds));

test('reads quantities and times as people write them', () => {
	assert.deepEqual(['500K', '1.5 g', '2M/s', '12', 'fast', '-1'].map(parseRate), [
		512_000,
		1_610_612_736,
		2_097_152,
		12,
		undefined,
		undefined,
	]);
	assert.deepEqual(['90', '30m', '2h', '1d', 'soon'].map(parseDuration), [90, 1800, 7200, 86_400, undefined]);
});
