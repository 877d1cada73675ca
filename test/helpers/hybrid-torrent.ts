import {mkdirSync, writeFileSync} from 'node:fs';
import {encodeBencode} from '../../source/protocol/bencode/bencode.js';
import {formatMagnet} from '../../source/protocol/metainfo/magnet.js';
import type {Metainfo} from '../../source/protocol/metainfo/metainfo.js';
import {LoneTorrent} from './lone-torrent.ts';

/** A torrent of one file, `lone.bin`, of 12 pieces, with a v2 half. */
export interface HybridTorrent {
	readonly metainfo: Metainfo;
	readonly content: Uint8Array;
	/** Base64 of its .torrent. */
	readonly base64: string;
	readonly v1Link: string;
	readonly v2Link: string;
	/** Puts its file into a folder, which is made. */
	writeTo(dir: string): void;
}

/** @param layers whether its .torrent has the hashes of its v2 pieces; true when left out */
export function hybridTorrent(version: '2' | 'hybrid' = 'hybrid', layers = true): HybridTorrent {
	const {metainfo, content} = new LoneTorrent({version});
	const {infoHash, infoHashV2, info, pieceLayers} = metainfo;
	const roots = [...pieceLayers!].map(([root, layer]) => [Buffer.from(root, 'hex'), layer] as const);
	const bytes = Buffer.concat([
		Buffer.from('d4:info'),
		info,
		...(layers ? [encodeBencode('piece layers'), encodeBencode(new Map(roots))] : []),
		Buffer.from('e'),
	]);
	const link = {name: 'lone.bin', trackers: [], webSeeds: []};
	return {
		metainfo,
		content,
		base64: bytes.toString('base64'),
		v1Link: infoHash === undefined ? '' : formatMagnet({...link, infoHash, infoHashV2: undefined}),
		v2Link: formatMagnet({...link, infoHash: undefined, infoHashV2}),
		writeTo(dir) {
			mkdirSync(dir, {recursive: true});
			writeFileSync(`${dir}/lone.bin`, content);
		},
	};
}
