import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {until} from '../helpers/deadline.ts';
import {libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {freePort} from '../helpers/ports.ts';
import {kibibyte, makeTorrent, mebibyte, writeFolder} from '../helpers/torrents.ts';
import {startTortui, Transfer} from '../helpers/tortui.ts';
import {noNamespaces, type TestNetwork, twoNetworks} from '../helpers/two-networks.ts';
import {Workspace} from '../helpers/workspace.ts';

function noQueues(): string | false {
	const script = 'ip link set lo up && tc qdisc add dev lo root tbf rate 8mbit burst 10k latency 300ms';
	const isThere = spawnSync('unshare', ['--net', 'sh', '-c', script]).status === 0;
	return isThere ? false : 'queues that a line waits in need tc';
}

const skip = noNamespaces() || noQueues();

/** `get` or `seed` over uTP alone, in a network of its own. */
async function tortui(
	space: Workspace,
	network: TestNetwork,
	host: string,
	...args: string[]
): Promise<Transfer> {
	const port = await freePort();
	const alone = ['--no-dht', '--no-lsd', '--no-port-map', '--no-tcp', '--bind', host];
	const home = {env: {TORTUI_HOME: space.folder(`state-${host}`)}};
	const words = [...args, ...alone, '--port', `${port}`, '--json'];
	return new Transfer(startTortui(space, words, home, network.through), port);
}

for (const [who, isLibtorrent] of [
	['us', false],
	['libtorrent', true],
] as const)
	test(`a line that turns narrow in mid-stream, and says so to nobody, ends no stream over uTP to ${who}`, {
		skip: skip || (isLibtorrent && noLibtorrent()),
	}, async t => {
		const space = new Workspace(t);
		const content = writeFolder(space.folder('whole'), 'music', [['one.bin', 10 * mebibyte + 17]]);
		const file = makeTorrent(content, 64 * kibibyte).write(space.path('music.torrent'));
		const [here, there] = await twoNetworks(space, ['10.9.0.1/24'], ['10.9.0.2/24']);
		// A line of 1 MB a second, so that it has the usual few packets under way.
		const queue = 'tc qdisc add dev lan root tbf rate 8mbit burst 10k latency 300ms'.split(' ');
		here.run(...queue);
		const seeder = await tortui(space, here, '10.9.0.1', 'seed', `${file}=${content.root}`);
		await seeder.event('seeding');
		const us = `10.9.0.1:${seeder.port}`;
		const dir = space.folder('theirs');
		const leecher = isLibtorrent
			? await libtorrentPeer(space, file, dir, us, {ip: '10.9.0.2', transport: 'utp', through: there.through})
			: await tortui(space, there, '10.9.0.2', 'get', file, '-d', dir, '--peer', us);
		const uploaded = () => Math.max(0, ...seeder.events.map(event => event.uploaded ?? 0));
		await until('some of it to be there', 60_000, () => uploaded() > mebibyte);
		// What is longer is dropped at the far end, and no router is there that would tell.
		there.run('ip', 'link', 'set', 'lan', 'mtu', '1000');
		const before = uploaded();
		const narrowAt = performance.now();
		await until('more of it to be there', 60_000, () => uploaded() > before + mebibyte);
		const stood = performance.now() - narrowAt;
		// Five time-outs end a stream, after which the next one would have to be opened.
		assert.ok(stood < 12_000, `${Math.round(stood)} ms`);
		if ('complete' in leecher) await leecher.complete();
		else await leecher.done();
		const check = isLibtorrent ? becomesSame : assertSame;
		await check(space.path('theirs', content.name), content.root);
	});
