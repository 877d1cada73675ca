import {test} from 'node:test';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {type LibtorrentOptions, libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {missing} from '../helpers/processes.ts';
import {type QbittorrentOptions, qbittorrentPeer} from '../helpers/qbittorrent.ts';
import {get, seed} from '../helpers/tortui.ts';
import {type Form, forms, stage} from './v2-stage.ts';

type Kind = 'v1' | 'v2' | 'hybrid';

/** Who is on the other side. */
const clients = {
	libtorrent: {skip: noLibtorrent(), peer: libtorrentPeer},
	'qbittorrent-nox': {skip: noLibtorrent() || missing('qbittorrent-nox'), peer: qbittorrentPeer},
} as const;

/**
 * How the two speak to each other: what we are started with besides, and the other. A transport or cipher more is a line
 * more. qBittorrent is a libtorrent inside, which adds a torrent once more when it knows what a link holds: of its cells
 * `qbittorrent` says which there are.
 */
const ways = [
	{
		way: 'over TCP in the clear',
		options: ['--encryption', 'off', '--no-utp'],
		theirs: {encryption: 'off'},
		qbittorrent: ['v1', 'v2', 'hybrid'],
	},
	{
		way: 'with RC4',
		options: ['--encryption', 'require'],
		theirs: {encryption: 'forced-rc4'},
		qbittorrent: [],
	},
	{way: 'over uTP', options: ['--no-tcp'], theirs: {transport: 'both'}, qbittorrent: ['hybrid']},
] as const satisfies ReadonlyArray<{
	way: string;
	options: readonly string[];
	theirs: LibtorrentOptions & QbittorrentOptions;
	qbittorrent: readonly Kind[];
}>;

for (const [name, {skip, peer}] of Object.entries(clients)) {
	for (const {way, options, theirs, qbittorrent} of ways) {
		for (const [form, kinds] of Object.entries(forms) as Array<[Form, readonly Kind[]]>) {
			for (const kind of kinds) {
				if (name !== 'libtorrent' && !(qbittorrent as readonly Kind[]).includes(kind)) continue;
				test(`${kind}, by ${form}, from ${name} to us ${way}`, {skip}, async t => {
					const {space, content, file, word} = await stage(t, kind, form);
					const seeder = await peer(space, file, content.dir, undefined, theirs);
					await seeder.complete();
					const way = ['-d', space.folder('ours'), '--peer', seeder.address, ...options];
					const ours = await get(space, [word, ...way]);
					await ours.event('complete');
					await ours.done();
					assertSame(space.path('ours', content.name), content.root);
				});

				test(`${kind}, by ${form}, from us to ${name} ${way}`, {skip}, async t => {
					const {space, content, file, word} = await stage(t, kind, form);
					const ours = await seed(space, [`${file}=${content.root}`, ...options]);
					const leecher = await peer(space, word, space.folder('theirs'), ours.address, theirs);
					await leecher.complete();
					await becomesSame(space.path('theirs', content.name), content.root);
				});
			}
		}
	}
}

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
