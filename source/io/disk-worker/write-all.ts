import {writeSync, writevSync} from 'node:fs';
import type {Bytes} from '../../base/units.js';
import {cut} from '../disk/slice-views.js';

/** Writes `views`, `length` bytes, one after the other at a place in a file: in one system call, unless that is cut short. */
export function writeAll(
	descriptor: number,
	views: readonly Uint8Array[],
	length: Bytes,
	position: Bytes,
): void {
	let done =
		views.length === 1
			? writeSync(descriptor, views[0]!, 0, length, position)
			: writevSync(descriptor, views, position);
	while (done < length) done += writevSync(descriptor, cut(views, done, length - done), position + done);
}
