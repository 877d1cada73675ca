import {lstatSync, readdirSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {nameFromBytes} from '../../protocol/metainfo/name-bytes.js';

/**
 * The absolute path of what was typed, as `nameFromBytes` writes it. Names that are not UTF-8 come from the command line with U+FFFD in place of their
 * bytes: the only one in the folder that looks like that is meant.
 */
export function typedPath(path: string): string {
	const at = resolve(path);
	if (!at.includes('\ufffd')) return at;
	try {
		lstatSync(at);
		return at;
	} catch {
		const folder = dirname(at);
		const wanted = basename(at);
		try {
			const alike = readdirSync(folder, {encoding: 'buffer'}).filter(name => name.toString() === wanted);
			return alike.length === 1 ? join(folder, nameFromBytes(alike[0]!)) : at;
		} catch {
			return at;
		}
	}
}
