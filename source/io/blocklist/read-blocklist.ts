import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {Readable, type Transform} from 'node:stream';
import {createGunzip} from 'node:zlib';
import {type RangeTable, RangeTableBuilder} from '../../base/address-ranges.js';
import type {Bytes} from '../../base/units.js';
import {type BlocklistCount, BlocklistReader} from '../../protocol/blocklist/blocklist.js';
import {irregular} from '../files/regular-file.js';

/** Some are 50 MB long; what is longer, packed or not, is none. */
export const longestBlocklist: Bytes = 512 * 1024 * 1024;

/** A list as it was read. */
export interface ReadBlocklist extends BlocklistCount {
	readonly table: RangeTable;
}

const gzipMark = [0x1f, 0x8b];
const zipMark = [0x50, 0x4b, 0x03, 0x04];

const begins = (bytes: Uint8Array, mark: readonly number[]): boolean =>
	mark.every((byte, at) => bytes[at] === byte);

/** The same chunks, unpacked where they are packed: as often as a server and whoever made the list packed them. */
async function* unpacked(chunks: AsyncIterable<Uint8Array>, depth = 2): AsyncIterable<Uint8Array> {
	const iterator = chunks[Symbol.asyncIterator]();
	const first = await iterator.next();
	if (first.done) return;
	const all = {
		async *[Symbol.asyncIterator]() {
			yield first.value;
			for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
		},
	};
	if (begins(first.value, zipMark)) throw new Error('it is a zip archive: unpack it');
	if (depth === 0 || !begins(first.value, gzipMark)) return yield* all;
	const gunzip: Transform = createGunzip();
	const source = Readable.from(all);
	source.on('error', error => gunzip.destroy(error));
	source.pipe(gunzip);
	yield* unpacked(gunzip, depth - 1);
}

/**
 * Reads a blocklist from a regular file, packed by gzip or not. It takes its time: seconds for 50 MB. Rejects with an error
 * that says in words why it is none: it cannot be read, breaks off, or has no line that names addresses.
 */
export async function readBlocklist(path: string): Promise<ReadBlocklist> {
	const kind = irregular(await stat(path));
	if (kind !== undefined) throw new Error(`it is ${kind}, not a file`);
	const builder = new RangeTableBuilder();
	const reader = new BlocklistReader(builder);
	let length = 0;
	for await (const bytes of unpacked(createReadStream(path, {highWaterMark: 262_144}))) {
		length += bytes.length;
		if (length > longestBlocklist) throw new Error('it is longer than 512 MB');
		reader.push(bytes);
	}
	const count = reader.end();
	if (count.good === 0)
		throw new Error(length === 0 ? 'it is empty' : 'none of its lines names addresses: it is no blocklist');
	return {...count, table: builder.build()};
}
