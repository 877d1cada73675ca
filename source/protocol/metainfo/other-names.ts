import {ProtocolError} from '../../base/errors.js';
import {decodeBencode} from '../bencode/bencode.js';
import {arrangeFiles, readFileList, readFileTree} from './file-list.js';
import {exactFold, type PathFold, settleNames, widestFold} from './file-names.js';
import type {Metainfo} from './metainfo.js';
import {formerName, formerPathElement, type NameRule, writtenPathElement} from './sanitize-path.js';

/**
 * The paths of a torrent's files by another rule than the one that made `metainfo.files`, in the same order; undefined
 * when they cannot be told.
 */
function pathsBy(
	metainfo: Metainfo,
	nameRule: NameRule,
	rule: NameRule,
	fold: PathFold,
): ReadonlyArray<readonly string[]> | undefined {
	try {
		const info = decodeBencode(metainfo.info);
		const bytes = (info.get('name.utf-8') ?? info.get('name'))?.bytes();
		if (!bytes) return undefined;
		const name = nameRule(bytes);
		const v1 = metainfo.version === '2' ? undefined : readFileList(info, name, rule);
		const v2 = metainfo.version === '1' ? undefined : readFileTree(info, name, rule);
		const settled = settleNames(arrangeFiles(v1, v2, name, metainfo.pieceLength), fold);
		return settled.length === metainfo.files.length ? settled.map(({path}) => path) : undefined;
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		return undefined;
	}
}

/**
 * The paths that earlier versions gave the files of a torrent: names cut to 240 bytes, without joiners, and numbered
 * where they differ only in case or in how letters are composed.
 */
export function formerPaths(metainfo: Metainfo): ReadonlyArray<readonly string[]> | undefined {
	const name: NameRule = bytes => {
		const former = formerName(bytes);
		return /^\.+$/.test(former) ? '_' : former || (metainfo.infoHash ?? metainfo.infoHashV2!);
	};
	return pathsBy(metainfo, name, formerPathElement, widestFold);
}

/** The paths as the torrent has them, byte for byte: those of the disk it was made on, on one that folds them so. */
export function writtenPaths(
	metainfo: Metainfo,
	fold: PathFold,
): ReadonlyArray<readonly string[]> | undefined {
	const name: NameRule = bytes => (bytes.length === 0 ? metainfo.name : writtenPathElement(bytes));
	return pathsBy(metainfo, name, writtenPathElement, fold);
}

/** Every name that the file or folder of a torrent may have on a disk. */
export function rootNames(metainfo: Metainfo): ReadonlySet<string> {
	const names = new Set([metainfo.name]);
	if (metainfo.oddNames !== true) return names;
	for (const paths of [writtenPaths(metainfo, exactFold), formerPaths(metainfo)]) {
		const root = paths?.[0]?.[0];
		if (root !== undefined) names.add(root);
	}
	return names;
}
