import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {seededRandom} from '../helpers/seeded-random.ts';

/** A file of a tree: where it is below it, and what is in it. */
interface TreeFile {
	readonly path: string;
	readonly length: number;
	readonly executable: boolean;
}

// Names that sort differently by name and by path, by bytes and by UTF-16, and such as most programs trip over.
const folders = ['a', 'a b', 'sub', 'sub/deep', 'é', 'Z', '\u{fb00}', '.hidden', 'CON', '-x'];
const names = [
	...['a', 'a-b', 'a.nfo', 'a b', 'aa', 'A', 'B.txt', 'sub.txt', 'sub-1', 'Z', 'z', '.dot', '-rf', 'e\u0301'],
	...[
		'é',
		'日本語',
		'𝄞.bin',
		'\u{fb00}',
		'new\nline',
		'back\\slash',
		'quote"',
		"it's",
		'%41',
		'#',
		'x'.repeat(200),
	],
];

/** Draws a tree of 3 to 40 files for pieces of 32 KiB: empty ones, such as just fit or do not, and longer ones. */
export function drawTree(seed: number): readonly TreeFile[] {
	const {next} = seededRandom(seed);
	const below = (bound: number) => Math.floor(next() * bound);
	const lengths = [0, 0, 1, 16_383, 16_384, 16_385, 32_767, 32_768, 32_769, 65_536, 100_000];
	const files = new Map<string, TreeFile>();
	const isFolder = new Set<string>();
	for (let wanted = 3 + below(38); wanted > 0; wanted--) {
		const folder = next() < 0.4 ? '' : `${folders[below(folders.length)]!}/`;
		const path = `${folder}${names[below(names.length)]!}`;
		// What is a folder already cannot be a file, nor a file a folder.
		const parents = path.split('/').map((_, depth, all) => all.slice(0, depth).join('/'));
		if (isFolder.has(path) || parents.some(parent => files.has(parent))) continue;
		for (const parent of parents) isFolder.add(parent);
		const length = next() < 0.8 ? lengths[below(lengths.length)]! : below(500_000);
		files.set(path, {path, length, executable: next() < 0.2});
	}
	// Something has to be in it.
	files.set('data', {path: 'data', length: 1 + below(200_000), executable: false});
	return [...files.values()];
}

/** Content that any language can make again: the high bits of a linear congruential generator. */
export function content(seed: number, length: number): Uint8Array {
	const bytes = new Uint8Array(length);
	let state = seed;
	for (let n = 0; n < length; n++) {
		// 31 bits times 31 bits do not fit in a double.
		state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
		bytes[n] = (state >>> 16) & 255;
	}

	return bytes;
}

/** Writes a tree into a folder; the content of each file is by its place in the list. */
export function writeTree(root: string, files: readonly TreeFile[], executables = true): void {
	for (const [index, {path, length, executable}] of files.entries()) {
		mkdirSync(dirname(join(root, path)), {recursive: true});
		writeFileSync(join(root, path), content(index + 1, length));
		chmodSync(join(root, path), executable && executables ? 0o755 : 0o644);
	}
}
