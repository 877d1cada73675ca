import {test} from 'node:test';
import {assertSame} from '../helpers/compare.ts';
import {noLibtorrent} from '../helpers/libtorrent.ts';
import {get, seed} from '../helpers/tortui.ts';
import {clear, meets, rc4, utp} from './v2-cells.ts';
import {stage} from './v2-stage.ts';

for (const way of [clear, rc4, utp]) meets('libtorrent', way);

for (const form of ['torrent', 'magnet'] as const) {
	for (const kind of ['v1', 'v2', 'hybrid'] as const) {
		test(`${kind}, by ${form}, from us to us`, {skip: noLibtorrent()}, async t => {
			const {space, content, file, word} = await stage(t, kind, form);
			const seeder = await seed(space, [`${file}=${content.root}`]);
			const ours = await get(space, [word, '-d', space.folder('ours'), '--peer', seeder.address]);
			await ours.done();
			assertSame(space.path('ours', content.name), content.root);
		});
	}
}
