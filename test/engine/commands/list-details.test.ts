import assert from 'node:assert/strict';
import {test} from 'node:test';
import {asCommand} from '../../../source/api/command-guard.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('what screens have no place for is told of the torrents that are asked for, and of no other', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'state');
	const [one, other] = [
		testTorrent(space, 'one', [
			['a', 40_000],
			['b', 50_000],
		]),
		testTorrent(space, 'other', [['c', 10_000]]),
	];
	const id = await seedTorrent(engine, one);
	await seedTorrent(engine, other);
	const plain = await engine.send({type: 'session.list', ids: [id, 'nobody']});
	assert.deepEqual(
		plain.torrents?.map(torrent => torrent.id),
		[id],
	);
	assert.equal(plain.details, undefined);
	const {details} = await engine.send({
		type: 'session.list',
		ids: [id],
		details: ['figures', 'files', 'peers', 'trackers', 'pieces'],
	});
	const {figures, files, offsets, progress, peers, trackers, pieces} = details![0]!;
	assert.equal(figures?.had, 90_000);
	assert.equal(figures?.stalled, false);
	assert.deepEqual(figures?.ownGoal, {});
	assert.deepEqual(figures?.peersFrom, {});
	assert.deepEqual(
		files?.map(({path}) => path.at(-1)),
		['a', 'b'],
	);
	assert.deepEqual(offsets, [0, 40_000]);
	assert.deepEqual(progress?.completed, [40_000, 50_000]);
	assert.deepEqual(peers, []);
	assert.deepEqual(trackers, []);
	assert.deepEqual(pieces, {have: '4A==', availability: [-1, -1, -1], within: 0});
});

test('a torrent that is being fetched tells which pieces it has, and which nobody has', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'state');
	const id = await engine.add(testTorrent(space, 'one', [['a', 100_000]]), {paused: true});
	const {details} = await engine.send({type: 'session.list', ids: [id], details: ['pieces']});
	assert.deepEqual(details?.[0]?.pieces, {have: 'AA==', availability: [0, 0, 0, 0], within: 0});
});

test('an engine says what it goes by', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'state');
	const {settings} = await engine.send({
		type: 'session.configure',
		settings: {maxPeers: 9, slowUpload: null, slowTimes: [{days: [0], from: 60, to: 120}]},
	});
	assert.deepEqual(settings, {
		dir: space.path('state-data'),
		port: engine.port,
		maxPeers: 9,
		maxConnections: 200,
		name: null,
		maxDownload: null,
		maxUpload: null,
		slowDownload: 51_200,
		slowUpload: null,
		slowTimes: [{days: [0], from: 60, to: 120}],
		activeDownloads: null,
		activeSeeds: null,
		seedRules: {all: {}, rules: []},
	});
});

test('only details that there are can be asked for', () => {
	assert.ok(asCommand({type: 'session.list', ids: ['a'], details: ['files', 'pieces']}));
	for (const wrong of [
		{ids: 'a'},
		{ids: [1]},
		{details: ['everything']},
		{details: 'files'},
		{details: [null]},
	])
		assert.equal(asCommand({type: 'session.list', ...wrong}), undefined);
});
