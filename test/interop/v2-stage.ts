import {readFileSync} from 'node:fs';
import type {TestContext} from 'node:test';
import {hashFunctions} from '../../source/io/machine/hash-functions.js';
import {formatMagnet} from '../../source/protocol/metainfo/magnet.js';
import type {Metainfo} from '../../source/protocol/metainfo/metainfo.js';
import {parseMetainfo} from '../../source/protocol/metainfo/metainfo-reader.js';
import {libtorrentMake} from '../helpers/libtorrent.ts';
import {kibibyte} from '../helpers/torrents.ts';
import {Workspace} from '../helpers/workspace.ts';
import {writeManyFiles} from './contents.ts';

/** By what the download is begun. The v2 hash of a hybrid may be all that is known of it, or the v1 hash. */
export const forms = {
	torrent: ['v1', 'v2', 'hybrid'],
	magnet: ['v1', 'v2', 'hybrid'],
	'magnet with the v1 hash alone': ['hybrid'],
	'magnet with the v2 hash alone': ['hybrid'],
} as const;

/** One of them. */
export type Form = keyof typeof forms;

/** What names the torrent to who is to download it. */
export function wordFor(form: Form, file: string, metainfo: Metainfo): string {
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

/** A torrent of many files, made by libtorrent, and what names it. */
export async function stage(t: TestContext, kind: 'v1' | 'v2' | 'hybrid', form: Form) {
	const space = new Workspace(t);
	const content = writeManyFiles(space.folder('whole'), 'many files');
	const file = space.path(`${kind}.torrent`);
	await libtorrentMake(space, content.root, file, kind, 32 * kibibyte);
	const metainfo = parseMetainfo(readFileSync(file), hashFunctions);
	return {space, content, file, metainfo, word: wordFor(form, file, metainfo)};
}
