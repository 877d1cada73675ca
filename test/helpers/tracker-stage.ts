import assert from 'node:assert/strict';
import {join} from 'node:path';
import type {TestContext} from 'node:test';
import {certificate} from './certificate.ts';
import type {Running} from './processes.ts';
import {bytesFrom, makeTorrent, writeFile} from './torrents.ts';
import {startTortui} from './tortui.ts';
import {hasCome, startTrackerClient, type TrackerClient} from './tracker-clients.ts';
import {twoNetworks} from './two-networks.ts';
import {Workspace} from './workspace.ts';

const length = 300_000;
const name = 'shared.bin';
/** Of the two machines, by family. */
export const addresses = {4: ['10.9.0.1', '10.9.0.2'], 6: ['fd09::1', 'fd09::2']} as const;

/** Two machines on one cable; the tracker runs on the first of them. @param way one of `ways` */
export async function trackerStage(t: TestContext, way: string, ...options: string[]) {
	const space = new Workspace(t);
	const networks = await twoNetworks(space, ['10.9.0.1/24', 'fd09::1/64'], ['10.9.0.2/24', 'fd09::2/64']);
	const pair = way.startsWith('https') ? certificate(space, 'tracker', 'IP:10.9.0.1,IP:fd09::1') : undefined;
	if (pair !== undefined) options.push('--cert', pair.cert, '--key', pair.key);
	const args = ['tracker', '--port', '6969', '--verbose', '--no-state', ...options];
	const tracker = startTortui(space, args, {}, networks[0].through);
	await tracker.output(/Ctrl-C ends it/, 20_000);
	const family: 4 | 6 = way.endsWith('6') ? 6 : 4;
	const [host] = addresses[family];
	const protocol = way.slice(0, -1);
	const content = writeFile(space.folder('whole'), name, length);
	const url = (path = '/announce'): string =>
		`${protocol}://${family === 6 ? `[${host}]` : host}:6969${path}`;
	const torrentFor = (announce: string, label = 'shared'): string =>
		makeTorrent(content, 32_768, true).write(space.path(`${label}.torrent`), [announce]);
	const start = (client: TrackerClient, at: 0 | 1, port: number, torrent: string): Running =>
		startTrackerClient(
			space,
			client,
			networks[at],
			{
				torrent,
				dir: at === 0 ? content.dir : space.folder(`part-${port}`),
				port,
				seeds: at === 0,
				address: addresses[family][at],
			},
			pair?.cert,
		);
	const came = (program: Running, port: number) =>
		hasCome(join(space.path(`part-${port}`), name), bytesFrom(name, length), program);
	return {tracker, family, url, torrentFor, start, came};
}

/** How a tracker is asked: protocol and family. */
export const ways: Readonly<Record<string, string>> = {
	http4: 'HTTP over IPv4',
	http6: 'HTTP over IPv6',
	https4: 'HTTPS over IPv4',
	https6: 'HTTPS over IPv6',
	udp4: 'UDP over IPv4',
	udp6: 'UDP over IPv6',
};

/** One of them seeds, another finds it through the tracker and downloads everything. */
export async function findEachOther(t: TestContext, client: TrackerClient, way: string): Promise<void> {
	const {tracker, family, url, torrentFor, start, came} = await trackerStage(t, way);
	const torrent = torrentFor(url());
	start(client, 0, 7001, torrent);
	const [host, other] = addresses[family];
	await tracker.output(new RegExp(`${host} port 7001 .*, 0 bytes left`), 40_000);
	const leech = start(client, 1, 7002, torrent);
	await came(leech, 7002);
	assert.match(tracker.stdout, new RegExp(`${other} port 7002 started`));
	await tracker.stop('SIGINT', 10_000);
	assert.match(tracker.stdout, /it knew 1 torrent, 2 peers/);
}
