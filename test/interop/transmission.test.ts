import {test} from 'node:test';
import {transmissionCli, transmissionDaemon} from '../helpers/clients.ts';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {missing} from '../helpers/processes.ts';
import {kibibyte, makeTorrent} from '../helpers/torrents.ts';
import {get, seed} from '../helpers/tortui.ts';
import {opentracker} from '../helpers/trackers.ts';
import {Workspace} from '../helpers/workspace.ts';
import {writeManyFiles} from './contents.ts';

for (const kind of ['udp', 'http'] as const) {
	test(`downloads 40 files from transmission-daemon, found through opentracker over ${kind}`, {
		skip: missing('transmission-daemon', 'opentracker'),
	}, async t => {
		const space = new Workspace(t);
		const content = writeManyFiles(space.folder('theirs'), 'many files');
		const torrent = makeTorrent(content, 32 * kibibyte);
		const tracker = await opentracker(space, torrent);
		const file = torrent.write(space.path('many.torrent'), [tracker[kind]]);
		const seeder = await transmissionDaemon(space, {torrent: file, dir: content.dir, seed: true});
		await seeder.complete();
		await tracker.knows(torrent, {seeders: 1});

		const ours = await get(space, [file, '-d', space.folder('ours')]);
		await ours.event('complete');
		await ours.done();
		assertSame(space.path('ours', content.name), content.root);
	});
}

// Transmission does not dial loopback addresses, so our seeder has to find and dial it.
for (const kind of ['udp', 'http'] as const) {
	test(`transmission-cli downloads from our seeder, which finds it through opentracker over ${kind}`, {
		skip: missing('transmission-cli', 'opentracker'),
	}, async t => {
		const space = new Workspace(t);
		// transmission-cli 3 creates no empty files.
		const content = writeManyFiles(space.folder('ours'), 'many files', {empty: false});
		const torrent = makeTorrent(content, 32 * kibibyte);
		const tracker = await opentracker(space, torrent);
		const file = torrent.write(space.path('many.torrent'), [tracker[kind]]);
		const leecher = await transmissionCli(space, {torrent: file, dir: space.folder('theirs')});
		await tracker.knows(torrent, {leechers: 1});

		await seed(space, [`${file}=${content.root}`]);
		await leecher.complete();
		await becomesSame(space.path('theirs', content.name), content.root);
	});
}
