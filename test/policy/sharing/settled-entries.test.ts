import assert from 'node:assert/strict';
import {test} from 'node:test';
import {compileGlob} from '../../../source/api/glob.ts';
import {
	hasCompanion,
	isHiddenName,
	isPartialName,
	partialPatterns,
} from '../../../source/policy/sharing/entry-names.ts';
import {SettledEntries} from '../../../source/policy/sharing/settled-entries.ts';

test('something is settled when it has looked the same for five seconds', () => {
	const settled = new SettledEntries();
	assert.equal(settled.see('a', '1', 0), 5000);
	assert.equal(settled.see('a', '1', 4000), 5000);
	assert.equal(settled.see('a', '2', 4500), 9500);
	assert.equal(settled.see('a', '2', 9500), 9500);
	settled.forget('a');
	assert.equal(settled.see('a', '2', 10_000), 15_000);
});

test('what has changed again is waited for twice as long each time, an hour at the most, until it is calm', () => {
	const settled = new SettledEntries();
	settled.see('a', '1', 0);
	const waits: number[] = [];
	for (let turn = 0; turn < 12; turn++) {
		settled.disturbed('a', 0);
		waits.push(settled.see('a', '1', 0) / 1000);
	}
	assert.deepEqual(waits, [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]);
	settled.calmed('a');
	assert.equal(settled.see('a', '1', 0), 5000);
});

test('names of what is not whole yet are known, and the patterns are of the same names', () => {
	const patterns = partialPatterns.map(pattern => compileGlob(pattern)!);
	const partial = [
		'a.part',
		'A.PART',
		'x.crdownload',
		'y.aria2',
		'z.!qB',
		'w.!ut',
		'v.bc!',
		'u.tmp',
		'film.mkv.partial',
	];
	const whole = ['a', 'part', 'a.parts', 'party.mkv', 'x.tmp.mkv', 'apart', 'download', 'a.td.txt'];
	for (const name of partial) {
		assert.ok(isPartialName(name), name);
		assert.ok(
			patterns.some(test => test([name])),
			name,
		);
	}
	for (const name of whole) {
		assert.ok(!isPartialName(name), name);
		assert.ok(!patterns.some(test => test([name])), name);
	}
	assert.ok(isHiddenName('.x') && !isHiddenName('x.'));
	assert.ok(hasCompanion('x.iso', new Set(['x.iso', 'x.iso.aria2'])));
	assert.ok(!hasCompanion('x.iso', new Set(['x.iso', 'x.aria2'])));
});
