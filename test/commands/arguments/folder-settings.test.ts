import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readFolders} from '../../../source/commands/arguments/folder-settings.ts';

const env = {HOME: '/u'};
const read = (settings: Readonly<Record<string, unknown>>) =>
	readFolders(settings, name => `config.json:3: ${name}`, env, ['udp://usual.example:1']);

test('folders are texts or objects, with ~ for the home folder', () => {
	const {folders, faults} = read({
		'shared-folders': [
			'~/share/',
			{dir: '/srv//music', trackers: 'http://t.example/announce', label: 'm', publish: false},
			{dir: '~', trackers: []},
		],
		'watch-folders': [
			'/in',
			{dir: '~/inbox', target: '~/films', label: 'f', start: false, 'delete-after': true},
		],
	});
	assert.deepEqual(faults, []);
	assert.deepEqual(folders, {
		shared: [
			{
				dir: '/u/share',
				from: 'config',
				trackers: ['udp://usual.example:1'],
				label: undefined,
				publish: true,
			},
			{
				dir: '/srv/music',
				from: 'config',
				trackers: ['http://t.example/announce'],
				label: 'm',
				publish: false,
			},
			{dir: '/u', from: 'config', trackers: [], label: undefined, publish: true},
		],
		watched: [
			{dir: '/in', target: undefined, label: undefined, start: true, deleteAfter: false},
			{dir: '/u/inbox', target: '/u/films', label: 'f', start: false, deleteAfter: true},
		],
	});
});

const wrong: ReadonlyArray<readonly [settings: Readonly<Record<string, unknown>>, sentence: RegExp]> = [
	[{'shared-folders': '~/share'}, /^config\.json:3: shared-folders must be a list, such as \["~\/share"\]/],
	[{'shared-folders': {}}, /must be a list/],
	[{'shared-folders': [5]}, /^config\.json:3: shared-folders\[1\] must be a folder, or an object/],
	[
		{'shared-folders': ['share']},
		/shared-folders\[1\]: dir: share is not absolute: write it in full, or with ~\/$/,
	],
	[{'shared-folders': [{}]}, /shared-folders\[1\]: dir must be a folder$/],
	[
		{'shared-folders': ['/a', {dir: '/b', tracker: 'x'}]},
		/shared-folders\[2\]: unknown name "tracker"; did you mean trackers\?$/,
	],
	[
		{'shared-folders': [{dir: '/b', zzzzzz: 1}]},
		/unknown name "zzzzzz"; it may have dir, trackers, label, publish$/,
	],
	[
		{'shared-folders': [{dir: '/b', trackers: ['ftp://x']}]},
		/shared-folders\[1\]: trackers: "ftp:\/\/x" is not a tracker URL/,
	],
	[{'shared-folders': [{dir: '/b', trackers: [5]}]}, /trackers must be a list of announce URLs$/],
	[{'shared-folders': [{dir: '/b', publish: 'no'}]}, /shared-folders\[1\]: publish must be true or false$/],
	[{'shared-folders': ['/b', '/b/']}, /shared-folders: \/b is in it twice$/],
	[{'watch-folders': [{dir: '/b', 'delete-afetr': true}]}, /did you mean delete-after\?$/],
	[{'watch-folders': [{dir: '/b', target: 'x'}]}, /watch-folders\[1\]: target: x is not absolute/],
	[{'watch-folders': [{dir: '/b', label: 5}]}, /label must be a text$/],
	[{'watch-folders': [{dir: '/b', start: 1}]}, /start must be true or false$/],
];

for (const [settings, sentence] of wrong) {
	test(`${JSON.stringify(settings)} is told with what may be meant`, () => {
		const {faults} = read(settings);
		assert.equal(faults.length, 1);
		assert.match(faults[0]!, sentence);
	});
}
