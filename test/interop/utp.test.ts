import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {describe, type TestContext, test} from 'node:test';
import {transmissionDaemon} from '../helpers/clients.ts';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {noIpv6} from '../helpers/ipv6.ts';
import {type LibtorrentOptions, libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {freePort} from '../helpers/ports.ts';
import {missing} from '../helpers/processes.ts';
import {kibibyte, makeTorrent, mebibyte, writeFolder} from '../helpers/torrents.ts';
import {startTortui, Transfer} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const skip = noLibtorrent();
/** How the two may speak, so that only uTP is left; the matrix of versions has us without TCP over IPv4. */
const ways: ReadonlyArray<{
	who: string;
	ip: string;
	skip: string | false;
	options: string[];
	theirs: LibtorrentOptions['transport'];
}> = [
	{who: 'libtorrent without TCP, over IPv4', ip: '127.0.0.1', skip, options: [], theirs: 'utp'},
	{
		who: 'libtorrent, we without TCP, over IPv6',
		ip: '[::1]',
		skip: skip || noIpv6(),
		options: ['--no-tcp'],
		theirs: 'both',
	},
];

function stage(t: TestContext) {
	const space = new Workspace(t);
	const content = writeFolder(space.folder('whole'), 'music', [
		['one.bin', 6 * mebibyte + 17],
		['two.bin', 2 * mebibyte],
	]);
	const file = makeTorrent(content, 64 * kibibyte).write(space.path('music.torrent'));
	return {space, content, file};
}

/** `get` or `seed`, which meets nobody but whom its test names. */
async function tortui(space: Workspace, ip: string, ...args: string[]): Promise<Transfer> {
	const port = await freePort();
	const alone = ['--no-dht', '--no-lsd', '--no-port-map', '--bind', ip.replace(/[[\]]/g, '')];
	const home = {env: {TORTUI_HOME: space.folder(`state-${port}`)}};
	return new Transfer(startTortui(space, [...args, ...alone, '--port', `${port}`, '--json'], home), port);
}

for (const {who, ip, skip, options, theirs} of ways) {
	test(`downloads over uTP from ${who}`, {skip}, async t => {
		const {space, content, file} = stage(t);
		const seeder = await libtorrentPeer(space, file, content.dir, undefined, {ip, transport: theirs});
		await seeder.complete();
		const place = ['-d', space.folder('ours'), '--peer', seeder.address];
		const ours = await tortui(space, ip, 'get', file, ...place, ...options);
		await ours.done();
		assertSame(space.path('ours', content.name), content.root);
	});

	test(`seeds over uTP to ${who}`, {skip}, async t => {
		const {space, content, file} = stage(t);
		const ours = await tortui(space, ip, 'seed', `${file}=${content.root}`, ...options);
		await ours.event('seeding');
		const us = `${ip}:${ours.port}`;
		const leecher = await libtorrentPeer(space, file, space.folder('theirs'), us, {ip, transport: theirs});
		await leecher.complete();
		await becomesSame(space.path('theirs', content.name), content.root);
		assert.equal(ours.program.ended, undefined);
	});
}

// It does not dial loopback addresses: we do, and have no TCP to do it with. It lets nobody ask for its first ten seconds.
const noTransmission = missing('transmission-daemon');

describe('transmission-daemon', {skip: noTransmission, concurrency: 2}, () => {
	test('downloads from transmission-daemon over uTP', async t => {
		const {space, content, file} = stage(t);
		const seeder = await transmissionDaemon(space, {torrent: file, dir: content.dir, seed: true, utp: true});
		await seeder.complete();
		const place = ['-d', space.folder('ours'), '--peer', seeder.address];
		const ours = await tortui(space, '127.0.0.1', 'get', file, ...place, '--no-tcp');
		await ours.done();
		assertSame(space.path('ours', content.name), content.root);
	});

	test('seeds to transmission-daemon over uTP', async t => {
		const {space, content, file} = stage(t);
		const leecher = await transmissionDaemon(space, {torrent: file, dir: space.folder('theirs'), utp: true});
		const peer = ['--peer', leecher.address];
		await tortui(space, '127.0.0.1', 'seed', `${file}=${content.root}`, ...peer, '--no-tcp');
		await leecher.complete();
		await becomesSame(space.path('theirs', content.name), content.root);
	});
});

describe('limits hold over uTP, which sends no more than is asked for', {concurrency: 2}, () => {
	for (const [what, seeds, gets] of [
		['upload', ['--max-upload', '2M'], []],
		['download', [], ['--max-download', '2M']],
	] as const)
		test(`a limit of the ${what} of 2 MiB a second holds`, async t => {
			const {space, content, file} = stage(t);
			const seeder = await tortui(
				space,
				'127.0.0.1',
				'seed',
				`${file}=${content.root}`,
				'--no-tcp',
				...seeds,
			);
			await seeder.event('seeding');
			const place = ['-d', space.folder('ours'), '--peer', seeder.address];
			const ours = await tortui(space, '127.0.0.1', 'get', file, ...place, '--no-tcp', ...gets);
			const {seconds} = await ours.event('complete');
			await ours.done();
			// Eight, of which half a second's may go at once.
			assert.ok(seconds > 3.4, `${seconds} s`);
			assertSame(space.path('ours', content.name), content.root);
		});
});

test('without TCP a port that UDP cannot have is none', async t => {
	const {space, file} = stage(t);
	const socket = createSocket('udp4');
	t.after(() => socket.close());
	await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
	const port = `${socket.address().port}`;
	const words = [
		'get',
		file,
		'-d',
		space.folder('ours'),
		'--bind',
		'127.0.0.1',
		'--port',
		port,
		'--no-dht',
		'--no-lsd',
	];
	const program = startTortui(space, [...words, '--no-tcp']);
	const {code} = await program.end(30_000);
	assert.equal(code, 1);
	assert.match(program.stderr, new RegExp(`port ${port} is taken`));
});

test('two of us without TCP exchange a torrent', async t => {
	const {space, content, file} = stage(t);
	const seeder = await tortui(space, '127.0.0.1', 'seed', `${file}=${content.root}`, '--no-tcp');
	await seeder.event('seeding');
	const place = ['-d', space.folder('ours'), '--peer', seeder.address];
	const ours = await tortui(space, '127.0.0.1', 'get', file, ...place, '--no-tcp');
	await ours.done();
	assertSame(space.path('ours', content.name), content.root);
});
