import {existsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {startNginx} from '../helpers/nginx.ts';
import {missing} from '../helpers/processes.ts';
import {makeTorrent, mebibyte, writeFile} from '../helpers/torrents.ts';
import {get} from '../helpers/tortui.ts';
import type {Workspace} from '../helpers/workspace.ts';
import {inWorkspace} from './bench-workspace.ts';
import {tell} from './measure.ts';

const rounds = 3;
const length = 1024 * mebibyte;

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const rate = (seconds: readonly number[]) => `${Math.round(length / mebibyte / median(seconds))} MiB/s`;

/** A web seed of 1 GiB and nobody else, with the start of the program, beside libtorrent's. */
export async function benchWebSeed(): Promise<void> {
	if (missing('nginx')) return tell('a web seed of 1 GiB', missing('nginx') || '');
	// Not the disk is to be measured.
	const root = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
	await inWorkspace(measure, root);
}

async function measure(space: Workspace): Promise<void> {
	const content = writeFile(space.folder('www'), 'web.bin', length);
	const {url} = await startNginx(space, content.dir);
	const torrent = makeTorrent(content, mebibyte / 4).write(space.path('web.torrent'), [], [url]);
	const ours: number[] = [];
	const theirs: number[] = [];
	let number = 0;
	for (let round = 0; round < rounds; round++) {
		const began = performance.now();
		const leecher = await get(space, [torrent, '-d', space.folder(`ours-${++number}`)]);
		await leecher.event('complete', 120_000);
		ours.push((performance.now() - began) / 1000);
		await leecher.done();
		if (noLibtorrent() !== false) continue;
		const from = performance.now();
		const peer = await libtorrentPeer(space, torrent, space.folder(`theirs-${number}`));
		await peer.complete(120_000);
		theirs.push((performance.now() - from) / 1000);
		await peer.program.stop();
	}
	const bar = theirs.length > 0 ? `>= ${rate(theirs)} (libtorrent)` : '';
	tell('a web seed of 1 GiB, with the start of the program', rate(ours), bar);
}
