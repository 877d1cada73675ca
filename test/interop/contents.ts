import {type Content, kibibyte, mebibyte, writeFolder} from '../helpers/torrents.ts';

/**
 * 40 files, nested up to five folders deep: empty ones, some of one byte, some smaller than a piece, some of exactly
 * a piece or a block, names that are hard to write, and one that is larger than all others together.
 */
export function writeManyFiles(dir: string, name: string, {empty = true} = {}): Content {
	const entries: Array<readonly [string, number]> = [];
	if (empty) entries.push(['00 empty first', 0]);
	entries.push(['large.bin', 6 * mebibyte + 12_345]);
	for (let index = 0; index < 12; index++) entries.push([`small/${index}.txt`, 700 + 997 * index]);
	for (let index = 0; index < 6; index++) entries.push([`one byte/${index}`, 1]);
	if (empty) for (let index = 0; index < 4; index++) entries.push([`hollow/${index}/nothing`, 0]);
	for (let index = 0; index < 8; index++) entries.push([`a/b/c/${index}/d/deep.dat`, 40 * kibibyte + index]);
	entries.push(
		['exact/block', 16 * kibibyte],
		['exact/piece', 32 * kibibyte],
		['exact/two pieces', 64 * kibibyte],
		['names/Größe – 日本語 🎵.flac', 123_456],
		['names/with spaces and $dollars & more', 5000],
		['names/.hidden', 33],
		['names/-rf', 17],
	);
	if (empty) entries.push(['zz empty last', 0]);
	return writeFolder(dir, name, entries);
}
