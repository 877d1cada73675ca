import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fuzzyPlaces, fuzzyScore, fuzzyWords} from '../../source/base/fuzzy.ts';

const score = (typed: string, text: string) => fuzzyScore(fuzzyWords(typed), text.toLowerCase());

/** The texts that are meant, the best first. */
function ranked(typed: string, texts: readonly string[]): string[] {
	return texts
		.flatMap(text => {
			const value = score(typed, text);
			return value === undefined ? [] : [{text, value}];
		})
		.sort((a, b) => b.value - a.value)
		.map(({text}) => text);
}

test('what begins like a word goes before what holds it, and that before what only has its letters', () => {
	assert.deepEqual(
		ranked('rain', ['drained.flac', 'rain.flac', 'r-a-i-n.flac', 'a rain song.flac', 'nothing.flac']),
		['rain.flac', 'a rain song.flac', 'drained.flac', 'r-a-i-n.flac'],
	);
});

test('every word has to be found, in any order', () => {
	assert.notEqual(score('live ubuntu', 'ubuntu-24.04-live-server.iso'), undefined);
	assert.equal(score('live debian', 'ubuntu-24.04-live-server.iso'), undefined);
});

test('letters may be left out, but not strewn all over a long path', () => {
	assert.notEqual(score('dbn12', 'debian-12.8.0-amd64-netinst.iso'), undefined);
	assert.notEqual(score('u24ls', 'ubuntu-24.04-live-server.iso'), undefined);
	assert.equal(score('zebra', 'zone of every bird/recordings/a.flac'), undefined);
	assert.notEqual(score('bbb', 'Big Buck Bunny (2008) 1080p.mkv'), undefined, 'words that begin so');
	assert.notEqual(score('lotr', 'The Lord of the Rings: The Return'), undefined);
	const long = 'Field Recordings 2026 – Dawn chorus in the northern estuary, complete edition, 24 bit';
	assert.equal(score('deb', long), undefined, 'nor words strewn all over a long name');
});

test('the letters that were found are told where they stand', () => {
	assert.deepEqual([...fuzzyPlaces(fuzzyWords('ra fl'), 'Rain.flac')], [0, 1, 5, 6]);
	assert.deepEqual([...fuzzyPlaces(fuzzyWords('rn'), 'Rain')], [0, 3]);
	// In lower case it has another length.
	assert.deepEqual([...fuzzyPlaces(fuzzyWords('x'), 'İx')], []);
});

test('nothing that is typed takes long, whatever the text is', () => {
	const text = 'ab'.repeat(100_000);
	const started = process.cpuUsage().user;
	for (const typed of ['b'.repeat(500), 'ba '.repeat(500), 'abababababac', 'c']) score(typed, text);
	assert.ok((process.cpuUsage().user - started) / 1000 < 500);
});

test('without words everything is meant alike', () => {
	assert.equal(score('  ', 'anything'), 0);
});
