import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.ts';
import {longestKeys, readVisitorMessage} from '../../../source/bridge/web/visitor-message.ts';
import {seeded} from '../../helpers/fake-engine.ts';

test('what a page says is read', () => {
	assert.deepEqual(readVisitorMessage('{"keys": "p"}'), {type: 'keys', keys: 'p'});
	assert.deepEqual(readVisitorMessage('{"size": [80, 24]}'), {type: 'size', columns: 80, rows: 24});
	assert.deepEqual(readVisitorMessage('{"took": 12}'), {type: 'took', characters: 12});
	assert.deepEqual(readVisitorMessage('{"drop": ["a.torrent", 5, 0]}'), {
		type: 'drop',
		name: 'a.torrent',
		size: 5,
		left: 0,
	});
});

test('no window is larger than a screen can be', () => {
	assert.deepEqual(readVisitorMessage('{"size": [100000, 100000]}'), {type: 'size', columns: 500, rows: 200});
});

for (const text of [
	'',
	'q',
	'null',
	'[]',
	'"keys"',
	'{}',
	'{"keys": 5}',
	`{"keys": ${JSON.stringify('x'.repeat(longestKeys + 1))}}`,
	'{"size": [0, 24]}',
	'{"size": [-5, 24]}',
	'{"size": [80.5, 24]}',
	'{"size": [80]}',
	'{"size": "80x24"}',
	'{"size": [null, null]}',
	'{"size": [1e400, 24]}',
	'{"took": -1}',
	'{"took": 0.5}',
	'{"took": "1"}',
	'{"drop": ["a"]}',
	'{"drop": ["a", 0, 0]}',
	'{"drop": ["a", 99999999999, 0]}',
	'{"drop": ["a", 1, -1]}',
	'{"drop": [5, 1, 0]}',
	`{"drop": [${JSON.stringify('x'.repeat(2000))}, 1, 0]}`,
]) {
	test(`${text.slice(0, 40)} is refused`, () => {
		assert.throws(() => readVisitorMessage(text), ProtocolError);
	});
}

test('whatever is said instead is read or refused', () => {
	const random = seeded(11);
	const words = [
		'{',
		'}',
		'[',
		']',
		'"keys"',
		'"size"',
		'"took"',
		'"drop"',
		':',
		',',
		'1',
		'-1',
		'1e9',
		'"',
		'null',
	];
	for (let round = 0; round < 20_000; round++) {
		const text = Array.from({length: 1 + Math.floor(random() * 12)}, () =>
			random() < 0.9 ? words[Math.floor(random() * words.length)] : String.fromCharCode(random() * 65_536),
		).join('');
		try {
			readVisitorMessage(text);
		} catch (error) {
			assert.ok(error instanceof ProtocolError, `${text}: ${error}`);
		}
	}
});
