import {test} from 'node:test';
import {aria2c} from '../helpers/clients.ts';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {libtorrentNode, libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {missing} from '../helpers/processes.ts';
import {kibibyte, makeTorrent} from '../helpers/torrents.ts';
import {type Transfer, transfer} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';
import {writeManyFiles} from './contents.ts';

const skip = noLibtorrent();
const hosts = [
	['IPv4', '127.0.0.1'],
	['IPv6', '[::1]'],
] as const;

/** A public torrent without trackers, and what is needed to find peers of it by the DHT alone. */
function stage(space: Workspace) {
	// What is known to all programs: no empty files.
	const content = writeManyFiles(space.folder('whole'), 'many files', {empty: false});
	const torrent = makeTorrent(content, 32 * kibibyte, true);
	const file = torrent.write(space.path('many.torrent'));
	return {content, file};
}

/** Four nodes of the DHT on one host. Answers where the first is, which is the others' way in. */
async function nodesOn(space: Workspace, ip: string): Promise<string> {
	const first = await libtorrentNode(space, {ip});
	await Promise.all([1, 2, 3].map(() => libtorrentNode(space, {ip, dht: first})));
	return first;
}

/** Ours, which knows nobody but a node of the DHT. */
function ours(
	space: Workspace,
	verb: 'get' | 'seed',
	args: readonly string[],
	node: string,
): Promise<Transfer> {
	const bind = node.startsWith('[') ? '::1' : '127.0.0.1';
	return transfer(space, verb, [...args, '--no-pex', '--bind', bind, '--dht-bootstrap', node]);
}

/** Another, which knows nobody else either. */
function theirs(space: Workspace, file: string, dir: string, ip: string, node: string) {
	return libtorrentPeer(space, file, dir, undefined, {ip, dht: node});
}

for (const [family, host] of hosts) {
	test(`over ${family} libtorrent finds our seeder by the DHT alone`, {skip}, async t => {
		const space = new Workspace(t);
		const {content, file} = stage(space);
		const node = await nodesOn(space, host);
		const seeder = await ours(space, 'seed', [`${file}=${content.root}`], node);
		await seeder.event('seeding');
		const leecher = await theirs(space, file, space.folder('theirs'), host, node);
		await leecher.complete();
		await becomesSame(space.path('theirs', content.name), content.root);
	});

	test(`over ${family} we find libtorrent's seeder by the DHT alone`, {skip}, async t => {
		const space = new Workspace(t);
		const {content, file} = stage(space);
		const node = await nodesOn(space, host);
		const seeder = await theirs(space, file, content.dir, host, node);
		await seeder.complete();
		const leecher = await ours(space, 'get', [file, '-d', space.folder('ours')], node);
		await leecher.done();
		assertSame(space.path('ours', content.name), content.root);
	});
}

test('our engines are nodes enough for libtorrent: its leecher finds its seeder through us alone', {
	skip,
}, async t => {
	const space = new Workspace(t);
	const {content, file} = stage(space);
	const other = writeManyFiles(space.folder('other'), 'other', {empty: false});
	const otherFile = makeTorrent(other, 64 * kibibyte, true).write(space.path('other.torrent'));
	const node = await ours(space, 'seed', [`${otherFile}=${other.root}`], '127.0.0.1:1');
	await node.event('seeding');
	const seeder = await theirs(space, file, content.dir, '127.0.0.1', node.address);
	await seeder.complete();
	const leecher = await theirs(space, file, space.folder('theirs'), '127.0.0.1', node.address);
	await leecher.complete();
	await becomesSame(space.path('theirs', content.name), content.root);
});

test('aria2c finds our seeder by the DHT alone', {skip: skip || missing('aria2c')}, async t => {
	const space = new Workspace(t);
	const {content, file} = stage(space);
	const node = await nodesOn(space, '127.0.0.1');
	const seeder = await ours(space, 'seed', [`${file}=${content.root}`], node);
	await seeder.event('seeding');
	const leecher = await aria2c(space, {torrent: file, dir: space.folder('theirs'), dhtNode: node});
	await leecher.complete(90_000);
	await becomesSame(space.path('theirs', content.name), content.root);
});

test("we find aria2c's seeder by the DHT alone", {skip: skip || missing('aria2c')}, async t => {
	const space = new Workspace(t);
	const {content, file} = stage(space);
	const node = await nodesOn(space, '127.0.0.1');
	const seeder = await aria2c(space, {torrent: file, dir: content.dir, seed: true, dhtNode: node});
	await seeder.complete();
	const leecher = await ours(space, 'get', [file, '-d', space.folder('ours')], node);
	await leecher.done(90_000);
	assertSame(space.path('ours', content.name), content.root);
});
