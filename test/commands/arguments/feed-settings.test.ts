import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readFeeds} from '../../../source/commands/arguments/feed-settings.ts';

const read = (value: unknown) => readFeeds(value, () => '/c.json:3: feeds', {HOME: '/somebody'});
const url = 'https://example.org/rss';

test('feeds are read with all that may be said of them', () => {
	assert.deepEqual(read(undefined), {feeds: [], faults: []});
	assert.deepEqual(read([url]).feeds, [{url, from: 'config', rules: []}]);
	const {feeds, faults} = read([
		{
			url: 'HTTPS://EXAMPLE.org/rss#x',
			name: 'mine',
			every: '30m',
			cookie: 'a=b',
			headers: {'X-Api-Key': 'k'},
			rules: [
				'*amd64*',
				{
					title: ['a, b', '!c'],
					size: '>5M',
					dir: '~/iso',
					start: false,
					goal: 'ratio=2',
					'max-upload': '50K',
				},
			],
		},
	]);
	assert.deepEqual(faults, []);
	assert.deepEqual(feeds, [
		{
			url,
			from: 'config',
			name: 'mine',
			interval: 1_800_000,
			cookie: 'a=b',
			headers: {'X-Api-Key': 'k'},
			rules: [
				{name: '*amd64*', title: '*amd64*', start: true, sequential: false},
				{
					name: 'a, b,!c',
					title: ['a, b', '!c'],
					size: '>5M',
					dir: '/somebody/iso',
					start: false,
					sequential: false,
					goal: {ratio: 2},
					maxUpload: 51_200,
				},
			],
		},
	]);
});

test('what cannot be meant says so with its place, and the others hold', () => {
	const at = '/c.json:3: feeds';
	const faults = [
		['x', `${at} must be a list, such as ["https://example.org/feed.xml"]`],
		[[5, url], `${at}[1] must be an object with url, name, every …`],
		[[{name: 'x'}], `${at}[1] needs a url`],
		[[{url, evry: '5m'}], `${at}[1]: unknown name "evry"; did you mean every?`],
		[['ftp://x'], `${at}[1]: not a feed: ftp://x (http:// or https://)`],
		[[{url, every: '5s'}], `${at}[1]: every: 5s is less than a minute`],
		[[url, url], `${at}[2] is in it twice`],
		[[{url, cookie: 'a\nb'}], `${at}[1]: the header Cookie has what cannot be sent`],
		[[{url, headers: {Host: 'x'}}], `${at}[1]: the header Host is not yours to set`],
		[[{url, rules: 'x'}], `${at}[1]: rules must be a list, such as ["*.iso"]`],
		[[{url, rules: [{size: 'big'}]}], `${at}[1]: rules[1]: size "big": not a size: write >100M or <=1.5G`],
		[
			[{url, rules: [{goal: 'label=x ratio=1'}]}],
			`${at}[1]: rules[1]: goal: 'label=x ratio=1' is no goal such as ratio=2 time=7d`,
		],
		[
			[{url, rules: [{dir: 'x'}]}],
			`${at}[1]: rules[1]: dir: x is not absolute: write it in full, or with ~/`,
		],
	] as const;
	for (const [value, sentence] of faults) assert.deepEqual(read(value).faults, [sentence]);
	assert.equal(read([5, url]).feeds.length, 1);
});
