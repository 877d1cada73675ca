import assert from 'node:assert/strict';
import test from 'node:test';
import type {Reannouncement} from '../../../source/api/command.ts';
import type {StorageFailure} from '../../../source/io/disk/storage.ts';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';

test('nothing happens to a torrent that is closed, and who waits for an answer is told so', async () => {
	const lone = new LoneTorrent();
	const {torrent} = lone;
	await torrent.close();
	const before = await torrent.rememberNow();
	torrent.post({type: 'start', check: 'quick'});
	torrent.post({type: 'rest', wanted: false});
	torrent.post({type: 'hold', held: {why: 'lost', text: 'lost'}});
	torrent.post({type: 'set', settings: {label: 'late', maxUpload: 1000}});
	torrent.post({type: 'peers', addresses: [{host: '198.51.100.9', port: 1}], source: 'manual'});
	torrent.post({type: 'addTracker', url: 'http://192.0.2.1/announce'});
	const outcomes: Array<StorageFailure | undefined> = [];
	for (const ask of [
		{type: 'move', dir: '/some/other/place'},
		{type: 'rename', file: 0, name: 'x'},
	] as const)
		outcomes.push(await new Promise(done => torrent.post({...ask, done})));
	assert.deepEqual(
		outcomes.map(outcome => outcome?.message),
		['the torrent was closed', 'the torrent was closed'],
	);
	assert.equal(torrent.activity.name, 'closed');
	assert.deepEqual(await torrent.rememberNow(), before);
	assert.equal(torrent.held, undefined);
});

test('limits are set, changed one by one, and lifted', () => {
	const {torrent} = new LoneTorrent();
	const {download, upload} = torrent.rateLimits;
	torrent.post({type: 'set', settings: {maxDownload: 5000, maxUpload: 7000}});
	assert.deepEqual([download.rate, upload.rate], [5000, 7000]);
	torrent.post({type: 'set', settings: {maxUpload: 9000}});
	assert.deepEqual([download.rate, upload.rate], [5000, 9000]);
	torrent.post({type: 'set', settings: {maxDownload: null}});
	assert.deepEqual([download.rate, upload.rate], [undefined, 9000]);
	torrent.post({type: 'set', settings: {label: 'x'}});
	assert.deepEqual([download.rate, upload.rate], [undefined, 9000]);
});

test('who is let go of may come back, who is banned may not', async () => {
	const lone = new LoneTorrent();
	await lone.start();
	const one = await LonePeer.meet(lone, 1);
	const two = await LonePeer.meet(lone, 2);
	lone.torrent.post({type: 'kick', peer: one.peer.id});
	lone.torrent.post({type: 'ban', peer: two.peer.id});
	lone.torrent.post({type: 'kick', peer: 1000});
	assert.equal(one.connection.reason, 'kicked');
	assert.equal(two.connection.reason, 'banned: was banned by hand');
	await (await LonePeer.meet(lone, 1)).listen();
	assert.equal(lone.torrent.swarm.connected, 1);
	assert.ok(lone.torrent.swarm.list.isBanned('198.51.100.2'));
	await lone.torrent.close();
});

test('trackers come and go, those that are news are counted, and announcing is answered', () => {
	const {torrent} = new LoneTorrent();
	const counts: number[] = [];
	const done = (count: number): void => void counts.push(count);
	const [one, two] = ['http://192.0.2.1/announce', 'http://192.0.2.2/announce'];
	torrent.post({type: 'addTracker', url: one, done});
	torrent.post({type: 'addTracker', url: one, done});
	torrent.post({type: 'addTiers', tiers: [[one, two]], done});
	assert.deepEqual(counts, [1, 0, 1]);
	assert.throws(() => torrent.post({type: 'addTracker', url: 'nonsense'}), {name: 'UserError'});
	torrent.post({type: 'removeTracker', url: one});
	assert.deepEqual(torrent.sources.trackers.list.tiers.flat(), [two]);
	const told: Reannouncement[] = [];
	torrent.post({type: 'announce', done: outcome => void told.push(outcome)});
	assert.deepEqual([told[0]?.running, told[0]?.trackers], [false, 1]);
});

test('one that reached its goal in an earlier session rests as finished, and goes on only when it is wanted', async () => {
	const lone = new LoneTorrent({seeds: true});
	const {torrent} = lone;
	const memory = {
		...(await torrent.rememberNow()),
		seedRatio: 1,
		uploaded: 2e6,
		downloaded: 1e6,
		completedAt: 5,
	};
	torrent.post({type: 'remember', memory});
	torrent.post({type: 'rest', wanted: true, recalled: true});
	assert.deepEqual([torrent.goal.reached, torrent.runs, torrent.activity.name], [true, false, 'paused']);
	torrent.post({type: 'queue', wanted: true});
	assert.deepEqual([torrent.goal.reached, torrent.goal.isDue, torrent.runs], [false, false, true]);
});
