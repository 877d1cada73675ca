import {test} from 'node:test';
import {assertSame} from '../helpers/compare.ts';
import {libtorrentNode, libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {get, seed, startTortui} from '../helpers/tortui.ts';
import {stage, wordFor} from './v2-stage.ts';

test('links by both hashes of a hybrid, asked for together, are one download, and get ends with it', {
	skip: noLibtorrent(),
}, async t => {
	const {space, content, file, metainfo, word} = await stage(t, 'hybrid', 'magnet with the v1 hash alone');
	const second = wordFor('magnet with the v2 hash alone', file, metainfo);
	const seeder = await libtorrentPeer(space, file, content.dir);
	await seeder.complete();
	const ours = await get(space, [second, word, '-d', space.folder('ours'), '--peer', seeder.address]);
	await ours.done();
	assertSame(space.path('ours', content.name), content.root);
});

test('by the v2 hash alone the seed of a hybrid is found through a tracker', {
	skip: noLibtorrent(),
}, async t => {
	const {space, content, file, word} = await stage(t, 'hybrid', 'magnet with the v2 hash alone');
	const program = startTortui(space, ['tracker', '--port', '0', '--bind', '127.0.0.1', '--no-state']);
	const [url] = await program.output(/http:\/\/127\.0\.0\.1:\d+\/announce/, 20_000);
	const seeder = await seed(space, [`${file}=${content.root}`, '--tracker', url!]);
	await seeder.event('seeding');
	const link = `${word}&tr=${encodeURIComponent(url!)}`;
	const ours = await get(space, [link, '-d', space.folder('ours')]);
	await ours.done();
	assertSame(space.path('ours', content.name), content.root);
});

test('by the v2 hash alone the seed of a hybrid is found through the DHT', {
	skip: noLibtorrent(),
}, async t => {
	const {space, content, file, word} = await stage(t, 'hybrid', 'magnet with the v2 hash alone');
	const first = await libtorrentNode(space);
	for (let more = 0; more < 3; more++) await libtorrentNode(space, {dht: first});
	const way = ['--dht-bootstrap', first];
	await seed(space, [`${file}=${content.root}`, ...way]);
	const ours = await get(space, [word, '-d', space.folder('ours'), ...way]);
	await ours.done(100_000);
	assertSame(space.path('ours', content.name), content.root);
});
