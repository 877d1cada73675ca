import {compareBytes} from '../protocol/bencode/bencode.js';
import {nameToBytes} from '../protocol/metainfo/name-bytes.js';

const ascii = /^[ -~]*$/;

/**
 * The files of a v1 torrent in the order mktorrent gives them: by the bytes of their whole paths, `/` between the
 * names, so that `a-b` and `a.nfo` come before what is in the folder `a`. A v2 file tree has `a` first.
 */
export function byWholePath<File extends {readonly path: readonly string[]}>(
	files: readonly File[],
): readonly File[] {
	const texts = files.map(({path}) => path.join('/'));
	const order = texts.map((_, at) => at);
	if (texts.every(text => ascii.test(text))) {
		order.sort((a, b) => (texts[a]! < texts[b]! ? -1 : 1));
	} else {
		const bytes = texts.map(nameToBytes);
		order.sort((a, b) => compareBytes(bytes[a]!, bytes[b]!));
	}
	return order.map(at => files[at]!);
}
