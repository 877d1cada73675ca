import {libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {makeTorrent, mebibyte, writeFile} from '../helpers/torrents.ts';
import {get, seed} from '../helpers/tortui.ts';
import type {Workspace} from '../helpers/workspace.ts';
import {inWorkspace} from './bench-workspace.ts';
import {tell} from './measure.ts';

const length = 512 * mebibyte;
const bar = '> 60 MiB/s, > 0.5 of libtorrent';

/** How fast data comes over uTP on loopback, beside libtorrent's own: each program in a process of its own. */
export async function benchUtp(): Promise<void> {
	await inWorkspace(measure);
}

async function measure(space: Workspace): Promise<void> {
	const content = writeFile(space.folder('whole'), 'utp.bin', length);
	const file = makeTorrent(content, mebibyte).write(space.path('utp.torrent'));
	const ourWay = ['--no-tcp', '--encryption', 'off'];
	const theirWay = {transport: 'both', encryption: 'off'} as const;
	let number = 0;
	const timed = async (what: string, work: (dir: string) => Promise<void>, least = ''): Promise<void> => {
		const dir = space.folder(`out-${++number}`);
		const from = performance.now();
		await work(dir);
		const seconds = (performance.now() - from) / 1000;
		tell(what, `${(length / mebibyte / seconds).toFixed(0)} MiB/s`, least);
	};
	const ours = async (dir: string, peer: string): Promise<void> => {
		const leecher = await get(space, [file, '-d', dir, '--peer', peer, ...ourWay]);
		await leecher.event('complete', 300_000);
		await leecher.done();
	};
	const seeder = await seed(space, [`${file}=${content.root}`, ...ourWay]);
	await timed('512 MiB over uTP, from us to us, with the start', dir => ours(dir, seeder.address), bar);
	if (noLibtorrent() !== false) return;
	const theirs = async (dir: string, peer: string): Promise<void> => {
		const leecher = await libtorrentPeer(space, file, dir, peer, {transport: 'utp', encryption: 'off'});
		await leecher.complete(300_000);
		await leecher.program.stop();
	};
	await timed('  from us to libtorrent', dir => theirs(dir, seeder.address), bar);
	const other = await libtorrentPeer(space, file, content.dir, undefined, theirWay);
	await other.complete(60_000);
	await timed('  from libtorrent to us', dir => ours(dir, other.address), bar);
	await timed('  from libtorrent to libtorrent', dir => theirs(dir, other.address));
}
