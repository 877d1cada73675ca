import assert from 'node:assert/strict';
import {test} from 'node:test';
import {AnnounceTurns} from '../../../source/policy/lan/announce-turns.js';

const minute = 60_000;

/** What leaves, and when, looked at once a second. */
function run(
	turns: AnnounceTurns,
	from: number,
	to: number,
): Array<readonly [at: number, named: readonly string[]]> {
	const sent: Array<readonly [number, readonly string[]]> = [];
	for (let now = from; now < to; now += 1000) {
		const named = turns.due(now);
		if (named.length > 0) sent.push([now, named]);
	}
	return sent;
}

const names = (count: number) => Array.from({length: count}, (_, index) => `t${index}`);

test('torrents that come together leave in one datagram, a moment later, and every five minutes from then on', () => {
	const turns = new AnnounceTurns(25);
	for (const name of names(3)) turns.add(name, 0);
	assert.deepEqual(turns.due(100), [], 'more may come');
	assert.deepEqual(run(turns, 1000, 11 * minute), [
		[1000, names(3)],
		[301_000, names(3)],
		[601_000, names(3)],
	]);
});

test('a datagram names no more than it has room for, one leaves a minute, and all torrents take turns', () => {
	const turns = new AnnounceTurns(25);
	for (const name of names(200)) turns.add(name, 0);
	const sent = run(turns, 1000, 60 * minute);
	const counts = new Map<string, number>();
	for (const [, named] of sent) {
		assert.equal(named.length, 25);
		for (const name of named) counts.set(name, (counts.get(name) ?? 0) + 1);
	}
	assert.equal(counts.size, 200);
	assert.ok(Math.max(...counts.values()) - Math.min(...counts.values()) <= 1, 'nobody is before the others');
	assert.ok(sent.length >= 59 && sent.length <= 62, `${sent.length} in an hour`);
	for (const [index, [at]] of sent.entries())
		if (index >= 4) assert.ok(at - sent[index - 1]![0] >= minute, `${at}`);
});

test('a new torrent does not wait for the minute to pass, and over an hour there is still one datagram a minute', () => {
	const turns = new AnnounceTurns(2);
	turns.add('first', 0);
	assert.deepEqual(run(turns, 0, 10_000), [[1000, ['first']]]);
	turns.add('second', 10_000);
	turns.add('third', 10_000);
	assert.deepEqual(run(turns, 10_000, 20_000), [[11_000, ['second', 'third']]]);
	let sent = 2;
	for (let now = 20_000; now < 60 * minute; now += 1000) {
		turns.add(`more ${now}`, now);
		if (turns.due(now).length > 0) sent++;
	}
	assert.ok(sent <= 63, `${sent}`);
});

test('what is announced no more is named no more; what is to be hurried is next', () => {
	const turns = new AnnounceTurns(25);
	turns.add('a', 0);
	turns.add('b', 0);
	assert.deepEqual(turns.due(1000), ['a', 'b']);
	assert.equal(turns.turnOf('a'), 301_000);
	turns.delete('a');
	assert.equal(turns.turnOf('a'), undefined);
	turns.add('b', 20_000);
	assert.deepEqual(run(turns, 20_000, 30_000), [[21_000, ['b']]]);
	turns.again(100_000);
	assert.deepEqual(run(turns, 100_000, 110_000), [[101_000, ['b']]]);
	turns.delete('b');
	assert.deepEqual(run(turns, 110_000, 20 * minute), []);
});
