import {test} from 'node:test';
import {aria2c} from '../helpers/clients.ts';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {missing} from '../helpers/processes.ts';
import {rawSeeder} from '../helpers/raw-peer.ts';
import {kibibyte, makeTorrent, mebibyte, writeFile} from '../helpers/torrents.ts';
import {get, seed} from '../helpers/tortui.ts';
import {opentracker} from '../helpers/trackers.ts';
import {Workspace} from '../helpers/workspace.ts';
import {writeManyFiles} from './contents.ts';

const skip = missing('aria2c', 'opentracker');

test('downloads 40 files from aria2c', {skip}, async t => {
	const space = new Workspace(t);
	const content = writeManyFiles(space.folder('theirs'), 'many files');
	const torrent = makeTorrent(content, 32 * kibibyte);
	const tracker = await opentracker(space, torrent);
	const file = torrent.write(space.path('many.torrent'), [tracker.http]);
	const seeder = await aria2c(space, {torrent: file, dir: content.dir, seed: true});
	await seeder.complete();
	await tracker.knows(torrent, {seeders: 1});

	const ours = await get(space, [file, '-d', space.folder('ours')]);
	await ours.event('complete');
	await ours.done();
	assertSame(space.path('ours', content.name), content.root);
});

const sizes: ReadonlyArray<readonly [name: string, pieceLength: number, length: number]> = [
	['16 KiB', 16 * kibibyte, 24 * mebibyte + 1],
	['8 MiB', 8 * mebibyte, 100 * mebibyte + 4097],
];

for (const [name, pieceLength, length] of sizes) {
	test(`downloads a file in pieces of ${name} from aria2c, and aria2c downloads it from us`, {
		skip,
	}, async t => {
		const space = new Workspace(t);
		const content = writeFile(space.folder('theirs'), 'file.bin', length);
		const torrent = makeTorrent(content, pieceLength);
		const tracker = await opentracker(space, torrent);
		const file = torrent.write(space.path('file.torrent'), [tracker.http]);
		const seeder = await aria2c(space, {torrent: file, dir: content.dir, seed: true});
		await seeder.complete();
		await tracker.knows(torrent, {seeders: 1});

		const ours = await get(space, [file, '-d', space.folder('ours')]);
		await ours.done();
		assertSame(space.path('ours', 'file.bin'), content.root);
		await seeder.program.stop();

		const again = await seed(space, [`${file}=${space.path('ours', 'file.bin')}`]);
		const leecher = await aria2c(space, {torrent: file, dir: space.folder('again')});
		await leecher.complete();
		assertSame(space.path('again', 'file.bin'), content.root);
		await again.program.stop();
	});
}

test('aria2c downloads 40 files from our seeder', {skip}, async t => {
	const space = new Workspace(t);
	const content = writeManyFiles(space.folder('ours'), 'many files');
	const torrent = makeTorrent(content, 32 * kibibyte);
	const tracker = await opentracker(space, torrent);
	const file = torrent.write(space.path('many.torrent'), [tracker.http]);
	await seed(space, [`${file}=${content.root}`]);
	await tracker.knows(torrent, {seeders: 1});

	const leecher = await aria2c(space, {torrent: file, dir: space.folder('theirs')});
	await leecher.complete();
	await becomesSame(space.path('theirs', content.name), content.root);
});

test('aria2c downloads from a get that goes on seeding', {skip}, async t => {
	const space = new Workspace(t);
	const content = writeManyFiles(space.folder('seed'), 'many files');
	const torrent = makeTorrent(content, 32 * kibibyte);
	const tracker = await opentracker(space, torrent);
	const file = torrent.write(space.path('many.torrent'), [tracker.http]);
	const first = await rawSeeder(space, torrent);
	const ours = await get(space, [
		file,
		'-d',
		space.folder('ours'),
		'--peer',
		first.address,
		'--seed-time',
		'10m',
	]);
	await ours.event('complete');
	await ours.event('seeding');
	await tracker.knows(torrent, {seeders: 1});

	// The first seeder is not with the tracker: what aria2c gets, it gets from us.
	const leecher = await aria2c(space, {torrent: file, dir: space.folder('theirs')});
	await leecher.complete();
	await becomesSame(space.path('theirs', content.name), content.root);
	await ours.program.stop();
});

test('aria2c downloads from a get while that is still downloading', {skip}, async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('seed'), 'file.bin', 24 * mebibyte);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const tracker = await opentracker(space, torrent);
	const file = torrent.write(space.path('file.torrent'), [tracker.http]);
	const first = await rawSeeder(space, torrent, {rate: 6 * mebibyte});
	const ours = await get(space, [
		file,
		'-d',
		space.folder('ours'),
		'--peer',
		first.address,
		'--seed-time',
		'10m',
	]);
	await tracker.knows(torrent, {leechers: 1});
	const leecher = await aria2c(space, {torrent: file, dir: space.folder('theirs')});
	await ours.event(({event, uploaded}) => event === 'progress' && uploaded > 0);
	await ours.event('complete');
	await leecher.complete();
	await becomesSame(space.path('theirs', 'file.bin'), content.root);
	assertSame(space.path('ours', 'file.bin'), content.root);
	await ours.program.stop();
});
