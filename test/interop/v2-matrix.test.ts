import {readFileSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import {hashFunctions} from '../../source/io/machine/hash-functions.js';
import {formatMagnet} from '../../source/protocol/metainfo/magnet.js';
import type {Metainfo} from '../../source/protocol/metainfo/metainfo.js';
import {parseMetainfo} from '../../source/protocol/metainfo/metainfo-reader.js';
import {assertSame} from '../helpers/compare.ts';
import {libtorrentMake, libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {missing} from '../helpers/processes.ts';
import {qbittorrentPeer} from '../helpers/qbittorrent.ts';
import {kibibyte} from '../helpers/torrents.ts';
import {get, seed} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';
import {writeManyFiles} from './contents.ts';

/** Who is on the other side. */
const clients = {
	libtorrent: {skip: noLibtorrent(), peer: libtorrentPeer},
	'qbittorrent-nox': {skip: noLibtorrent() || missing('qbittorrent-nox'), peer: qbittorrentPeer},
} as const;

/** How the two speak to each other: what we are started with besides. A transport or cipher more is a line more. */
const ways = [{way: 'over TCP in the clear', options: [] as string[]}] as const;

/** By what the download is begun. The v2 hash of a hybrid may be all that is known of it, or the v1 hash. */
const forms = {
	torrent: ['v1', 'v2', 'hybrid'],
	magnet: ['v1', 'v2', 'hybrid'],
	'magnet with the v1 hash alone': ['hybrid'],
	'magnet with the v2 hash alone': ['hybrid'],
} as const;

type Form = keyof typeof forms;

function wordFor(form: Form, file: string, metainfo: Metainfo): string {
	const {infoHash, infoHashV2, name} = metainfo;
	const link = {name, trackers: [], webSeeds: []};
	switch (form) {
		case 'torrent':
			return file;
		case 'magnet':
			return formatMagnet({...link, infoHash, infoHashV2});
		case 'magnet with the v1 hash alone':
			return formatMagnet({...link, infoHash, infoHashV2: undefined});
		case 'magnet with the v2 hash alone':
			return formatMagnet({...link, infoHash: undefined, infoHashV2});
	}
}

async function stage(t: TestContext, kind: 'v1' | 'v2' | 'hybrid', form: Form) {
	const space = new Workspace(t);
	const content = writeManyFiles(space.folder('whole'), 'many files');
	const file = space.path(`${kind}.torrent`);
	await libtorrentMake(space, content.root, file, kind, 32 * kibibyte);
	const word = wordFor(form, file, parseMetainfo(readFileSync(file), hashFunctions));
	return {space, content, file, word};
}

for (const [name, {skip, peer}] of Object.entries(clients)) {
	for (const {way, options} of ways) {
		for (const [form, kinds] of Object.entries(forms) as Array<[Form, readonly ('v1' | 'v2' | 'hybrid')[]]>) {
			for (const kind of kinds) {
				test(`${kind}, by ${form}, from ${name} to us ${way}`, {skip}, async t => {
					const {space, content, file, word} = await stage(t, kind, form);
					const seeder = await peer(space, file, content.dir);
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
					const leecher = await peer(space, word, space.folder('theirs'), ours.address);
					await leecher.complete();
					assertSame(space.path('theirs', content.name), content.root);
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

test('links by both hashes of a hybrid, asked for together, are one download, and get ends with it', {
	skip: noLibtorrent(),
}, async t => {
	const {space, content, file, word} = await stage(t, 'hybrid', 'magnet with the v1 hash alone');
	const second = wordFor(
		'magnet with the v2 hash alone',
		file,
		parseMetainfo(readFileSync(file), hashFunctions),
	);
	const seeder = await libtorrentPeer(space, file, content.dir);
	await seeder.complete();
	const ours = await get(space, [second, word, '-d', space.folder('ours'), '--peer', seeder.address]);
	await ours.done();
	assertSame(space.path('ours', content.name), content.root);
});
