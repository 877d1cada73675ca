import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type RangeAnswer, readRangeAnswer, retryAfter} from '../../../source/protocol/http/range-answer.ts';

const asked = {from: 100, length: 50, fileLength: 1000};

function read(
	status: number,
	headers: Record<string, string> = {},
	length?: number,
	of = asked,
): RangeAnswer {
	return readRangeAnswer({status, headers: new Map(Object.entries(headers)), length, persists: true}, of, 0);
}

const part = (range: string, more: Record<string, string> = {}) =>
	read(206, {'content-range': range, ...more});

test('a part is taken when it begins where it was asked for and is no longer', () => {
	assert.deepEqual(part('bytes 100-149/1000'), {kind: 'data', length: 50});
	assert.deepEqual(part('Bytes 100-149/*', {'content-encoding': 'identity'}), {kind: 'data', length: 50});
	assert.deepEqual(part('bytes 100-100/1000'), {kind: 'data', length: 1});
	for (const wrong of ['bytes 99-149/1000', 'bytes 100-150/1000', 'bytes 101-149/1000', 'bytes 100-99/1000'])
		assert.equal(part(wrong).kind, 'broken', wrong);
	for (const wrong of ['', 'bytes */1000', 'items 100-149/1000', 'bytes 100-149', 'bytes 1e2-149/1000'])
		assert.equal(part(wrong).kind, 'broken', wrong);
	assert.equal(part('bytes 100-149/1000', {'content-encoding': 'gzip'}).kind, 'broken');
	assert.equal(read(206, {'content-range': 'bytes 100-149/1000'}, 49).kind, 'broken');
	assert.equal(read(206, {'content-range': 'bytes 100-149/1000'}, 50).kind, 'data');
});

test('a file of another length is another file', () => {
	const answer = part('bytes 100-149/1001');
	assert.deepEqual(answer, {kind: 'missing', why: 'another file: it has 1001 bytes, not 1000'});
	assert.equal(read(200, {}, 1001).kind, 'missing');
});

test('the whole file is taken where all of it was asked for, and only there', () => {
	const all = {from: 0, length: 1000, fileLength: 1000};
	assert.deepEqual(read(200, {}, 1000, all), {kind: 'data', length: 1000});
	assert.deepEqual(read(200, {}, undefined, all), {kind: 'data', length: 1000});
	assert.equal(read(200, {'content-encoding': 'br'}, 300, all).kind, 'broken');
	assert.equal(read(200, {}, 1000, {...all, length: 999}).kind, 'broken');
	assert.equal(read(200, {}, 1000).kind, 'broken');
});

test('each status means what it says', () => {
	for (const status of [301, 302, 303, 307, 308])
		assert.deepEqual(read(status, {location: '/x'}), {kind: 'redirect', location: '/x'});
	assert.equal(read(302).kind, 'broken');
	for (const status of [400, 401, 403, 404, 410, 416, 451])
		assert.equal(read(status).kind, 'missing', `${status}`);
	for (const status of [429, 500, 502, 503, 504, 599])
		assert.deepEqual(
			[read(status).kind, 'after' in read(status, {'retry-after': '7'})],
			['busy', true],
			`${status}`,
		);
	for (const status of [201, 204, 304, 418]) assert.equal(read(status).kind, 'broken', `${status}`);
	assert.deepEqual(read(503, {'retry-after': '7'}), {kind: 'busy', why: '503 unavailable', after: 7});
});

test('how long to wait is a number of seconds or a date', () => {
	assert.equal(retryAfter('120', 0), 120);
	assert.equal(retryAfter('Thu, 01 Jan 1970 00:01:40 GMT', 40_000), 60);
	assert.equal(retryAfter('Thu, 01 Jan 1970 00:01:40 GMT', 200_000), 0);
	assert.equal(retryAfter('Thursday, 01-Jan-70 00:01:40 GMT', 40_000), 60);
	assert.equal(retryAfter('Thu Jan  1 00:01:40 1970 GMT', 40_000), 60);
	for (const text of ['-5', 'soon', '', '1e5', '99999999999', '1.5', '2 3', 'Mon 1'])
		assert.equal(retryAfter(text, 0), undefined, text);
	assert.equal(retryAfter(undefined, 0), undefined);
});
