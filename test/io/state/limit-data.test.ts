import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.js';
import {decodeLimits, encodeLimits} from '../../../source/io/state/limit-data.js';
import type {LimitChoices} from '../../../source/policy/rates/chosen-limits.js';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.js';

const choices: LimitChoices = {
	limits: {
		maxDownload: {limit: 300_000, instead: undefined},
		maxUpload: {limit: undefined, instead: 2 ** 40},
		slowUpload: {limit: 0, instead: 'unknown'},
	},
	slowMode: {on: true, at: 1_700_000_000_123},
};

test('chosen limits are read as they were written', () => {
	assert.deepEqual(decodeLimits(encodeLimits(choices)), choices);
	const none = {limits: {}, slowMode: undefined};
	assert.deepEqual(decodeLimits(encodeLimits(none)), none);
});

test('chosen limits cut off anywhere, or with any byte changed, are refused or read, and never break the reader', () => {
	const bytes = encodeLimits(choices);
	for (let length = 0; length < bytes.length; length++) {
		assert.throws(() => decodeLimits(bytes.subarray(0, length)), ProtocolError);
	}
	for (let at = 0; at < bytes.length; at++) {
		for (const flip of [1, 4, 16, 128]) {
			const changed = bytes.slice();
			changed[at]! ^= flip;
			try {
				for (const {limit} of Object.values(decodeLimits(changed).limits)) {
					assert.ok(limit === undefined || (Number.isSafeInteger(limit) && limit >= 0));
				}
			} catch (error) {
				assert.ok(error instanceof ProtocolError, String(error));
			}
		}
	}
});

test('limits that are no limits are refused', () => {
	const withLimit = (entry: never) => encodeBencode({version: 1, limits: {maxUpload: entry}});
	for (const entry of [[-2], [], [1, 2, 3], ['1'], 7, [2 ** 60], [1, 'x'], {}]) {
		assert.throws(() => decodeLimits(withLimit(entry as never)), ProtocolError, JSON.stringify(entry));
	}
	for (const slowMode of [[2, 0], [1], [1, -1], [1, 2, 3], 'on', [1, 2 ** 60]]) {
		assert.throws(() => decodeLimits(encodeBencode({version: 1, limits: {}, slowMode})), ProtocolError);
	}
	for (const whole of [{limits: {}}, {version: 2, limits: {}}, {version: 1}, {version: 1, limits: []}]) {
		assert.throws(() => decodeLimits(encodeBencode(whole)), ProtocolError);
	}
});
