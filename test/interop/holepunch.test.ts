import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {freePort} from '../helpers/ports.ts';
import {kibibyte, makeTorrent, mebibyte, writeFolder} from '../helpers/torrents.ts';
import {startTortui, Transfer} from '../helpers/tortui.ts';
import {noNamespaces, openNamespace, type TestNetwork} from '../helpers/two-networks.ts';
import {Workspace} from '../helpers/workspace.ts';

function noWalls(): string | false {
	const isThere = spawnSync('unshare', ['--net', 'nft', 'add', 'table', 'inet', 'filter']).status === 0;
	return isThere ? false : 'walls need nftables';
}

const skip = noNamespaces() || noWalls() || noLibtorrent();

/** Lets in what answers, and nothing else. */
const firewall = [
	'add table inet filter',
	'add chain inet filter in { type filter hook input priority 0; policy drop; }',
	'add rule inet filter in ct state established,related accept',
	'add rule inet filter in iif lo accept',
];

/** Two machines that refuse whoever comes, and a third between them that forwards and can be reached by both. */
async function threeNetworks(space: Workspace): Promise<readonly [TestNetwork, TestNetwork, TestNetwork]> {
	const [one, relay, other] = [
		await openNamespace(space),
		await openNamespace(space),
		await openNamespace(space),
	];
	const {network: middle} = relay;
	middle.run('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
	for (const [{pid, network}, name, net] of [
		[one, 'one', '11.1.0'],
		[other, 'other', '11.2.0'],
	] as const) {
		middle.run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'lan', 'netns', `${pid}`);
		middle.run('ip', 'address', 'add', `${net}.1/24`, 'dev', name);
		middle.run('ip', 'link', 'set', name, 'up');
		network.run('ip', 'address', 'add', `${net}.2/24`, 'dev', 'lan');
		network.run('ip', 'link', 'set', 'lan', 'up');
		network.run('ip', 'route', 'add', 'default', 'via', `${net}.1`);
		for (const line of firewall) network.run('nft', line);
	}
	return [one.network, middle, other.network];
}

/** `get` or `seed` in a network of its own, which meets nobody but whom it is named. */
async function tortui(
	space: Workspace,
	network: TestNetwork,
	name: string,
	...args: string[]
): Promise<Transfer> {
	const port = await freePort();
	const alone = ['--no-dht', '--no-lsd', '--no-port-map'];
	const home = {env: {TORTUI_HOME: space.folder(`state-${name}`)}};
	const words = [...args, ...alone, '--port', `${port}`, '--json'];
	return new Transfer(startTortui(space, words, home, network.through), port);
}

for (const who of ['we', 'libtorrent'] as const)
	test(`${who} and a seeder whom nobody can reach are brought together by one of us, both being behind walls`, {
		skip,
	}, async t => {
		const space = new Workspace(t);
		const content = writeFolder(space.folder('whole'), 'music', [['one.bin', mebibyte + 17]]);
		const file = makeTorrent(content, 64 * kibibyte, true).write(space.path('music.torrent'));
		const [here, middle, there] = await threeNetworks(space);
		// It gives so little that what comes at all comes from the other.
		const slow = ['--max-upload', '1K', '--max-download', '1K'];
		const relay = await tortui(space, middle, 'relay', 'get', file, '-d', space.folder('relay'), ...slow);
		await relay.event('added');
		const ours = space.folder('ours');
		if (who === 'we') {
			const seeder = await libtorrentPeer(space, file, content.dir, `11.2.0.1:${relay.port}`, {
				...{ip: '11.2.0.2', transport: 'both', through: there.through},
			});
			await seeder.complete();
			await relay.event(({downloaded}) => downloaded > 0);
			const leecher = await tortui(
				space,
				here,
				'leecher',
				'get',
				file,
				'-d',
				ours,
				'--peer',
				`11.1.0.1:${relay.port}`,
			);
			await leecher.done(110_000);
			return assertSame(space.path('ours', content.name), content.root);
		}
		const peer = ['--peer', `11.2.0.1:${relay.port}`];
		const seeder = await tortui(space, there, 'seeder', 'seed', `${file}=${content.root}`, ...peer);
		await seeder.event('seeding');
		await relay.event(({downloaded}) => downloaded > 0);
		const leecher = await libtorrentPeer(space, file, ours, `11.1.0.1:${relay.port}`, {
			...{ip: '11.1.0.2', transport: 'both', through: here.through},
		});
		await leecher.complete(110_000);
		await becomesSame(space.path('ours', content.name), content.root);
	});
