import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Reason} from '../../../source/base/reason.ts';
import {type Countdown, reasonTick, reasonWords} from '../../../source/ui/text/reason-words.ts';

const reason = (nextAt?: number): Reason => ({level: 'warn', text: 'no tracker answers', nextAt});

test('a reason is told with how long it takes until the next try, to the second or about', () => {
	const words = (seconds: number, countdown: Countdown) =>
		reasonWords(reason(1000 * seconds), 0, countdown).replace('no tracker answers ', '');
	assert.equal(reasonWords(reason(), 0, 'exact'), 'no tracker answers');
	assert.equal(words(12, 'exact'), '(next try in 12 s)');
	assert.equal(words(12, 'rough'), '(next try within a minute)');
	assert.equal(words(61, 'rough'), '(next try in 2 min)');
	assert.equal(words(61, 'exact'), '(next try in 61 s)');
	assert.equal(words(1700, 'exact'), '(next try in 29 min)');
	assert.equal(words(1700, 'rough'), '(next try in 29 min)');
	assert.equal(words(20_000, 'rough'), '(next try in 6 h)');
	for (const countdown of ['exact', 'rough'] as const) assert.equal(words(-3, countdown), '(next try now)');
});

for (const [countdown, most] of [
	['exact', 250],
	['rough', 130],
] as const) {
	test(`what is told ${countdown === 'exact' ? 'to the second' : 'about'} is drawn again when it says something else, and at no other time`, () => {
		const nextAt = 7_300_400;
		let wall = 0;
		let drawn = 0;
		for (;;) {
			const before = reasonWords(reason(nextAt), wall, countdown);
			const tick = reasonTick(reason(nextAt), wall, countdown);
			if (tick === undefined) break;
			assert.ok(tick > 0);
			assert.equal(
				reasonWords(reason(nextAt), wall + tick - 1, countdown),
				before,
				`${tick} ms after ${wall}`,
			);
			wall += tick;
			drawn++;
		}
		assert.equal(reasonWords(reason(nextAt), wall, countdown), 'no tracker answers (next try now)');
		assert.ok(drawn > 30 && drawn <= most, `drawn ${drawn} times`);
	});
}
