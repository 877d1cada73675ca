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

/** How the two speak to each other: what we are started with besides, and the other. */
export interface Way {
	readonly way: string;
	readonly options: readonly string[];
	readonly theirs: LibtorrentOptions & QbittorrentOptions;
	/** Only torrents of these kinds; of all where this is left out. */
	readonly kinds?: readonly Kind[];
}

export const clear: Way = {
	way: 'over TCP in the clear',
	options: ['--encryption', 'off', '--no-utp'],
	theirs: {encryption: 'off'},
};
export const rc4: Way = {
	way: 'with RC4',
	options: ['--encryption', 'require'],
	theirs: {encryption: 'forced-rc4'},
};
export const utp: Way = {way: 'over uTP', options: ['--no-tcp'], theirs: {transport: 'both'}};

/** A test for each kind of torrent, each form in which one is named, and each direction. */
export function meets(name: keyof typeof clients, {way, options, theirs, kinds: only}: Way): void {
	const {skip, peer} = clients[name];
	for (const [form, kinds] of Object.entries(forms) as Array<[Form, readonly Kind[]]>) {
		for (const kind of kinds) {
			if (only?.includes(kind) === false) continue;
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
