import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {FoldersView} from '../../../source/api/folders-view.ts';
import {folderLines} from '../../../source/commands/verbs/share.ts';
import {run} from '../printed.ts';

const view: FoldersView = {
	shared: [
		{
			dir: '/u/share',
			from: 'share',
			state: 'sharing',
			why: 'it holds 50000 entries: the first 10000 are shared; put the others into folders',
			shared: 12,
			waiting: 1,
			queued: 2,
			declined: 1,
			hashing: {name: 'big.iso', done: 250, length: 1000},
			faults: [{name: 'alias', why: 'links are not shared'}],
			faultCount: 5,
			publish: true,
			trackers: [],
		},
		{
			dir: '/mnt/disk',
			from: 'config',
			state: 'gone',
			why: 'it is not there',
			shared: 3,
			waiting: 0,
			queued: 0,
			declined: 0,
			faults: [],
			faultCount: 0,
			publish: false,
			label: 'x',
			trackers: [],
		},
	],
	watched: [
		{
			dir: '/in',
			state: 'watching',
			target: '/films',
			label: 'f',
			start: false,
			deleteAfter: true,
			added: 2,
			faults: [{name: 'bad.torrent', why: 'not a valid torrent'}],
			faultCount: 1,
		},
	],
};

test('what goes on with folders is said in lines', () => {
	assert.deepEqual(folderLines(view), [
		'/u/share: 12 shared, 3 to be hashed, 1 not whole yet, 1 taken out by hand',
		'  it holds 50000 entries: the first 10000 are shared; put the others into folders',
		'  hashing big.iso  25.0 %',
		'  left out: alias: links are not shared',
		'  and 4 more are left out',
		'/mnt/disk: gone, paused: 3 shared (label x; not published; from the config file)',
		'  it is not there',
		'/in: watched (2 added, into /films, label f, paused, files are deleted then)',
		'  left out: bad.torrent: not a valid torrent',
	]);
});

const mistakes: ReadonlyArray<readonly [argv: readonly string[], status: number, line: RegExp]> = [
	[['share', '--list', 'x'], 2, /^--list takes nothing else/],
	[['share', '--list', '--remove'], 2, /^--list takes nothing else/],
	[['share', '--remove'], 2, /^missing: share --remove DIR/],
	[
		['share', '/x', '--tracker', 'ftp://t.example'],
		2,
		/^--tracker: "ftp:\/\/t\.example" is not a tracker URL/,
	],
	[['share', '--list', '--state-dir', '/none'], 1, /^no engine is running/],
];

for (const [argv, status, line] of mistakes) {
	test(`tortui ${argv.join(' ')} says what is wrong`, async () => {
		const printed = await run(argv);
		assert.equal(printed.status, status);
		assert.match(printed.error, line);
	});
}
