import {type TestContext, test} from 'node:test';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {libtorrentMake, libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {kibibyte} from '../helpers/torrents.ts';
import {get, seed} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';
import {writeManyFiles} from './contents.ts';

async function stage(t: TestContext, kind: 'v1' | 'v2' | 'hybrid') {
	const space = new Workspace(t);
	const content = writeManyFiles(space.folder('whole'), 'many files', {empty: false});
	const file = space.path(`${kind}.torrent`);
	await libtorrentMake(space, content.root, file, kind, 32 * kibibyte);
	return {space, content, file};
}

for (const kind of ['v2', 'hybrid', 'v1'] as const) {
	test(`a ${kind} torrent is downloaded from libtorrent`, {skip: noLibtorrent()}, async t => {
		const {space, content, file} = await stage(t, kind);
		const seeder = await libtorrentPeer(space, file, content.dir);
		await seeder.complete();
		const ours = await get(space, [file, '-d', space.folder('ours'), '--peer', seeder.address]);
		await ours.event('complete');
		await ours.done();
		assertSame(space.path('ours', content.name), content.root);
	});

	for (const who of ['they dial us', 'we dial them'] as const) {
		test(`libtorrent downloads a ${kind} torrent from us, and ${who}`, {skip: noLibtorrent()}, async t => {
			const {space, content, file} = await stage(t, kind);
			const theirs = space.folder('theirs');
			const pair = `${file}=${content.root}`;
			if (who === 'they dial us') {
				const ours = await seed(space, [pair]);
				const leecher = await libtorrentPeer(space, file, theirs, ours.address);
				await leecher.complete();
			} else {
				const leecher = await libtorrentPeer(space, file, theirs);
				await seed(space, [pair, '--peer', leecher.address]);
				await leecher.complete();
			}
			await becomesSame(space.path('theirs', content.name), content.root);
		});
	}
}
