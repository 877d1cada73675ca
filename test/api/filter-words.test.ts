import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readFilterWords} from '../../source/api/filter-words.ts';
import {torrentView} from '../commands/torrent-view.ts';

const views = [
	torrentView({
		name: 'Debian 13',
		label: 'linux',
		trackerHosts: ['bttracker.example'],
		private: true,
		ratio: 3,
	}),
	torrentView({name: 'Terror of errors', state: 'paused', ratio: 0.5, dir: '/srv/films'}),
	torrentView({name: 'nobody sends', stalledFor: 840, label: 'films', trackerHosts: ['open.example.org']}),
	torrentView({name: 'link', state: 'metadata', stalledFor: 60}),
	torrentView({name: 'full', state: 'failed', reason: {level: 'error', text: 'disk full: /srv'}}),
	torrentView({
		name: 'unheard',
		state: 'seeding',
		reason: {level: 'warn', text: 'complete: tracker t.example refuses: not registered'},
	}),
];
const chosen = (text: string) => {
	const fits = readFilterWords(text);
	return views.flatMap((view, at) => (!fits || fits(view, 0) ? [at] : [])).join('');
};

const typed: ReadonlyArray<readonly [words: string, which: string]> = [
	['', '012345'],
	['   ', '012345'],
	['stalled', '23'],
	['STALLED', '23'],
	['downloading', '0'],
	['metadata', ''],
	['error', '4'],
	['failed', '4'],
	['paused', '1'],
	['trouble', '5'],
	['private', '0'],
	['"error', '1'],
	['"error"', '1'],
	['linux', '0'],
	['label:films', '2'],
	['tracker:example.org', '2'],
	['bttracker', '0'],
	['folder:films', '1'],
	['refuses', '5'],
	['disk', '4'],
	['stal', '23'],
	['stalled films', '2'],
	['stalled !films', '3'],
	['!stalled', '0145'],
	['-stalled -paused', '045'],
	['ratio > 2', '0'],
	['ratio > 2 and label=linux', '0'],
	['state=paused or stalled', '123'],
	['ratio >', ''],
	['ratio > 2 and', ''],
	['nothing=here', ''],
	['!', ''],
	['constructor', ''],
	['label:', '012345'],
];

for (const [words, which] of typed)
	test(`what is typed to filter by, ${JSON.stringify(words)}, shows ${which || 'none'}`, () => {
		assert.equal(chosen(words), which);
	});

test('no text that is typed makes it throw, and a long one is soon read', () => {
	for (const text of [
		'(',
		')',
		'a=(',
		'/[/',
		'name~/[/',
		'!!!!',
		'"',
		'~',
		'= = =',
		'\u0000',
		'not not',
		'x '.repeat(9999),
	])
		assert.equal(typeof readFilterWords(text)?.(views[0]!, 0), 'boolean', text.slice(0, 20));
});
