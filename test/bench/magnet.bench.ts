import {setTimeout as delay} from 'node:timers/promises';
import {libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {makeTorrent, mebibyte, writeFile} from '../helpers/torrents.ts';
import {get, seed} from '../helpers/tortui.ts';
import type {Workspace} from '../helpers/workspace.ts';
import {inWorkspace} from './bench-workspace.ts';
import {tell} from './measure.ts';
import {openBenchSession} from './open-session.ts';

const rounds = 5;
const bar = 0.15;

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const seconds = (value: number) => `${value.toFixed(3)} s`;

/** What a magnet link costs beside its .torrent, from one seeder that is known: each program in a process of its own. */
export async function benchMagnet(): Promise<void> {
	await inWorkspace(measure);
}

async function measure(space: Workspace): Promise<void> {
	const content = writeFile(space.folder('whole'), 'magnet.bin', 64 * mebibyte);
	const torrent = makeTorrent(content, mebibyte / 4, true);
	const file = torrent.write(space.path('magnet.torrent'));
	const seeder = await seed(space, [`${file}=${content.root}`]);
	let number = 0;
	const ours = async (source: string): Promise<number> => {
		const from = performance.now();
		const dir = space.folder(`ours-${++number}`);
		const leecher = await get(space, [source, '-d', dir, '--peer', seeder.address]);
		await leecher.event('complete');
		const whole = (performance.now() - from) / 1000;
		await leecher.done();
		return whole;
	};
	/** From asking an engine that runs until it knows what the link holds. */
	const toFileList = async (): Promise<number> => {
		const engine = await openBenchSession(space.folder(`engine-${++number}`));
		const from = performance.now();
		const options = {choose: true, peers: [seeder.address]};
		await engine.send({type: 'torrent.addLink', link: torrent.magnet, options});
		for (;;) {
			const {torrents} = await engine.send({type: 'session.list'});
			if (torrents?.[0]?.pieces) break;
			await delay(1);
		}
		const known = (performance.now() - from) / 1000;
		await engine.stop();
		return known;
	};
	const libtorrents = async (source: string): Promise<number> => {
		const from = performance.now();
		const leecher = await libtorrentPeer(space, source, space.folder(`theirs-${++number}`), seeder.address);
		await leecher.complete();
		const whole = (performance.now() - from) / 1000;
		await leecher.program.stop();
		return whole;
	};
	const lists: number[] = [];
	const magnets: number[] = [];
	const files: number[] = [];
	const theirs: number[] = [];
	const theirFiles: number[] = [];
	const hasLibtorrent = noLibtorrent() === false;
	// By turns, so that whatever else the machine does is in all of them.
	for (let round = 0; round < rounds; round++) {
		lists.push(await toFileList());
		magnets.push(await ours(torrent.magnet));
		files.push(await ours(file));
		if (!hasLibtorrent) continue;
		theirs.push(await libtorrents(torrent.magnet));
		theirFiles.push(await libtorrents(file));
	}
	tell('magnet, one peer known: to its file list', seconds(median(lists)), `< ${bar} s`);
	tell('64 MiB by .torrent, with the start of the program', seconds(median(files)));
	tell('  by magnet: longer by', seconds(median(magnets) - median(files)), `< ${bar} s`);
	if (!hasLibtorrent) return;
	tell('  libtorrent by .torrent, with its start', seconds(median(theirFiles)));
	tell('  libtorrent by magnet: longer by', seconds(median(theirs) - median(theirFiles)));
}
