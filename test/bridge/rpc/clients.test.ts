import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ask} from '../http/doors.ts';
import {basic, openStage, type RpcStage} from './rpc-stage.ts';

/** What programs that speak to Transmission say, one after the other, and what they cannot do without in the answers. */

type Loose = Record<string, unknown>;

async function seeded(stage: RpcStage): Promise<string> {
	const hash = (await stage.field(1, 'hashString')) as string;
	await stage.engine.sees(hash, 'seeding', ({state}) => state === 'seeding');
	return hash;
}

const isInteger = (value: unknown) => assert.ok(Number.isInteger(value), `${value}`);

const sonarrFields = [
	...['id', 'hashString', 'name', 'downloadDir', 'totalSize', 'leftUntilDone', 'isFinished', 'eta', 'status'],
	...[
		'secondsDownloading',
		'secondsSeeding',
		'errorString',
		'uploadedEver',
		'downloadedEver',
		'seedRatioLimit',
	],
	...['seedRatioMode', 'seedIdleLimit', 'seedIdleMode', 'fileCount', 'file-count', 'labels'],
];

test('Sonarr: logs in by GET, adds to a category, finds it by hash, sets its goal, sees it completed and removes it', async t => {
	const stage = await openStage(t, {user: 'sonarr', password: 'secret'});
	const dir = stage.space.folder('content');
	// It asks with GET first, its password along, and needs a 409 with the header: anything else is no Transmission.
	const greeting = await ask(stage.port, '/transmission/rpc', {
		headers: {authorization: basic('sonarr:secret'), accept: 'application/json'},
	});
	assert.equal(greeting.status, 409);
	assert.ok(greeting.headers['x-transmission-session-id']);
	// Its settings are tested by the version and the folder; labels need 4.0.
	const settings = await stage.older('session-get');
	const version = /(\d+)\.(\d+)/.exec(settings['version'] as string)!;
	assert.ok(Number(version[1]) >= 4);
	assert.equal(typeof settings['download-dir'], 'string');
	const added = (await stage.older('torrent-add', {
		metainfo: stage.metainfo('Show.S01E01'),
		paused: false,
		'download-dir': dir,
		labels: ['tv-sonarr'],
	})) as {'torrent-added': Loose};
	const hash = added['torrent-added']['hashString'] as string;
	await stage.older('torrent-set', {
		ids: [hash.toUpperCase()],
		seedRatioLimit: 1.5,
		seedRatioMode: 1,
		seedIdleLimit: 60,
		seedIdleMode: 1,
	});
	await stage.older('queue-move-top', {ids: [hash.toUpperCase()]});
	await seeded(stage);
	const {torrents} = (await stage.older('torrent-get', {fields: sonarrFields})) as {torrents: Loose[]};
	const [torrent] = torrents as [Loose];
	assert.equal(torrent['hashString'], hash);
	assert.deepEqual(torrent['labels'], ['tv-sonarr']);
	// Completed: nothing is left, and it is stopped or seeds.
	assert.deepEqual([torrent['leftUntilDone'], torrent['status'], torrent['errorString']], [0, 6, '']);
	assert.deepEqual(
		[torrent['seedRatioMode'], torrent['seedRatioLimit'], torrent['seedIdleMode'], torrent['seedIdleLimit']],
		[1, 1.5, 1, 60],
	);
	for (const name of [
		'eta',
		'totalSize',
		'secondsSeeding',
		'secondsDownloading',
		'downloadedEver',
		'file-count',
	])
		isInteger(torrent[name]);
	// "Remove completed" waits until it is stopped.
	await stage.older('torrent-stop', {ids: [hash]});
	await stage.engine.sees(hash, 'paused', ({state}) => state === 'paused');
	assert.equal(await stage.field(hash, 'status'), 0);
	await stage.older('torrent-remove', {ids: [hash], 'delete-local-data': false});
	assert.deepEqual((await stage.older('torrent-get', {fields: sonarrFields}))['torrents'], []);
});

test('Sonarr: what a tracker refuses, or what has failed, is its warning; nothing else is', async t => {
	const stage = await openStage(t);
	await stage.add('show');
	assert.equal(await stage.field(1, 'errorString'), '');
	const {writeFileSync, mkdirSync} = await import('node:fs');
	const dir = stage.space.folder('in-the-way');
	mkdirSync(`${dir}/other/extra`, {recursive: true});
	writeFileSync(`${dir}/other/one.mkv`, 'x'.repeat(100_000));
	const id = await stage.add('other', {'download-dir': dir, paused: false});
	const hash = (await stage.field(id, 'hashString')) as string;
	await stage.engine.sees(hash, 'failed', ({state}) => state === 'failed');
	const failed = (await stage.field(id, 'error', 'errorString', 'status')) as Loose;
	assert.deepEqual([failed['error'], failed['status']], [3, 0]);
	assert.match(failed['errorString'] as string, /one\.mkv/);
});

test('Radarr: a magnet link is queued while nobody knows its size, and its category can be changed', async t => {
	const stage = await openStage(t);
	const added = (await stage.older('torrent-add', {
		filename: `magnet:?xt=urn:btih:${'AB'.repeat(20)}&dn=Film`,
		paused: false,
		labels: ['radarr'],
	})) as {'torrent-added': Loose};
	assert.equal(added['torrent-added']['hashString'], 'ab'.repeat(20));
	const torrent = (await stage.field('AB'.repeat(20), ...sonarrFields)) as Loose;
	assert.deepEqual([torrent['totalSize'], torrent['leftUntilDone'], torrent['isFinished']], [0, 0, false]);
	await stage.older('torrent-set', {ids: ['ab'.repeat(20)], labels: ['radarr-imported']});
	assert.deepEqual(await stage.field('ab'.repeat(20), 'labels'), ['radarr-imported']);
});

test('Flood: goes by one session for hours, needs an array of trackers, and files as long as their states', async t => {
	const stage = await openStage(t, {}, {trackers: true});
	const greeting = await ask(stage.port, '/transmission/rpc');
	assert.equal(greeting.headers['x-transmission-session-id'], stage.session);
	const first = await stage.older('torrent-add', {
		metainfo: stage.metainfo('show', ['http://127.0.0.1:1/announce']),
		'download-dir': stage.space.folder('content'),
		paused: true,
	});
	assert.ok('torrent-added' in first);
	const {id, hashString: hash} = first['torrent-added'] as {id: number; hashString: string};
	await stage.older('torrent-start-now', {ids: [hash]});
	await stage.older('torrent-set', {ids: [hash], labels: ['a', 'b'], bandwidthPriority: 1});
	await stage.older('torrent-set', {ids: [hash], trackerAdd: ['http://127.0.0.1:2/announce']});
	const torrent = (await stage.field(
		id,
		...[
			'trackers',
			'files',
			'fileStats',
			'labels',
			'hashString',
			'name',
			'error',
			'errorString',
			'percentDone',
		],
		...['dateCreated', 'doneDate', 'addedDate', 'activityDate', 'peersGettingFromUs', 'peersSendingToUs'],
		...['bandwidthPriority', 'isPrivate', 'comment', 'totalSize', 'rateDownload', 'rateUpload'],
	)) as Loose;
	assert.equal((torrent['trackers'] as unknown[]).length, 2);
	assert.equal((torrent['files'] as unknown[]).length, (torrent['fileStats'] as unknown[]).length);
	assert.deepEqual(torrent['labels'], ['a', 'b']);
	for (const name of ['dateCreated', 'doneDate', 'addedDate', 'activityDate']) isInteger(torrent[name]);
	await stage.older('torrent-set', {ids: [hash], 'files-unwanted': [0], 'priority-high': [1]});
	await stage.older('torrent-set', {ids: [hash], trackerRemove: [0]});
	// It may set a part of a kB.
	await stage.older('session-set', {'speed-limit-down': 1953.125, 'speed-limit-down-enabled': true});
	assert.equal((await stage.older('session-get'))['speed-limit-down'], 1953);
	await stage.older('torrent-verify', {ids: [hash]});
	await stage.older('torrent-reannounce', {ids: [hash]});
	await stage.older('torrent-set-location', {ids: [hash], location: stage.space.folder('moved'), move: true});
});

test('autobrr: its tags of 63 bits come back exactly, and numbers are whole numbers', async t => {
	const stage = await openStage(t, {}, {trackers: true});
	const tag = '8446744073709551615';
	const metainfo = stage.metainfo('release', ['http://127.0.0.1:1/announce']);
	const text = await stage.post(
		`{"method":"torrent-add","arguments":{"metainfo":"${metainfo}","paused":true,"download-dir":"${stage.space.folder('content')}"},"tag":${tag}}`,
	);
	assert.ok(text.endsWith(`,"tag":${tag}}`), text);
	const {id} = JSON.parse(text).arguments['torrent-added'];
	await stage.older('torrent-set', {
		ids: [id],
		seedRatioLimit: 2,
		seedRatioMode: 1,
		uploadLimit: 500,
		uploadLimited: true,
	});
	const {trackerStats} = (await stage.field(id, 'id', 'name', 'status', 'trackerStats', 'percentDone')) as {
		trackerStats: Loose[];
	};
	const [stats] = trackerStats as [Loose];
	for (const name of [
		'seederCount',
		'leecherCount',
		'downloadCount',
		'tier',
		'id',
		'announceState',
		'nextAnnounceTime',
	])
		isInteger(stats[name]);
	for (const name of ['isBackup', 'hasAnnounced', 'lastAnnounceSucceeded', 'lastAnnounceTimedOut'])
		assert.equal(typeof stats[name], 'boolean', name);
	assert.equal(typeof stats['lastAnnounceResult'], 'string');
	await stage.older('torrent-reannounce', {ids: [id]});
	const {'size-bytes': free} = await stage.older('free-space', {path: stage.space.dir});
	isInteger(free);
	const {'rpc-version': now, 'rpc-version-minimum': minimum} = await stage.older('session-get');
	assert.ok((minimum as number) <= 17 && (now as number) >= 17);
});

test('cross-seed: adds beside what is there, has it verified, and looks until it is', async t => {
	const stage = await openStage(t);
	await stage.add('mine', {'download-dir': stage.space.folder('content'), paused: false});
	await seeded(stage);
	const {torrents} = await stage.older('torrent-get', {
		fields: [
			'hashString',
			'name',
			'percentDone',
			'leftUntilDone',
			'totalSize',
			'downloadDir',
			'status',
			'files',
			'labels',
		],
	});
	assert.equal((torrents as unknown[]).length, 1);
	const {mkdirSync, cpSync} = await import('node:fs');
	mkdirSync(stage.space.path('links'), {recursive: true});
	const metainfo = stage.metainfo('theirs');
	cpSync(stage.space.path('content', 'theirs'), stage.space.path('links', 'theirs'), {recursive: true});
	const args = {metainfo, 'download-dir': stage.space.path('links'), paused: true, labels: ['cross-seed']};
	const {'torrent-added': added} = (await stage.older('torrent-add', args)) as {'torrent-added': Loose};
	const hash = added['hashString'] as string;
	assert.ok('torrent-duplicate' in (await stage.older('torrent-add', args)));
	await stage.older('torrent-stop', {ids: [hash]});
	await stage.older('torrent-verify', {ids: [hash]});
	await stage.engine.sees(
		hash,
		'verified',
		({state, checked}) => state === 'paused' && checked === undefined,
	);
	assert.deepEqual(await stage.field(hash, 'percentDone', 'leftUntilDone'), {
		percentDone: 1,
		leftUntilDone: 0,
	});
	await stage.older('torrent-start', {ids: [hash]});
	await stage.engine.sees(hash, 'seeding', ({state}) => state === 'seeding');
});

test('tremc: reads the session from the page, tolerates no missing setting, and asks for totals with a number', async t => {
	const stage = await openStage(t, {}, {trackers: true});
	const {body} = await ask(stage.port, '/transmission/rpc', {method: 'POST', body: '{}'});
	assert.equal(/X-Transmission-Session-Id:\s*(\w+)/.exec(body.toString())?.[1], stage.session);
	const settings = await stage.older('session-get', {});
	assert.ok((settings['rpc-version'] as number) >= 8 && (settings['rpc-version'] as number) <= 19);
	for (const name of [
		...['version', 'download-dir', 'alt-speed-enabled', 'alt-speed-down', 'alt-speed-up', 'speed-limit-down'],
		...['speed-limit-down-enabled', 'speed-limit-up', 'speed-limit-up-enabled', 'peer-limit-global'],
		...[
			'peer-limit-per-torrent',
			'encryption',
			'seedRatioLimit',
			'seedRatioLimited',
			'pex-enabled',
			'dht-enabled',
		],
		...['lpd-enabled', 'utp-enabled', 'blocklist-size', 'blocklist-enabled', 'incomplete-dir', 'peer-port'],
		...['incomplete-dir-enabled', 'rename-partial-files', 'download-queue-enabled', 'download-queue-size'],
		...['seed-queue-enabled', 'seed-queue-size', 'idle-seeding-limit', 'idle-seeding-limit-enabled'],
		...['script-torrent-done-enabled', 'start-added-torrents', 'trash-original-torrent-files', 'config-dir'],
		...['port-forwarding-enabled', 'peer-port-random-on-start', 'queue-stalled-enabled', 'cache-size-mb'],
	])
		assert.notEqual(settings[name], undefined, name);
	const stats = JSON.parse(await stage.post('{"method":"session-stats","arguments":21,"tag":21}'));
	assert.deepEqual([stats.result, stats.tag], ['success', 21]);
	const {id} = ((
		await stage.older('torrent-add', {metainfo: stage.metainfo('show', ['http://127.0.0.1:1/announce'])})
	)['torrent-added'] as {id: number})!;
	const list = [
		...[
			'id',
			'name',
			'downloadDir',
			'status',
			'trackerStats',
			'desiredAvailable',
			'rateDownload',
			'rateUpload',
		],
		...[
			'eta',
			'uploadRatio',
			'sizeWhenDone',
			'haveValid',
			'haveUnchecked',
			'addedDate',
			'uploadedEver',
			'error',
		],
		...['errorString', 'recheckProgress', 'peersConnected', 'uploadLimit', 'downloadLimit', 'uploadLimited'],
		...[
			'downloadLimited',
			'bandwidthPriority',
			'peersSendingToUs',
			'peersGettingFromUs',
			'totalSize',
			'labels',
		],
		...[
			'seedRatioLimit',
			'seedRatioMode',
			'isPrivate',
			'magnetLink',
			'honorsSessionLimits',
			'metadataPercentComplete',
		],
		...['activityDate', 'queuePosition', 'hashString', 'leftUntilDone'],
	];
	const torrent = (await stage.field(id, ...list)) as Loose;
	for (const name of list) assert.notEqual(torrent[name], undefined, name);
	assert.ok((torrent['downloadDir'] as string).length > 0);
	const [tracker] = torrent['trackerStats'] as [Loose];
	for (const name of ['tier', 'id', 'announce', 'seederCount', 'leecherCount', 'host', 'lastAnnounceResult'])
		assert.notEqual(tracker[name], undefined, name);
	const details = (await stage.field(
		id,
		...['files', 'priorities', 'wanted', 'peers', 'trackers', 'activityDate', 'dateCreated', 'startDate'],
		...['doneDate', 'corruptEver', 'comment', 'creator', 'pieces', 'pieceCount', 'pieceSize', 'peersFrom'],
	)) as Loose;
	assert.equal(
		Buffer.from(details['pieces'] as string, 'base64').length,
		Math.ceil((details['pieceCount'] as number) / 8),
	);
	assert.equal(Object.keys(details['peersFrom'] as Loose).length, 7);
	const {'size-bytes': free} = await stage.older('free-space', {path: settings['download-dir']});
	isInteger(free);
	assert.deepEqual(await stage.older('group-get', {}), {group: []});
});

test('stig: needs the type of JSON, and goes by the versions', async t => {
	const stage = await openStage(t);
	const {status, headers, body} = await ask(stage.port, '/transmission/rpc', {
		method: 'POST',
		headers: {'x-transmission-session-id': stage.session, 'content-type': 'application/json'},
		body: JSON.stringify({method: 'session-get', arguments: {}}),
	});
	assert.equal(status, 200);
	assert.equal(headers['content-type'], 'application/json; charset=UTF-8');
	const {result, arguments: settings} = JSON.parse(body.toString());
	assert.equal(result, 'success');
	assert.ok(settings['rpc-version-minimum'] <= 14 && settings['rpc-version'] >= 17);
	const id = await stage.add('show');
	await stage.older('torrent-set', {ids: [id], labels: ['one']});
	await stage.older('torrent-start-now', {ids: [id]});
	const torrent = (await stage.field(
		id,
		'manualAnnounceTime',
		'trackerStats',
		'peers',
		'fileStats',
		'files',
	)) as Loose;
	isInteger(torrent['manualAnnounceTime']);
	const renamed = await stage.older('torrent-rename-path', {ids: [id], path: 'show', name: 'other'});
	assert.deepEqual(renamed, {id, path: 'show', name: 'other'});
});

test('the web client of 4.1: asks for tables, with ids and without, and reads the version', async t => {
	const stage = await openStage(t);
	const {version} = await stage.today('session_get', {});
	assert.match(version as string, /^(.*)\s\(([\da-f]+)\)/);
	await stage.add('show');
	const fields = [
		...[
			'id',
			'added_date',
			'file_count',
			'name',
			'primary_mime_type',
			'total_size',
			'error',
			'error_string',
			'eta',
		],
		...[
			'is_finished',
			'is_stalled',
			'labels',
			'left_until_done',
			'metadata_percent_complete',
			'peers_connected',
		],
		...['peers_getting_from_us', 'peers_sending_to_us', 'percent_done', 'queue_position', 'rate_download'],
		...['rate_upload', 'recheck_progress', 'seed_ratio_mode', 'seed_ratio_limit', 'size_when_done', 'status'],
		...[
			'trackers',
			'download_dir',
			'uploaded_ever',
			'upload_ratio',
			'webseeds_sending_to_us',
			'activity_date',
		],
		...['corrupt_ever', 'desired_available', 'downloaded_ever', 'file_stats', 'have_unchecked', 'have_valid'],
		...['peers', 'start_date', 'tracker_stats', 'comment', 'creator', 'date_created', 'files', 'hash_string'],
		...['is_private', 'magnet_link', 'piece_count', 'piece_size'],
	];
	const {torrents} = (await stage.today('torrent_get', {fields, format: 'table', ids: [1]})) as {
		torrents: unknown[][];
	};
	assert.deepEqual(torrents[0], fields);
	assert.equal(torrents[1]?.length, fields.length);
	const recent = await stage.today('torrent_get', {fields: ['id'], format: 'table', ids: 'recently_active'});
	assert.deepEqual(Object.keys(recent), ['removed', 'torrents']);
	assert.equal(
		await stage.post(JSON.stringify({jsonrpc: '2.0', method: 'torrent_start', params: {ids: [1]}})),
		'204 ',
	);
	const [started] = (await stage.engine.send({type: 'session.list'})).torrents!;
	assert.notEqual(started!.state, 'paused');
});
