import type {Bytes} from '../../base/units.js';

/** Views of `length` bytes from byte `from` on of the bytes that `views` are one after the other. */
export function cut(views: readonly Uint8Array[], from: Bytes, length: Bytes): Uint8Array[] {
	const result: Uint8Array[] = [];
	let skip = from;
	let left = length;
	for (const view of views) {
		if (left === 0) break;
		if (skip >= view.length) {
			skip -= view.length;
			continue;
		}
		const part = view.subarray(skip, Math.min(view.length, skip + left));
		result.push(part);
		left -= part.length;
		skip = 0;
	}
	return result;
}
