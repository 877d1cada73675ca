import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fieldTorrent, torrentField} from '../../../source/bridge/rpc/torrent-fields.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, PushedClock, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {type RpcStage, serve} from './rpc-stage.ts';

type Stats = Readonly<Record<string, Readonly<Record<string, number>>>>;

async function statistics(stage: RpcStage) {
	const {'current-stats': current, 'cumulative-stats': all} = (await stage.older('session-stats')) as Stats;
	return {current, all};
}

test('statistics tell this session apart from all there were, also of torrents that are gone', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'show', [['x.bin', 400_000]]);
	const seeder = await openTestSession(space, 'seeder');
	await seedTorrent(seeder, torrent);
	const leecher = await openTestSession(space, 'leecher');
	const id = await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
	await leecher.sees(id, 'complete', ({state}) => state === 'seeding');
	const first = await serve(space, leecher);
	first.clock.push(3_600_000);
	await until(
		'what was moved is counted',
		30_000,
		async () => (await statistics(first)).current?.['downloadedBytes'] === 400_000,
	);
	const before = await statistics(first);
	assert.equal(before.all?.['downloadedBytes'], 400_000);
	assert.equal(before.all?.['sessionCount'], 1);
	await first.older('torrent-remove', {ids: [id]});
	await first.close();
	await leecher.session.stop();

	const again = await serve(space, await openTestSession(space, 'leecher'));
	const {current, all} = await statistics(again);
	assert.equal(current?.['downloadedBytes'], 0);
	assert.equal(current?.['uploadedBytes'], 0);
	assert.equal(current?.['sessionCount'], 1);
	assert.ok(current!['secondsActive']! < 3600);
	assert.equal(all?.['downloadedBytes'], 400_000);
	assert.equal(all?.['sessionCount'], 2);
	assert.ok(all!['secondsActive']! >= 3600, `${all?.['secondsActive']} s`);
});

test('files count for the session in which they came', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'show', [
		['x.bin', 40_000],
		['y.bin', 40_000],
	]);
	const engine = await openTestSession(space, 'engine');
	await engine.add(torrent, {paused: true});
	const stage = await serve(space, engine);
	const first = await statistics(stage);
	assert.deepEqual([first.current?.['filesAdded'], first.all?.['filesAdded']], [2, 2]);
	await stage.close();
	await engine.session.stop();
	const clock = new PushedClock();
	clock.push(86_400_000);
	const later = await serve(space, await openTestSession(space, 'engine', {clock}));
	later.clock.push(86_400_000);
	const second = await statistics(later);
	assert.deepEqual([second.current?.['filesAdded'], second.all?.['filesAdded']], [0, 2]);
});

test('what came twice is not told as corrupt: only pieces that were wrong are', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'engine');
	const id = await engine.add(testTorrent(space, 'show', [['x.bin', 400_000]], 32_768), {paused: true});
	const view = {...(await engine.view(id)), wasted: 100_000};
	const corrupt = (hashFailures: number) =>
		torrentField('corrupt_ever')!.value(
			fieldTorrent({number: 1, view: {...view, hashFailures}, details: undefined, kept: {}}),
			{} as never,
		);
	assert.deepEqual([corrupt(0), corrupt(2), corrupt(9)], [0, 65_536, 100_000]);
});

test('what is had of files that are not wanted any more is part of the size in the end', () => {
	const size = (had: number, wanted: number, completed: number) => {
		const view = {length: 1000, wanted, completed};
		const whole = fieldTorrent({number: 1, view, details: {figures: {had}}, kept: {}} as never);
		return ['size_when_done', 'percent_done'].map(name => torrentField(name)!.value(whole, {} as never));
	};
	assert.deepEqual(size(300, 1000, 300), [1000, 0.3]);
	assert.deepEqual(size(300, 0, 0), [300, 1]);
	assert.deepEqual(size(500, 400, 300), [600, 500 / 600]);
	assert.deepEqual(size(0, 0, 0), [0, 1]);
});
