import {type TestContext, test} from 'node:test';
import {aria2c} from '../helpers/clients.ts';
import {becomesSame} from '../helpers/compare.ts';
import {noIpv6} from '../helpers/ipv6.ts';
import {libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {missing} from '../helpers/processes.ts';
import {kibibyte, makeTorrent, mebibyte, writeFile} from '../helpers/torrents.ts';
import {transfer} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

// Three know of the torrent: a seeder, one in the middle who dials it, and a newcomer who dials the one in the middle.
// That one passes on a kilobyte a second and no piece at all: the newcomer has the content only of the seeder, of whom
// nobody but the one in the middle can have told it.

type Program = 'tortui' | 'libtorrent';

const length = 3 * mebibyte;
const trickle = 1024;

interface Stage {
	readonly space: Workspace;
	/** Where everybody is. */
	readonly ip: '127.0.0.1' | '[::1]';
	readonly root: string;
	readonly dir: string;
	readonly file: string;
	readonly name: string;
	/** A link without tracker or peer. */
	readonly magnet: string;
}

function stage(t: TestContext, ip: Stage['ip'] = '127.0.0.1'): Stage {
	const space = new Workspace(t);
	const content = writeFile(space.folder('whole'), 'content.bin', length);
	const torrent = makeTorrent(content, 64 * kibibyte, true);
	const {root, dir, name} = content;
	const file = torrent.write(space.path('content.torrent'));
	return {space, ip, root, dir, name, file, magnet: torrent.magnet};
}

/** Ours, that has peer exchange alone. */
function ours({space, ip}: Stage, verb: 'get' | 'seed', args: readonly string[]) {
	const home = space.folder(`state-${Math.random()}`);
	return transfer(space, verb, [...args, '--bind', ip.replace(/[[\]]/g, '')], {env: {TORTUI_HOME: home}});
}

/** Where one of ours is. */
function addressOf({ip}: Stage, {address}: {readonly address: string}): string {
	return address.replace('127.0.0.1', ip);
}

/** Answers where it is. */
async function seeder(s: Stage, program: Program): Promise<string> {
	if (program === 'libtorrent') {
		const peer = await libtorrentPeer(s.space, s.file, s.dir, undefined, {ip: s.ip});
		await peer.complete();
		return peer.address;
	}
	const seeding = await ours(s, 'seed', [`${s.file}=${s.root}`]);
	await seeding.event('seeding');
	return addressOf(s, seeding);
}

/** One who has nothing, and is connected to the seeder, and dials another. Answers where it is. */
async function middle(s: Stage, program: Program, seed: string, other?: string): Promise<string> {
	const dir = s.space.folder('middle');
	if (program === 'libtorrent') {
		const peer = await libtorrentPeer(s.space, s.file, dir, seed, {limit: trickle, ip: s.ip});
		await peer.seed();
		return peer.address;
	}
	const limits = ['--max-download', `${trickle}`, '--max-upload', `${trickle}`];
	const others = other === undefined ? [] : ['--peer', other];
	const leecher = await ours(s, 'get', [s.file, '-d', dir, '--peer', seed, ...others, ...limits]);
	await leecher.event(({peers}) => peers > 0);
	return addressOf(s, leecher);
}

/** One who knows of nobody but the one in the middle; resolves when it has everything. @param what a .torrent or a link */
async function newcomer(s: Stage, program: Program, what: string, known: string): Promise<void> {
	const dir = s.space.folder('newcomer');
	if (program === 'libtorrent')
		await (await libtorrentPeer(s.space, what, dir, known, {ip: s.ip})).complete();
	else await (await ours(s, 'get', [what, '-d', dir, '--peer', known])).done();
	await becomesSame(s.space.path('newcomer', s.name), s.root);
}

for (const [arriving, between, having, ip] of [
	['tortui', 'tortui', 'tortui', '127.0.0.1'],
	['tortui', 'libtorrent', 'tortui', '127.0.0.1'],
	['tortui', 'libtorrent', 'libtorrent', '127.0.0.1'],
	['tortui', 'tortui', 'libtorrent', '127.0.0.1'],
	['libtorrent', 'tortui', 'tortui', '127.0.0.1'],
	['libtorrent', 'tortui', 'libtorrent', '127.0.0.1'],
	['tortui', 'tortui', 'tortui', '[::1]'],
	['tortui', 'libtorrent', 'tortui', '[::1]'],
	['libtorrent', 'tortui', 'libtorrent', '[::1]'],
] as const)
	test(`${arriving} hears from ${between} alone of ${having}'s seeder, by peer exchange, at ${ip}`, {
		skip:
			(ip === '[::1]' && noIpv6()) ||
			([arriving, between, having].some(program => program === 'libtorrent') && noLibtorrent()),
	}, async t => {
		const s = stage(t, ip);
		const known = await middle(s, between, await seeder(s, having));
		await newcomer(s, arriving, s.file, known);
	});

test('a magnet link without a tracker is downloaded through peer exchange alone', async t => {
	const s = stage(t);
	const known = await middle(s, 'tortui', await seeder(s, 'tortui'));
	await newcomer(s, 'tortui', s.magnet, known);
});

test('aria2c hears from us alone of a seeder, by peer exchange', {skip: missing('aria2c')}, async t => {
	const s = stage(t);
	const seed = await seeder(s, 'tortui');
	// It can be told of no peer: the one in the middle has to dial it.
	const leecher = await aria2c(s.space, {torrent: s.file, dir: s.space.folder('newcomer'), pex: true});
	await middle(s, 'tortui', seed, leecher.address);
	await leecher.complete();
	await becomesSame(s.space.path('newcomer', s.name), s.root);
});
