import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {until} from '../helpers/deadline.ts';
import {libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {freePort} from '../helpers/ports.ts';
import {makeTorrent, writeFolder} from '../helpers/torrents.ts';
import {startTortui, Transfer} from '../helpers/tortui.ts';
import {noNamespaces, type TestNetwork, twoNetworks, watchNetwork} from '../helpers/two-networks.ts';
import {Workspace} from '../helpers/workspace.ts';

const addresses = {
	IPv4: {ours: ['10.77.0.1/24'], theirs: ['10.77.0.2/24'], theirIp: '10.77.0.2'},
	IPv6: {ours: ['fd77::1/64'], theirs: ['fd77::2/64'], theirIp: '[fd77::2]'},
} as const;

/** Two machines on a cable, and a torrent without a tracker. */
async function stage(t: TestContext, family: keyof typeof addresses, isPublic = true) {
	const space = new Workspace(t);
	const {ours, theirs, theirIp} = addresses[family];
	const [here, there] = await twoNetworks(space, ours, theirs);
	const content = writeFolder(space.folder('whole'), 'music', [
		['one.bin', 300_000],
		['two.bin', 150_001],
	]);
	const torrent = makeTorrent(content, 32_768, isPublic);
	const file = torrent.write(space.path('music.torrent'));
	return {space, here, there, content, file, torrent, theirIp};
}

/** `get` or `seed` in a network, where nothing but local discovery finds it anybody. */
async function tortui(
	space: Workspace,
	{through}: TestNetwork,
	verb: 'get' | 'seed',
	...args: string[]
): Promise<Transfer> {
	const port = await freePort();
	const home = {env: {TORTUI_HOME: space.folder(`state-${port}`)}};
	const words = [verb, '--port', `${port}`, '--json', '--no-dht', '--lsd', ...args];
	return new Transfer(startTortui(space, words, home, through), port);
}

for (const family of ['IPv4', 'IPv6'] as const) {
	test(`a torrent is found and downloaded through local discovery alone, over ${family}`, {
		skip: noNamespaces(),
	}, async t => {
		const {space, here, there, content, file} = await stage(t, family);
		const seeder = await tortui(space, here, 'seed', `${file}=${content.root}`);
		await seeder.event('seeding');
		const leecher = await tortui(space, there, 'get', file, '-d', space.folder('theirs'));
		await leecher.event('complete');
		await leecher.done();
		await becomesSame(space.path('theirs', content.name), content.root);
	});

	test(`libtorrent's announces are heard over ${family}`, {
		skip: noNamespaces() || noLibtorrent(),
	}, async t => {
		const {space, here, there, content, file, torrent, theirIp: ip} = await stage(t, family);
		const leecher = await tortui(space, here, 'get', file, '-d', space.folder('ours'));
		await leecher.event('added');
		const {seen} = await watchNetwork(space, here, torrent.infoHash.toString('hex'));
		await libtorrentPeer(space, file, content.dir, undefined, {ip, lsd: true, through: there.through});
		await leecher.event('complete');
		await leecher.done();
		assertSame(space.path('ours', content.name), content.root);
		assert.ok(seen().lsdNamed >= 1);
	});

	test(`libtorrent hears our announces over ${family}`, {skip: noNamespaces() || noLibtorrent()}, async t => {
		const {space, here, there, content, file, theirIp: ip} = await stage(t, family);
		const options = {ip, lsd: true, through: there.through};
		const leecher = await libtorrentPeer(space, file, space.folder('theirs'), undefined, options);
		await tortui(space, here, 'seed', `${file}=${content.root}`);
		await leecher.complete();
		await becomesSame(space.path('theirs', content.name), content.root);
	});
}

for (const isPublic of [true, false]) {
	const what = isPublic ? 'a public torrent is spoken of' : 'a private torrent is never spoken of';
	test(`${what} on the local network, in the DHT and among peers`, {skip: noNamespaces()}, async t => {
		const {space, here, there, content, file, torrent} = await stage(t, 'IPv4', isPublic);
		const {program, seen} = await watchNetwork(space, here, torrent.infoHash.toString('hex'));
		const seeder = await tortui(
			space,
			here,
			'seed',
			`${file}=${content.root}`,
			'--dht',
			'--dht-bootstrap=none',
		);
		await seeder.event('seeding');
		const at = `10.77.0.1:${seeder.port}`;
		const leecher = await tortui(
			...([space, there, 'get', file, '-d', space.folder('theirs'), '--peer', at] as const),
			...['--dht', '--dht-bootstrap', at],
		);
		await leecher.event('complete');
		await leecher.done();
		await becomesSame(space.path('theirs', content.name), content.root);
		await until('nodes of the DHT speak to each other', 20_000, () => seen().udp > 2);
		if (isPublic) {
			await until('it is announced', 20_000, () => seen().lsdNamed > 0 && seen().named > 0);
			assert.ok(seen().pex > 0);
		} else {
			await seeder.program.stop();
			await program.stop();
			const {lsd, lsdNamed, named, pex} = seen();
			assert.deepEqual({lsd, lsdNamed, named, pex}, {lsd: 0, lsdNamed: 0, named: 0, pex: 0});
		}
	});
}
