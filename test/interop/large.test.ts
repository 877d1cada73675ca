import {execFileSync} from 'node:child_process';
import {statfsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {test} from 'node:test';
import {aria2c} from '../helpers/clients.ts';
import {missing} from '../helpers/processes.ts';
import {gibibyte, makeTorrent, mebibyte, writeSparseFile} from '../helpers/torrents.ts';
import {get} from '../helpers/tortui.ts';
import {opentracker} from '../helpers/trackers.ts';
import {Workspace} from '../helpers/workspace.ts';

function noRoom(bytes: number): string | false {
	const {bavail, bsize} = statfsSync(tmpdir());
	return bavail * bsize < bytes && `less than ${(bytes / gibibyte).toFixed(1)} GiB free in ${tmpdir()}`;
}

test('downloads a file of more than 4 GiB, written sparsely, from aria2c', {
	skip: missing('aria2c', 'opentracker') || noRoom(5 * gibibyte),
	timeout: 180_000,
}, async t => {
	const space = new Workspace(t);
	const length = 4 * gibibyte + 96 * mebibyte + 4321;
	// Data around every border that a 31- or 32-bit position would get wrong, and at both ends.
	const islands = [0, 1 * gibibyte, 2 * gibibyte, 4 * gibibyte, length - 1.5 * mebibyte].map(at =>
		Math.max(0, Math.min(length - 2 * mebibyte, Math.floor(at) - mebibyte)),
	);
	const content = writeSparseFile(space.folder('theirs'), 'large.bin', length, islands, 2 * mebibyte);
	const torrent = makeTorrent(content, 8 * mebibyte);
	const tracker = await opentracker(space, torrent);
	const file = torrent.write(space.path('large.torrent'), [tracker.http]);
	const seeder = await aria2c(space, {torrent: file, dir: content.dir, seed: true, trustData: true});
	await tracker.knows(torrent, {seeders: 1});

	const ours = await get(space, [file, '-d', space.folder('ours')]);
	await ours.event('complete', 150_000);
	await ours.done();
	await seeder.program.stop();
	execFileSync('cmp', [space.path('ours', 'large.bin'), content.root]);
});
