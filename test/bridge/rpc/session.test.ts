import assert from 'node:assert/strict';
import {test} from 'node:test';
import {olderName} from '../../../source/bridge/rpc/rpc-names.ts';
import {sessionFields} from '../../../source/bridge/rpc/session-fields.ts';
import {freePort} from '../../helpers/ports.ts';
import {openStage} from './rpc-stage.ts';

test('all settings are told at any time, under both names, and who we say we are', async t => {
	const stage = await openStage(t);
	const old = await stage.older('session-get');
	assert.deepEqual(Object.keys(old).sort(), Object.keys(sessionFields).map(olderName).sort());
	const today = await stage.today('session_get', {});
	assert.deepEqual(Object.keys(today).sort(), Object.keys(sessionFields).sort());
	assert.match(old['version'] as string, /^4\.\d+\.\d+ \([\da-f]+\)$/);
	assert.deepEqual(
		[old['rpc-version'], old['rpc-version-minimum'], today['rpc_version_semver'], old['session-id']],
		[18, 14, '6.0.1', stage.session],
	);
	assert.equal((today['units'] as Record<string, unknown>)['speed_bytes'], 1000);
	assert.equal((old['units'] as Record<string, unknown>)['speed-bytes'], 1000);
	for (const [name, value] of Object.entries(today)) assert.ok(value !== null && value !== undefined, name);
	assert.deepEqual(await stage.today('session_get', {fields: ['version', 'nonsense', 'toString']}), {
		version: today['version'],
	});
});

for (const [name, set, told] of [
	['the limit for all', {'speed-limit-down': 400, 'speed-limit-down-enabled': true}, undefined],
	['the limit for sending', {'speed-limit-up-enabled': true, 'speed-limit-up': 60}, undefined],
	['a limit that does not hold', {'speed-limit-up': 70, 'speed-limit-up-enabled': false}, undefined],
	['a part of a kB', {'speed-limit-down': 99.7}, {'speed-limit-down': 99}],
	['slow speeds', {'alt-speed-down': 7, 'alt-speed-up': 8, 'alt-speed-enabled': true}, undefined],
	[
		'times of slow speeds',
		{
			'alt-speed-time-enabled': true,
			'alt-speed-time-begin': 60,
			'alt-speed-time-end': 120,
			'alt-speed-time-day': 0b100_0001,
		},
		undefined,
	],
	['no times', {'alt-speed-time-enabled': false, 'alt-speed-time-begin': 61}, undefined],
	['how many download', {'download-queue-enabled': true, 'download-queue-size': 3}, undefined],
	['any number of downloads', {'download-queue-enabled': false, 'download-queue-size': 4}, undefined],
	['how many seed', {'seed-queue-enabled': true, 'seed-queue-size': 2}, undefined],
	['a goal', {seedRatioLimited: true, seedRatioLimit: 1.25}, undefined],
	['a goal of rest', {'idle-seeding-limit-enabled': true, 'idle-seeding-limit': 45}, undefined],
	['peers', {'peer-limit-per-torrent': 33}, undefined],
	['peers of all torrents together', {'peer-limit-global': 77}, undefined],
	['that torrents wait when they are added', {'start-added-torrents': false}, undefined],
	['that pieces are fetched in order', {sequential_download: true}, undefined],
	['the cache', {'cache-size-mb': 16}, undefined],
	['what is so anyhow', {'pex-enabled': true, encryption: 'preferred', 'utp-enabled': true}, undefined],
] as const) {
	test(`a remote sets ${name}, and finds it again`, async t => {
		const stage = await openStage(t);
		await stage.older('session-set', set);
		const wanted: Readonly<Record<string, unknown>> = told ?? set;
		const settings = await stage.older('session-get', {fields: Object.keys(wanted)});
		assert.deepEqual(settings, wanted);
	});
}

test('what is set is what the engine does', async t => {
	const stage = await openStage(t);
	const dir = stage.space.folder('elsewhere');
	await stage.today('session_set', {
		speed_limit_down: 400,
		speed_limit_down_enabled: true,
		alt_speed_up: 5,
		seed_ratio_limit: 2.5,
		seed_ratio_limited: true,
		download_dir: dir,
		start_added_torrents: false,
		sequential_download: true,
		alt_speed_time_enabled: true,
		alt_speed_time_day: 1,
		alt_speed_time_begin: 0,
		alt_speed_time_end: 1,
	});
	const {settings} = await stage.engine.send({type: 'session.configure', settings: {}});
	assert.equal(settings?.maxDownload, 400_000);
	assert.equal(settings?.slowUpload, 5000);
	assert.deepEqual(settings?.seedRules?.all, {ratio: 2.5});
	// Their week begins on Sunday, ours on Monday.
	assert.deepEqual(settings?.slowTimes, [{days: [6], from: 0, to: 1}]);
	const added = await stage.older('torrent-add', {metainfo: stage.metainfo('show')});
	const {id} = added['torrent-added'] as {id: number};
	assert.deepEqual(await stage.field(id, 'downloadDir', 'status', 'sequential_download'), {
		downloadDir: dir,
		status: 0,
		sequential_download: true,
	});
});

test('what a remote has set holds again after a restart, unless the config says something else by then', async t => {
	const stage = await openStage(t);
	const {engine, space, clock} = stage;
	await stage.older('session-set', {
		'peer-limit-per-torrent': 33,
		'peer-limit-global': 90,
		seedRatioLimited: true,
		seedRatioLimit: 3,
		'download-queue-size': 9,
	});
	await stage.close();
	const {openRpc} = await import('../../../source/bridge/rpc/open-rpc.ts');
	// As if started again with its config: but of the queue it says something else now.
	await engine.send({
		type: 'session.configure',
		settings: {maxPeers: 50, maxConnections: 200, seedRules: {all: {}, rules: []}, activeDownloads: 2},
	});
	const again = await openRpc(
		{where: {host: '127.0.0.1', port: 0}, hosts: []},
		{engine: engine.session, clock, fixed: stage.fixed, stateDir: space.path('state')},
	);
	space.defer(() => again.close());
	const {settings} = await engine.send({type: 'session.configure', settings: {}});
	assert.deepEqual(
		[settings?.maxPeers, settings?.maxConnections, settings?.seedRules?.all, settings?.activeDownloads],
		[33, 90, {ratio: 3}, 2],
	);
});

test('what cannot be changed from here is said, and the rest is done', async t => {
	const stage = await openStage(t);
	assert.equal(
		await stage.refusal('session-set', {
			'dht-enabled': true,
			'pex-enabled': false,
			'peer-limit-per-torrent': 9,
		}),
		'cannot be changed from here: dht_enabled, pex_enabled; see tortui config and tortui engine --help',
	);
	const {'peer-limit-per-torrent': peers} = await stage.older('session-get');
	assert.equal(peers, 9);
	const port = await freePort();
	await stage.older('session-set', {'peer-port': port});
	assert.equal((await stage.older('session-get'))['peer-port'], port);
	assert.equal(
		await stage.refusal('session-set', {'peer-port': 0}),
		'peer port 0 is none: give one from 1 to 65535',
	);
	// Some clients send back all that they were told.
	const all = await stage.older('session-get');
	await stage.older('session-set', all);
	assert.equal(
		await stage.refusal('session-set', {'download-dir': 'relative'}),
		'download directory path is not absolute',
	);
});

test('totals, free space, the port and what there is not', async t => {
	const stage = await openStage(t);
	await stage.add('show');
	const stats = await stage.older('session-stats', 21);
	assert.deepEqual(Object.keys(stats), [
		'activeTorrentCount',
		'cumulative-stats',
		'current-stats',
		'downloadSpeed',
		'pausedTorrentCount',
		'torrentCount',
		'uploadSpeed',
	]);
	assert.deepEqual(
		[stats['torrentCount'], stats['pausedTorrentCount'], stats['activeTorrentCount']],
		[1, 1, 0],
	);
	const current = stats['current-stats'] as Record<string, unknown>;
	assert.deepEqual(Object.keys(current), [
		'downloadedBytes',
		'filesAdded',
		'secondsActive',
		'sessionCount',
		'uploadedBytes',
	]);
	const space = await stage.older('free-space', {path: stage.space.dir});
	assert.deepEqual(Object.keys(space).sort(), ['path', 'size-bytes', 'total_size']);
	assert.ok((space['size-bytes'] as number) > 0);
	assert.equal(await stage.refusal('free-space', {path: '/nowhere/at/all'}), 'No such file or directory');
	assert.equal(await stage.refusal('free-space', {path: 'relative'}), 'directory path is not absolute');
	assert.equal(await stage.refusal('free-space', {}), 'directory path argument is missing');
	assert.match(await stage.refusal('port-test'), /^Couldn't test port/);
	assert.match(await stage.refusal('blocklist-update'), /^Couldn't fetch blocklist/);
	assert.deepEqual(await stage.older('group-get'), {group: []});
	assert.match(await stage.refusal('group-set', {name: 'g'}), /no bandwidth groups/);
	assert.equal(await stage.refusal('group-set', {}), 'No group name given');
});

test('a remote ends the engine, and hears that it does', async t => {
	const stage = await openStage(t);
	await stage.older('session-close');
	assert.equal(await stage.engine.session.closed, 'the engine was stopped');
});
