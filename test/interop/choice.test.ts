import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {aria2c} from '../helpers/clients.ts';
import {assertSame, assertSameFile, filesBelow} from '../helpers/compare.ts';
import {hasAddress} from '../helpers/ports.ts';
import {missing} from '../helpers/processes.ts';
import {rawSeeder} from '../helpers/raw-peer.ts';
import {kibibyte, makeTorrent, mebibyte, writeFile, writeFolder} from '../helpers/torrents.ts';
import {get} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const entries = [
	['film.mkv', 3 * mebibyte + 5],
	['notes.txt', 1000],
	['extras/one.mkv', 100 * kibibyte + 1],
	['extras/two.srt', 3000],
	['large.iso', 5 * mebibyte],
	['empty', 0],
] as const;

const choices: ReadonlyArray<readonly [select: string, chosen: readonly string[]]> = [
	['1,3-4', ['film.mkv', 'extras/one.mkv', 'extras/two.srt']],
	['*.mkv', ['film.mkv', 'extras/one.mkv']],
	['>4M', ['large.iso']],
	['2', ['notes.txt']],
];

for (const [select, chosen] of choices) {
	test(`--select '${select}' downloads ${chosen.join(', ')}: nothing else appears on disk`, async t => {
		const space = new Workspace(t);
		const content = writeFolder(space.folder('theirs'), 'set', entries);
		const torrent = makeTorrent(content, 256 * kibibyte);
		const file = torrent.write(space.path('set.torrent'));
		const seeder = await rawSeeder(space, torrent);
		const ours = await get(space, [
			file,
			'-d',
			space.folder('ours'),
			'--peer',
			seeder.address,
			'--select',
			select,
		]);
		await ours.event('complete');
		await ours.done();
		assert.deepEqual(filesBelow(space.path('ours')), chosen.map(name => join('set', name)).sort());
		for (const name of chosen) assertSameFile(space.path('ours', 'set', name), join(content.root, name));
		// A piece that the chosen files share with others comes whole; nothing beyond that does.
		const bytes = chosen.reduce((sum, name) => sum + entries.find(entry => entry[0] === name)![1], 0);
		assert.ok(
			seeder.served.bytes <= bytes + 2 * chosen.length * torrent.pieceLength,
			`${seeder.served.bytes} bytes were fetched for ${bytes}`,
		);
	});
}

test('files chosen later come too, what is there is not fetched again', async t => {
	const space = new Workspace(t);
	const content = writeFolder(space.folder('theirs'), 'set', entries);
	const torrent = makeTorrent(content, 256 * kibibyte);
	const file = torrent.write(space.path('set.torrent'));
	const seeder = await rawSeeder(space, torrent);
	const args = [file, '-d', space.folder('ours'), '--peer', seeder.address];
	await (await get(space, [...args, '--select', '*.mkv'])).done();
	const before = seeder.served.bytes;
	await (await get(space, args)).done();
	assertSame(space.path('ours', 'set'), content.root);
	assert.ok(
		seeder.served.bytes <= content.length + 6 * torrent.pieceLength,
		`${before} bytes were fetched at first, ${seeder.served.bytes} in all, of ${content.length}`,
	);
});

test('a selection that chooses nothing is refused in one line', async t => {
	const space = new Workspace(t);
	const content = writeFolder(space.folder('theirs'), 'set', entries);
	const file = makeTorrent(content, 256 * kibibyte).write(space.path('set.torrent'));
	const ours = await get(space, [file, '-d', space.folder('ours'), '--select', '*.pdf']);
	const exit = await ours.program.end(20_000);
	assert.ok(exit.code === 1 || exit.code === 2, `exit ${exit.code}`);
	assert.match(ours.program.stderr, /^tortui: [^\n]*\*\.pdf[^\n]*\n$/);
	assert.equal(existsSync(space.path('ours', 'set')), false);
});

test('downloads from a peer named by --peer, with no tracker at all', {skip: missing('aria2c')}, async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('theirs'), 'file.bin', 5 * mebibyte);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const file = torrent.write(space.path('file.torrent'));
	const seeder = await aria2c(space, {torrent: file, dir: content.dir, seed: true});
	await seeder.complete();
	const ours = await get(space, [file, '-d', space.folder('ours'), '--peer', seeder.address]);
	await ours.done();
	assertSame(space.path('ours', 'file.bin'), content.root);
});

test('downloads over IPv6', {skip: !(await hasAddress('::1')) && 'this machine has no ::1'}, async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('theirs'), 'file.bin', 5 * mebibyte);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const file = torrent.write(space.path('file.torrent'));
	const seeder = await rawSeeder(space, torrent, {host: '::1'});
	const ours = await get(space, [
		file,
		'-d',
		space.folder('ours'),
		'--bind',
		'::1',
		'--peer',
		seeder.address,
	]);
	await ours.done();
	assertSame(space.path('ours', 'file.bin'), content.root);
});

test('downloads from five peers at once, from each of them', async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('theirs'), 'file.bin', 20 * mebibyte);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const file = torrent.write(space.path('file.torrent'));
	const hosts = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6'];
	const seeders = await Promise.all(hosts.map(host => rawSeeder(space, torrent, {host, rate: 4 * mebibyte})));
	const ours = await get(space, [
		file,
		'-d',
		space.folder('ours'),
		...seeders.flatMap(({address}) => ['--peer', address]),
	]);
	await ours.done();
	assertSame(space.path('ours', 'file.bin'), content.root);
	for (const {served, address} of seeders)
		assert.ok(served.bytes > mebibyte, `${address} gave ${served.bytes} bytes only`);
	const served = seeders.reduce((sum, seeder) => sum + seeder.served.bytes, 0);
	assert.ok(served < content.length * 1.1, `${served} bytes were sent for ${content.length}`);
});
