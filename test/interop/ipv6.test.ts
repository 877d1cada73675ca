import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {noIpv6} from '../helpers/ipv6.ts';
import {libtorrentNode, libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {freePort} from '../helpers/ports.ts';
import {makeTorrent, writeFolder} from '../helpers/torrents.ts';
import {startTortui, Transfer} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const ip = '[::1]';

/** A DHT of libtorrent nodes on `::1`, and a public torrent without a tracker. */
async function stage(t: TestContext) {
	const space = new Workspace(t);
	const content = writeFolder(space.folder('whole'), 'music', [
		['one.bin', 300_000],
		['two.bin', 150_001],
	]);
	const torrent = makeTorrent(content, 32_768, true);
	const file = torrent.write(space.path('music.torrent'));
	const boot = await libtorrentNode(space, {ip});
	for (let count = 0; count < 3; count++) await libtorrentNode(space, {ip, dht: boot});
	return {space, content, file, boot, magnet: `magnet:?xt=urn:btih:${torrent.infoHash.toString('hex')}`};
}

/** `get` or `seed`, with no address but `::1`, and nobody to find peers but the DHT. */
async function tortui(space: Workspace, boot: string, ...args: string[]): Promise<Transfer> {
	const port = await freePort();
	const words = ['--port', `${port}`, '--bind', '::1', '--json', '--dht', '--dht-bootstrap', boot];
	const home = {env: {TORTUI_HOME: space.folder(`state-${port}`)}};
	return new Transfer(startTortui(space, [...args, ...words], home), port);
}

const skip = noIpv6() || noLibtorrent();

test('a magnet link is downloaded from libtorrent through the DHT over IPv6 alone', {skip}, async t => {
	const {space, content, file, boot, magnet} = await stage(t);
	await libtorrentPeer(space, file, content.dir, undefined, {ip, dht: boot});
	const ours = await tortui(space, boot, 'get', magnet, '-d', space.folder('ours'));
	await ours.event('complete');
	await ours.done();
	assertSame(space.path('ours', content.name), content.root);
});

test('libtorrent downloads a magnet link from us through the DHT over IPv6 alone', {skip}, async t => {
	const {space, content, file, boot, magnet} = await stage(t);
	const seeder = await tortui(space, boot, 'seed', `${file}=${content.root}`);
	await seeder.event('seeding');
	const theirs = await libtorrentPeer(space, magnet, space.folder('theirs'), undefined, {ip, dht: boot});
	await theirs.complete(90_000);
	await becomesSame(space.path('theirs', content.name), content.root);
	assert.equal(seeder.program.ended, undefined);
});
