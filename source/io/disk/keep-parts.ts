import {mkdir, open} from 'node:fs/promises';
import {dirname} from 'node:path';
import type {Bytes} from '../../base/units.js';
import type {StorageFailure} from './storage.js';
import {failureOf} from './storage-failure.js';

/** Bytes at a place of a torrent's stream of pieces. */
export interface StreamPart {
	readonly position: Bytes;
	readonly bytes: Uint8Array;
}

/**
 * Writes a part file anew with bytes of files that are not wanted, as another program had them. Answers why that cannot
 * be: there is none then.
 *
 * @param path absolute
 */
export async function keepParts(
	path: string,
	parts: readonly StreamPart[],
): Promise<StorageFailure | undefined> {
	try {
		await mkdir(dirname(path), {recursive: true, mode: 0o700});
		const file = await open(path, 'w', 0o600);
		try {
			for (const {position, bytes} of parts) {
				for (let at = 0; at < bytes.length; )
					at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
			}
			await file.datasync();
		} finally {
			await file.close();
		}
		return undefined;
	} catch (error) {
		return failureOf(error, path);
	}
}
