import {exactFold} from './file-names.js';
import type {Metainfo} from './metainfo.js';
import {nameToBytes} from './name-bytes.js';
import {writtenPaths} from './other-names.js';

/**
 * Where web seeds have the files of a torrent: below their URL the names as the torrent writes them, percent-encoded.
 * BEP 19.
 */
export class WebSeedFiles {
	readonly #paths: ReadonlyArray<readonly string[]>;
	/** It is one file, in no folder of its own. */
	readonly #isSingle: boolean;

	constructor(metainfo: Metainfo) {
		const settled = (): ReadonlyArray<readonly string[]> => metainfo.files.map(({path}) => path);
		this.#paths = (metainfo.oddNames ? writtenPaths(metainfo, exactFold) : undefined) ?? settled();
		const [first, second] = metainfo.files.filter(({pad}) => !pad);
		this.#isSingle = second === undefined && first?.path.length === 1;
	}

	/** Where a web seed has a file. The URL of a single file is its own when it does not end in a slash. */
	urlOf(webSeed: string, file: number): URL {
		const url = new URL(webSeed);
		url.hash = '';
		const isWhole = this.#isSingle && !url.pathname.endsWith('/');
		if (isWhole) return url;
		const folder = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
		url.pathname = folder + this.#paths[file]!.map(encodeElement).join('/');
		return url;
	}
}

const encoder = new TextEncoder();
const plain = new Set(encoder.encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~'));

/** One name in a path: everything that is not plain is encoded, so that nothing in it means anything in a URL. */
function encodeElement(name: string): string {
	// A URL cannot hold such a name: whatever stands above it would be meant.
	if (name === '.' || name === '..') return '_';
	let text = '';
	for (const byte of nameToBytes(name)) {
		text += plain.has(byte)
			? String.fromCharCode(byte)
			: `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
	}
	return text;
}
