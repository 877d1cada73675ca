import assert from 'node:assert/strict';
import {closeSync, openSync, readdirSync, readSync, statSync} from 'node:fs';
import {join, relative} from 'node:path';
import {until} from './deadline.ts';
import {mebibyte} from './torrents.ts';

/** Every file below a folder, relative, sorted; folders without files are not told. */
export function filesBelow(root: string): string[] {
	return readdirSync(root, {recursive: true, withFileTypes: true})
		.filter(entry => !entry.isDirectory())
		.map(entry => relative(root, join(entry.parentPath, entry.name)))
		.sort();
}

/** Fails, naming the first byte that differs, unless the two files are the same. */
export function assertSameFile(actual: string, expected: string): void {
	const {size} = statSync(expected);
	assert.equal(statSync(actual).size, size, `the size of ${actual}`);
	const [a, b] = [openSync(actual, 'r'), openSync(expected, 'r')];
	const room = Math.min(size + 1, 8 * mebibyte);
	const [left, right] = [Buffer.alloc(room), Buffer.alloc(room)];
	try {
		for (let at = 0; ; ) {
			const read = readSync(a, left, 0, left.length, at);
			let have = 0;
			while (have < read) have += readSync(b, right, have, read - have, at + have);
			if (read === 0) return;
			if (!left.subarray(0, read).equals(right.subarray(0, read))) {
				let first = 0;
				while (left[first] === right[first]) first++;
				assert.fail(`${actual} differs at byte ${at + first}: ${left[first]} and not ${right[first]}`);
			}
			at += read;
		}
	} finally {
		closeSync(a);
		closeSync(b);
	}
}

/** Fails unless both are the same file, or folders with the same files in them, byte for byte. */
export function assertSame(actual: string, expected: string): void {
	if (!statSync(expected).isDirectory()) return assertSameFile(actual, expected);
	assert.deepEqual(filesBelow(actual), filesBelow(expected), `the files below ${actual}`);
	for (const file of filesBelow(expected)) assertSameFile(join(actual, file), join(expected, file));
}

/** Others call a download complete when the last of it is still being written. */
export async function becomesSame(copy: string, root: string): Promise<void> {
	await until('all of it to be on the disk', 10_000, () => {
		try {
			assertSame(copy, root);
			return true;
		} catch {
			return false;
		}
	}).catch(() => assertSame(copy, root));
}
