import assert from 'node:assert/strict';
import {cpSync, existsSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {olderFieldName} from '../../../source/bridge/rpc/rpc-names.ts';
import {torrentFieldNames} from '../../../source/bridge/rpc/torrent-fields.ts';
import {until} from '../../helpers/deadline.ts';
import {testTorrent} from '../../helpers/sessions.ts';
import {openStage} from './rpc-stage.ts';

const first = 'http://127.0.0.1:1/announce';
const second = 'http://127.0.0.1:2/announce';

test('a torrent can be found by its hash and its number the moment it was added', async t => {
	const stage = await openStage(t);
	const {'torrent-added': added} = (await stage.older('torrent-add', {
		metainfo: stage.metainfo('show'),
		paused: true,
		'download-dir': stage.space.folder('elsewhere'),
		labels: ['tv', 'hd'],
	})) as {'torrent-added': {id: number; name: string; hashString: string}};
	assert.equal(added.name, 'show');
	assert.equal(added.id, 1);
	assert.match(added.hashString, /^[\da-f]{40}$/);
	for (const ids of [1, [1], added.hashString, [added.hashString], [added.hashString.toUpperCase()], '1']) {
		const {torrents} = await stage.older('torrent-get', {
			ids,
			fields: ['id', 'downloadDir', 'labels', 'status'],
		});
		assert.deepEqual(torrents, [
			{id: 1, downloadDir: stage.space.path('elsewhere'), labels: ['tv', 'hd'], status: 0},
		]);
	}
	const again = await stage.older('torrent-add', {metainfo: stage.metainfo('show'), labels: ['other']});
	assert.deepEqual(again, {'torrent-duplicate': added});
	assert.deepEqual(await stage.field(1, 'labels'), ['tv', 'hd']);
	const magnet = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=linked`;
	const link = await stage.older('torrent-add', {filename: magnet});
	assert.deepEqual(link, {'torrent-added': {id: 2, name: 'linked', hashString: 'ab'.repeat(20)}});
	assert.deepEqual(await stage.field('ab'.repeat(20), 'totalSize', 'status', 'metadataPercentComplete'), {
		totalSize: 0,
		status: 4,
		metadataPercentComplete: 0,
	});
	const bare = await stage.older('torrent-add', {filename: 'cd'.repeat(20)});
	assert.deepEqual(bare['torrent-added'], {id: 3, name: 'cd'.repeat(20), hashString: 'cd'.repeat(20)});
});

test('every field of a torrent is told, under both names, and none is null', async t => {
	const stage = await openStage(t);
	const id = await stage.add('show');
	const older = torrentFieldNames.map(olderFieldName);
	const old = (await stage.field(id, ...older)) as Record<string, unknown>;
	assert.deepEqual(Object.keys(old), older);
	const {torrents} = await stage.today('torrent_get', {ids: [id], fields: torrentFieldNames});
	const [today] = torrents as [Record<string, unknown>];
	assert.deepEqual(Object.keys(today), [...torrentFieldNames]);
	for (const values of [old, today])
		for (const [name, value] of Object.entries(values)) {
			assert.ok(value !== null && value !== undefined, name);
			if (typeof value === 'number') assert.ok(Number.isFinite(value), name);
			if (typeof value === 'number' && !/[pP]ercent|[rR]atio|[pP]rogress/.test(name))
				assert.ok(Number.isInteger(value), name);
		}
	assert.deepEqual(old['wanted'], [1, 1]);
	assert.deepEqual(today['wanted'], [true, true]);
	const files = old['files'] as Array<Record<string, unknown>>;
	assert.deepEqual(files, [
		{bytesCompleted: 0, length: 100_000, name: 'show/one.mkv', begin_piece: 0, end_piece: 4},
		{bytesCompleted: 0, length: 50_000, name: 'show/extra/two.txt', begin_piece: 3, end_piece: 5},
	]);
	assert.equal((old['fileStats'] as unknown[]).length, files.length);
	assert.equal(old['primary-mime-type'], 'video/x-matroska');
	assert.equal(old['file-count'], 2);
	assert.equal(old['pieces'], Buffer.from([0]).toString('base64'));
	assert.deepEqual(old['availability'], [0, 0, 0, 0, 0]);
	assert.deepEqual(
		[old['sizeWhenDone'], old['leftUntilDone'], old['percentDone'], old['uploadRatio'], old['eta']],
		[150_000, 150_000, 0, -1, -1],
	);
});

test('a field is told under the name by which it was asked for, and none that there is not', async t => {
	const stage = await openStage(t);
	const id = await stage.add('show');
	assert.deepEqual(
		await stage.field(id, 'fileCount', 'file-count', 'nonsense', 'constructor', 'total_size'),
		{
			fileCount: 2,
			'file-count': 2,
			totalSize: 150_000,
		},
	);
	assert.equal(await stage.refusal('torrent-get', {ids: [id]}), 'no fields specified');
	assert.equal(await stage.refusal('torrent-get', {ids: [id], fields: ['nonsense']}), 'no fields specified');
});

test('a table has the names first, and then a row for each', async t => {
	const stage = await openStage(t);
	await stage.add('one');
	await stage.add('two');
	const {torrents} = await stage.today('torrent_get', {fields: ['id', 'name', 'status'], format: 'table'});
	assert.deepEqual(torrents, [
		['id', 'name', 'status'],
		[1, 'one', 0],
		[2, 'two', 0],
	]);
});

test('those that have changed in the last minute are told, and those that went', async t => {
	const stage = await openStage(t);
	const [one, two] = [await stage.add('one'), await stage.add('two')];
	const recent = async () => {
		const {torrents, removed} = await stage.older('torrent-get', {ids: 'recently-active', fields: ['id']});
		return [(torrents as Array<{id: number}>).map(({id}) => id), removed];
	};
	assert.deepEqual(await recent(), [[one, two], []]);
	stage.clock.push(61_000);
	assert.deepEqual(await recent(), [[], []]);
	await stage.older('torrent-set', {ids: [two], labels: ['new']});
	await stage.older('torrent-remove', {ids: [one]});
	assert.deepEqual(await recent(), [[two], [one]]);
	stage.clock.push(61_000);
	assert.deepEqual(await recent(), [[], []]);
	// Also one that was removed by somebody else.
	const hash = (await stage.field(two, 'hashString')) as string;
	await stage.engine.send({type: 'torrent.remove', id: hash, withData: false});
	assert.deepEqual(await recent(), [[], [two]]);
});

test('numbers stay with their torrents, over restarts too, and are never given twice', async t => {
	const stage = await openStage(t);
	const numbers = [await stage.add('one'), await stage.add('two'), await stage.add('three')];
	assert.deepEqual(numbers, [1, 2, 3]);
	await stage.older('torrent-remove', {ids: [2]});
	const path = stage.space.path('state', 'rpc.json');
	const {RpcMemory} = await import('../../../source/bridge/rpc/rpc-memory.ts');
	await until('its file', 20_000, () => existsSync(path));
	const memory = await RpcMemory.open(path, stage.clock, assert.fail);
	const hash = (await stage.field(3, 'hashString')) as string;
	assert.equal(memory.session, stage.session);
	assert.equal(memory.numberOf(hash), 3);
	assert.equal(memory.numberOf('ff'.repeat(20)), 4);
	assert.equal(await stage.add('four'), 4);
});

test('files are skipped, wanted and put before others by their places', async t => {
	const stage = await openStage(t);
	const id = await stage.add('show', {'files-unwanted': [1], 'priority-high': [0]});
	const state = () => stage.field(id, 'wanted', 'priorities');
	assert.deepEqual(await state(), {wanted: [1, 0], priorities: [1, 0]});
	await stage.older('torrent-set', {ids: [id], 'files-wanted': [1], 'files-unwanted': [0]});
	assert.deepEqual(await state(), {wanted: [0, 1], priorities: [0, 0]});
	await stage.older('torrent-set', {ids: [id], 'files-wanted': []});
	await stage.older('torrent-set', {ids: [id], 'priority-low': []});
	assert.deepEqual(await state(), {wanted: [1, 1], priorities: [-1, -1]});
	await stage.older('torrent-set', {ids: [id], 'priority-normal': [0], 'priority-high': [1]});
	assert.deepEqual(await state(), {wanted: [1, 1], priorities: [0, 1]});
	assert.equal(
		await stage.refusal('torrent-set', {ids: [id], 'files-wanted': [2]}),
		'file index out of range',
	);
	assert.equal(
		await stage.refusal('torrent-set', {ids: [id], 'priority-low': [9]}),
		'file index out of range',
	);
	assert.deepEqual(await state(), {wanted: [1, 1], priorities: [0, 1]});
});

test('limits, goals and how many peers there may be are those of one torrent', async t => {
	const stage = await openStage(t);
	const id = await stage.add('show');
	const state = () =>
		stage.field(
			id,
			...['downloadLimit', 'downloadLimited', 'uploadLimit', 'uploadLimited', 'peer-limit'],
			...['seedRatioLimit', 'seedRatioMode', 'seedIdleLimit', 'seedIdleMode', 'sequential_download'],
		);
	await stage.older('torrent-set', {
		ids: id,
		downloadLimit: 300,
		downloadLimited: true,
		uploadLimit: 20,
		'peer-limit': 12,
		seedRatioLimit: 1.5,
		seedRatioMode: 1,
		seedIdleLimit: 90,
		seedIdleMode: 1,
		sequential_download: true,
	});
	const set = {
		downloadLimit: 300,
		downloadLimited: true,
		uploadLimit: 20,
		uploadLimited: false,
		'peer-limit': 12,
		seedRatioLimit: 1.5,
		seedRatioMode: 1,
		seedIdleLimit: 90,
		seedIdleMode: 1,
		sequential_download: true,
	};
	assert.deepEqual(await state(), set);
	const {goal, maxDownload} = await stage.engine.view((await stage.field(id, 'hashString')) as string);
	assert.deepEqual(goal?.own, {ratio: 1.5, idle: 5400});
	assert.equal(maxDownload, 300_000);
	// What holds no more is found again.
	await stage.older('torrent-set', {ids: id, downloadLimited: false, seedRatioMode: 2, seedIdleMode: 0});
	assert.deepEqual(await state(), {...set, downloadLimited: false, seedRatioMode: 2, seedIdleMode: 0});
	await stage.older('torrent-set', {ids: id, downloadLimited: true, seedRatioMode: 1});
	assert.deepEqual(await state(), {...set, seedIdleMode: 0});
});

test('trackers are added, replaced, removed and set as a list, by numbers that stay', async t => {
	const stage = await openStage(t, {}, {trackers: true});
	const answer = await stage.older('torrent-add', {metainfo: stage.metainfo('show', [first]), paused: true});
	const {id} = answer['torrent-added'] as {id: number};
	const trackers = async () =>
		((await stage.field(id, 'trackers')) as Array<{id: number; announce: string; tier: number}>).map(
			({id: number, announce, tier}) => [number, announce, tier],
		);
	assert.deepEqual(await trackers(), [[0, first, 0]]);
	await stage.older('torrent-set', {ids: [id], trackerAdd: [second]});
	assert.deepEqual(await trackers(), [
		[0, first, 0],
		[1, second, 1],
	]);
	const third = 'udp://127.0.0.1:3/announce';
	await stage.older('torrent-set', {ids: [id], trackerReplace: [0, third]});
	assert.deepEqual(await trackers(), [
		[2, third, 0],
		[1, second, 1],
	]);
	await stage.older('torrent-set', {ids: [id], trackerRemove: [2]});
	assert.deepEqual(await trackers(), [[1, second, 1]]);
	await stage.older('torrent-set', {ids: [id], trackerList: `${first}\n${third}\n\n${second}`});
	assert.equal(await stage.field(id, 'trackerList'), `${first}\n${third}\n\n${second}`);
	const [stats] = (await stage.field(id, 'trackerStats')) as Array<Record<string, unknown>>;
	assert.equal(Object.keys(stats!).length, 28);
	assert.equal(stats!['host'], '127.0.0.1:1');
	assert.equal(stats!['scrape'], 'http://127.0.0.1:1/scrape');
	assert.equal(
		await stage.refusal('torrent-set', {ids: [id], trackerRemove: [99]}),
		'error setting announce list',
	);
	assert.equal(
		await stage.refusal('torrent-set', {ids: [id], trackerAdd: [first]}),
		'error setting announce list',
	);
	assert.equal(
		await stage.refusal('torrent-set', {ids: [id], trackerList: 'nonsense'}),
		'Invalid tracker list',
	);
});

test('the queue is put in another order', async t => {
	const stage = await openStage(t);
	const ids = [
		await stage.add('one'),
		await stage.add('two'),
		await stage.add('three'),
		await stage.add('four'),
	];
	const order = async () => {
		const {torrents} = await stage.older('torrent-get', {fields: ['id', 'queuePosition']});
		return (torrents as Array<{id: number; queuePosition: number}>)
			.toSorted((one, other) => one.queuePosition - other.queuePosition)
			.map(({id}) => id);
	};
	assert.deepEqual(await order(), ids);
	await stage.older('queue-move-top', {ids: [3, 4]});
	assert.deepEqual(await order(), [3, 4, 1, 2]);
	await stage.older('queue-move-down', {ids: [3, 4]});
	assert.deepEqual(await order(), [1, 3, 4, 2]);
	await stage.older('queue-move-up', {ids: [4, 2]});
	assert.deepEqual(await order(), [1, 4, 2, 3]);
	await stage.older('queue-move-bottom', {ids: [1]});
	assert.deepEqual(await order(), [4, 2, 3, 1]);
	await stage.older('torrent-set', {ids: [1], queuePosition: 0});
	assert.deepEqual(await order(), [1, 4, 2, 3]);
});

test('torrents are started, stopped and verified, those that can', async t => {
	const stage = await openStage(t);
	const id = await stage.add('show', {'download-dir': stage.space.folder('content')});
	const hash = (await stage.field(id, 'hashString')) as string;
	await stage.older('torrent-start', {ids: [id]});
	await stage.engine.sees(hash, 'seeding', ({state}) => state === 'seeding');
	assert.deepEqual(
		await stage.field(id, 'status', 'isFinished', 'percentDone', 'leftUntilDone', 'haveValid'),
		{
			status: 6,
			isFinished: false,
			percentDone: 1,
			leftUntilDone: 0,
			haveValid: 150_000,
		},
	);
	await stage.older('torrent-stop', {ids: [id]});
	await stage.engine.sees(hash, 'paused', ({state}) => state === 'paused');
	await stage.older('torrent-verify', {ids: [id]});
	await stage.engine.sees(hash, 'paused again', ({state}) => state === 'paused');
	await stage.older('torrent-start-now', {ids: []});
	assert.equal(await stage.field(id, 'status'), 0);
	await stage.older('torrent-start-now', {});
	await stage.engine.sees(hash, 'seeding', ({state}) => state === 'seeding');
	await stage.older('torrent-reannounce', {ids: [id]});
	const added = await stage.older('torrent-add', {filename: 'ab'.repeat(20)});
	const {id: linked} = added['torrent-added'] as {id: number};
	assert.match(
		await stage.refusal('torrent-verify', {ids: [linked, id]}),
		/nobody has said yet what it holds/,
	);
});

test('a torrent that is started now waits for no other', async t => {
	const stage = await openStage(t, {}, {queue: {downloads: 1, seeds: undefined, total: Infinity}});
	const ids = [await stage.add('one'), await stage.add('two'), await stage.add('three')];
	await stage.older('torrent-start', {ids});
	const states = async () =>
		((await stage.older('torrent-get', {fields: ['status']}))['torrents'] as Array<{status: number}>).map(
			({status}) => status,
		);
	await until('one that downloads', 20_000, async () => (await states()).join() === '4,3,3');
	await stage.older('torrent-start-now', {ids: [3]});
	await until('two that download', 20_000, async () => (await states()).join() === '4,3,4');
	await stage.older('torrent-stop', {ids: [3]});
	await until('one that is stopped', 20_000, async () => (await states()).join() === '4,3,0');
	await stage.older('torrent-start', {ids: [3]});
	await until('one that waits as the others', 20_000, async () => (await states()).join() === '4,3,3');
});

test('files and folders are renamed, and moved', async t => {
	const stage = await openStage(t);
	const dir = stage.space.folder('content');
	const id = await stage.add('show', {'download-dir': dir, paused: false});
	const hash = (await stage.field(id, 'hashString')) as string;
	await stage.engine.sees(hash, 'seeding', ({state}) => state === 'seeding');
	const rename = (path: string, name: string) => stage.older('torrent-rename-path', {ids: [id], path, name});
	assert.deepEqual(await rename('show/one.mkv', 'uno.mkv'), {id, path: 'show/one.mkv', name: 'uno.mkv'});
	await rename('show/extra', 'más');
	const names = async () => ((await stage.field(id, 'files')) as Array<{name: string}>).map(({name}) => name);
	assert.deepEqual(await names(), ['show/uno.mkv', 'show/más/two.txt']);
	assert.ok(existsSync(`${dir}/show/más/two.txt`));
	assert.ok(!existsSync(`${dir}/show/extra`));
	await rename('show', 'series');
	assert.deepEqual(await names(), ['series/uno.mkv', 'series/más/two.txt']);
	// Remotes call the whole by its name, and that is the one it has on the disk: it is renamed again by it.
	assert.equal(await stage.field(id, 'name'), 'series');
	await rename('series', 'serie');
	assert.equal(await stage.field(id, 'name'), 'serie');
	await rename('serie', 'show');
	assert.equal(await stage.field(id, 'name'), 'show');
	await rename('show', 'series');
	assert.deepEqual(await stage.older('torrent-add', {metainfo: stage.metainfo('show'), paused: true}), {
		'torrent-duplicate': {id, name: 'series', hashString: hash},
	});
	const refused = (path: string, name: string) =>
		stage.refusal('torrent-rename-path', {ids: [id], path, name});
	for (const name of ['', '.', '..', 'a/b', '/x'])
		assert.equal(await refused('series/uno.mkv', name), 'Invalid argument', name);
	assert.equal(await refused('nothing', 'x'), 'No such file or directory');
	assert.equal(
		await stage.refusal('torrent-rename-path', {path: 'series', name: 'x', ids: []}),
		'torrent-rename-path requires 1 torrent',
	);
	const other = stage.space.folder('other');
	await stage.older('torrent-set-location', {ids: [id], location: other, move: true});
	assert.ok(existsSync(`${other}/series/uno.mkv`));
	assert.equal(await stage.field(id, 'downloadDir'), other);
	assert.equal(
		await stage.refusal('torrent-set-location', {ids: [id], location: 'relative', move: true}),
		'new location path is not absolute',
	);
	assert.equal(await stage.refusal('torrent-set-location', {ids: [id]}), 'no location');
});

test('a torrent is told where its files are, and looks at them there: what is wrong is not had', async t => {
	const stage = await openStage(t);
	const dir = stage.space.folder('content');
	const id = await stage.add('show', {'download-dir': dir, paused: false});
	const hash = (await stage.field(id, 'hashString')) as string;
	await stage.engine.sees(hash, 'seeding', ({state}) => state === 'seeding');
	await stage.older('torrent-stop', {ids: [id]});
	await stage.engine.sees(hash, 'paused', ({state}) => state === 'paused');
	const other = stage.space.folder('other');
	cpSync(`${dir}/show`, `${other}/show`, {recursive: true, preserveTimestamps: true});
	// Of the same size and time, and not the same.
	const {atime, mtime} = statSync(`${dir}/show/one.mkv`);
	writeFileSync(`${other}/show/one.mkv`, new Uint8Array(100_000));
	utimesSync(`${other}/show/one.mkv`, atime, mtime);
	await stage.older('torrent-set-location', {ids: [id], location: other});
	const view = await stage.engine.sees(
		hash,
		'looked at',
		({state, checked, completed}) => state === 'paused' && checked === undefined && completed < 150_000,
	);
	assert.equal(view.dir, other);
	assert.equal(view.completed, 18_928);
	await stage.older('torrent-set-location', {ids: [id], location: dir, move: false});
	await stage.engine.sees(hash, 'had again', ({completed, dir: now}) => completed === 150_000 && now === dir);
});

test('a torrent is removed with its files, or without', async t => {
	const stage = await openStage(t);
	const dir = stage.space.folder('content');
	for (const [name, withData] of [
		['kept', false],
		['deleted', true],
	] as const) {
		const id = await stage.add(name, {'download-dir': dir, paused: false});
		const hash = (await stage.field(id, 'hashString')) as string;
		await stage.engine.sees(hash, 'seeding', ({state}) => state === 'seeding');
		// A torrent whose files were there before are a person's own: they are kept unless it made them.
		await stage.older('torrent-remove', {ids: [hash], 'delete-local-data': withData});
		assert.deepEqual((await stage.older('torrent-get', {ids: [id], fields: ['id']}))['torrents'], []);
	}
	assert.ok(existsSync(`${dir}/kept/one.mkv`));
});

test('a folder that no system can have is refused wherever one is named', async t => {
	const stage = await openStage(t);
	const id = await stage.add('here', {});
	const dir = '/srv/a\0b';
	const why = 'no folder has a NUL in its name';
	assert.equal(await stage.refusal('torrent-set-location', {ids: [id], location: dir, move: true}), why);
	assert.equal(await stage.refusal('torrent-set', {ids: [id], location: dir}), why);
	assert.equal(await stage.refusal('session-set', {'download-dir': dir}), why);
	assert.notEqual(await stage.field(id, 'downloadDir'), dir);
	const {'download-dir': now} = await stage.older('session-get', {});
	assert.notEqual(now, dir);
});

test('what cannot be added is told in one of the kinds of errors', async t => {
	const stage = await openStage(t);
	const cases = [
		[{}, 'no filename or metainfo specified'],
		[{metainfo: '!!!'}, 'unrecognized info'],
		[{metainfo: Buffer.from('nonsense').toString('base64')}, /not a valid torrent/],
		[{filename: 'magnet:?xt=urn:btih:zz'}, /./],
		[{filename: '/nowhere/at/all.torrent'}, /./],
		[{metainfo: stage.metainfo('x'), 'download-dir': 'relative'}, 'download directory path is not absolute'],
		[{metainfo: stage.metainfo('x'), 'download-dir': '/srv/a\0b'}, 'no folder has a NUL in its name'],
		[{metainfo: stage.metainfo('x'), labels: ['a', '']}, 'labels cannot be empty'],
		[{metainfo: stage.metainfo('x'), labels: ['a,b']}, 'labels cannot contain comma (,) character'],
	] as const;
	for (const [args, expected] of cases) {
		const said = await stage.refusal('torrent-add', args);
		if (typeof expected === 'string') assert.equal(said, expected);
		else assert.match(said, expected);
		assert.notEqual(said, 'success');
	}
	assert.deepEqual((await stage.older('torrent-get', {fields: ['id']}))['torrents'], []);
});

test('one that stands still and is started while it is verified runs when that is over', async t => {
	const stage = await openStage(t);
	const {metainfo, content} = testTorrent(stage.space, 'large', [['film.mkv', 40_000_000]], 32_768);
	const args = {metainfo, paused: true, 'download-dir': content.dir};
	const {id} = (await stage.older('torrent-add', args))['torrent-added'] as {id: number};
	const hash = (await stage.field(id, 'hashString')) as string;
	await stage.older('torrent-verify', {ids: [id]});
	await stage.engine.sees(hash, 'checking', ({state}) => state === 'checking' || state === 'paused');
	await stage.older('torrent-start', {ids: [id]});
	await stage.engine.sees(hash, 'seeding', ({state}) => state === 'seeding');
});
